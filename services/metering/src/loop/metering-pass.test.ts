import { ManualClock, uidMaker } from '@millrace/kit'
import type { StatementReport } from '@millrace/protocol'
import {
  createComputePool,
  createDataKey,
  createOrganization,
  createStatement,
  createWorkspace,
  endWorker,
  grantAssignment,
  masterKeyFrom,
  queryUsage,
  releaseAssignment,
  type Scope,
  saveReport,
  sumUnbilledHeld,
  sumUsage,
  upsertWorker,
} from '@millrace/store'
import { openTestStore, type TestStore } from '@millrace/store/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CU_MINUTE, RATE_CARD_2026_01 } from '../rates/rate-card.ts'
import { meteringPass } from './metering-pass.ts'

const START = Date.UTC(2026, 2, 1, 12)
const clock = new ManualClock(START)
const newUid = uidMaker(clock)
const org = newUid()
let t: TestStore
let workspace = ''
let pool = ''

const at = () => new Date(clock.now())
const tenant = <T>(fn: (scope: Scope) => Promise<T>) => t.store.withTenant(org, (tx) => fn({ tx, org, now: at(), newUid }))
const pass = () => meteringPass({ store: t.store, clock, newUid, card: RATE_CARD_2026_01 })

beforeAll(async () => {
  t = await openTestStore(at())
  await tenant(async (s) => {
    await createOrganization(s, { name: 'o', displayName: 'O', plan: 'free', homeRegion: 'local', quotas: {} })
    await createDataKey(s, { master: masterKeyFrom('11'.repeat(32)), random: (n) => new Uint8Array(n).fill(7) })
    workspace = (await createWorkspace(s, { name: 'main', region: 'local', conditions: [] })).uid
    pool = (await createComputePool(s, { workspace, name: 'p', spec: { max_cu: 8, min_cu: 0, runtimes: ['embedded'] } })).uid
  })
}, 60_000)
afterAll(() => t?.stop())

const report = (version: string, epoch: number, n: number): StatementReport => ({
  statement_version: version,
  epoch,
  state: 'RUNNING',
  error: null,
  lag: { records: 0, time_ms: 0 },
  freshness_ms: null,
  rates: { records_in: 0, records_out: 0, bytes_in: 0 },
  busy: 0,
  true_rate: null,
  watermark_ms: null,
  state_bytes: 0,
  state_limit_state: 'OK',
  checkpoint: null,
  counters: {
    cpu_us: n,
    records_in: n,
    records_out: n,
    bytes_in: 10 * n,
    bytes_out: 0,
    late_records_dropped: 0,
    errors_ignored: 0,
  },
  offsets: {},
  source_splits: 1,
  parallelism: 1,
})

/** A statement on a worker of its own under a first epoch. */
async function grant(name: string, cu: number) {
  const worker = newUid()
  const statement = await tenant((s) =>
    createStatement(s, {
      workspace,
      pool,
      name,
      spec: {
        sql: 'x',
        properties: {},
        compute_pool: 'p',
        desired: 'RUNNING',
        runtime: 'auto',
        parallelism: { min: 1, max: 1 },
        priority: 0,
        start: { from: 'default' },
      },
      labels: { team: 'blue' },
      annotations: {},
      phase: 'PENDING',
      program: '{}',
      plan: null,
      traits: { sql_kind: 'INSERT', is_bounded: false, is_append_only: true, upsert_columns: [], schema: [], connections: [] },
      results: null,
      createdBy: 'test',
    }),
  )
  const version = statement.version.uid
  const epoch = await t.store.withSystem(async (tx) => {
    await upsertWorker(tx, {
      uid: worker,
      region: 'local',
      readUrl: 'x',
      totalCu: 4,
      state: 'READY',
      process: {},
      now: at(),
      leaseMs: 1000,
    })
    return await grantAssignment(tx, {
      org,
      uid: newUid(),
      statement: statement.uid,
      version,
      worker,
      pool,
      cu,
      parallelism: 1,
      readUrl: 'x',
      now: at(),
    })
  })
  let n = 0
  const usage = async () => {
    const span = { from: new Date(START), to: new Date(clock.now() + 60_000), groupBy: ['statement' as const], limit: 100 }
    const { lines, unbilled } = await tenant((scope) =>
      queryUsage(scope, { ...span, granularity: 'total', workspace, statement: statement.uid }),
    )
    const ledger = Number(lines.find((line) => line.sku === 'cu')?.quantity ?? 0)
    const open = unbilled.reduce((sum, line) => sum + Number(line.quantity), 0)
    return { ledger, open, all: ledger + open, unbilled }
  }
  return {
    statement: statement.uid,
    version,
    worker,
    /** What the tenant is shown: the ledger, and what it does not hold yet. */
    usage,
    epoch: epoch!,
    /** Reports each `stepMs` for `ms`, counting a hundred records a report. */
    run: async (ms: number, stepMs = 10_000) => {
      for (let passed = 0; passed < ms; passed += stepMs) {
        await clock.advance(stepMs)
        n += 100
        await t.store.withSystem((tx) =>
          saveReport(tx, { worker, incarnation: 'i', report: report(version, epoch!, n), now: at() }),
        )
      }
    },
    counted: () => n,
    sums: async () => {
      const rows = await t.store.withSystem((tx) =>
        sumUsage(tx, { statement: statement.uid, from: new Date(START - 1), to: new Date(clock.now() + 3_600_000) }),
      )
      return Object.fromEntries(rows.map((r) => [r.sku, r]))
    },
  }
}

