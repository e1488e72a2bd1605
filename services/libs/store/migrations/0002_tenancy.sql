-- Organizations, the people and keys in them, and how both are found before a tenant is known.
CREATE TABLE millrace.organizations (
  org_id       uuid PRIMARY KEY,
  name         text NOT NULL,
  display_name text NOT NULL,
  plan         text NOT NULL,
  home_region  text NOT NULL REFERENCES millrace.regions (name),
  settings     jsonb NOT NULL DEFAULT '{}',
  quotas       jsonb NOT NULL DEFAULT '{}',
  generation   integer NOT NULL DEFAULT 1,
  created_at   timestamptz(3) NOT NULL,
  updated_at   timestamptz(3) NOT NULL,
  deleted_at   timestamptz(3)
);
CALL millrace.protect_tenant_table('organizations', 'SELECT, INSERT, UPDATE', 'SELECT');

-- Data keys, wrapped under a master key that the database never sees.
CREATE TABLE millrace.organization_data_keys (
  org_id        uuid NOT NULL REFERENCES millrace.organizations (org_id),
  version       integer NOT NULL,
  master_key_id text NOT NULL,
  wrapped       bytea NOT NULL,
  created_at    timestamptz(3) NOT NULL,
  PRIMARY KEY (org_id, version)
);
CALL millrace.protect_tenant_table('organization_data_keys', 'SELECT, INSERT', 'SELECT');

CREATE TABLE millrace.users (
  org_id       uuid NOT NULL REFERENCES millrace.organizations (org_id),
  uid          uuid NOT NULL,
  email        text NOT NULL,
  display_name text NOT NULL,
  disabled_at  timestamptz(3),
  created_at   timestamptz(3) NOT NULL,
  updated_at   timestamptz(3) NOT NULL,
  deleted_at   timestamptz(3),
  PRIMARY KEY (org_id, uid)
);
CREATE UNIQUE INDEX users_email ON millrace.users (org_id, lower(email)) WHERE deleted_at IS NULL;
CALL millrace.protect_tenant_table('users', 'SELECT, INSERT, UPDATE', 'SELECT');

CREATE TABLE millrace.oidc_identities (
  org_id     uuid NOT NULL,
  issuer     text NOT NULL,
  subject    text NOT NULL,
  user_uid   uuid NOT NULL,
  created_at timestamptz(3) NOT NULL,
  PRIMARY KEY (org_id, issuer, subject),
  FOREIGN KEY (org_id, user_uid) REFERENCES millrace.users (org_id, uid)
);
CREATE INDEX oidc_identities_subject ON millrace.oidc_identities (issuer, subject);
CALL millrace.protect_tenant_table('oidc_identities', 'SELECT, INSERT', '');

CREATE TABLE millrace.sessions (
  org_id       uuid NOT NULL,
  uid          uuid NOT NULL,
  user_uid     uuid NOT NULL,
  token_hash   bytea NOT NULL,
  created_at   timestamptz(3) NOT NULL,
  expires_at   timestamptz(3) NOT NULL,
  revoked_at   timestamptz(3),
  PRIMARY KEY (org_id, uid),
  FOREIGN KEY (org_id, user_uid) REFERENCES millrace.users (org_id, uid)
);
CREATE INDEX sessions_token ON millrace.sessions (token_hash);
CALL millrace.protect_tenant_table('sessions', 'SELECT, INSERT, UPDATE', '');

CREATE TABLE millrace.role_bindings (
  org_id         uuid NOT NULL REFERENCES millrace.organizations (org_id),
  uid            uuid NOT NULL,
  principal_kind text NOT NULL,
  principal_uid  uuid NOT NULL,
  role           text NOT NULL,
  scope          text NOT NULL,
  created_at     timestamptz(3) NOT NULL,
  deleted_at     timestamptz(3),
  PRIMARY KEY (org_id, uid)
);
CREATE UNIQUE INDEX role_bindings_once ON millrace.role_bindings (org_id, principal_uid, role, scope) WHERE deleted_at IS NULL;
CALL millrace.protect_tenant_table('role_bindings', 'SELECT, INSERT, UPDATE', '');

