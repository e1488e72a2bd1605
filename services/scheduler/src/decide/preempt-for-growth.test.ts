import { expect, test } from 'vitest'
import { type GrowthSlot, slotToShrink } from './preempt-for-growth.ts'

const slot = (version: string, priority: number, milliCu: number, over: Partial<GrowthSlot> = {}): GrowthSlot => ({
  version,
  pool: 'p',
  priority,
  milliCu,
  stopping: false,
  ...over,
})

test('the lowest priority shrinks, among those the largest', () => {
  const slots = [slot('a', 1, 3000), slot('b', 0, 500), slot('c', 0, 1000), slot('d', 2, 4000)]
  expect(slotToShrink(slots, { pool: 'p', priority: 2 })?.version).toBe('c')
})
test('equals and higher ones are left alone, and other pools', () => {
  expect(slotToShrink([slot('a', 2, 3000), slot('b', 0, 1000, { pool: 'q' })], { pool: 'p', priority: 2 })).toBeNull()
})
test('one at a time, and nothing below the smallest slot', () => {
  expect(slotToShrink([slot('a', 0, 3000), slot('b', 0, 1000, { stopping: true })], { pool: 'p', priority: 2 })).toBeNull()
  expect(slotToShrink([slot('a', 0, 50)], { pool: 'p', priority: 2 })).toBeNull()
})
