import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { startJob } from '@millrace/engine/runtime'
import { silentLogger, systemClock } from '@millrace/kit'
import type { Assignment, DesiredSet, ResultsPage, StatementReport, WorkerReport, WorkerStatus } from '@millrace/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { schedulerClient } from './report/scheduler-client.ts'
import { type RunningWorker, startWorker } from './start-worker.ts'
import { type DatagenPlanOptions, datagenPlan } from './testing/datagen-plan.ts'

const UID = '0190aaaa-bbbb-7ccc-8ddd-eeeeffff0000'

/** The scheduler's side of the protocol: answers each report with `desired`. */
class Scheduler {
  desired: Assignment[] = []
  shutdown = false
  last: WorkerReport | null = null
  #server: Server | null = null
  #port = 0
  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }
  async open(): Promise<void> {
    this.#server = createServer((request, response) => {
      const parts: Buffer[] = []
      request.on('data', (part: Buffer) => parts.push(part))
      request.on('end', () => {
        if (request.method === 'GET') return void response.end('{"current":true}')
        this.last = JSON.parse(Buffer.concat(parts).toString()) as WorkerReport
        const answer: DesiredSet = { statements: this.desired, report_interval_ms: 100, shutdown: this.shutdown }
        response.end(JSON.stringify(answer))
      })
    })
    await new Promise<void>((resolve) => this.#server?.listen(this.#port, '127.0.0.1', resolve))
    this.#port = (this.#server.address() as AddressInfo).port
  }
  async close(): Promise<void> {
    this.#server?.closeAllConnections()
    await new Promise((resolve) => this.#server?.close(resolve))
  }
  report(version: string): StatementReport | undefined {
    return this.last?.statements.find((s) => s.statement_version === version)
  }
  async until(version: string, done: (report: StatementReport | undefined) => boolean): Promise<StatementReport | undefined> {
    const deadline = Date.now() + 60_000
    while (!done(this.report(version))) {
      if (Date.now() > deadline) throw new Error(`never so: ${JSON.stringify(this.report(version))}`)
      await systemClock.sleep(20)
    }
    return this.report(version)
  }
}

const assignment = (name: string, plan: DatagenPlanOptions, over: Partial<Assignment> = {}): Assignment => ({
  statement_version: `version-${name}`,
  statement: `statement-${name}`,
  organization: 'org',
  workspace: 'ws',
  name,
  epoch: 1,
  granted_at_ms: 1,
  desired: 'RUN',
  savepoint: false,
  parallelism: 1,
  cu: 0.25,
  program: datagenPlan(plan),
  secrets: {},
  checkpoint: null,
  properties: { 'execution.checkpointing.interval': '200 ms' },
  checkpoint_prefix: `org/ws/${name}`,
  files_prefix: 'org/ws',
  read_token: `token-${name}`,
  state_limit_bytes: 1e8,
  ...over,
})

const root = mkdtempSync(path.join(os.tmpdir(), 'millrace-worker-'))
const scheduler = new Scheduler()
let worker: RunningWorker

beforeAll(async () => {
  await scheduler.open()
  worker = await startWorker({
    uid: UID,
    incarnation: 'i1',
    pid: process.pid,
    client: schedulerClient({ url: scheduler.url, worker: UID, token: 't', timeoutMs: 2000 }),
    startJob,
    setting: {
      installation: 'test',
      store: { kind: 'fs', root },
      connectorModule: new URL('./registry.ts', import.meta.resolve('@millrace/connectors')).href,
      filesRoot: undefined,
      allowedAddresses: [],
      now: () => Date.now(),
    },
    read: { host: '127.0.0.1', port: 0 },
    usage: () => ({ rss_bytes: 0, cpu_us: 0 }),
    clock: systemClock,
    log: silentLogger,
  })
}, 120_000)
afterAll(async () => {
  scheduler.desired = []
  await worker.drain()
  await scheduler.close()
  rmSync(root, { recursive: true, force: true })
}, 120_000)

const status = async (): Promise<WorkerStatus> => (await (await fetch(`${worker.readUrl}/status`)).json()) as WorkerStatus

