import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { systemClock, uidMaker } from '@millrace/kit'
import type { StatementSpec } from '@millrace/protocol'
import {
  createComputePool,
  createDataKey,
  createOrganization,
  createStatement,
  createWorkspace,
  masterKeyFrom,
  type Scope,
  type Statement,
} from '@millrace/store'
import { openTestStore, type TestStore } from '@millrace/store/testing'

export const MASTER = '11'.repeat(32)
const newUid = uidMaker(systemClock)
/** Stable over restarts of the scheduler, different in test processes side by side. */
const port = 22_000 + (process.pid % 900)

/** A real scheduler process with real worker processes on a real Postgres, and one tenant. */
export interface Installation {
  readonly test: TestStore
  readonly org: string
  readonly workspace: string
  readonly pool: string
  readonly schedulerUrl: string
  tenant<T>(fn: (scope: Scope) => Promise<T>): Promise<T>
  submit(name: string, program: unknown, spec?: Partial<StatementSpec>): Promise<Statement>
  /** Starts the scheduler; the one before has ended. */
  startScheduler(environment?: Readonly<Record<string, string>>): void
  /** Ends the scheduler's process with `signal` and resolves when it is gone. */
  endScheduler(signal: NodeJS.Signals): Promise<void>
  close(): Promise<void>
}

export async function openInstallation(): Promise<Installation> {
  const test = await openTestStore(new Date())
  const folder = mkdtempSync(path.join(os.tmpdir(), 'millrace-scheduler-'))
  const org = newUid()
  const tenant = <T>(fn: (scope: Scope) => Promise<T>) =>
    test.store.withTenant(org, (tx) => fn({ tx, org, now: new Date(), newUid }))
  const master = masterKeyFrom(MASTER)
  const { workspace, pool } = await tenant(async (scope) => {
    await createOrganization(scope, { name: 'acme', displayName: 'Acme', plan: 'free', homeRegion: 'local', quotas: {} })
    await createDataKey(scope, { master, random: (n) => crypto.getRandomValues(new Uint8Array(n)) })
    const ws = (await createWorkspace(scope, { name: 'main', region: 'local', conditions: [] })).uid
    const p = await createComputePool(scope, { workspace: ws, name: 'p', spec: { max_cu: 4, min_cu: 0, runtimes: ['embedded'] } })
    return { workspace: ws, pool: p.uid }
  })
  let scheduler: ChildProcess | null = null
  const endScheduler = async (signal: NodeJS.Signals) => {
    const child = scheduler
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill(signal)
    await gone
  }
  return {
    test,
    org,
    workspace,
    pool,
    schedulerUrl: `http://127.0.0.1:${port}`,
    tenant,
    submit: (name, program, spec = {}) =>
      tenant((scope) => createStatement(scope, newStatement({ workspace, pool, name, program, spec }))),
    startScheduler: (environment = {}) => {
      scheduler = spawn(process.execPath, [fileURLToPath(new URL('../main.ts', import.meta.url))], {
        env: { ...schedulerEnvironment(test, { port, folder }), ...environment },
        stdio: ['ignore', 'inherit', 'inherit'],
      })
    },
    endScheduler,
    close: async () => {
      await endScheduler('SIGINT')
      await test.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function schedulerEnvironment(test: TestStore, at: { readonly port: number; readonly folder: string }): Record<string, string> {
  return {
    MILLRACE_SCHEDULER_PORT: String(at.port),
    MILLRACE_DATABASE_URL_API: test.urls.api,
    MILLRACE_DATABASE_URL_SYSTEM: test.urls.system,
    MILLRACE_READ_KEY: '22'.repeat(32),
    MILLRACE_MASTER_KEY: MASTER,
    MILLRACE_WORKER_LOGS: path.join(at.folder, 'logs'),
    MILLRACE_OBJECT_STORE_ROOT: path.join(at.folder, 'objects'),
    NODE_COMPILE_CACHE: path.join(at.folder, 'compile-cache'),
    MILLRACE_SUPERVISOR_PID: String(process.pid),
    MILLRACE_WORKER_IDLE_AFTER_MS: '2000',
    MILLRACE_LOG_LEVEL: 'warn',
  }
}

function newStatement(o: {
  readonly workspace: string
  readonly pool: string
  readonly name: string
  readonly program: unknown
  readonly spec: Partial<StatementSpec>
}): Parameters<typeof createStatement>[1] {
  return {
    workspace: o.workspace,
    pool: o.pool,
    name: o.name,
    spec: {
      sql: 'INSERT INTO out SELECT n FROM numbers',
      properties: { 'execution.checkpointing.interval': '500 ms' },
      compute_pool: 'p',
      desired: 'RUNNING',
      runtime: 'auto',
      parallelism: { min: 1, max: 4 },
      priority: 0,
      start: { from: 'default' },
      ...o.spec,
    },
    labels: {},
    annotations: {},
    phase: 'PENDING',
    program: JSON.stringify(o.program),
    plan: null,
    traits: { sql_kind: 'INSERT', is_bounded: false, is_append_only: true, upsert_columns: [], schema: [], connections: [] },
    results: null,
    createdBy: 'test',
  }
}