describe('metering', () => {
  test('closed minutes are written once, and the rest when the slot is released', async () => {
    const s = await grant('plain', 0.25)
    await s.run(150_000)
    expect(await pass()).toBeGreaterThan(0)
    expect(await pass()).toBe(0)
    expect((await s.sums())['cu']!.quantity).toBe(2 * 60_000 * 250)
    const open = await t.store.withSystem((tx) =>
      sumUnbilledHeld(tx, { org, statement: s.statement, since: new Date(START), now: at() }),
    )
    expect(open).toBe(30_000 * 250)
    await t.store.withSystem((tx) => releaseAssignment(tx, { version: s.version, epoch: s.epoch, reason: 'STOP', now: at() }))
    await pass()
    const sums = await s.sums()
    expect(sums['cu']).toMatchObject({ quantity: 150_000 * 250, unit: 'milli_cu_ms', currency: 'USD' })
    expect(sums['cu']!.amountMicros).toBe(Math.round(((150_000 * 250) / CU_MINUTE) * 3000))
    expect(sums['records_in']!.quantity).toBe(s.counted())
    expect(sums['bytes_in']!.quantity).toBe(10 * s.counted())
  })

  test('use shows at once, and no moment counts it twice: ledger and unbilled together are what was held', async () => {
    const s = await grant('shown', 0.5)
    expect(await s.usage()).toMatchObject({ all: 0, unbilled: [] })
    await s.run(20_000)
    expect(await s.usage()).toMatchObject({
      ledger: 0,
      unbilled: [{ group: { statement: 'shown' }, sku: 'cu', unit: 'milli_cu_ms', quantity: String(20_000 * 500) }],
    })
    let held = 20_000 * 500
    for (let round = 0; round < 4; round++) {
      await s.run(70_000)
      held += 70_000 * 500
      // Reads before, in and after the transaction that writes the minutes.
      let writing = true
      const written = pass().finally(() => {
        writing = false
      })
      do expect((await s.usage()).all).toBe(held)
      while (writing)
      expect(await written).toBeGreaterThan(0)
      const after = await s.usage()
      expect(after.all).toBe(held)
      expect(after.open).toBeLessThan(60_000 * 500)
    }
    await clock.advance(30_000)
    // A worker that has fallen silent may be dead: only what is sure to be charged is shown.
    expect((await s.usage()).all).toBe(held)
    await t.store.withSystem((tx) => endWorker(tx, { worker: s.worker, reason: 'WORKER_LOST', lost: true, now: at() }))
    expect((await s.usage()).all).toBe(held)
    await pass()
    expect(await s.usage()).toMatchObject({ ledger: held, open: 0 })
  }, 20_000)

  test("a dead worker's slot is charged to its last heartbeat", async () => {
    await clock.advance(60_000 - (clock.now() % 60_000))
    const s = await grant('dead', 1)
    await s.run(90_000)
    await clock.advance(300_000)
    await pass()
    expect((await s.sums())['cu']!.quantity).toBe(60_000 * 1000)
    await t.store.withSystem((tx) => endWorker(tx, { worker: s.worker, reason: 'WORKER_LOST', lost: true, now: at() }))
    await pass()
    expect((await s.sums())['cu']!.quantity).toBe(90_000 * 1000)
  })

  test('an outage is caught up: hours without a pass, and without reports for a while, end in a complete ledger', async () => {
    const s = await grant('outage', 0.05)
    await s.run(60_000)
    await clock.advance(3 * 3_600_000)
    await s.run(60_000)
    await t.store.withSystem((tx) => releaseAssignment(tx, { version: s.version, epoch: s.epoch, reason: 'STOP', now: at() }))
    await Promise.all([pass(), pass()])
    await pass()
    const sums = await s.sums()
    expect(sums['cu']!.quantity).toBe((3 * 3_600_000 + 120_000) * 50)
    expect(sums['records_in']!.quantity).toBe(s.counted())
  }, 20_000)
})
