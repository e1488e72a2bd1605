// Makes roles and database where an admin URL is given, then applies what is missing of the migrations and of the queue's tables.
import { systemClock } from '@millrace/kit'
import { migrateQueue } from '@millrace/queue'
import {
  bootstrapDatabase,
  ensureRegion,
  listRegions,
  maintainPartitions,
  migrate,
  migrationsDirectory,
  openStore,
  readMigrations,
} from '@millrace/store'
import { migrateConfig } from './config.ts'

const config = migrateConfig()
const now = (): Date => new Date(systemClock.now())

if (config.adminUrl !== '') {
  const password = (url: string): string => decodeURIComponent(new URL(url).password)
  await bootstrapDatabase({
    adminUrl: config.adminUrl,
    database: new URL(config.ownerUrl).pathname.slice(1),
    passwords: {
      owner: password(config.ownerUrl),
      api: password(config.apiUrl),
      system: password(config.systemUrl),
      bullmq: config.queueUrl.startsWith('postgres') ? password(config.queueUrl) : password(config.systemUrl),
    },
  })
}
const result = await migrate({
  connectionString: config.ownerUrl,
  migrations: await readMigrations(migrationsDirectory),
  now,
  lockTimeoutMs: config.lockTimeoutMs,
  onApplied: (name, ms) => console.log(`applied ${name} in ${ms} ms`),
})
await migrateQueue(config.queueUrl)
const store = openStore({
  apiUrl: config.apiUrl,
  systemUrl: config.systemUrl,
  poolSize: 2,
  acquireTimeoutMs: 5000,
  transactionTimeoutMs: 60_000,
})
const partitions = await store.withSystem(async (tx) => {
  const known = (await listRegions(tx)).some((r) => r.name === config.region)
  if (!known)
    await ensureRegion(tx, { name: config.region, displayName: config.region, dataEndpoint: config.publicUrl, now: now() })
  return await maintainPartitions(tx, now())
})
await store.close()
console.log(
  `migrations: ${result.applied.length} applied, ${result.alreadyThere} were there; partitions: ${partitions.made} made`,
)
