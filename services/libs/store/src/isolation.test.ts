import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { migrate, readMigrations } from './migrate/migrate.ts'
import { migrationsDirectory, openTestStore, type TestStore } from './testing/open-test-store.ts'

const now = new Date('2026-03-01T12:00:00.000Z')
const orgA = '01950000-0000-7000-8000-00000000000a'
const orgB = '01950000-0000-7000-8000-00000000000b'
const uid = (n: number) => `01950000-0000-7000-8000-${String(n).padStart(12, '0')}`

let t: TestStore
let owner: pg.Client
let api: pg.Client

beforeAll(async () => {
  t = await openTestStore(now)
  owner = new pg.Client({ connectionString: t.urls.owner })
  api = new pg.Client({ connectionString: t.urls.api })
  await owner.connect()
  await api.connect()
  for (const [org, base] of [
    [orgA, 100],
    [orgB, 200],
  ] as const)
    await seed(org, base)
}, 60_000)
afterAll(async () => {
  await api?.end()
  await owner?.end()
  await t?.stop()
})

/** One row in every table that a statement's life touches. */
async function seed(org: string, base: number): Promise<void> {
  const q = (sql: string, ...values: unknown[]) => owner.query(sql, values)
  await q(
    `INSERT INTO millrace.organizations (org_id, name, display_name, plan, home_region, created_at, updated_at) VALUES ($1, $2, $2, 'free', 'local', $3, $3)`,
    org,
    `org-${base}`,
    now,
  )
  await q(
    `INSERT INTO millrace.workspaces (org_id, uid, name, region, created_at, updated_at) VALUES ($1, $2, 'main', 'local', $3, $3)`,
    org,
    uid(base + 1),
    now,
  )
  await q(
    `INSERT INTO millrace.compute_pools (org_id, uid, workspace_uid, name, spec, max_millicu, created_at, updated_at) VALUES ($1, $2, $3, 'free', '{}', 1000, $4, $4)`,
    org,
    uid(base + 2),
    uid(base + 1),
    now,
  )
  await q(
    `INSERT INTO millrace.statements (org_id, uid, workspace_uid, compute_pool_uid, name, spec, desired, phase, phase_since, created_by, created_at, updated_at)
     VALUES ($1, $2, $3, $4, 's', '{}', 'RUNNING', 'PENDING', $5, 'test', $5, $5)`,
    org,
    uid(base + 3),
    uid(base + 1),
    uid(base + 2),
    now,
  )
  await q(
    `INSERT INTO millrace.outbox (org_id, uid, topic, resource_uid, created_at) VALUES ($1, $2, 'statement.changed', $3, $4)`,
    org,
    uid(base + 4),
    uid(base + 3),
    now,
  )
}

