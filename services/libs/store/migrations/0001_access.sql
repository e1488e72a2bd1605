-- Access rules shared by every later migration. Runs as millrace_owner; the roles themselves are made by the bootstrap, which needs a superuser.
CREATE SCHEMA IF NOT EXISTS millrace AUTHORIZATION millrace_owner;
GRANT USAGE ON SCHEMA millrace TO millrace_api, millrace_system, millrace_lookup;

-- The organization of the current transaction, or NULL, which no row equals.
CREATE FUNCTION millrace.current_org() RETURNS uuid
  LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog
  AS $$ SELECT NULLIF(current_setting('millrace.org', true), '')::uuid $$;

-- Puts a table under tenant isolation: forced row-level security, the tenant policy for millrace_api and a full-sight policy for millrace_system
-- on what it is granted. `api` and `system` are privilege lists such as 'SELECT, INSERT'; an empty list grants nothing.
CREATE PROCEDURE millrace.protect_tenant_table(name text, api text, system text)
  LANGUAGE plpgsql SET search_path = pg_catalog
  AS $$
BEGIN
  EXECUTE format('ALTER TABLE millrace.%I ENABLE ROW LEVEL SECURITY', name);
  EXECUTE format('ALTER TABLE millrace.%I FORCE ROW LEVEL SECURITY', name);
  EXECUTE format(
    'CREATE POLICY tenant ON millrace.%I TO millrace_api
       USING (org_id = NULLIF(current_setting(''millrace.org'', true), '''')::uuid)
       WITH CHECK (org_id = NULLIF(current_setting(''millrace.org'', true), '''')::uuid)', name);
  IF api <> '' THEN
    EXECUTE format('GRANT %s ON millrace.%I TO millrace_api', api, name);
  END IF;
  IF system <> '' THEN
    EXECUTE format('CREATE POLICY system ON millrace.%I TO millrace_system USING (true) WITH CHECK (true)', name);
    EXECUTE format('GRANT %s ON millrace.%I TO millrace_system', system, name);
  END IF;
END
$$;
REVOKE ALL ON PROCEDURE millrace.protect_tenant_table(text, text, text) FROM PUBLIC;

-- Day-partitioned tables and how long their days are kept. retention_days NULL: never dropped.
CREATE TABLE millrace.partitioned_tables (
  name           text PRIMARY KEY,
  retention_days integer CHECK (retention_days > 0),
  unsent_guard   boolean NOT NULL DEFAULT false
);

-- Makes the partitions of [from_day, to_day] (UTC days) of every registered table; existing ones are left alone. Returns how many were made.
CREATE FUNCTION millrace.ensure_partitions(from_day date, to_day date) RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
  AS $$
DECLARE
  parent text;
  day date;
  made integer := 0;
BEGIN
  IF to_day - from_day > 400 THEN
    RAISE EXCEPTION 'ensure_partitions: at most 400 days at once, got % to %', from_day, to_day;
  END IF;
  PERFORM pg_advisory_xact_lock(7164015001);
  FOR parent IN SELECT name FROM millrace.partitioned_tables ORDER BY name LOOP
    day := from_day;
    WHILE day <= to_day LOOP
      IF to_regclass(format('millrace.%I', parent || '_' || to_char(day, 'YYYYMMDD'))) IS NULL THEN
        EXECUTE format('CREATE TABLE millrace.%I PARTITION OF millrace.%I FOR VALUES FROM (%L) TO (%L)',
          parent || '_' || to_char(day, 'YYYYMMDD'), parent, day::text || ' 00:00:00+00', (day + 1)::text || ' 00:00:00+00');
        made := made + 1;
      END IF;
      day := day + 1;
    END LOOP;
  END LOOP;
  RETURN made;
END
$$;

-- Drops partitions whose whole day lies before today minus the table's retention. A day with unsent outbox rows stays. Returns how many were dropped.
CREATE FUNCTION millrace.drop_expired_partitions(today date) RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
  AS $$
DECLARE
  t record;
  part text;
  unsent boolean;
  dropped integer := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(7164015001);
  FOR t IN SELECT * FROM millrace.partitioned_tables WHERE retention_days IS NOT NULL ORDER BY name LOOP
    FOR part IN
      SELECT c.relname FROM pg_inherits i
        JOIN pg_class c ON c.oid = i.inhrelid
       WHERE i.inhparent = to_regclass(format('millrace.%I', t.name))
         AND to_date(right(c.relname, 8), 'YYYYMMDD') < today - t.retention_days
    LOOP
      unsent := false;
      IF t.unsent_guard THEN
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM millrace.%I WHERE sent_at IS NULL)', part) INTO unsent;
      END IF;
      IF NOT unsent THEN
        EXECUTE format('DROP TABLE millrace.%I', part);
        dropped := dropped + 1;
      END IF;
    END LOOP;
  END LOOP;
  RETURN dropped;
END
$$;
REVOKE ALL ON FUNCTION millrace.ensure_partitions(date, date), millrace.drop_expired_partitions(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION millrace.ensure_partitions(date, date), millrace.drop_expired_partitions(date) TO millrace_system;

-- One row: the identity of this installation, part of transactional ids and resource names that must not collide across installations.
CREATE TABLE millrace.installation (
  one        boolean PRIMARY KEY DEFAULT true CHECK (one),
  uid        uuid NOT NULL,
  created_at timestamptz(3) NOT NULL
);
GRANT SELECT ON millrace.installation TO millrace_api, millrace_system;
GRANT INSERT ON millrace.installation TO millrace_system;

CREATE TABLE millrace.regions (
  name          text PRIMARY KEY,
  display_name  text NOT NULL,
  data_endpoint text NOT NULL,
  created_at    timestamptz(3) NOT NULL
);
GRANT SELECT ON millrace.regions TO millrace_api, millrace_system;
GRANT INSERT, UPDATE ON millrace.regions TO millrace_system;
