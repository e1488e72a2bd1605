import { type ConfigOf, option, readConfig } from '@millrace/kit'

const TABLE = {
  uid: option.string({ env: 'MILLRACE_WORKER_UID', doc: 'uid of this worker, given by its provisioner' }),
  token: option.string({ env: 'MILLRACE_WORKER_TOKEN', doc: 'token of this worker for the scheduler', secret: true }),
  schedulerUrl: option.string({ env: 'MILLRACE_SCHEDULER_URL', doc: "base URL of the scheduler's internal port" }),
  installation: option.string({ env: 'MILLRACE_INSTALLATION', doc: 'uid of the installation, part of transactional ids' }),
  readHost: option.string({ env: 'MILLRACE_WORKER_READ_HOST', doc: 'address of the read port', fallback: '127.0.0.1' }),
  readPort: option.int({
    env: 'MILLRACE_WORKER_READ_PORT',
    doc: 'read port; 0 takes a free one',
    fallback: 0,
    min: 0,
    max: 65_535,
  }),
  objectStore: option.oneOf({
    env: 'MILLRACE_OBJECT_STORE',
    doc: 'where checkpoints live',
    values: ['fs', 's3'],
    fallback: 'fs',
  }),
  objectStoreRoot: option.string({ env: 'MILLRACE_OBJECT_STORE_ROOT', doc: 'folder of the fs object store', fallback: '' }),
  s3Endpoint: option.string({
    env: 'MILLRACE_S3_ENDPOINT',
    doc: 'endpoint of an S3-compatible store; empty = AWS',
    fallback: '',
  }),
  s3Region: option.string({ env: 'MILLRACE_S3_REGION', doc: 'region of the bucket', fallback: 'us-east-1' }),
  s3Bucket: option.string({ env: 'MILLRACE_S3_BUCKET', doc: 'bucket of checkpoints', fallback: '' }),
  s3Prefix: option.string({ env: 'MILLRACE_S3_PREFIX', doc: 'key prefix in the bucket', fallback: '' }),
  s3AccessKey: option.string({
    env: 'MILLRACE_S3_ACCESS_KEY_ID',
    doc: 'access key; empty = the default provider chain',
    fallback: '',
  }),
  s3SecretKey: option.string({ env: 'MILLRACE_S3_SECRET_ACCESS_KEY', doc: 'its secret', fallback: '', secret: true }),
  filesRoot: option.string({ env: 'MILLRACE_FILES_ROOT', doc: "folder of workspaces' files; empty = none", fallback: '' }),
  allowedAddresses: option.string({
    env: 'MILLRACE_ALLOWED_ADDRESSES',
    doc: 'host:port list that statements may reach although it is private',
    fallback: '',
  }),
  supervisorPid: option.int({
    env: 'MILLRACE_SUPERVISOR_PID',
    doc: 'drain and exit when this process is gone; 0 = never',
    fallback: 0,
    min: 0,
  }),
  logLevel: option.oneOf({
    env: 'MILLRACE_LOG_LEVEL',
    doc: 'least severe log lines',
    values: ['debug', 'info', 'warn', 'error'],
    fallback: 'info',
  }),
  faultStoreFull: option.string({
    env: 'MILLRACE_FAULT_STORE_FULL',
    doc: 'fault flag: while this file exists, the object store is full',
    fallback: '',
  }),
}

export type WorkerConfig = ConfigOf<typeof TABLE>

/** Throws ConfigError naming every mistake at once. */
export const workerConfig = (env: Readonly<Record<string, string | undefined>> = process.env): WorkerConfig =>
  readConfig(TABLE, env)
