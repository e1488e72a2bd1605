/**
 * The whole service on one machine: Postgres, migrations, Kafka, control plane, scheduler (with its workers), metering and a
 * development identity provider. `npm start`, the demo and the journeys all run this.
 */
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureKafka, missingForKafka, type RunningKafka, startKafka } from '../kafka.mjs'
import { type ManagedProcess, manageProcess, PidFile, type ProcessSpec } from './child-processes.ts'
import { type InstallationSecrets, installationSecrets } from './installation-secrets.ts'
import { choosePorts, type Ports } from './ports.ts'
import { type RunningPostgres, startPostgres } from './postgres.ts'
import { runCommand } from './run-command.ts'

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '')

export interface StackOptions {
  readonly dataDir: string
  readonly port?: number
  readonly kafka: boolean
  /** Extra environment of the services: limits, fault flags. */
  readonly env?: Readonly<Record<string, string>>
  /** Runs one step, showing its name and time. */
  readonly step: <T>(name: string, action: () => Promise<T>) => Promise<T>
  readonly note: (text: string) => void
}

export interface Stack {
  readonly api: string
  readonly ports: Ports
  readonly dataDir: string
  readonly kafka: RunningKafka | undefined
  readonly postgres: RunningPostgres
  readonly processes: Readonly<Record<'control-plane' | 'scheduler' | 'metering' | 'dev-idp', ManagedProcess>>
  /** Drains: workers end with a checkpoint, then the services, then Kafka and Postgres. */
  stop(): Promise<void>
}

/** Starts everything in order. When a step fails, what is already running is ended before the error goes on. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const started: (() => Promise<unknown>)[] = []
  try {
    return await startParts(options, started)
  } catch (error) {
    for (const end of started.reverse()) await end().catch(() => {})
    throw error
  }
}

async function startParts(options: StackOptions, started: (() => Promise<unknown>)[]): Promise<Stack> {
  const { dataDir, step, note } = options
  fs.mkdirSync(path.join(dataDir, 'logs'), { recursive: true })
  await endLeftovers(dataDir, note)
  const ports = await choosePorts(options.port)
  const secrets = installationSecrets(dataDir)
  const pids = new PidFile(path.join(dataDir, 'pids.json'))
  const broker = options.kafka ? step('Kafka', () => startBroker(dataDir, ports)) : undefined
  broker?.then((kafka) => started.push(() => kafka.stop('SIGKILL'))).catch(() => {})
  const postgres = await step('Postgres', () => startPostgres(postgresOptions(dataDir, { ports, secrets })))
  started.push(() => postgres.stop())
  pids.set('postgres', postgres.pid())
  const env = serviceEnvironment(options, { ports, secrets, postgres })
  await step('database', () => migrate(env, { postgres, secrets, dataDir }))
  const kafka = await broker
  pids.set('kafka', kafka?.pid)
  const processes = manageServices({ ...env, ...kafkaEnvironment(kafka) }, { dataDir, pids, note })
  for (const managed of Object.values(processes)) {
    managed.start()
    started.push(() => managed.stop(5000))
  }
  const api = `http://127.0.0.1:${ports.api}`
  await step('services', () => ready(api, dataDir))
  return { api, ports, dataDir, kafka, postgres, processes, stop: () => stopStack({ processes, kafka, postgres, pids, step }) }
}

const postgresOptions = (dataDir: string, { ports, secrets }: { ports: Ports; secrets: InstallationSecrets }) => ({
  dir: path.join(dataDir, 'postgres'),
  port: ports.postgres,
  password: secrets.postgres.superuser,
  log: path.join(dataDir, 'logs', 'postgres.log'),
})

function manageServices(
  env: Readonly<Record<string, string>>,
  { dataDir, pids, note }: { dataDir: string; pids: PidFile; note: (text: string) => void },
): Stack['processes'] {
  const surroundings = {
    root: ROOT,
    logs: path.join(dataDir, 'logs'),
    pids,
    onRestart: (name: string, reason: string) => note(`${name} ended (${reason}); it is started again`),
  }
  const manage = (spec: Omit<ProcessSpec, 'env'>) => manageProcess({ ...spec, env }, surroundings)
  return {
    'dev-idp': manage({ name: 'dev-idp', entry: 'services/control-plane/src/dev-idp/main.ts', stopSignal: 'SIGTERM' }),
    'control-plane': manage({ name: 'control-plane', entry: 'services/control-plane/src/main.ts', stopSignal: 'SIGTERM' }),
    scheduler: manage({ name: 'scheduler', entry: 'services/scheduler/src/main.ts', stopSignal: 'SIGINT' }),
    metering: manage({ name: 'metering', entry: 'services/metering/src/main.ts', stopSignal: 'SIGTERM' }),
  }
}

interface Parts {
  readonly ports: Ports
  readonly secrets: InstallationSecrets
  readonly postgres: RunningPostgres
}

function serviceEnvironment({ dataDir, env = {} }: StackOptions, { ports, secrets, postgres }: Parts): Record<string, string> {
  const api = `http://127.0.0.1:${ports.api}`
  return {
    MILLRACE_API_PORT: String(ports.api),
    MILLRACE_PUBLIC_URL: api,
    MILLRACE_DATABASE_URL_API: postgres.url('millrace_api', secrets.postgres.api),
    MILLRACE_DATABASE_URL_SYSTEM: postgres.url('millrace_system', secrets.postgres.system),
    MILLRACE_QUEUE_URL: postgres.url('bullmq', secrets.postgres.bullmq),
    MILLRACE_MASTER_KEY: secrets.masterKey,
    MILLRACE_API_KEY_PEPPERS: `1=${secrets.pepper}`,
    MILLRACE_READ_KEY: secrets.readKey,
    MILLRACE_DEVELOPMENT_SIGN_UP: 'true',
    MILLRACE_OIDC_ISSUER: `http://127.0.0.1:${ports.identity}`,
    MILLRACE_DEV_IDP_PORT: String(ports.identity),
    MILLRACE_OIDC_CLIENT_SECRET: secrets.oidcClientSecret,
    MILLRACE_OIDC_INSECURE: 'true',
    MILLRACE_OIDC_REDIRECT_URI: `${api}/v1/auth/callback`,
    MILLRACE_SCHEDULER_PORT: String(ports.scheduler),
    MILLRACE_WORKER_LOGS: path.join(dataDir, 'logs'),
    MILLRACE_OBJECT_STORE_ROOT: path.join(dataDir, 'checkpoints'),
    MILLRACE_FILES_ROOT: path.join(dataDir, 'files'),
    MILLRACE_SUPERVISOR_PID: String(process.pid),
    MILLRACE_LOG_LEVEL: 'info',
    ...env,
  }
}

function kafkaEnvironment(kafka: RunningKafka | undefined): Record<string, string> {
  if (!kafka) return {}
  return {
    MILLRACE_KAFKA_BOOTSTRAP: kafka.bootstrap,
    MILLRACE_KAFKA_ADMIN_USER: kafka.admin.username,
    MILLRACE_KAFKA_ADMIN_PASSWORD: kafka.admin.password,
    MILLRACE_ALLOWED_ADDRESSES: kafka.bootstrap,
  }
}

/** Applied when the migrations are not those of the last start: a look at the folder instead of a process on every start. */
async function migrate(
  env: Readonly<Record<string, string>>,
  { postgres, secrets, dataDir }: Omit<Parts, 'ports'> & { dataDir: string },
): Promise<void> {
  const ownerUrl = postgres.url('millrace_owner', secrets.postgres.owner)
  const result = await runCommand(process.execPath, [path.join(ROOT, 'services/control-plane/src/migrate/main.ts')], {
    cwd: ROOT,
    env: {
      ...env,
      PATH: process.env['PATH'] ?? '',
      MILLRACE_DATABASE_URL_ADMIN: postgres.adminUrl,
      MILLRACE_DATABASE_URL_OWNER: ownerUrl,
    },
  })
  fs.appendFileSync(path.join(dataDir, 'logs', 'migrate.log'), result.output)
  if (result.code !== 0) throw new Error(`The database could not be prepared:\n${result.output.slice(-3000)}`)
}

