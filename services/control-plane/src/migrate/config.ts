import { type ConfigOf, option, readConfig } from '@millrace/kit'

const TABLE = {
  adminUrl: option.string({
    env: 'MILLRACE_DATABASE_URL_ADMIN',
    doc: 'superuser URL that makes roles and database; empty = they are there',
    fallback: '',
    secret: true,
  }),
  ownerUrl: option.string({
    env: 'MILLRACE_DATABASE_URL_OWNER',
    doc: 'Postgres URL as millrace_owner; its password is set by the bootstrap',
    secret: true,
  }),
  apiUrl: option.string({ env: 'MILLRACE_DATABASE_URL_API', doc: 'Postgres URL as millrace_api', secret: true }),
  systemUrl: option.string({ env: 'MILLRACE_DATABASE_URL_SYSTEM', doc: 'Postgres URL as millrace_system', secret: true }),
  queueUrl: option.string({ env: 'MILLRACE_QUEUE_URL', doc: 'Postgres URL as bullmq, or redis://', secret: true }),
  region: option.string({ env: 'MILLRACE_REGION', doc: 'name of the region this installation serves', fallback: 'local' }),
  publicUrl: option.string({
    env: 'MILLRACE_PUBLIC_URL',
    doc: 'base URL that clients reach the API at; the control plane corrects it',
    fallback: '',
  }),
  lockTimeoutMs: option.int({
    env: 'MILLRACE_MIGRATE_LOCK_TIMEOUT_MS',
    doc: 'longest wait for a table lock, ms',
    fallback: 5000,
    min: 100,
  }),
}

export type MigrateConfig = ConfigOf<typeof TABLE>

export const migrateConfig = (env: Readonly<Record<string, string | undefined>> = process.env): MigrateConfig =>
  readConfig(TABLE, env)
