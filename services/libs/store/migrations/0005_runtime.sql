-- What runs where: workers with their leases, assignments with their epochs, the latest report of each, and committed checkpoints.
CREATE TABLE millrace.workers (
  uid              uuid PRIMARY KEY,
  region           text NOT NULL REFERENCES millrace.regions (name),
  bound_org_id     uuid,
  bound_pool_uid   uuid,
  read_url         text NOT NULL,
  total_millicu    integer NOT NULL CHECK (total_millicu > 0),
  state            text NOT NULL,
  process          jsonb NOT NULL DEFAULT '{}',
  started_at       timestamptz(3) NOT NULL,
  last_heartbeat   timestamptz(3) NOT NULL,
  lease_expires_at timestamptz(3) NOT NULL,
  ended_at         timestamptz(3),
  end_reason       text
);
CREATE INDEX workers_live ON millrace.workers (lease_expires_at) WHERE ended_at IS NULL;
GRANT SELECT, INSERT, UPDATE ON millrace.workers TO millrace_system;

CREATE TABLE millrace.assignments (
  org_id           uuid NOT NULL,
  uid              uuid NOT NULL,
  statement_uid    uuid NOT NULL,
  version_uid      uuid NOT NULL,
  worker_uid       uuid NOT NULL REFERENCES millrace.workers (uid),
  compute_pool_uid uuid NOT NULL,
  epoch            bigint NOT NULL,
  millicu          integer NOT NULL CHECK (millicu > 0),
  parallelism      integer NOT NULL CHECK (parallelism > 0),
  read_url         text NOT NULL,
  request          jsonb NOT NULL DEFAULT '{}',
  granted_at       timestamptz(3) NOT NULL,
  confirmed_at     timestamptz(3),
  last_heartbeat   timestamptz(3),
  released_at      timestamptz(3),
  release_reason   text,
  PRIMARY KEY (org_id, uid),
  UNIQUE (org_id, version_uid, epoch),
  FOREIGN KEY (org_id, statement_uid) REFERENCES millrace.statements (org_id, uid),
  FOREIGN KEY (org_id, version_uid) REFERENCES millrace.statement_versions (org_id, uid),
  FOREIGN KEY (org_id, compute_pool_uid) REFERENCES millrace.compute_pools (org_id, uid)
);
CREATE UNIQUE INDEX assignments_standing ON millrace.assignments (org_id, version_uid) WHERE released_at IS NULL;
CREATE INDEX assignments_worker ON millrace.assignments (worker_uid) WHERE released_at IS NULL;
CREATE INDEX assignments_billing ON millrace.assignments (released_at, granted_at);
CREATE INDEX assignments_statement ON millrace.assignments (org_id, statement_uid, granted_at DESC);
CALL millrace.protect_tenant_table('assignments', 'SELECT', 'SELECT, INSERT, UPDATE');

-- The newest report of each assignment; rewritten each second, so pages are kept half empty for in-place updates.
CREATE TABLE millrace.assignment_reports (
  org_id         uuid NOT NULL,
  assignment_uid uuid NOT NULL,
  statement_uid  uuid NOT NULL,
  epoch          bigint NOT NULL,
  incarnation    text NOT NULL,
  report         jsonb NOT NULL,
  reported_at    timestamptz(3) NOT NULL,
  PRIMARY KEY (org_id, assignment_uid),
  FOREIGN KEY (org_id, assignment_uid) REFERENCES millrace.assignments (org_id, uid)
) WITH (fillfactor = 50);
CREATE INDEX assignment_reports_statement ON millrace.assignment_reports (org_id, statement_uid);
CALL millrace.protect_tenant_table('assignment_reports', 'SELECT', 'SELECT, INSERT, UPDATE');

-- Committed checkpoints by name: the manifest that the committed metadata names is the only real one.
CREATE TABLE millrace.checkpoints (
  org_id       uuid NOT NULL,
  version_uid  uuid NOT NULL,
  number       bigint NOT NULL,
  epoch        bigint NOT NULL,
  manifest     text NOT NULL,
  state_bytes  bigint NOT NULL DEFAULT 0,
  committed_at timestamptz(3) NOT NULL,
  PRIMARY KEY (org_id, version_uid, number),
  FOREIGN KEY (org_id, version_uid) REFERENCES millrace.statement_versions (org_id, uid)
);
CALL millrace.protect_tenant_table('checkpoints', 'SELECT', 'SELECT, INSERT, UPDATE, DELETE');
