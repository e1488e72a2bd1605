import { ManualClock, uidMaker } from '@millrace/kit'
import type { WorkerReport } from '@millrace/protocol'
import { endWorker, findWorker, listWorkers, upsertWorker } from '@millrace/store'
import { openTestStore, type TestStore } from '@millrace/store/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AssignmentDescriber } from '../assignments/describe-assignment.ts'
import { SampleWindow } from '../loop/sample-window.ts'
import { WorkerRoster } from '../loop/worker-roster.ts'
import { type AcceptReportParts, acceptReport } from './accept-report.ts'

const clock = new ManualClock(Date.UTC(2026, 2, 1, 12))
const newUid = uidMaker(clock)
let t: TestStore
let pokes = 0

beforeAll(async () => {
  t = await openTestStore(new Date(clock.now()))
}, 60_000)
afterAll(() => t?.stop())

const parts = (): AcceptReportParts & { readonly roster: WorkerRoster } => ({
  store: t.store,
  describer: new AssignmentDescriber(async () => null, new Uint8Array(32)),
  samples: new SampleWindow(),
  roster: new WorkerRoster(),
  clock,
  newUid,
  region: 'local',
  workerCu: 4,
  leaseMs: 5000,
  reportIntervalMs: 1000,
  poke: () => pokes++,
})

const report = (uid: string): WorkerReport => ({
  worker: {
    uid,
    incarnation: 'i',
    started_at_ms: clock.now(),
    read_url: 'http://127.0.0.1:1',
    pid: 1,
    rss_bytes: 0,
    cpu_us: 0,
    draining: false,
  },
  sent_at_ms: clock.now(),
  statements: [],
})

/** What the fleet writes before it starts a worker's process. */
const provision = (uid: string) =>
  t.store.withSystem((tx) =>
    upsertWorker(tx, {
      uid,
      region: 'local',
      readUrl: '',
      totalCu: 4,
      state: 'STARTING',
      process: {},
      now: new Date(clock.now()),
      leaseMs: 60_000,
    }),
  )

describe('a report', () => {
  test('of a worker that this installation never started is not taken: the worker is told to end', async () => {
    const uid = newUid()
    const own = parts()
    expect(await acceptReport(own, report(uid))).toEqual({ statements: [], report_interval_ms: 1000, shutdown: true })
    expect(own.roster.lastHeard(uid)).toBeUndefined()
    expect(pokes).toBe(0)
    const [found, all] = await t.store.withSystem(async (tx) => [await findWorker(tx, uid), await listWorkers(tx, 'local')])
    expect(found).toBeNull()
    expect(all).toEqual([])
  })

  test('of a provisioned worker makes it READY; after its end it is told to end', async () => {
    const uid = newUid()
    await provision(uid)
    const own = parts()
    expect(await acceptReport(own, report(uid))).toMatchObject({ statements: [], shutdown: false })
    expect(own.roster.lastHeard(uid)).toBe(clock.monotonic())
    expect(pokes).toBe(1)
    expect(await t.store.withSystem((tx) => findWorker(tx, uid))).toMatchObject({ state: 'READY', readUrl: 'http://127.0.0.1:1' })
    await t.store.withSystem((tx) =>
      endWorker(tx, { worker: uid, reason: 'WORKER_LOST', lost: true, now: new Date(clock.now()) }),
    )
    expect(await acceptReport(own, report(uid))).toMatchObject({ shutdown: true })
  })
})
