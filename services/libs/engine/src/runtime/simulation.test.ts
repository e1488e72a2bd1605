import { seededRandom } from '@millrace/kit'
import { describe, expect, test } from 'vitest'
import { simulateJob } from './testing/simulated-job.ts'
import { timeOf } from './testing/test-connectors.ts'
import { checkTotals, expectedTotals } from './testing/test-job.ts'
import { testPlan } from './testing/test-plan.ts'

const SEEDS = Array.from({ length: 12 }, (_, i) => 4_100 + i)
const SIZE = { splits: 5, rows: 1_500, keys: 12 }
const SOURCE = { splits: '5', rows: '1500', keys: '12', 'batch-rows': '7' }

describe('exchange and barriers under a seeded scheduler', { timeout: 30_000 }, () => {
  test.each(SEEDS)(
    'seed %i: nothing lost, nothing twice, each key in order, over checkpoints, crashes and rescaling',
    async (seed) => {
      const random = seededRandom(seed)
      const plan = testPlan({ source: SOURCE, sinkFolder: '' })
      const { rows, crashes, checkpoints } = await simulateJob({ plan, random, parallelismMax: 4, crash: 0.01 })
      expect(checkpoints, `crashes ${crashes}`).toBeGreaterThan(10)
      expect(
        checkTotals(
          rows.map((row) => JSON.stringify({ row })),
          expectedTotals(SIZE),
        ),
      ).toEqual([])
    },
  )

  test.each(SEEDS)('seed %i: each window is given once with all its rows, whatever split and channel they took', async (seed) => {
    const random = seededRandom(seed)
    const watermark = seed % 2 === 0 ? 'on-event' : 'on-periodic'
    const plan = testPlan({ source: SOURCE, sinkFolder: '', operator: 'windows', watermark })
    const { rows } = await simulateJob({ plan, random, parallelismMax: 3, crash: 0.01 })
    const expected = new Map<string, number>()
    for (let split = 0; split < SIZE.splits; split++) {
      for (let i = 0; i < SIZE.rows; i++) {
        const window = `${(i * 7 + split) % SIZE.keys}@${Math.floor((i * 10) / 1_000) * 1_000}`
        expected.set(window, (expected.get(window) ?? 0) + 1)
      }
    }
    const seen = rows.map(([key, start, count]) => [`${key}@${start}`, count] as const)
    expect(new Map(seen)).toEqual(expected)
    expect(seen.length).toBe(expected.size)
  })

  test.each(SEEDS)('seed %i: which rows are late does not depend on when the subtasks start', async (seed) => {
    const lateEvery = 9
    const source = { ...SOURCE, splits: '1', 'late-every': String(lateEvery) }
    const plan = testPlan({ source, sinkFolder: '', operator: 'windows', watermark: 'on-event' })
    const { rows } = await simulateJob({ plan, random: seededRandom(seed), parallelismMax: 4, crash: 0.02 })
    const expected = new Map<string, number>()
    let watermark = Number.NEGATIVE_INFINITY
    for (let i = 0; i < SIZE.rows; i++) {
      const start = Math.floor(timeOf(i, lateEvery) / 1_000) * 1_000
      const window = `${(i * 7) % SIZE.keys}@${start}`
      if (start + 999 > watermark) expected.set(window, (expected.get(window) ?? 0) + 1)
      watermark = Math.max(watermark, timeOf(i, lateEvery) - 1)
    }
    expect(new Map(rows.map(([key, start, count]) => [`${key}@${start}`, count] as const))).toEqual(expected)
    expect(rows.length).toBe(expected.size)
  })
})
