import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Assign,
  type PlacementFacts,
  planPlacement,
  type StandingFact,
  type Tenancy,
  type WaitingFact,
  type WorkerFact,
} from './plan-placement.ts'

const NOW = 1_000_000
const ORGS = ['org-a', 'org-b', 'org-c']
const poolOf = (org: string) => `pool-${org}`
const size = fc.integer({ min: 1, max: 40 }).map((n) => (n <= 20 ? n * 50 : (n - 19) * 1000))

const tenancy: fc.Arbitrary<Tenancy> = fc.oneof(
  fc.constant('unbound' as const),
  fc.constant('shared' as const),
  fc.constantFrom(...ORGS).map((org) => ({ org, pool: poolOf(org) })),
)

/** Facts as they can be: standing slots never over their worker's capacity. */
const facts: fc.Arbitrary<PlacementFacts> = fc
  .record({
    workers: fc.array(fc.record({ capacity: fc.constantFrom(1000, 2000, 4000), tenancy, accepting: fc.boolean() }), {
      maxLength: 6,
    }),
    standing: fc.array(fc.record({ at: fc.nat(), milliCu: size, priority: fc.nat(3), stopping: fc.boolean() }), {
      maxLength: 10,
    }),
    waiting: fc.array(
      fc.record({
        org: fc.constantFrom(...ORGS),
        shared: fc.boolean(),
        priority: fc.nat(3),
        createdAtMs: fc.nat(1000),
        milliCu: size,
        max: fc.integer({ min: 1, max: 8 }),
        notBeforeMs: fc.constantFrom(0, NOW + 1000),
      }),
      { maxLength: 12 },
    ),
    limit: fc.constantFrom(500, 2000, 50_000),
    canAddWorkers: fc.boolean(),
  })
  .map((raw) => {
    const workers: WorkerFact[] = raw.workers.map((w, i) => ({ uid: `w${i}`, ...w }))
    const used = new Map<string, number>()
    const standing: StandingFact[] = []
    for (const [i, s] of raw.standing.entries()) {
      const w = workers[s.at % Math.max(1, workers.length)]
      if (!w || w.tenancy === 'unbound' || (used.get(w.uid) ?? 0) + s.milliCu > w.capacity) continue
      used.set(w.uid, (used.get(w.uid) ?? 0) + s.milliCu)
      const pool = w.tenancy === 'shared' ? poolOf('org-a') : w.tenancy.pool
      standing.push({ version: `sv${i}`, statement: `s${i}`, pool, worker: w.uid, epoch: 1, grantedAtMs: i, ...s })
    }
    const waiting: WaitingFact[] = raw.waiting.map((w, i) => ({
      version: `wv${i}`,
      statement: i % 5 === 4 ? `s${i}` : `ws${i}`,
      pool: poolOf(w.org),
      parallelism: { min: 1, max: w.max },
      ...w,
    }))
    const poolMax = Object.fromEntries(ORGS.map((org) => [poolOf(org), raw.limit]))
    return { workers, standing, waiting, poolMax, canAddWorkers: raw.canAddWorkers }
  })

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)
const check = (property: (f: PlacementFacts) => void) => fc.assert(fc.property(facts, property), { numRuns: 500 })

