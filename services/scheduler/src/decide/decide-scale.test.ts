import { seededRandom } from '@millrace/kit'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  decideScale,
  SCALE_DEFAULTS,
  type ScaleDecision,
  type ScaleHistory,
  type ScalePolicy,
  type ScaleSample,
} from './decide-scale.ts'
import type { Size } from './size.ts'

const policy: ScalePolicy = {
  ...SCALE_DEFAULTS,
  objectiveMs: 2000,
  parallelism: { min: 1, max: 8 },
  workerMilliCu: 8000,
  poolFreeMilliCu: 100_000,
}

interface World {
  readonly decisions: ScaleDecision[]
  readonly sizes: number[]
  readonly lag: number[]
}

/** A statement whose true rate is `perCu` records a second and CU (up to `ceiling`), under `load(second)`, for `seconds`; a rescale takes 2 s. */
function simulate(o: {
  readonly perCu: number
  readonly load: (second: number) => number
  readonly seconds: number
  readonly start?: number
  readonly ceiling?: number
  readonly policy?: Partial<ScalePolicy>
}): World {
  const p = { ...policy, ...o.policy }
  let size: Size = { milliCu: o.start ?? 50, parallelism: 1 }
  let runningSince = 0
  let samples: ScaleSample[] = []
  let lag = 0
  let history: ScaleHistory = { last: null }
  const world: World = { decisions: [], sizes: [], lag: [] }
  for (let second = 1; second <= o.seconds; second++) {
    const now = second * 1000
    const arrived = o.load(second)
    const capacity = Math.min(o.ceiling ?? Number.POSITIVE_INFINITY, (o.perCu * size.milliCu) / 1000)
    const read = now < runningSince ? 0 : Math.min(lag + arrived, capacity)
    lag += arrived - read
    world.lag.push(lag)
    world.sizes.push(size.milliCu)
    if (now < runningSince) continue
    samples = [
      ...samples,
      {
        atMs: now,
        inputRate: read,
        lagRecords: Math.round(lag),
        freshnessMs: lag > 0 ? (lag / capacity) * 1000 : null,
        trueRate: read > 0 ? capacity : null,
      },
    ].slice(-60)
    const decision = decideScale({ size, runningSinceMs: runningSince, samples, sourceSplits: 8 }, history, { policy: p, now })
    if (decision.action === 'HOLD') continue
    world.decisions.push(decision)
    history = { last: { atMs: now, from: size, rateBefore: decision.facts['input_rate'] ?? null } }
    size = decision.to
    runningSince = now + 2000
    samples = []
  }
  return world
}

