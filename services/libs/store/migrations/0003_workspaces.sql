-- Workspaces with their catalog, compute pools, connections and secrets.
CREATE TABLE millrace.workspaces (
  org_id      uuid NOT NULL REFERENCES millrace.organizations (org_id),
  uid         uuid NOT NULL,
  name        text NOT NULL,
  region      text NOT NULL REFERENCES millrace.regions (name),
  labels      jsonb NOT NULL DEFAULT '{}',
  annotations jsonb NOT NULL DEFAULT '{}',
  generation  integer NOT NULL DEFAULT 1,
  conditions  jsonb NOT NULL DEFAULT '[]',
  created_at  timestamptz(3) NOT NULL,
  updated_at  timestamptz(3) NOT NULL,
  deleted_at  timestamptz(3),
  PRIMARY KEY (org_id, uid)
);
CREATE UNIQUE INDEX workspaces_name ON millrace.workspaces (org_id, name) WHERE deleted_at IS NULL;
CALL millrace.protect_tenant_table('workspaces', 'SELECT, INSERT, UPDATE', 'SELECT, UPDATE');

CREATE TABLE millrace.databases (
  org_id        uuid NOT NULL,
  uid           uuid NOT NULL,
  workspace_uid uuid NOT NULL,
  name          text NOT NULL,
  comment       text,
  created_at    timestamptz(3) NOT NULL,
  updated_at    timestamptz(3) NOT NULL,
  deleted_at    timestamptz(3),
  PRIMARY KEY (org_id, uid),
  FOREIGN KEY (org_id, workspace_uid) REFERENCES millrace.workspaces (org_id, uid)
);
CREATE UNIQUE INDEX databases_name ON millrace.databases (org_id, workspace_uid, name) WHERE deleted_at IS NULL;
CALL millrace.protect_tenant_table('databases', 'SELECT, INSERT, UPDATE', 'SELECT');

-- What DDL creates. Tables and views share a name space, as in Flink; functions and models have their own.
CREATE TABLE millrace.catalog_objects (
  org_id       uuid NOT NULL,
  uid          uuid NOT NULL,
  database_uid uuid NOT NULL,
  kind         text NOT NULL CHECK (kind IN ('table', 'view', 'function', 'model')),
  namespace    text NOT NULL GENERATED ALWAYS AS (CASE WHEN kind IN ('table', 'view') THEN 'relation' ELSE kind END) STORED,
  name         text NOT NULL CHECK (octet_length(name) <= 255),
  ddl          text NOT NULL,
  definition   jsonb NOT NULL,
  labels       jsonb NOT NULL DEFAULT '{}',
  annotations  jsonb NOT NULL DEFAULT '{}',
  generation   integer NOT NULL DEFAULT 1,
  created_at   timestamptz(3) NOT NULL,
  updated_at   timestamptz(3) NOT NULL,
  deleted_at   timestamptz(3),
  PRIMARY KEY (org_id, uid),
  FOREIGN KEY (org_id, database_uid) REFERENCES millrace.databases (org_id, uid)
);
CREATE UNIQUE INDEX catalog_objects_name ON millrace.catalog_objects (org_id, database_uid, namespace, name) WHERE deleted_at IS NULL;
CALL millrace.protect_tenant_table('catalog_objects', 'SELECT, INSERT, UPDATE', 'SELECT');

-- Capacities are thousandths of a compute unit.
CREATE TABLE millrace.compute_pools (
  org_id        uuid NOT NULL,
  uid           uuid NOT NULL,
  workspace_uid uuid NOT NULL,
  name          text NOT NULL,
  spec          jsonb NOT NULL,
  max_millicu   integer NOT NULL CHECK (max_millicu > 0),
  min_millicu   integer NOT NULL DEFAULT 0 CHECK (min_millicu >= 0 AND min_millicu <= max_millicu),
  labels        jsonb NOT NULL DEFAULT '{}',
  annotations   jsonb NOT NULL DEFAULT '{}',
  generation    integer NOT NULL DEFAULT 1,
  phase         text NOT NULL DEFAULT 'READY',
  created_at    timestamptz(3) NOT NULL,
  updated_at    timestamptz(3) NOT NULL,
  deleted_at    timestamptz(3),
  PRIMARY KEY (org_id, uid),
  FOREIGN KEY (org_id, workspace_uid) REFERENCES millrace.workspaces (org_id, uid)
);
CREATE UNIQUE INDEX compute_pools_name ON millrace.compute_pools (org_id, workspace_uid, name) WHERE deleted_at IS NULL;
CALL millrace.protect_tenant_table('compute_pools', 'SELECT, INSERT, UPDATE', 'SELECT, UPDATE');

CREATE TABLE millrace.connections (
  org_id        uuid NOT NULL,
  uid           uuid NOT NULL,
  workspace_uid uuid NOT NULL,
  name          text NOT NULL,
  type          text NOT NULL,
  spec          jsonb NOT NULL,
  labels        jsonb NOT NULL DEFAULT '{}',
  annotations   jsonb NOT NULL DEFAULT '{}',
  generation    integer NOT NULL DEFAULT 1,
  phase         text NOT NULL DEFAULT 'PENDING',
  detail        text,
  created_at    timestamptz(3) NOT NULL,
  updated_at    timestamptz(3) NOT NULL,
  deleted_at    timestamptz(3),
  PRIMARY KEY (org_id, uid),
  FOREIGN KEY (org_id, workspace_uid) REFERENCES millrace.workspaces (org_id, uid)
);
CREATE UNIQUE INDEX connections_name ON millrace.connections (org_id, workspace_uid, name) WHERE deleted_at IS NULL;
CALL millrace.protect_tenant_table('connections', 'SELECT, INSERT, UPDATE', 'SELECT, UPDATE');

-- Values sealed with the organization's data key; organization, resource, field and version are bound into each as associated data.
CREATE TABLE millrace.sealed_secrets (
  org_id           uuid NOT NULL,
  resource_uid     uuid NOT NULL,
  field            text NOT NULL,
  version          integer NOT NULL,
  data_key_version integer NOT NULL,
  sealed           bytea NOT NULL,
  created_at       timestamptz(3) NOT NULL,
  PRIMARY KEY (org_id, resource_uid, field, version),
  FOREIGN KEY (org_id, data_key_version) REFERENCES millrace.organization_data_keys (org_id, version)
);
CALL millrace.protect_tenant_table('sealed_secrets', 'SELECT, INSERT', 'SELECT, INSERT');
