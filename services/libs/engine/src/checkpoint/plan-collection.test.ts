import { describe, expect, test } from 'vitest'
import { checkpointName, parseObjectKey } from './manifest.ts'
import { planCollection } from './plan-collection.ts'

const key = (number: number, epoch = 1, savepoint = false): string =>
  `prefix/${checkpointName({ number, epoch, nonce: 'x1', savepoint })}.manifest`

describe('collection of checkpoints', () => {
  test('names tell number, epoch and kind, and sort by age', () => {
    expect(parseObjectKey(key(12, 3, true))).toEqual({ number: 12, epoch: 3, savepoint: true })
    expect(parseObjectKey('prefix/CURRENT')).toBeUndefined()
    expect([key(100), key(9), key(11)].sort()).toEqual([key(9), key(11), key(100)])
  })
  test('keeps the last three, savepoints, the pointer, and what the owner is writing', () => {
    const keys = [...Array(8).keys()].map((number) => key(number + 1, 2))
    const all = [...keys, key(2, 2, true), 'prefix/CURRENT', key(9, 2)]
    expect(planCollection(all, { committed: 7, epoch: 2 })).toEqual(keys.slice(0, 4))
  })
  test('takes what an earlier epoch began and never committed', () => {
    expect(planCollection([key(7, 1), key(8, 1), key(8, 2)], { committed: 7, epoch: 2 })).toEqual([key(8, 1)])
  })
})
