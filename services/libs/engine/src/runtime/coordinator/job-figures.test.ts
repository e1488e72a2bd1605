import { describe, expect, test } from 'vitest'
import { testPlan } from '../testing/test-plan.ts'
import { ThreadStats } from '../thread/thread-stats.ts'
import { FigureKeeper, stateLimitState } from './job-figures.ts'

const PLAN = testPlan({ source: {}, sinkFolder: '' })

function keeper(threads: number, share: number) {
  const stats = Array.from({ length: threads }, () => ThreadStats.allocate(PLAN.operators.length))
  const figures = new FigureKeeper(PLAN, share)
  figures.replace(stats)
  let now = 0
  figures.figures(now)
  /** One second in which thread i read `records`, used `cpuMs` and of it `usefulMs`. */
  const second = (...spent: { records: number; cpuMs: number; usefulMs: number }[]) => {
    spent.forEach(({ records, cpuMs, usefulMs }, i) => {
      stats[i]!.add('recordsIn', records)
      stats[i]!.add('cpuUs', cpuMs * 1_000)
      stats[i]!.add('usefulUs', usefulMs * 1_000)
    })
    now += 1_000
    return figures.figures(now)
  }
  return { figures, stats, second }
}

describe('the figures of a report', () => {
  test('the true rate is what the busiest thread could do in its allowed time', () => {
    const { second } = keeper(2, 0.5)
    const report = second({ records: 1_000, cpuMs: 250, usefulMs: 250 }, { records: 3_000, cpuMs: 100, usefulMs: 100 })
    expect(report.busy).toBeCloseTo(0.5)
    expect(report.trueRate).toBeCloseTo(8_000)
  })
  test('what a job costs anyway is no work, and cannot be used for work either', () => {
    const report = keeper(1, 1).second({ records: 100, cpuMs: 600, usefulMs: 400 })
    expect(report.trueRate).toBeCloseTo((100 * 800) / 400)
  })
  test('a rate seen under load holds while there is little of it', () => {
    const { second } = keeper(1, 1)
    expect(second({ records: 90_000, cpuMs: 900, usefulMs: 900 }).trueRate).toBeCloseTo(100_000)
    expect(second({ records: 5, cpuMs: 5, usefulMs: 5 }).trueRate).toBeCloseTo(100_000)
    expect(second({ records: 20_000, cpuMs: 1_000, usefulMs: 1_000 }).trueRate).toBeCloseTo(20_000)
  })
  test('nothing is said before anything was read', () => {
    const report = keeper(1, 1).second({ records: 0, cpuMs: 3, usefulMs: 0 })
    expect(report).toMatchObject({ trueRate: null, lagRecords: null, watermarkMs: null })
  })
  test('counters go on when threads are replaced', () => {
    const { figures, second } = keeper(1, 1)
    second({ records: 10, cpuMs: 5, usefulMs: 5 })
    figures.replace([ThreadStats.allocate(PLAN.operators.length)])
    expect(figures.counters()).toMatchObject({ recordsIn: 10, cpuUs: 5_000 })
  })
  test('the soft limit is reached at 80 % of the hard one', () => {
    expect([79, 80, 100].map((bytes) => stateLimitState(bytes, 100))).toEqual(['OK', 'SOFT', 'HARD'])
  })
})
