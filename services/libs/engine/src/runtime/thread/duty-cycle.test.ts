import { expect, test } from 'vitest'
import { DutyCycle } from './duty-cycle.ts'

/** A thread that works in pieces of `pieceMs` whenever it may; gives its share of `totalMs` and its longest sleep. */
function simulate(share: number, pieceMs: number, totalMs: number): { used: number; longest: number } {
  const duty = new DutyCycle(share, 0, 0)
  let [wall, cpu, longest] = [0, 0, 0]
  while (wall < totalMs) {
    const sleep = duty.sleepMs(wall, cpu)
    longest = Math.max(longest, sleep)
    if (sleep > 0) wall += sleep
    else {
      wall += pieceMs
      cpu += pieceMs
    }
  }
  return { used: cpu / wall, longest }
}

test.each([0.05, 0.25, 0.5])('a busy thread gets its share of %d and sleeps in slices', (share) => {
  const { used, longest } = simulate(share, 2, 20_000)
  expect(used).toBeGreaterThan(share * 0.95)
  expect(used).toBeLessThan(share * 1.05)
  expect(longest).toBeLessThanOrEqual(50)
})

test('a whole core is never made to sleep', () => {
  expect(simulate(1, 5, 10_000)).toEqual({ used: 1, longest: 0 })
})

test('what was saved while idle is worth at most 200 ms of work', () => {
  const duty = new DutyCycle(0.5, 0, 0)
  expect(duty.sleepMs(60_000, 0)).toBe(0)
  expect(duty.sleepMs(60_100, 100)).toBe(0)
  expect(duty.sleepMs(60_220, 220)).toBeGreaterThan(0)
})
