import { expect, test } from 'vitest'
import { checksOfRun, fuzz, inputOfRun } from './run.ts'

const SEED = 20_260_101

const clock = (step: number): (() => number) => {
  let now = 0
  return () => {
    now += step
    return now
  }
}

test('a run has the same input wherever it is repeated, and another one under another seed', () => {
  const inputs = Array.from({ length: 2000 }, (_, run) => inputOfRun(SEED, run))
  expect(inputs[1234]).toBe(inputOfRun(SEED, 1234))
  expect(inputs[1234]).not.toBe(inputOfRun(SEED + 1, 1234))
  expect(new Set(inputs).size).toBeGreaterThan(1600)
})

test('shares of the runs add up to all of them, with each check as often as promised', () => {
  const share = (from: number, to: number) => fuzz({ seed: SEED, from, to, nowMs: clock(0), cpuMs: clock(0) })
  const whole = share(0, 800)
  const parts = [share(0, 300), share(300, 800)]
  const sum = (count: 'runs' | 'characters' | 'accepted' | 'refused' | 'roundTrips' | 'formats' | 'binds') =>
    parts.reduce((total, part) => total + part[count], 0)
  expect(whole).toMatchObject({ runs: 800, roundTrips: 201, formats: 101, binds: 101, failures: [] })
  for (const count of ['runs', 'characters', 'accepted', 'refused', 'roundTrips', 'formats', 'binds'] as const)
    expect(sum(count), count).toBe(whole[count])
})

test('a run has one of the dear checks at most, but a long input has all', () => {
  const dear = Array.from({ length: 1024 }, (_, run) => Object.values(checksOfRun(run)).filter(Boolean).length)
  expect(dear.flatMap((count, run) => (count > 1 ? [run] : []))).toEqual([511, 1023])
  expect([dear[511], dear[1023]]).toEqual([3, 3])
})

test('what takes over 50 ms of CPU time each time is a hang; what only the clock says is not', () => {
  const runs = { seed: SEED, from: 0, to: 3, nowMs: clock(60) }
  expect(fuzz({ ...runs, cpuMs: clock(60) }).failures.map(({ run, hang }) => [run, hang])).toEqual([
    [0, true],
    [1, true],
    [2, true],
  ])
  expect(fuzz({ ...runs, cpuMs: clock(10) }).failures).toEqual([])
})

test('most inputs are short, and some are grown to thousands of characters', () => {
  const lengths = Array.from({ length: 2048 }, (_, run) => inputOfRun(SEED, run).length).sort((a, b) => a - b)
  expect(lengths[1024]).toBeLessThan(150)
  expect(lengths[2047]).toBeGreaterThan(2000)
})