-- The secret is kept as an HMAC under a pepper named by its version; the pepper lives outside the database.
CREATE TABLE millrace.api_keys (
  org_id         uuid NOT NULL REFERENCES millrace.organizations (org_id),
  uid            uuid NOT NULL,
  name           text NOT NULL,
  key_id         text NOT NULL,
  secret_hash    bytea NOT NULL,
  pepper_version integer NOT NULL,
  role           text NOT NULL,
  created_by     uuid,
  generation     integer NOT NULL DEFAULT 1,
  labels         jsonb NOT NULL DEFAULT '{}',
  annotations    jsonb NOT NULL DEFAULT '{}',
  created_at     timestamptz(3) NOT NULL,
  updated_at     timestamptz(3) NOT NULL,
  expires_at     timestamptz(3),
  last_used_at   timestamptz(3),
  deleted_at     timestamptz(3),
  PRIMARY KEY (org_id, uid),
  UNIQUE (org_id, key_id)
);
CREATE INDEX api_keys_key_id ON millrace.api_keys (key_id);
CREATE UNIQUE INDEX api_keys_name ON millrace.api_keys (org_id, name) WHERE deleted_at IS NULL;
CALL millrace.protect_tenant_table('api_keys', 'SELECT, INSERT, UPDATE', '');

-- Look-ups before a tenant is known. Each answers for one exact secret or subject, never a listing; owned by a role nobody can log in as.
CREATE FUNCTION millrace.lookup_api_key(wanted text)
  RETURNS TABLE (org_id uuid, uid uuid, name text, secret_hash bytea, pepper_version integer, role text, expires_at timestamptz, deleted_at timestamptz)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
  AS $$
    SELECT k.org_id, k.uid, k.name, k.secret_hash, k.pepper_version, k.role, k.expires_at, COALESCE(k.deleted_at, o.deleted_at)
      FROM millrace.api_keys k JOIN millrace.organizations o ON o.org_id = k.org_id
     WHERE k.key_id = wanted LIMIT 4
  $$;

CREATE FUNCTION millrace.lookup_session(wanted bytea)
  RETURNS TABLE (org_id uuid, uid uuid, user_uid uuid, email text, expires_at timestamptz)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
  AS $$
    SELECT s.org_id, s.uid, s.user_uid, u.email, s.expires_at
      FROM millrace.sessions s
      JOIN millrace.users u ON u.org_id = s.org_id AND u.uid = s.user_uid AND u.deleted_at IS NULL AND u.disabled_at IS NULL
      JOIN millrace.organizations o ON o.org_id = s.org_id AND o.deleted_at IS NULL
     WHERE s.token_hash = wanted AND s.revoked_at IS NULL LIMIT 1
  $$;

CREATE FUNCTION millrace.lookup_identity(wanted_issuer text, wanted_subject text)
  RETURNS TABLE (org_id uuid, org_name text, user_uid uuid, email text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
  AS $$
    SELECT i.org_id, o.name, i.user_uid, u.email
      FROM millrace.oidc_identities i
      JOIN millrace.users u ON u.org_id = i.org_id AND u.uid = i.user_uid AND u.deleted_at IS NULL AND u.disabled_at IS NULL
      JOIN millrace.organizations o ON o.org_id = i.org_id AND o.deleted_at IS NULL
     WHERE i.issuer = wanted_issuer AND i.subject = wanted_subject
     ORDER BY i.created_at, i.org_id LIMIT 100
  $$;

GRANT SELECT ON millrace.organizations, millrace.users, millrace.oidc_identities, millrace.sessions, millrace.api_keys TO millrace_lookup;
ALTER FUNCTION millrace.lookup_api_key(text) OWNER TO millrace_lookup;
ALTER FUNCTION millrace.lookup_session(bytea) OWNER TO millrace_lookup;
ALTER FUNCTION millrace.lookup_identity(text, text) OWNER TO millrace_lookup;
REVOKE ALL ON FUNCTION millrace.lookup_api_key(text), millrace.lookup_session(bytea), millrace.lookup_identity(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION millrace.lookup_api_key(text), millrace.lookup_session(bytea), millrace.lookup_identity(text, text) TO millrace_api;
