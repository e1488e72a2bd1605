import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decideLease } from './decide-lease.ts'
import { decidePool, POOL_POLICY, type PoolFacts, type PoolWorkerFact } from './decide-pool.ts'
import { nextStartMs } from './restart-backoff.ts'

const NOW = 1_000_000
const worker = (uid: string, slots: readonly number[], over: Partial<PoolWorkerFact> = {}): PoolWorkerFact => ({
  uid,
  capacity: 2000,
  used: slots.reduce((a, b) => a + b, 0),
  slots,
  accepting: true,
  idleSinceMs: slots.length === 0 ? 0 : null,
  lastChangeMs: 0,
  keepUntilMs: 0,
  ...over,
})
const pool = (over: Partial<PoolFacts>): PoolFacts => ({
  pool: 'p',
  workers: [],
  unplaced: [],
  minCu: 0,
  workerCapacity: 2000,
  ...over,
})

describe('decidePool', () => {
  test('unplaced wishes get as many workers as they need', () => {
    expect(decidePool(pool({ unplaced: [1000, 1000, 500] }), NOW).workers).toBe(2)
  })
  test('a pool without work and without a floor has no workers', () => {
    const d = decidePool(pool({ workers: [worker('a', []), worker('b', [])] }), NOW)
    expect(d.end).toEqual(['a', 'b'])
    expect(d.workers).toBe(0)
  })
  test('the floor is kept', () => {
    const d = decidePool(pool({ workers: [worker('a', []), worker('b', [])], minCu: 2000 }), NOW)
    expect(d.end).toEqual(['a'])
  })
  test('a worker that still serves results of a finished query stays', () => {
    expect(decidePool(pool({ workers: [worker('a', [], { keepUntilMs: NOW + 1 })] }), NOW).end).toEqual([])
  })
  test('slots that fit on the others empty a worker, one at a time and not while it is in motion', () => {
    const workers = [worker('a', [1000]), worker('b', [50]), worker('c', [50, 50])]
    expect(decidePool(pool({ workers }), NOW).empty).toBe('b')
    const moving = workers.map((w) => ({ ...w, lastChangeMs: NOW - 1 }))
    expect(decidePool(pool({ workers: moving }), NOW).empty).toBeNull()
  })
  test('never ends a worker with slots, never both grows and shrinks', () => {
    const anyWorker = fc.record({
      slots: fc.array(
        fc.integer({ min: 1, max: 20 }).map((n) => n * 50),
        { maxLength: 3 },
      ),
      idle: fc.nat(60_000),
      change: fc.nat(120_000),
    })
    fc.assert(
      fc.property(
        fc.array(anyWorker, { maxLength: 6 }),
        fc.array(
          fc.integer({ min: 1, max: 40 }).map((n) => n * 50),
          { maxLength: 5 },
        ),
        fc.nat(4000),
        (list, unplaced, minCu) => {
          const workers = list.map((w, i) =>
            worker(`w${i}`, w.slots, { idleSinceMs: w.slots.length === 0 ? NOW - w.idle : null, lastChangeMs: NOW - w.change }),
          )
          const d = decidePool(pool({ workers, unplaced, minCu }), NOW)
          for (const uid of d.end) expect(workers.find((w) => w.uid === uid)!.used).toBe(0)
          if (unplaced.length > 0) expect(d.end).toEqual([])
          expect(d.workers).toBeGreaterThanOrEqual(Math.ceil(minCu / 2000))
          expect(d.workers).toBeGreaterThanOrEqual(workers.filter((w) => w.used > 0).length)
          if (d.empty)
            expect(workers.find((w) => w.uid === d.empty)!.lastChangeMs).toBeLessThanOrEqual(NOW - POOL_POLICY.consolidateAfterMs)
        },
      ),
    )
  })
})

describe('decideLease', () => {
  const rule = { listeningSinceMs: 0, lostAfterMs: 3000 }
  test('a silent worker is lost, a reporting one is not', () => {
    const leases = [
      { worker: 'silent', lastReportMs: 5000 },
      { worker: 'alive', lastReportMs: 9000 },
    ]
    expect(decideLease(leases, 9500, rule)).toEqual(['silent'])
  })
  test('an outage of the scheduler ends no lease: silence counts from when it could listen again', () => {
    const leases = [{ worker: 'w', lastReportMs: 0 }]
    expect(decideLease(leases, 62_000, { ...rule, listeningSinceMs: 60_000 })).toEqual([])
    expect(decideLease(leases, 63_001, { ...rule, listeningSinceMs: 60_000 })).toEqual(['w'])
  })
})

describe('restart back-off', () => {
  const failed = (at: number, lasted = 1000) => ({ grantedAtMs: at - lasted, releasedAtMs: at, failed: true })
  test('the first failure restarts at once, then the wait doubles up to a minute', () => {
    expect(nextStartMs([failed(10_000)])).toBe(0)
    expect(nextStartMs([failed(10_000), failed(20_000)])).toBe(21_000)
    expect(nextStartMs([failed(10_000), failed(20_000), failed(30_000)])).toBe(32_000)
    expect(nextStartMs(Array.from({ length: 40 }, (_, i) => failed(i * 1000)))).toBe(39_000 + 60_000)
  })
  test('a stop or a long run clears the count', () => {
    expect(nextStartMs([failed(10_000), failed(20_000), { grantedAtMs: 20_000, releasedAtMs: 30_000, failed: false }])).toBe(0)
    expect(nextStartMs([failed(10_000), failed(20_000), failed(120_000, 90_000)])).toBe(0)
  })
})