describe('a worker', () => {
  test('runs what is desired, reports it each interval and shows its slot', async () => {
    const a = assignment('one', { rowsPerSecond: 2000, sink: 'blackhole' })
    scheduler.desired = [a]
    const first = await scheduler.until(a.statement_version, (r) => r?.state === 'RUNNING' && r.counters.records_in > 0)
    await scheduler.until(
      a.statement_version,
      (r) => (r?.counters.records_in ?? 0) > first!.counters.records_in && r?.checkpoint != null,
    )
    expect((await status()).slots).toMatchObject([
      { statement_version: a.statement_version, epoch: 1, cu: 0.25, state: 'RUNNING', granted_at_ms: 1 },
    ])
  }, 120_000)

  test('goes on with the last set while the scheduler is away', async () => {
    const before = scheduler.report('version-one')!.counters.records_in
    await scheduler.close()
    scheduler.last = null
    await systemClock.sleep(1000)
    expect((await status()).slots).toMatchObject([{ state: 'RUNNING' }])
    await scheduler.open()
    const after = await scheduler.until('version-one', (r) => r !== undefined)
    expect(after!.state).toBe('RUNNING')
    expect(after!.counters.records_in).toBeGreaterThan(before)
  }, 120_000)

  test("a run's failure is its own: its neighbour runs on", async () => {
    const bad = assignment('bad', { rowsPerSecond: 10, sink: 'no-such-connector' })
    scheduler.desired = [...scheduler.desired, bad]
    const failed = await scheduler.until(bad.statement_version, (r) => r?.state === 'FAILED')
    expect(failed!.error?.message).toContain('no-such-connector')
    const seen = scheduler.report('version-one')!.counters.records_in
    await scheduler.until('version-one', (r) => r?.state === 'RUNNING' && r.counters.records_in > seen)
    scheduler.desired = scheduler.desired.filter((a) => a !== bad)
    await scheduler.until(bad.statement_version, (r) => r === undefined)
  }, 120_000)

  test('results need the token of the epoch; pages go on where the last one ended', async () => {
    const query = assignment('query', { rowsPerSecond: 1000, rows: 25, sink: 'collect' })
    scheduler.desired = [...scheduler.desired, query]
    await scheduler.until(query.statement_version, (r) => r?.state === 'FINISHED')
    const url = `${worker.readUrl}/results/${query.statement_version}`
    for (const headers of [{}, { authorization: 'Bearer token-one' }]) expect((await fetch(url, { headers })).status).toBe(404)
    const headers = { authorization: `Bearer ${query.read_token}` }
    const page = (await (await fetch(`${url}?limit=10`, { headers })).json()) as ResultsPage
    expect(page.rows.map((r) => r.op)).toEqual(Array(10).fill('+I'))
    const rest = (await (await fetch(`${url}?after=${page.next}&limit=100`, { headers })).json()) as ResultsPage
    expect(rest.rows.length).toBe(15)
    expect((await fetch(`${url}?after=9-1`, { headers })).status).toBe(410)
    const events = await (
      await fetch(`${url}?after=${page.next}`, { headers: { ...headers, accept: 'text/event-stream' } })
    ).text()
    expect(events.match(/^event: row$/gm)?.length).toBe(15)
    expect(events).toContain('event: end')
    // A finished query keeps its rows when its slot has been taken back.
    scheduler.desired = scheduler.desired.filter((a) => a !== query)
    await scheduler.until(query.statement_version, (r) => r === undefined)
    expect((await fetch(url, { headers })).status).toBe(200)
  }, 120_000)

  test('a stop takes a last checkpoint, reports STOPPED and gives the slot back', async () => {
    const [a] = scheduler.desired
    scheduler.desired = [{ ...a!, desired: 'STOP', savepoint: true }]
    const stopped = await scheduler.until('version-one', (r) => r?.state === 'STOPPED')
    expect(stopped!.checkpoint?.number).toBeGreaterThan(0)
    scheduler.desired = []
    await scheduler.until('version-one', (r) => r === undefined)
    expect((await status()).slots).toEqual([])
  }, 120_000)

  test('ends with its runs when the scheduler does not know it', async () => {
    const a = assignment('left-over', { rowsPerSecond: 100, sink: 'blackhole' })
    scheduler.desired = [a]
    await scheduler.until(a.statement_version, (r) => r?.state === 'RUNNING')
    scheduler.desired = []
    scheduler.shutdown = true
    await worker.ended
    await expect(fetch(`${worker.readUrl}/status`)).rejects.toThrow()
  }, 120_000)
})