describe('decideScale', () => {
  test('under constant load it settles in at most three changes and then stays', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1000, max: 200_000 }),
        fc.double({ min: 0.01, max: 7, noNaN: true }),
        fc.integer({ min: 1, max: 20 }),
        (perCu, demand, steps) => {
          const world = simulate({ perCu, load: () => Math.round(perCu * demand), seconds: 900, start: steps * 50 })
          expect(world.decisions.length).toBeLessThanOrEqual(3)
          expect(new Set(world.sizes.slice(-300)).size).toBe(1)
          const last = world.sizes.at(-1)!
          expect((last / 1000) * perCu).toBeGreaterThanOrEqual(Math.round(perCu * demand) * 0.99)
        },
      ),
      { numRuns: 200 },
    )
  })

  test('a load that trembles by a fifth does not make it flap', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), fc.double({ min: 0.02, max: 6, noNaN: true }), (seed, demand) => {
        const random = seededRandom(seed)
        const perCu = 50_000
        const world = simulate({ perCu, load: () => Math.round(perCu * demand * (0.8 + 0.4 * random())), seconds: 1200 })
        expect(world.decisions.length).toBeLessThanOrEqual(5)
      }),
      { numRuns: 100 },
    )
  })

  test('a flood pushes lag time over the objective, one step up carries it, and it comes down to the start afterwards', () => {
    const world = simulate({ perCu: 100_000, load: (s) => (s < 30 ? 1000 : s < 60 ? 300_000 : 1000), seconds: 400 })
    const ups = world.decisions.filter((d) => d.action === 'SCALE_UP')
    expect(ups.length).toBeLessThanOrEqual(2)
    expect(ups[0]!.reasons[0]).toMatch(/LAG_OVER_OBJECTIVE|FRESHNESS_OVER_OBJECTIVE|UTILISATION_HIGH/)
    expect(world.lag.at(-1)).toBe(0)
    expect(world.sizes.at(-1)).toBe(50)
    expect(world.decisions.at(-1)!.reasons).toEqual(['UTILISATION_LOW'])
  })

  test('a count alone never scales: a large lag that is short in time holds', () => {
    const samples = [1, 2, 3, 4].map((i) => ({
      atMs: 10_000 + i * 1000,
      inputRate: 100_000,
      lagRecords: 50_000,
      freshnessMs: null,
      trueRate: 1_000_000,
    }))
    const decision = decideScale(
      { size: { milliCu: 1000, parallelism: 1 }, runningSinceMs: 0, samples, sourceSplits: 4 },
      { last: null },
      { policy, now: 14_000 },
    )
    expect(decision.action).toBe('HOLD')
  })

  test('the first seconds of a flood are not averaged away by the calm before it', () => {
    const calm = [1, 2, 3].map((i) => ({
      atMs: 10_000 + i * 1000,
      inputRate: 1000,
      lagRecords: 0,
      freshnessMs: null,
      trueRate: 20_000,
    }))
    const flood = [4, 5].map((i) => ({
      atMs: 10_000 + i * 1000,
      inputRate: 20_000,
      lagRecords: (i - 3) * 180_000,
      freshnessMs: 1000,
      trueRate: 20_000,
    }))
    const decision = decideScale(
      { size: { milliCu: 50, parallelism: 1 }, runningSinceMs: 0, samples: [...calm, ...flood], sourceSplits: 8 },
      { last: null },
      { policy, now: 15_000 },
    )
    expect(decision.action).toBe('SCALE_UP')
    expect(decision.facts['arrival_rate']).toBe(200_000)
  })

  test('a standing backlog shows the true rate, whatever busy time claims', () => {
    const samples = [1, 2, 3, 4].map((i) => ({
      atMs: 10_000 + i * 1000,
      inputRate: 10_000,
      lagRecords: 40_000 + i,
      freshnessMs: null,
      trueRate: 500_000,
    }))
    const decision = decideScale(
      { size: { milliCu: 1000, parallelism: 1 }, runningSinceMs: 0, samples, sourceSplits: 4 },
      { last: null },
      { policy, now: 14_000 },
    )
    expect(decision.action).toBe('SCALE_UP')
    expect(decision.facts['true_rate']).toBe(10_000)
  })

  test('a scale-up that brought nothing is not repeated, and says so', () => {
    const world = simulate({ perCu: 100_000, load: () => 50_000, seconds: 120, start: 100, ceiling: 10_000 })
    expect(world.decisions.filter((d) => d.action === 'SCALE_UP').length).toBe(1)
    const held = decideScale(
      {
        size: { milliCu: 1000, parallelism: 1 },
        runningSinceMs: 0,
        samples: [1, 2, 3].map((i) => ({
          atMs: 20_000 + i * 1000,
          inputRate: 10_000,
          lagRecords: 100_000 * i,
          freshnessMs: 9000,
          trueRate: 10_000,
        })),
        sourceSplits: 8,
      },
      { last: { atMs: 10_000, from: { milliCu: 100, parallelism: 1 }, rateBefore: 10_000 } },
      { policy, now: 23_000 },
    )
    expect(held.action).toBe('HOLD')
    expect(held.reasons).toContain('INEFFECTIVE_SCALING')
  })

  test.each([
    ['SOURCE_PARTITIONS', { sourceSplits: 2 }, {}, 2000],
    ['MAX_PARALLELISM', {}, { parallelism: { min: 1, max: 3 } }, 3000],
    ['WORKER_SIZE', {}, { workerMilliCu: 4000 }, 4000],
    ['POOL_EXHAUSTED', {}, { poolFreeMilliCu: 0 }, 1000],
  ] as const)('names what limits it: %s', (reason, metric, limit, expected) => {
    const samples = [1, 2, 3].map((i) => ({
      atMs: 20_000 + i * 1000,
      inputRate: 10_000,
      lagRecords: 1_000_000 * i,
      freshnessMs: null,
      trueRate: 10_000,
    }))
    const decision = decideScale(
      { size: { milliCu: 1000, parallelism: 1 }, runningSinceMs: 0, samples, sourceSplits: 100, ...metric },
      { last: null },
      { policy: { ...policy, parallelism: { min: 1, max: 8 }, ...limit }, now: 23_000 },
    )
    expect(decision.reasons).toContain(reason)
    expect(decision.to.milliCu).toBe(expected)
  })

  test('bounds of the parallelism that changed under a running statement are put right at once', () => {
    const look = (parallelism: { min: number; max: number }) =>
      decideScale(
        { size: { milliCu: 4000, parallelism: 4 }, runningSinceMs: 0, samples: [], sourceSplits: 8 },
        { last: null },
        { policy: { ...policy, parallelism }, now: 1000 },
      )
    expect(look({ min: 1, max: 2 })).toMatchObject({
      action: 'SCALE_DOWN',
      to: { milliCu: 2000, parallelism: 2 },
      reasons: ['BOUNDS_CHANGED'],
    })
    expect(look({ min: 6, max: 8 })).toMatchObject({ action: 'SCALE_UP', to: { milliCu: 4000, parallelism: 6 } })
    expect(look({ min: 1, max: 4 }).action).toBe('HOLD')
  })

  test('sizes are whole slots within floor and ceiling, whatever is measured', () => {
    const sample = fc.record({
      inputRate: fc.double({ min: 0, max: 1e7, noNaN: true }),
      lagRecords: fc.option(fc.nat(1e9)),
      freshnessMs: fc.option(fc.nat(1e7)),
      trueRate: fc.option(fc.double({ min: 0, max: 1e7, noNaN: true })),
    })
    fc.assert(
      fc.property(
        fc.array(sample, { maxLength: 40 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 0, max: 5000 }),
        (list, steps, free) => {
          const samples = list.map((s, i) => ({ atMs: 100_000 + i * 1000, ...s }))
          const d = decideScale(
            { size: { milliCu: steps * 50, parallelism: 1 }, runningSinceMs: 0, samples, sourceSplits: 4 },
            { last: null },
            { policy: { ...policy, poolFreeMilliCu: free }, now: 100_000 + list.length * 1000 },
          )
          expect(d.to.milliCu % 50).toBe(0)
          expect(d.to.milliCu).toBeGreaterThanOrEqual(50)
          expect(d.to.milliCu).toBeLessThanOrEqual(Math.min(4000, steps * 50 + free))
          expect(d.to.parallelism).toBeLessThanOrEqual(4)
          expect(d.reasons.length).toBeGreaterThan(0)
          if (d.action === 'HOLD') expect(d.to).toEqual(d.from)
        },
      ),
      { numRuns: 500 },
    )
  })
})
