-- Statements: what users want (spec, desired), what was seen (phase and the rest), numbered versions with uids of their own, and holds.
CREATE TABLE millrace.statements (
  org_id              uuid NOT NULL,
  uid                 uuid NOT NULL,
  workspace_uid       uuid NOT NULL,
  compute_pool_uid    uuid,
  name                text NOT NULL,
  spec                jsonb NOT NULL,
  desired             text NOT NULL CHECK (desired IN ('RUNNING', 'STOPPED')),
  priority            integer NOT NULL DEFAULT 0,
  labels              jsonb NOT NULL DEFAULT '{}',
  annotations         jsonb NOT NULL DEFAULT '{}',
  generation          integer NOT NULL DEFAULT 1,
  observed_generation integer NOT NULL DEFAULT 0,
  current_version     integer NOT NULL DEFAULT 1,
  phase               text NOT NULL,
  phase_since         timestamptz(3) NOT NULL,
  scaling_state       text NOT NULL DEFAULT 'OK',
  detail              text,
  detail_code         text,
  results             jsonb,
  created_by          text NOT NULL,
  created_at          timestamptz(3) NOT NULL,
  updated_at          timestamptz(3) NOT NULL,
  deleted_at          timestamptz(3),
  PRIMARY KEY (org_id, uid),
  FOREIGN KEY (org_id, workspace_uid) REFERENCES millrace.workspaces (org_id, uid),
  FOREIGN KEY (org_id, compute_pool_uid) REFERENCES millrace.compute_pools (org_id, uid)
);
CREATE UNIQUE INDEX statements_name ON millrace.statements (org_id, workspace_uid, name) WHERE deleted_at IS NULL;
CREATE INDEX statements_page ON millrace.statements (org_id, workspace_uid, created_at DESC, uid DESC) WHERE deleted_at IS NULL;
CREATE INDEX statements_live ON millrace.statements (compute_pool_uid) WHERE phase NOT IN ('COMPLETED', 'STOPPED', 'FAILED');
CREATE INDEX statements_uid ON millrace.statements (uid);
CALL millrace.protect_tenant_table('statements', 'SELECT, INSERT, UPDATE', 'SELECT, UPDATE');

CREATE TABLE millrace.statement_versions (
  org_id        uuid NOT NULL,
  uid           uuid NOT NULL,
  statement_uid uuid NOT NULL,
  number        integer NOT NULL,
  sql           text NOT NULL CHECK (char_length(sql) <= 131072),
  program       text,
  plan          text,
  traits        jsonb NOT NULL DEFAULT '{}',
  epoch         bigint NOT NULL DEFAULT 0,
  created_at    timestamptz(3) NOT NULL,
  PRIMARY KEY (org_id, uid),
  UNIQUE (org_id, statement_uid, number),
  FOREIGN KEY (org_id, statement_uid) REFERENCES millrace.statements (org_id, uid)
);
CREATE INDEX statement_versions_uid ON millrace.statement_versions (uid);
CALL millrace.protect_tenant_table('statement_versions', 'SELECT, INSERT', 'SELECT, UPDATE');

CREATE TABLE millrace.holds (
  org_id       uuid NOT NULL,
  uid          uuid NOT NULL,
  statement_uid uuid NOT NULL,
  reason       text NOT NULL,
  released_by  text NOT NULL,
  since        timestamptz(3) NOT NULL,
  released_at  timestamptz(3),
  PRIMARY KEY (org_id, uid),
  FOREIGN KEY (org_id, statement_uid) REFERENCES millrace.statements (org_id, uid)
);
CREATE UNIQUE INDEX holds_standing ON millrace.holds (org_id, statement_uid, reason) WHERE released_at IS NULL;
CALL millrace.protect_tenant_table('holds', 'SELECT', 'SELECT, INSERT, UPDATE');
