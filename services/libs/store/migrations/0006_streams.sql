-- Append-mostly streams, partitioned by UTC day from the start so that retention is dropping a table.
CREATE SEQUENCE millrace.outbox_publish_order;
GRANT USAGE ON SEQUENCE millrace.outbox_publish_order TO millrace_system;

-- Written in the transaction of the change it announces; numbered when published, because only publish order is the order that readers see.
CREATE TABLE millrace.outbox (
  org_id        uuid NOT NULL,
  uid           uuid NOT NULL,
  topic         text NOT NULL,
  resource_uid  uuid NOT NULL,
  payload       jsonb NOT NULL DEFAULT '{}',
  created_at    timestamptz(3) NOT NULL,
  claimed_until timestamptz(3),
  sent_at       timestamptz(3),
  publish_order bigint,
  PRIMARY KEY (org_id, uid, created_at)
) PARTITION BY RANGE (created_at);
CREATE INDEX outbox_unsent ON millrace.outbox (created_at, uid) WHERE sent_at IS NULL;
CALL millrace.protect_tenant_table('outbox', 'SELECT, INSERT', 'SELECT, INSERT, UPDATE');

CREATE TABLE millrace.statement_events (
  org_id        uuid NOT NULL,
  uid           uuid NOT NULL,
  statement_uid uuid NOT NULL,
  kind          text NOT NULL,
  severity      text NOT NULL,
  reason        text NOT NULL,
  message       text NOT NULL,
  data          jsonb NOT NULL DEFAULT '{}',
  at            timestamptz(3) NOT NULL,
  PRIMARY KEY (org_id, uid, at),
  FOREIGN KEY (org_id, statement_uid) REFERENCES millrace.statements (org_id, uid)
) PARTITION BY RANGE (at);
CREATE INDEX statement_events_page ON millrace.statement_events (org_id, statement_uid, uid);
CALL millrace.protect_tenant_table('statement_events', 'SELECT, INSERT', 'SELECT, INSERT');

CREATE TABLE millrace.scaling_decisions (
  org_id           uuid NOT NULL,
  uid              uuid NOT NULL,
  compute_pool_uid uuid NOT NULL,
  statement_uid    uuid,
  action           text NOT NULL,
  applied          boolean NOT NULL DEFAULT false,
  from_value       jsonb NOT NULL,
  to_value         jsonb NOT NULL,
  reasons          text[] NOT NULL,
  facts            jsonb NOT NULL DEFAULT '{}',
  fingerprint      text NOT NULL,
  first_at         timestamptz(3) NOT NULL,
  last_at          timestamptz(3) NOT NULL,
  times            integer NOT NULL DEFAULT 1,
  PRIMARY KEY (org_id, uid, first_at),
  FOREIGN KEY (org_id, compute_pool_uid) REFERENCES millrace.compute_pools (org_id, uid),
  FOREIGN KEY (org_id, statement_uid) REFERENCES millrace.statements (org_id, uid)
) PARTITION BY RANGE (first_at);
CREATE INDEX scaling_decisions_statement ON millrace.scaling_decisions (org_id, statement_uid, uid DESC);
CREATE INDEX scaling_decisions_pool ON millrace.scaling_decisions (org_id, compute_pool_uid, uid DESC);
CALL millrace.protect_tenant_table('scaling_decisions', 'SELECT', 'SELECT, INSERT, UPDATE');

-- Cumulative counters as workers report them. A later sample of the same incarnation never has a smaller counter.
CREATE TABLE millrace.usage_samples (
  org_id         uuid NOT NULL,
  version_uid    uuid NOT NULL,
  assignment_uid uuid NOT NULL,
  epoch          bigint NOT NULL,
  incarnation    text NOT NULL,
  at             timestamptz(3) NOT NULL,
  counters       jsonb NOT NULL,
  PRIMARY KEY (org_id, version_uid, epoch, incarnation, at),
  FOREIGN KEY (org_id, version_uid) REFERENCES millrace.statement_versions (org_id, uid)
) PARTITION BY RANGE (at);
CREATE INDEX usage_samples_at ON millrace.usage_samples (at);
CALL millrace.protect_tenant_table('usage_samples', 'SELECT', 'SELECT, INSERT');

-- Immutable: a correction is a further revision, never an update. Money is in micro-units of the currency; minutes are UTC.
CREATE TABLE millrace.ledger (
  org_id           uuid NOT NULL,
  uid              uuid NOT NULL,
  workspace_uid    uuid NOT NULL,
  compute_pool_uid uuid NOT NULL,
  statement_uid    uuid NOT NULL,
  version_uid      uuid NOT NULL,
  epoch            bigint NOT NULL,
  incarnation      text NOT NULL,
  minute           timestamptz(3) NOT NULL CHECK (date_trunc('minute', minute AT TIME ZONE 'UTC') = minute AT TIME ZONE 'UTC'),
  sku              text NOT NULL,
  revision         integer NOT NULL DEFAULT 0,
  quantity         bigint NOT NULL,
  unit             text NOT NULL,
  amount_micros    bigint NOT NULL,
  currency         text NOT NULL,
  rate_card        text NOT NULL,
  labels           jsonb NOT NULL DEFAULT '{}',
  principal        text NOT NULL DEFAULT '',
  created_at       timestamptz(3) NOT NULL,
  PRIMARY KEY (org_id, version_uid, epoch, incarnation, minute, sku, revision),
  FOREIGN KEY (org_id, version_uid) REFERENCES millrace.statement_versions (org_id, uid)
) PARTITION BY RANGE (minute);
CREATE INDEX ledger_statement ON millrace.ledger (org_id, statement_uid, minute);
CREATE INDEX ledger_workspace ON millrace.ledger (org_id, workspace_uid, minute);
CALL millrace.protect_tenant_table('ledger', 'SELECT', 'SELECT, INSERT');

CREATE TABLE millrace.audit_events (
  org_id        uuid NOT NULL REFERENCES millrace.organizations (org_id),
  uid           uuid NOT NULL,
  actor         text NOT NULL,
  action        text NOT NULL,
  resource_name text NOT NULL,
  outcome       text NOT NULL,
  request_id    text NOT NULL,
  data          jsonb NOT NULL DEFAULT '{}',
  at            timestamptz(3) NOT NULL,
  PRIMARY KEY (org_id, uid, at)
) PARTITION BY RANGE (at);
CALL millrace.protect_tenant_table('audit_events', 'SELECT, INSERT', 'SELECT, INSERT');

-- A key is unique by its advisory lock and a look-up in two days' partitions, because a partition's unique index sees one day only.
CREATE TABLE millrace.idempotency_keys (
  org_id       uuid NOT NULL REFERENCES millrace.organizations (org_id),
  principal    text NOT NULL,
  key_hash     bytea NOT NULL,
  request_hash bytea NOT NULL,
  status       integer NOT NULL,
  headers      jsonb NOT NULL DEFAULT '{}',
  body         bytea NOT NULL,
  sealed       boolean NOT NULL DEFAULT false,
  created_at   timestamptz(3) NOT NULL,
  PRIMARY KEY (org_id, principal, key_hash, created_at)
) PARTITION BY RANGE (created_at);
CALL millrace.protect_tenant_table('idempotency_keys', 'SELECT, INSERT', '');

INSERT INTO millrace.partitioned_tables (name, retention_days, unsent_guard) VALUES
  ('outbox', 3, true),
  ('statement_events', 400, false),
  ('scaling_decisions', 400, false),
  ('usage_samples', 40, false),
  ('ledger', NULL, false),
  ('audit_events', 400, false),
  ('idempotency_keys', 3, false);
