import { flushCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'
import { systemClock, uidMaker } from '@millrace/kit'
import { openWakeUps } from '@millrace/queue'
import { ensureInstallation, masterKeyFrom, openStore } from '@millrace/store'
import pino from 'pino'
import { AssignmentDescriber } from './assignments/describe-assignment.ts'
import { kafkaTopics } from './assignments/kafka-topics.ts'
import { resolvedPrograms } from './assignments/resolve-program.ts'
import { SinkTopics } from './assignments/sink-topics.ts'
import { type SchedulerConfig, schedulerConfig } from './config.ts'
import type { LoopSettings } from './loop/parts.ts'
import { SampleWindow } from './loop/sample-window.ts'
import { WorkerRoster } from './loop/worker-roster.ts'
import { localProcesses } from './provision/local-processes.ts'
import { workerToken } from './server/worker-token.ts'
import { type RunningScheduler, startScheduler } from './start-scheduler.ts'

const { config, workerEnvironment } = schedulerConfig()
const log = pino({ level: config.logLevel, base: { service: 'scheduler' } })
const clock = systemClock
const newUid = uidMaker(clock)
const key = Buffer.from(config.readKey, 'hex')
const REPORT_INTERVAL_MS = 1000
const LEASE_MS = 10_000

const store = openStore({
  apiUrl: config.apiUrl,
  systemUrl: config.systemUrl,
  poolSize: config.poolSize,
  acquireTimeoutMs: 3000,
  transactionTimeoutMs: 10_000,
})

/** The store may come up after this service: without the installation's uid no worker can be started. */
async function installationUid(): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await store.withSystem((tx) => ensureInstallation(tx, { uid: newUid(), now: new Date(clock.now()) }))
    } catch (error) {
      if (attempt % 10 === 1) log.warn({ err: error }, 'waiting for the store')
      await clock.sleep(500)
    }
  }
}

function loopSettings(c: SchedulerConfig): LoopSettings {
  return {
    region: c.region,
    workerCu: c.workerMilliCu / 1000,
    workersMax: c.workersMax,
    spareWorkers: c.spareWorkers,
    lostAfterMs: c.lostAfterMs,
    startTimeoutMs: c.startTimeoutMs,
    sweepMs: c.sweepMs,
    idleAfterMs: c.idleAfterMs,
    consolidateAfterMs: c.consolidateAfterMs,
    scaleDownAfterMs: c.scaleDownAfterMs,
    sharedPlans: c.sharedPlans.split(',').filter((plan) => plan !== ''),
  }
}

const installation = await installationUid()
const url = `http://${config.host}:${config.port}`
const provisioner = localProcesses({
  entry: config.workerEntry || fileURLToPath(new URL('../../worker/src/main.ts', import.meta.url)),
  nodeFlags: [`--max-old-space-size=${config.workerHeapMb}`],
  logsFolder: config.workerLogs,
  environment: (uid) => ({
    ...workerEnvironment,
    MILLRACE_WORKER_UID: uid,
    MILLRACE_WORKER_TOKEN: workerToken(key, uid),
    MILLRACE_SCHEDULER_URL: url,
    MILLRACE_INSTALLATION: installation,
  }),
})
const samples = new SampleWindow()
const roster = new WorkerRoster()
const settings = loopSettings(config)
const kafka = config.kafkaBootstrap ? { bootstrap: config.kafkaBootstrap, saslMechanism: config.kafkaMechanism } : null
const master = masterKeyFrom(config.masterKey)
const programs = resolvedPrograms({ master, kafka })
const make =
  kafka &&
  kafkaTopics(kafka, {
    partitions: config.kafkaPartitions,
    partitionsMax: config.kafkaPartitionsMax,
    now: () => clock.now(),
    random: Math.random,
  })
const topics = make && new SinkTopics({ store, master, make, clock, log, changed: () => scheduler?.poke() })
const wakeUps = config.queueUrl
  ? openWakeUps({ url: config.queueUrl, log, poolSize: 4, concurrency: 4, dropWakeUps: config.dropWakeUps })
  : null

let scheduler: RunningScheduler | undefined
scheduler = await startScheduler({
  loop: {
    store,
    provisioner,
    samples,
    roster,
    prepared: (statement) => topics?.ready(statement) ?? true,
    clock,
    newUid,
    log,
    settings,
  },
  server: {
    key,
    store,
    clock,
    log,
    reports: {
      store,
      describer: new AssignmentDescriber(programs, key),
      samples,
      roster,
      clock,
      newUid,
      region: settings.region,
      workerCu: settings.workerCu,
      leaseMs: LEASE_MS,
      reportIntervalMs: REPORT_INTERVAL_MS,
    },
  },
  listen: { host: config.host, port: config.port },
  wakeUps: config.dropWakeUps ? null : wakeUps,
  log,
})
log.info({ url: scheduler.url, pid: process.pid }, 'scheduler is up')
// Kept now, not at the end: a process that is killed leaves a warm start behind as well.
flushCompileCache()

let ending = false
const end = (how: 'drain' | 'stop') => {
  if (ending) return
  ending = true
  log.info({ how }, 'asked to end')
  const done = how === 'drain' ? scheduler.drain(config.drainTimeoutMs) : scheduler.stop()
  void done
    .catch((error: unknown) => log.error({ err: error }, 'the end was not clean'))
    .then(() => store.close())
    .finally(() => process.exit(0))
}
// SIGINT ends the service with its workers, each with a checkpoint; SIGTERM ends this process alone and leaves them running.
process.on('SIGINT', () => end('drain'))
process.on('SIGTERM', () => end('stop'))
process.on('unhandledRejection', (error) => log.error({ err: error }, 'unhandled rejection'))
// A library's idle connection that Postgres ended: the loop finds out by itself and goes on when the store is back.
process.on('uncaughtException', (error: Error & { readonly code?: string }) => {
  if (/^(57P|08|ECONN|EPIPE)/.test(error.code ?? '')) return log.warn({ err: error }, 'a connection was lost')
  log.fatal({ err: error }, 'uncaught exception')
  process.exit(1)
})
