import { startPostgres, type TestPostgres } from '@millrace/testkit'
import { bootstrapDatabase, type DatabaseUrls } from '../migrate/bootstrap.ts'
import { migrate, readMigrations } from '../migrate/migrate.ts'
import { openStore, type Store } from '../open-store.ts'
import { maintainPartitions } from '../system/outbox.ts'
import { ensureRegion } from '../system/regions.ts'

export const migrationsDirectory = new URL('../../migrations/', import.meta.url)

export interface TestStore {
  readonly store: Store
  readonly urls: DatabaseUrls
  readonly adminUrl: string
  /** The server itself, for tests that end it. */
  readonly postgres: TestPostgres
  stop(): Promise<void>
}

/** A real Postgres of its own with roles, migrations, partitions around `now` and the region `local`. About 3 s. */
export async function openTestStore(now: Date, options: { readonly database?: string } = {}): Promise<TestStore> {
  const postgres = await startPostgres()
  const passwords = { owner: 'owner', api: 'api', system: 'system', bullmq: 'bullmq' }
  const urls = await bootstrapDatabase({ adminUrl: postgres.url, database: options.database ?? 'millrace_test', passwords })
  await migrate({ connectionString: urls.owner, migrations: await readMigrations(migrationsDirectory), now: () => now })
  const store = openStore({
    apiUrl: urls.api,
    systemUrl: urls.system,
    poolSize: 8,
    acquireTimeoutMs: 10_000,
    transactionTimeoutMs: 10_000,
  })
  await store.withSystem(async (tx) => {
    await maintainPartitions(tx, now)
    await ensureRegion(tx, { name: 'local', displayName: 'This machine', dataEndpoint: 'http://127.0.0.1', now })
  })
  return {
    store,
    urls,
    adminUrl: postgres.url,
    postgres,
    stop: async () => {
      await store.close()
      await postgres.stop()
    },
  }
}
