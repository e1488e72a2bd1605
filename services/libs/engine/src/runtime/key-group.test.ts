import { describe, expect, it } from 'vitest'
import { keyGroupOf, keyGroupRange, subtaskOf } from './key-group.ts'

describe('key groups', () => {
  it('of a hash are what they always were: its unsigned value modulo the groups', () => {
    const hashes = [0, 1, -1, 1424515663, 78937229, -731546173, -2147483648, 2147483647]
    expect(hashes.map((hash) => keyGroupOf(hash, 128))).toEqual([0, 1, 127, 79, 13, 67, 0, 127])
    expect(hashes.map((hash) => keyGroupOf(hash, 100))).toEqual([0, 1, 95, 63, 29, 23, 48, 47])
  })

  it('are shared out without gap or overlap, and each is found where its range says', () => {
    for (const total of [1, 7, 128]) {
      for (let parallelism = 1; parallelism <= Math.min(total, 16); parallelism++) {
        const owners = Array.from({ length: parallelism }, (_, subtask) => {
          const { first, last } = keyGroupRange(subtask, parallelism, total)
          return Array.from({ length: last - first + 1 }, () => subtask)
        }).flat()
        expect(owners).toEqual(Array.from({ length: total }, (_, group) => subtaskOf(group, parallelism, total)))
      }
    }
  })
})
