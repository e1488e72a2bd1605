import { type ConfigOf, option, readConfig } from '@millrace/kit'

const TABLE = {
  apiUrl: option.string({ env: 'MILLRACE_DATABASE_URL_API', doc: 'Postgres as millrace_api', secret: true }),
  systemUrl: option.string({ env: 'MILLRACE_DATABASE_URL_SYSTEM', doc: 'Postgres as millrace_system', secret: true }),
  passMs: option.int({
    env: 'MILLRACE_METERING_PASS_MS',
    doc: 'time between two looks at unbilled minutes',
    fallback: 2000,
    min: 100,
    max: 60_000,
  }),
  logLevel: option.oneOf({
    env: 'MILLRACE_LOG_LEVEL',
    doc: 'least severe log lines',
    values: ['debug', 'info', 'warn', 'error'],
    fallback: 'info',
  }),
}

export type MeteringConfig = ConfigOf<typeof TABLE>

/** Throws ConfigError naming every mistake at once. */
export const meteringConfig = (env: Readonly<Record<string, string | undefined>> = process.env): MeteringConfig =>
  readConfig(TABLE, env)
