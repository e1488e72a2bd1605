import { type ConfigOf, option, readConfig } from '@millrace/kit'

const TABLE = {
  host: option.string({ env: 'MILLRACE_API_HOST', doc: 'address the API listens on', fallback: '127.0.0.1' }),
  port: option.int({ env: 'MILLRACE_API_PORT', doc: 'port of the API', fallback: 8080, min: 0, max: 65_535 }),
  publicUrl: option.string({
    env: 'MILLRACE_PUBLIC_URL',
    doc: 'base URL that clients reach the API at; empty = host and port',
    fallback: '',
  }),
  parts: option.oneOf({
    env: 'MILLRACE_API_PARTS',
    doc: 'what this process serves: the whole API, or the data gateway alone',
    values: ['all', 'data-gateway'],
    fallback: 'all',
  }),
  dataEndpoint: option.string({
    env: 'MILLRACE_DATA_ENDPOINT',
    doc: "base URL of the region's data gateway; empty = the API serves it itself",
    fallback: '',
  }),
  region: option.string({ env: 'MILLRACE_REGION', doc: 'name of the region this installation serves', fallback: 'local' }),
  apiDatabaseUrl: option.string({ env: 'MILLRACE_DATABASE_URL_API', doc: 'Postgres URL as millrace_api', secret: true }),
  systemDatabaseUrl: option.string({ env: 'MILLRACE_DATABASE_URL_SYSTEM', doc: 'Postgres URL as millrace_system', secret: true }),
  queueUrl: option.string({ env: 'MILLRACE_QUEUE_URL', doc: 'Postgres URL as bullmq, or redis://', secret: true }),
  poolSize: option.int({ env: 'MILLRACE_DATABASE_POOL', doc: 'connections to Postgres by role', fallback: 10, min: 2, max: 200 }),
  acquireTimeoutMs: option.int({
    env: 'MILLRACE_DATABASE_ACQUIRE_TIMEOUT_MS',
    doc: 'longest wait for a connection, ms',
    fallback: 3000,
    min: 100,
  }),
  transactionTimeoutMs: option.int({
    env: 'MILLRACE_DATABASE_TRANSACTION_TIMEOUT_MS',
    doc: 'longest transaction, ms',
    fallback: 10_000,
    min: 100,
  }),
  masterKey: option.string({ env: 'MILLRACE_MASTER_KEY', doc: '32 bytes (hex or base64) that wrap the data keys', secret: true }),
  pepper: option.string({
    env: 'MILLRACE_API_KEY_PEPPERS',
    doc: 'peppers of API keys: version=hex, separated by commas',
    secret: true,
  }),
  readKey: option.string({
    env: 'MILLRACE_READ_KEY',
    doc: 'hex key that read tokens, page tokens and cookies are made with; shared with the scheduler',
    secret: true,
  }),
  developmentSignUp: option.boolean({
    env: 'MILLRACE_DEVELOPMENT_SIGN_UP',
    doc: 'sign-up answers with a key at once',
    fallback: false,
  }),
  requestsPerMinute: option.int({
    env: 'MILLRACE_REQUESTS_PER_MINUTE',
    doc: 'requests a principal may make in a minute',
    fallback: 6000,
    min: 1,
  }),
  sessionHours: option.int({
    env: 'MILLRACE_SESSION_HOURS',
    doc: 'lifetime of a session, hours',
    fallback: 12,
    min: 1,
    max: 720,
  }),
  oidcIssuer: option.string({ env: 'MILLRACE_OIDC_ISSUER', doc: 'OpenID provider; empty = no sign-in', fallback: '' }),
  oidcClientId: option.string({ env: 'MILLRACE_OIDC_CLIENT_ID', doc: 'client id at the provider', fallback: 'millrace' }),
  oidcClientSecret: option.string({
    env: 'MILLRACE_OIDC_CLIENT_SECRET',
    doc: 'client secret at the provider',
    fallback: '',
    secret: true,
  }),
  oidcInsecure: option.boolean({
    env: 'MILLRACE_OIDC_INSECURE',
    doc: 'the provider speaks plain HTTP (development only)',
    fallback: false,
  }),
  kafkaBootstrap: option.string({
    env: 'MILLRACE_KAFKA_BOOTSTRAP',
    doc: 'bootstrap servers of the built-in Kafka; empty = there is none',
    fallback: '',
  }),
  kafkaAdminUser: option.string({ env: 'MILLRACE_KAFKA_ADMIN_USER', doc: "SCRAM user of the broker's admin", fallback: 'admin' }),
  kafkaAdminPassword: option.string({ env: 'MILLRACE_KAFKA_ADMIN_PASSWORD', doc: 'its password', fallback: '', secret: true }),
  dropWakeUps: option.boolean({ env: 'MILLRACE_DROP_WAKEUPS', doc: 'fault flag: no wake-up is enqueued', fallback: false }),
  logLevel: option.oneOf({
    env: 'MILLRACE_LOG_LEVEL',
    doc: 'least severe log lines',
    values: ['debug', 'info', 'warn', 'error'],
    fallback: 'info',
  }),
}

export type Config = ConfigOf<typeof TABLE>

/** Throws ConfigError naming every mistake at once. */
export const controlPlaneConfig = (env: Readonly<Record<string, string | undefined>> = process.env): Config =>
  readConfig(TABLE, env)

/** `1=aa…,2=bb…`: peppers of at least 16 bytes by version. Throws on anything else. */
export function pepperTable(text: string): ReadonlyMap<number, Uint8Array> {
  const out = new Map<number, Uint8Array>()
  for (const part of text.split(',')) {
    const [, version, hex] = /^(\d{1,6})=([0-9a-f]{32,})$/i.exec(part.trim()) ?? []
    if (version === undefined || hex === undefined)
      throw new Error('MILLRACE_API_KEY_PEPPERS is not a list of version=hex with at least 32 digits')
    out.set(Number(version), Buffer.from(hex, 'hex'))
  }
  return out
}