async function startBroker(dataDir: string, ports: Ports): Promise<RunningKafka> {
  const libs = await ensureKafka({ toolsDir: path.join(ROOT, '.tools') })
  return startKafka({
    libs,
    dir: path.join(dataDir, 'kafka'),
    port: ports.kafka,
    controllerPort: ports.kafkaController,
    heapMb: 512,
  })
}

/** Sentences on what Kafka lacks here; empty when it can run. */
export const kafkaLacks = (): string[] => missingForKafka(path.join(ROOT, '.tools'))

async function ready(api: string, dataDir: string): Promise<void> {
  const end = Date.now() + 60_000
  for (;;) {
    const answer = await fetch(`${api}/readyz`).catch(() => undefined)
    if (answer?.ok) return
    if (Date.now() > end)
      throw new Error(`The control plane is not ready after 60 s; see ${path.join(dataDir, 'logs', 'control-plane.log')}.`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

type StopParts = Pick<Stack, 'processes' | 'kafka' | 'postgres'> & Pick<StackOptions, 'step'> & { readonly pids: PidFile }

async function stopStack({ processes, kafka, postgres, pids, step }: StopParts): Promise<void> {
  await step('workers end with a checkpoint', () => processes.scheduler.stop(40_000))
  await step('services', () =>
    Promise.all([processes.metering, processes['control-plane'], processes['dev-idp']].map((p) => p.stop(10_000))).then(() => {}),
  )
  if (kafka) await step('Kafka', () => kafka.stop())
  await step('Postgres', () => postgres.stop())
  pids.clear()
}

/** A start that was killed leaves processes behind: they hold the ports and the data folder. */
async function endLeftovers(dataDir: string, note: (text: string) => void): Promise<void> {
  for (const { name, pid } of PidFile.left(path.join(dataDir, 'pids.json'))) {
    note(`ending ${name} (pid ${pid}), which an earlier start left behind`)
    process.kill(pid, name === 'postgres' ? 'SIGINT' : 'SIGKILL')
  }
  await new Promise((resolve) => setTimeout(resolve, 300))
}