/** Every table with an org_id except partitions, which nobody is granted. */
async function tenantTables(): Promise<string[]> {
  const found = await owner.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'org_id' AND NOT a.attisdropped
      WHERE n.nspname = 'millrace' AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1`,
  )
  return found.rows.map((r) => r.name)
}

/** What is wrong with the isolation of the schema, one line a defect. */
async function isolationDefects(): Promise<string[]> {
  const found = await owner.query<{ defect: string }>(`
    WITH t AS (
      SELECT c.oid, c.relname, c.relrowsecurity, c.relforcerowsecurity,
             EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'org_id' AND a.attnotnull) AS scoped
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = 'millrace' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
         AND c.relname NOT IN ('schema_migrations', 'partitioned_tables', 'installation', 'regions', 'workers'))
    SELECT relname || ': no org_id NOT NULL' AS defect FROM t WHERE NOT scoped
    UNION ALL SELECT relname || ': row-level security is not forced' FROM t WHERE NOT (relrowsecurity AND relforcerowsecurity)
    UNION ALL SELECT t.relname || ': no tenant policy for millrace_api' FROM t WHERE NOT EXISTS (
      SELECT 1 FROM pg_policy p WHERE p.polrelid = t.oid AND 'millrace_api'::regrole = ANY (p.polroles)
         AND pg_get_expr(p.polqual, p.polrelid) LIKE '%org_id = (NULLIF(current_setting(''millrace.org''::text, true), ''''::text))::uuid%'
         AND pg_get_expr(p.polwithcheck, p.polrelid) = pg_get_expr(p.polqual, p.polrelid))
    UNION ALL SELECT t.relname || ': policy ' || p.polname || ' for millrace_api or everyone' FROM t JOIN pg_policy p ON p.polrelid = t.oid
       WHERE p.polname <> 'tenant' AND (p.polroles = '{0}' OR 'millrace_api'::regrole = ANY (p.polroles))
    UNION ALL SELECT t.relname || ': constraint ' || k.conname || ' leaves out org_id' FROM t JOIN pg_constraint k ON k.conrelid = t.oid
       WHERE k.contype IN ('p', 'u', 'f') AND k.conparentid = 0
         AND NOT (k.contype = 'f' AND k.confrelid IN ('millrace.regions'::regclass, 'millrace.workers'::regclass))
         AND NOT EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attname = 'org_id' AND a.attnum = ANY (k.conkey))
    UNION ALL SELECT t.relname || ': unique index ' || i.indexrelid::regclass || ' leaves out org_id' FROM t JOIN pg_index i ON i.indrelid = t.oid
       WHERE i.indisunique
         AND NOT EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attname = 'org_id' AND a.attnum = ANY (i.indkey))
    UNION ALL SELECT c.relname || ': partition granted to ' || g.grantee FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       JOIN information_schema.role_table_grants g ON g.table_schema = n.nspname AND g.table_name = c.relname
       WHERE n.nspname = 'millrace' AND c.relispartition AND g.grantee <> 'millrace_owner'
    ORDER BY 1`)
  return found.rows.map((r) => r.defect)
}

describe('tenant isolation in the database', () => {
  test('every table is under forced row-level security with org_id in each key', async () => {
    expect(await isolationDefects()).toEqual([])
    expect((await tenantTables()).length).toBeGreaterThan(20)
  })

  test('a new tenant table without a policy is found', async () => {
    await owner.query('BEGIN')
    await owner.query('CREATE TABLE millrace.forgotten (org_id uuid NOT NULL, uid uuid PRIMARY KEY)')
    const defects = await isolationDefects()
    await owner.query('ROLLBACK')
    expect(defects).toContain('forgotten: row-level security is not forced')
    expect(defects).toContain('forgotten: no tenant policy for millrace_api')
    expect(defects).toContain('forgotten: constraint forgotten_pkey leaves out org_id')
  })

  test('without an organization millrace_api sees no row of any tenant table', async () => {
    for (const table of await tenantTables()) {
      await owner.query(`GRANT SELECT ON millrace.${table} TO millrace_api`)
      const seen = await api.query(`SELECT count(*)::int AS n FROM millrace.${table}`)
      expect([table, seen.rows[0].n]).toEqual([table, 0])
    }
    await expect(api.query('SELECT * FROM millrace.workers')).rejects.toThrow(/permission denied/)
  })

  test('an organization sees its own rows only', async () => {
    const names = await t.store.withTenant(orgA, (tx) => tx.organizations.findMany({ select: { org_id: true } }))
    expect(names).toEqual([{ org_id: orgA }])
    const other = await t.store.withTenant(orgA, (tx) =>
      tx.statements.updateMany({ where: { org_id: orgB }, data: { detail: 'x' } }),
    )
    expect(other.count).toBe(0)
  })

  test('a child under another organization’s parent is refused', async () => {
    const row = {
      uid: uid(900),
      workspace_uid: uid(201),
      name: 'stolen',
      spec: {},
      max_millicu: 1,
      created_at: now,
      updated_at: now,
    }
    const insert = (org: string) => t.store.withTenant(orgA, (tx) => tx.compute_pools.create({ data: { ...row, org_id: org } }))
    await expect(insert(orgA)).rejects.toThrow(/[Ff]oreign key/)
    await expect(insert(orgB)).rejects.toThrow(/row-level security/)
  })

  test('an organization does not survive its transaction in the pool', async () => {
    await t.store.withTenant(orgA, (tx) => tx.organizations.count())
    const seen = await t.store.withoutTenant((tx) => tx.organizations.count())
    expect(seen).toBe(0)
  })

  test('millrace_system sees every organization', async () => {
    expect(await t.store.withSystem((tx) => tx.organizations.count())).toBe(2)
  })

  test('look-up functions belong to a role that cannot log in and have a fixed search path', async () => {
    const found = await owner.query<{ ok: boolean }>(
      `SELECT NOT r.rolcanlogin AND p.prosecdef AND p.proconfig = '{search_path=pg_catalog}' AS ok FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner
        WHERE p.proname LIKE 'lookup\\_%' AND p.pronamespace = 'millrace'::regnamespace`,
    )
    expect(found.rows.length).toBeGreaterThan(2)
    expect(found.rows.every((r) => r.ok)).toBe(true)
  })
})

describe('migrations', () => {
  const run = async (change: (list: Awaited<ReturnType<typeof readMigrations>>) => void) => {
    const migrations = await readMigrations(migrationsDirectory)
    change(migrations)
    return migrate({ connectionString: t.urls.owner, migrations, now: () => now })
  }

  test('applying them again does nothing', async () => {
    const result = await run(() => {})
    expect(result.applied).toEqual([])
    expect(result.alreadyThere).toBeGreaterThan(0)
  })

  test('an edited or unknown migration is refused', async () => {
    await expect(run((m) => m.splice(0, 1, { ...m[0]!, checksum: 'other' }))).rejects.toThrow(/was changed after it was applied/)
    await expect(run((m) => m.pop())).rejects.toThrow(/does not know/)
  })

  test('a failing migration leaves nothing behind, and one outside a transaction is recorded', async () => {
    const extra = (name: string, sql: string) => ({
      name,
      sql,
      checksum: name,
      transactional: !sql.startsWith('-- no-transaction'),
    })
    await expect(run((m) => m.push(extra('9998_bad.sql', 'CREATE TABLE millrace.half (x int); SELECT 1/0')))).rejects.toThrow(
      /9998_bad/,
    )
    expect((await owner.query(`SELECT to_regclass('millrace.half') AS t`)).rows[0].t).toBeNull()
    const concurrent = '-- no-transaction\nCREATE INDEX CONCURRENTLY statements_extra ON millrace.statements (name)'
    expect((await run((m) => m.push(extra('9999_index.sql', concurrent)))).applied).toEqual(['9999_index.sql'])
  })

  test('partitions are made ahead once and dropped after their retention, except ledger days and unsent outbox rows', async () => {
    const day = (offset: number) => `date '2026-03-01' + ${offset}`
    expect((await owner.query(`SELECT millrace.ensure_partitions(${day(0)}, ${day(2)}) AS n`)).rows[0].n).toBe(0)
    const names = async () =>
      (
        await owner.query<{ relname: string }>(
          `SELECT relname FROM pg_class WHERE relispartition AND relname LIKE '%_20260301' AND relkind = 'r'`,
        )
      ).rows.map((r) => r.relname)
    const before = await names()
    await owner.query(`SELECT millrace.drop_expired_partitions(${day(1000)})`)
    expect(before).toContain('usage_samples_20260301')
    expect((await names()).sort()).toEqual(['ledger_20260301', 'outbox_20260301'])
  })
})
