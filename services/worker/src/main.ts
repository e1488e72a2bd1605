import { mkdirSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { startJob } from '@millrace/engine/runtime'
import { systemClock, systemRandom, uuidV7 } from '@millrace/kit'
import pino from 'pino'
import { type WorkerConfig, workerConfig } from './config.ts'
import type { JobSetting } from './jobs/job-options.ts'
import { schedulerClient } from './report/scheduler-client.ts'
import { startWorker } from './start-worker.ts'

const config = workerConfig()
const log = pino({ level: config.logLevel, base: { service: 'worker', worker: config.uid } })

function objectStore(c: WorkerConfig): JobSetting['store'] {
  if (c.objectStore === 'fs') {
    return { kind: 'fs', root: c.objectStoreRoot, ...(c.faultStoreFull ? { faults: { full: c.faultStoreFull } } : {}) }
  }
  return {
    kind: 's3',
    region: c.s3Region,
    bucket: c.s3Bucket,
    prefix: c.s3Prefix,
    ...(c.s3Endpoint ? { endpoint: c.s3Endpoint } : {}),
    ...(c.s3AccessKey ? { credentials: { accessKeyId: c.s3AccessKey, secretAccessKey: c.s3SecretKey } } : {}),
  }
}

function cpuUs(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

if (config.objectStore === 'fs') mkdirSync(config.objectStoreRoot, { recursive: true })

const worker = await startWorker({
  uid: config.uid,
  incarnation: uuidV7(systemClock.now(), systemRandom),
  pid: process.pid,
  client: schedulerClient({ url: config.schedulerUrl, worker: config.uid, token: config.token, timeoutMs: 5000 }),
  startJob,
  setting: {
    installation: config.installation,
    store: objectStore(config),
    connectorModule: new URL('./registry.ts', import.meta.resolve('@millrace/connectors')).href,
    filesRoot: config.filesRoot || undefined,
    allowedAddresses: config.allowedAddresses.split(',').filter((address) => address !== ''),
    now: () => systemClock.now(),
  },
  read: { host: config.readHost, port: config.readPort },
  usage: () => ({ rss_bytes: process.memoryUsage.rss(), cpu_us: cpuUs() }),
  clock: systemClock,
  log,
})
log.info({ readUrl: worker.readUrl, pid: process.pid }, 'worker is up')
// Kept now, not at the end: a worker that is killed leaves a warm start to its successor as well.
flushCompileCache()

// What a run's coordinator failed to catch must not end its neighbours; the run itself fails by its own checks.
process.on('unhandledRejection', (error) => log.error({ err: error }, 'unhandled rejection'))
process.on('uncaughtException', (error) => log.error({ err: error }, 'uncaught exception'))

let draining = false
const drain = (signal: string) => {
  if (draining) return
  draining = true
  log.info({ signal }, 'asked to end')
  void worker.drain()
}
process.on('SIGTERM', () => drain('SIGTERM'))
process.on('SIGINT', () => drain('SIGINT'))
if (config.supervisorPid > 0) {
  const watch = setInterval(() => {
    try {
      process.kill(config.supervisorPid, 0)
    } catch {
      clearInterval(watch)
      drain('supervisor gone')
    }
  }, 1000)
  watch.unref()
}

await worker.ended
process.exit(0)
