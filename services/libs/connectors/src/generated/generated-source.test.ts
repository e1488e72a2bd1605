import { expect, test } from 'vitest'
import { datagenSource } from '../datagen/source.ts'
import { NexmarkGenerator, nexmarkKind } from '../nexmark/event.ts'
import { nexmarkSource } from '../nexmark/source.ts'
import { testContext } from '../testing/connector-context.ts'
import { openReader, readRows, testTable } from '../testing/drain.ts'

const FAST = { 'rows-per-second': '1000000000' }

test('a datagen sequence gives each number once, whatever the splits', async () => {
  const table = testTable('datagen', { id: 'BIGINT' }, { ...FAST, 'fields.id.kind': 'sequence', 'fields.id.start': '1', 'fields.id.end': '10', splits: '3' })
  let now = 0
  const reader = await openReader(datagenSource, table, { context: testContext({ now: () => (now += 1000) }) })
  const rows = readRows(reader, table)
  expect(rows.sort()).toEqual(Array.from({ length: 10 }, (_, i) => `[${i + 1}]`).sort())
  expect(reader.ended()).toBe(true)
})

test('a reader restored from a snapshot goes on with exactly the rows that were not read', async () => {
  const options = { ...FAST, 'number-of-rows': '9000', 'fields.name.length': '8', seed: '5' }
  const table = testTable('datagen', { n: 'INT', name: 'STRING' }, options)
  const clock = () => {
    let now = 0
    return testContext({ now: () => (now += 1000) })
  }
  const all = readRows(await openReader(datagenSource, table, { context: clock() }), table)
  const first = await openReader(datagenSource, table, { context: clock() })
  const before = readRows(first, table, 2)
  const after = readRows(await openReader(datagenSource, table, { splits: first.snapshot(), context: clock() }), table)
  expect(before.length).toBeGreaterThan(0)
  expect(after.length).toBeGreaterThan(0)
  expect([...before, ...after].sort()).toEqual(all.sort())
})

test('rows come at the asked rate', async () => {
  let now = 1000
  const table = testTable('datagen', { n: 'INT' }, { 'rows-per-second': '100', splits: '1' })
  const reader = await openReader(datagenSource, table, { context: testContext({ now: () => now }) })
  expect(readRows(reader, table, 5)).toHaveLength(1)
  now += 500
  expect(readRows(reader, table, 5)).toHaveLength(50)
  now += 1000
  expect(reader.metrics().lagRecords).toBe(100)
})

test('nexmark: proportions, ascending event time, the same stream from the same seed', async () => {
  const columns = { auction: 'BIGINT', bidder: 'BIGINT', price: 'BIGINT', channel: 'STRING', url: 'STRING', dateTime: 'TIMESTAMP', extra: 'STRING' } as const
  const options = { entity: 'bid', 'events.num': '5000', 'max-emit-speed': 'true', 'base-time': '2026-01-01 00:00:00', splits: '2' }
  const table = testTable('nexmark', columns, options)
  const rows = readRows(await openReader(nexmarkSource, table), table)
  expect(rows).toHaveLength((5000 * 46) / 50)
  expect(readRows(await openReader(nexmarkSource, table), table)).toEqual(rows)
  const other = testTable('nexmark', columns, { ...options, seed: '43' })
  expect(readRows(await openReader(nexmarkSource, other), other)).not.toEqual(rows)
})

test('nexmark: bids refer to auctions and people that are about to exist', () => {
  const generator = new NexmarkGenerator({ seed: 1, rate: 1000, baseTime: 0 })
  for (let n = 0; n < 20_000; n++) {
    if (nexmarkKind(n) !== 'bid') continue
    const bid = generator.bid(n)
    expect(bid.auction).toBeGreaterThanOrEqual(1000)
    expect(bid.bidder).toBeLessThanOrEqual(1000 + n / 50 + 11)
    expect(bid.price).toBeGreaterThanOrEqual(100)
    expect(bid.dateTime).toBe(n)
  }
})