describe('planPlacement', () => {
  test('never puts more on a worker than it has', () => {
    check((f) => {
      const plan = planPlacement(f, NOW)
      for (const w of f.workers) {
        const before = sum(f.standing.filter((s) => s.worker === w.uid).map((s) => s.milliCu))
        const added = plan.assign.filter((a) => a.worker === w.uid)
        expect(before + sum(added.map((a) => a.milliCu))).toBeLessThanOrEqual(w.capacity)
        if (!w.accepting) expect(added).toEqual([])
      }
    })
  })

  test('never gives a pool more than its limit by what it adds', () => {
    check((f) => {
      const plan = planPlacement(f, NOW)
      for (const [pool, limit] of Object.entries(f.poolMax)) {
        const before = sum(f.standing.filter((s) => s.pool === pool).map((s) => s.milliCu))
        const added = sum(plan.assign.filter((a) => a.pool === pool).map((a) => a.milliCu))
        if (added > 0) expect(before + added).toBeLessThanOrEqual(limit)
      }
    })
  })

  test('never gives a statement a second slot, and answers every wish once', () => {
    check((f) => {
      const plan = planPlacement(f, NOW)
      const held = new Set(f.standing.map((s) => s.statement))
      const given = plan.assign.map((a) => a.statement)
      expect(new Set(given).size).toBe(given.length)
      for (const statement of given) expect(held.has(statement)).toBe(false)
      expect(plan.assign.length + plan.unplaced.length).toBe(f.waiting.length)
    })
  })

  test('never mixes tenants in a worker unless all of them share', () => {
    check((f) => {
      const plan = planPlacement(f, NOW)
      const waiting = new Map(f.waiting.map((w) => [w.version, w]))
      const byWorker = Map.groupBy(plan.assign, (a: Assign) => a.worker)
      for (const [uid, assigned] of byWorker) {
        const was = f.workers.find((w) => w.uid === uid)!.tenancy
        const tenants = new Set(assigned.map((a) => `${a.org}/${a.pool}`))
        const allShared = assigned.every((a) => waiting.get(a.version)!.shared)
        if (typeof was === 'object') expect([...tenants]).toEqual([`${was.org}/${was.pool}`])
        else if (was === 'shared') expect(allShared).toBe(true)
        else if (tenants.size > 1) expect(allShared).toBe(true)
        expect(assigned.some((a) => a.bind !== null)).toBe(was === 'unbound')
      }
    })
  })

  test('higher priority is never refused for want of pool while lower priority of the same pool is placed', () => {
    check((f) => {
      const plan = planPlacement(f, NOW)
      const waiting = new Map(f.waiting.map((w) => [w.version, w]))
      for (const u of plan.unplaced.filter((x) => x.reason === 'POOL_EXHAUSTED')) {
        for (const a of plan.assign.filter((x) => x.pool === u.pool)) {
          expect(waiting.get(a.version)!.priority).toBeGreaterThanOrEqual(waiting.get(u.version)!.priority)
        }
      }
    })
  })

  test('a pool over its limit is brought under it, and no further than needed', () => {
    check((f) => {
      const plan = planPlacement({ ...f, waiting: [] }, NOW)
      const released = new Set(plan.release.map((r) => r.version))
      for (const [pool, limit] of Object.entries(f.poolMax)) {
        const staying = f.standing.filter((s) => s.pool === pool && !s.stopping && !released.has(s.version))
        const given = f.standing.filter((s) => s.pool === pool && released.has(s.version))
        expect(sum(staying.map((s) => s.milliCu))).toBeLessThanOrEqual(limit)
        const best = Math.max(...given.map((s) => s.priority))
        if (given.length > 0)
          expect(sum(staying.map((s) => s.milliCu)) + Math.max(...given.map((s) => s.milliCu))).toBeGreaterThan(limit)
        for (const s of staying) if (given.length > 0) expect(s.priority).toBeGreaterThanOrEqual(best)
      }
    })
  })

  test('only lower priority of the same pool is pre-empted, and nothing twice', () => {
    check((facts) => {
      const f = {
        ...facts,
        poolMax: Object.fromEntries(
          ORGS.map((org) => [
            poolOf(org),
            Math.max(
              facts.poolMax[poolOf(org)]!,
              sum(facts.standing.filter((s) => s.pool === poolOf(org)).map((s) => s.milliCu)),
            ),
          ]),
        ),
      }
      const plan = planPlacement(f, NOW)
      const highest = (pool: string) =>
        Math.max(
          ...plan.unplaced.filter((u) => u.pool === pool).map((u) => f.waiting.find((w) => w.version === u.version)!.priority),
        )
      expect(new Set(plan.release.map((r) => r.version)).size).toBe(plan.release.length)
      for (const r of plan.release) {
        const victim = f.standing.find((s) => s.version === r.version)!
        expect(victim.stopping).toBe(false)
        expect(victim.priority).toBeLessThan(highest(victim.pool))
      }
    })
  })

  test('respects the restart back-off', () => {
    check((f) => {
      for (const a of planPlacement(f, NOW).assign) {
        expect(f.waiting.find((w) => w.version === a.version)!.notBeforeMs).toBeLessThanOrEqual(NOW)
      }
    })
  })

  test('prefers the fullest worker of the tenant over an emptier one and over a spare', () => {
    const own = { org: 'org-a', pool: 'pool-org-a' }
    const worker = (uid: string, t: Tenancy): WorkerFact => ({ uid, capacity: 2000, tenancy: t, accepting: true })
    const standing: StandingFact = {
      version: 'v0',
      statement: 's0',
      pool: own.pool,
      worker: 'full',
      epoch: 1,
      milliCu: 1500,
      priority: 0,
      grantedAtMs: 0,
      stopping: false,
    }
    const wish: WaitingFact = {
      version: 'v1',
      statement: 's1',
      ...own,
      shared: false,
      priority: 0,
      createdAtMs: 0,
      milliCu: 300,
      parallelism: { min: 1, max: 4 },
      notBeforeMs: 0,
    }
    const plan = planPlacement(
      {
        workers: [worker('spare', 'unbound'), worker('empty', own), worker('full', own)],
        standing: [standing],
        waiting: [wish],
        poolMax: { [own.pool]: 10_000 },
        canAddWorkers: true,
      },
      NOW,
    )
    expect(plan.assign.map((a) => a.worker)).toEqual(['full'])
  })
})
