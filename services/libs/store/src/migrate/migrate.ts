import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import pg from 'pg'

/** First line of a migration that must not run inside a transaction (CREATE INDEX CONCURRENTLY and the like). */
const NO_TRANSACTION = '-- no-transaction'
const LOCK_KEY = 7164015002n

export interface Migration {
  readonly name: string
  readonly sql: string
  readonly checksum: string
  readonly transactional: boolean
}

export interface MigrateOptions {
  /** Direct connection (no transaction pooler) as millrace_owner. */
  readonly connectionString: string
  readonly migrations: readonly Migration[]
  readonly now: () => Date
  /** How long one statement may wait for a table lock before the run gives up, in ms. */
  readonly lockTimeoutMs?: number
  readonly onApplied?: (name: string, ms: number) => void
}

export interface MigrateResult {
  readonly applied: readonly string[]
  readonly alreadyThere: number
}

/** Reads `NNNN_name.sql` files in order. Throws when two share a number or a name does not fit. */
export async function readMigrations(directory: URL): Promise<Migration[]> {
  const names = (await readdir(directory)).filter((n) => n.endsWith('.sql')).sort()
  const seen = new Set<string>()
  const out: Migration[] = []
  for (const name of names) {
    const number = /^(\d{4})_[a-z0-9_]+\.sql$/.exec(name)?.[1]
    if (number === undefined) throw new Error(`migration file name ${name} is not NNNN_name.sql`)
    if (seen.has(number)) throw new Error(`two migrations have the number ${number}`)
    seen.add(number)
    const sql = await readFile(new URL(name, directory), 'utf8')
    out.push({
      name,
      sql,
      checksum: createHash('sha256').update(sql).digest('hex'),
      transactional: !sql.startsWith(NO_TRANSACTION),
    })
  }
  return out
}

/**
 * Applies what is missing, in order, on one connection that also holds the advisory lock, so that two runs never interleave.
 * Throws when an applied migration is missing here or has another checksum: history is never edited.
 */
export async function migrate(options: MigrateOptions): Promise<MigrateResult> {
  const client = new pg.Client({ connectionString: options.connectionString, application_name: 'millrace-migrate' })
  await client.connect()
  try {
    await client.query('SELECT pg_advisory_lock($1)', [LOCK_KEY])
    await client.query(`SET lock_timeout = '${Math.trunc(options.lockTimeoutMs ?? 5_000)}ms'`)
    const done = await readHistory(client)
    checkHistory(done, options.migrations)
    const applied: string[] = []
    for (const migration of options.migrations) {
      if (done.has(migration.name)) continue
      const started = options.now().getTime()
      await applyOne(client, migration, options.now())
      applied.push(migration.name)
      options.onApplied?.(migration.name, options.now().getTime() - started)
    }
    return { applied, alreadyThere: done.size }
  } finally {
    await client.end()
  }
}

async function readHistory(client: pg.Client): Promise<Map<string, string>> {
  await client.query('CREATE SCHEMA IF NOT EXISTS millrace')
  await client.query(`CREATE TABLE IF NOT EXISTS millrace.schema_migrations (
    name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz(3) NOT NULL)`)
  const rows = await client.query<{ name: string; checksum: string }>('SELECT name, checksum FROM millrace.schema_migrations')
  return new Map(rows.rows.map((r) => [r.name, r.checksum]))
}

function checkHistory(done: ReadonlyMap<string, string>, migrations: readonly Migration[]): void {
  const here = new Map(migrations.map((m) => [m.name, m.checksum]))
  for (const [name, checksum] of done) {
    const ours = here.get(name)
    if (ours === undefined)
      throw new Error(`the database has migration ${name}, which this release does not know: run a newer release`)
    if (ours !== checksum) throw new Error(`migration ${name} was changed after it was applied`)
  }
}

async function applyOne(client: pg.Client, migration: Migration, now: Date): Promise<void> {
  const record = () =>
    client.query('INSERT INTO millrace.schema_migrations (name, checksum, applied_at) VALUES ($1, $2, $3)', [
      migration.name,
      migration.checksum,
      now,
    ])
  if (!migration.transactional) {
    await client.query(migration.sql)
    await record()
    return
  }
  await client.query('BEGIN')
  try {
    await client.query(migration.sql)
    await record()
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK')
    throw new Error(`migration ${migration.name} failed: ${(error as Error).message}`, { cause: error })
  }
}
