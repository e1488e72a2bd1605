import { type ConfigOf, option, readConfig } from '@millrace/kit'

const TABLE = {
  host: option.string({ env: 'MILLRACE_SCHEDULER_HOST', doc: 'address of the internal port', fallback: '127.0.0.1' }),
  port: option.int({
    env: 'MILLRACE_SCHEDULER_PORT',
    doc: 'internal port, stable over restarts',
    fallback: 8081,
    min: 1,
    max: 65_535,
  }),
  apiUrl: option.string({ env: 'MILLRACE_DATABASE_URL_API', doc: 'Postgres as millrace_api', secret: true }),
  systemUrl: option.string({ env: 'MILLRACE_DATABASE_URL_SYSTEM', doc: 'Postgres as millrace_system', secret: true }),
  poolSize: option.int({ env: 'MILLRACE_DATABASE_POOL', doc: 'connections to Postgres', fallback: 8, min: 2, max: 200 }),
  queueUrl: option.string({
    env: 'MILLRACE_QUEUE_URL',
    doc: 'wake-ups: postgres:// or redis://; empty = sweeps alone',
    fallback: '',
    secret: true,
  }),
  dropWakeUps: option.boolean({
    env: 'MILLRACE_DROP_WAKEUPS',
    doc: 'fault flag: wake-ups are neither sent nor taken',
    fallback: false,
  }),
  readKey: option.string({
    env: 'MILLRACE_READ_KEY',
    doc: 'hex key of worker and read tokens, stable over restarts; shared with the control plane',
    secret: true,
  }),
  masterKey: option.string({
    env: 'MILLRACE_MASTER_KEY',
    doc: 'key that wraps data keys, 32 bytes in hex or base64',
    secret: true,
  }),
  kafkaBootstrap: option.string({
    env: 'MILLRACE_KAFKA_BOOTSTRAP',
    doc: 'bootstrap servers of the built-in Kafka; empty = there is none',
    fallback: '',
  }),
  kafkaMechanism: option.oneOf({
    env: 'MILLRACE_KAFKA_SASL_MECHANISM',
    doc: "SASL mechanism of workspaces' principals on it",
    values: ['SCRAM-SHA-256', 'SCRAM-SHA-512'],
    fallback: 'SCRAM-SHA-256',
  }),
  kafkaPartitions: option.int({
    env: 'MILLRACE_KAFKA_TOPIC_PARTITIONS',
    doc: 'partitions of a topic that is made because a statement writes to it',
    fallback: 4,
    min: 1,
    max: 1000,
  }),
  kafkaPartitionsMax: option.int({
    env: 'MILLRACE_KAFKA_TOPIC_PARTITIONS_MAX',
    doc: 'most partitions of such a topic, whatever its table asks for by INTO n BUCKETS',
    fallback: 128,
    min: 1,
    max: 10_000,
  }),
  region: option.string({ env: 'MILLRACE_REGION', doc: 'region that this scheduler serves', fallback: 'local' }),
  workerEntry: option.string({
    env: 'MILLRACE_WORKER_ENTRY',
    doc: "the worker's main.ts; empty = beside this service",
    fallback: '',
  }),
  workerMilliCu: option.int({
    env: 'MILLRACE_WORKER_MILLICU',
    doc: 'capacity of a worker, thousandths of a CU',
    fallback: 2000,
    min: 50,
    max: 64_000,
  }),
  workersMax: option.int({ env: 'MILLRACE_WORKERS_MAX', doc: 'most workers at once', fallback: 8, min: 1, max: 10_000 }),
  spareWorkers: option.int({ env: 'MILLRACE_WORKERS_SPARE', doc: 'unbound workers kept warm', fallback: 1, min: 0, max: 100 }),
  workerHeapMb: option.int({
    env: 'MILLRACE_WORKER_HEAP_MB',
    doc: "V8's old space of a worker, MB",
    fallback: 1024,
    min: 32,
    max: 65_536,
  }),
  workerLogs: option.string({ env: 'MILLRACE_WORKER_LOGS', doc: "folder of workers' logs", fallback: '/tmp/millrace-workers' }),
  lostAfterMs: option.int({
    env: 'MILLRACE_WORKER_LOST_AFTER_MS',
    doc: 'silence after which a worker is lost; three times that while its process is seen',
    fallback: 3000,
    min: 500,
  }),
  startTimeoutMs: option.int({
    env: 'MILLRACE_WORKER_START_TIMEOUT_MS',
    doc: 'time for a worker to report first',
    fallback: 30_000,
    min: 1000,
  }),
  sweepMs: option.int({
    env: 'MILLRACE_SWEEP_MS',
    doc: 'longest time between two looks at everything',
    fallback: 1000,
    min: 50,
    max: 5000,
  }),
  idleAfterMs: option.int({
    env: 'MILLRACE_WORKER_IDLE_AFTER_MS',
    doc: 'an empty worker ends after this',
    fallback: 15_000,
    min: 0,
  }),
  consolidateAfterMs: option.int({
    env: 'MILLRACE_WORKER_CONSOLIDATE_AFTER_MS',
    doc: 'a calm worker that others can carry is emptied after this',
    fallback: 45_000,
    min: 0,
  }),
  scaleDownAfterMs: option.int({
    env: 'MILLRACE_SCALE_DOWN_AFTER_MS',
    doc: 'a smaller slot must have been enough for this long',
    fallback: 30_000,
    min: 1000,
  }),
  sharedPlans: option.string({
    env: 'MILLRACE_SHARED_PLANS',
    doc: 'plans whose tenants share worker processes, comma-separated',
    fallback: '',
  }),
  drainTimeoutMs: option.int({
    env: 'MILLRACE_DRAIN_TIMEOUT_MS',
    doc: 'time for all workers to end with a checkpoint',
    fallback: 20_000,
    min: 0,
  }),
  logLevel: option.oneOf({
    env: 'MILLRACE_LOG_LEVEL',
    doc: 'least severe log lines',
    values: ['debug', 'info', 'warn', 'error'],
    fallback: 'info',
  }),
}

export type SchedulerConfig = ConfigOf<typeof TABLE>

/** Options of the worker that this service hands on as they are. */
const HANDED_ON = [
  'MILLRACE_OBJECT_STORE',
  'MILLRACE_OBJECT_STORE_ROOT',
  'MILLRACE_S3_ENDPOINT',
  'MILLRACE_S3_REGION',
  'MILLRACE_S3_BUCKET',
  'MILLRACE_S3_PREFIX',
  'MILLRACE_S3_ACCESS_KEY_ID',
  'MILLRACE_S3_SECRET_ACCESS_KEY',
  'MILLRACE_FILES_ROOT',
  'MILLRACE_ALLOWED_ADDRESSES',
  'MILLRACE_SUPERVISOR_PID',
  'MILLRACE_LOG_LEVEL',
  'MILLRACE_FAULT_STORE_FULL',
  'NODE_COMPILE_CACHE',
] as const

/** Throws ConfigError naming every mistake at once. */
export function schedulerConfig(env: Readonly<Record<string, string | undefined>> = process.env): {
  readonly config: SchedulerConfig
  /** What every worker is given besides its identity. */
  readonly workerEnvironment: Readonly<Record<string, string>>
} {
  const workerEnvironment = Object.fromEntries(HANDED_ON.flatMap((name) => (env[name] ? [[name, env[name]]] : [])))
  return { config: readConfig(TABLE, env), workerEnvironment }
}
