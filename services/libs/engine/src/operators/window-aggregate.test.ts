import { describe, expect, it } from 'vitest'
import type { WindowAggregateBody } from '../plan/physical.ts'
import type { AggregateCall } from '../sql/bound/expr.ts'
import type { WindowSpec } from '../sql/bound/rel.ts'
import { BIGINT, INTEGER, notNull, STRING, timestamp, timestampLtz } from '../sql/types/make-type.ts'
import { createBench, SavedState, type TestRow } from './testing.ts'

const COUNT = notNull(BIGINT)
const calls: readonly AggregateCall[] = [
  { fn: 'COUNT', type: COUNT, args: [], distinct: false, name: 'n' },
  { fn: 'SUM', type: INTEGER, args: [{ kind: 'Column', type: INTEGER, index: 1, name: 'v' }], distinct: false, name: 's' },
  { fn: 'COUNT', type: COUNT, args: [{ kind: 'Column', type: INTEGER, index: 1, name: 'v' }], distinct: true, name: 'd' },
]
const time = timestamp(3, 'ROWTIME')
const SECOND = 1000

function body(window: WindowSpec, zone: string | null = null): WindowAggregateBody {
  return {
    kind: 'WindowAggregate',
    window,
    timeColumn: 2,
    keys: [0],
    aggregates: calls,
    windowColumns: ['START', 'END', 'TIME'],
    zone,
  }
}
const outputTypes = [STRING, COUNT, INTEGER, COUNT, timestamp(3), timestamp(3), time]
const options = { inputTypes: [STRING, INTEGER, time], outputTypes }
const tumble: WindowSpec = { kind: 'TUMBLE', size: 5 * SECOND, offset: 0 }
const at = (key: string | null, v: number | null, seconds: number): TestRow => ['+I', key, v, seconds * SECOND]

describe('tumbling windows', () => {
  it('fire when the watermark reaches their last millisecond, and count late rows', () => {
    const out = createBench(body(tumble), options).rows([at('a', 1, 1), at('b', 2, 6), at('a', 3, 2), at(null, null, 4)])
    expect(out.watermark(4998).taken()).toEqual(['~ 4998'])
    expect(out.watermark(4999).taken()).toMatchInlineSnapshot(`
      [
        "+I[a, 2, 4, 2, 1970-01-01 00:00:00.000, 1970-01-01 00:00:05.000, 1970-01-01 00:00:04.999]",
        "+I[NULL, 1, NULL, 0, 1970-01-01 00:00:00.000, 1970-01-01 00:00:05.000, 1970-01-01 00:00:04.999]",
        "~ 4999",
      ]
    `)
    expect(out.rows([at('a', 1, 3), at('a', 9, 7)]).taken()).toEqual([])
    expect(out.context.lateRecords).toBe(1)
    expect(out.watermark(1e15).taken()).toHaveLength(3)
    expect(out.operator.stateBytes?.()).toBe(0)
    expect(out.context.charged).toBe(0)
  })

  it('are cut at watermark points inside a batch', () => {
    const rows = [at('a', 1, 1), at('a', 2, 5), at('a', 3, 2)]
    const out = createBench(body(tumble), options).rows(rows, [
      { row: 1, watermark: 1000 },
      { row: 2, watermark: 5000 },
    ])
    expect(out.taken().map((line) => line.slice(0, 14))).toEqual(['~ 1000', '+I[a, 1, 1, 1,', '~ 5000'])
    expect(out.context.lateRecords).toBe(1)
  })

  it('restore at another parallelism', () => {
    const rows = Array.from({ length: 40 }, (_, i) => at(`k${i % 7}`, i, i / 4))
    const before = createBench(body(tumble), options).rows(rows.slice(0, 30))
    before.watermark(4999)
    const saved = new SavedState()
    before.save(saved)
    before.taken()
    const after = [0, 1].flatMap((subtask) =>
      createBench(body(tumble), { ...options, parallelism: 2, subtask, restore: saved })
        .watermark(1e9)
        .taken(),
    )
    const expected = before.watermark(1e9).taken()
    expect(after.filter((line) => line.startsWith('+')).sort()).toEqual(expected.filter((line) => line.startsWith('+')).sort())
    expect(expected.length).toBeGreaterThan(5)
  })

  it('follow the clock of the zone for TIMESTAMP_LTZ, over a change of offset', () => {
    const ltz = timestampLtz(3, 'ROWTIME')
    const day: WindowSpec = { kind: 'TUMBLE', size: 86_400_000, offset: 0 }
    const types = [STRING, COUNT, INTEGER, COUNT, timestamp(3), timestamp(3), ltz]
    const out = createBench(body(day, 'Europe/Berlin'), { inputTypes: [STRING, INTEGER, ltz], outputTypes: types })
    const instant = (text: string): number => Date.parse(text)
    out.rows([
      ['+I', 'a', 1, instant('2024-03-31T22:30:00Z')],
      ['+I', 'a', 1, instant('2024-03-30T23:30:00Z')],
    ])
    expect(out.watermark(instant('2024-03-31T21:59:59.999Z')).taken()[0]).toBe(
      '+I[a, 1, 1, 1, 2024-03-31 00:00:00.000, 2024-04-01 00:00:00.000, 2024-03-31 21:59:59.999]',
    )
  })
})

describe('window functions by themselves', () => {
  it('give each row once a window, with watermark points in place', () => {
    const window: WindowSpec = { kind: 'HOP', size: 10 * SECOND, slide: 5 * SECOND, offset: 0 }
    const types = [STRING, INTEGER, time]
    const out = createBench(
      { kind: 'WindowExpand', window, timeColumn: 2, zone: null },
      { inputTypes: types, outputTypes: [...types, timestamp(3), timestamp(3), time] },
    )
    out.rows(
      [at('a', 1, 1), at('b', 2, 7)],
      [
        { row: 1, watermark: 1000 },
        { row: 2, watermark: 7000 },
      ],
    )
    expect(out.taken().map((line) => line.replaceAll(/1970-01-01 00:/g, '').replaceAll('.000', ''))).toEqual([
      '+I[a, 1, 00:01, 00:00, 00:10, 00:09.999]',
      '+I[a, 1, 00:01, 1969-12-31 23:59:55, 00:05, 00:04.999]',
      '~ 1000',
      '+I[b, 2, 00:07, 00:05, 00:15, 00:14.999]',
      '+I[b, 2, 00:07, 00:00, 00:10, 00:09.999]',
      '~ 7000',
    ])
  })
})

describe('windows of several slices', () => {
  const windows = (lines: readonly string[]): string[] =>
    lines.filter((line) => line.startsWith('+')).map((line) => line.replaceAll(/1970-01-01 00:/g, '').replaceAll('.000', ''))

  it('HOP gives every record to each window that holds it', () => {
    const hop: WindowSpec = { kind: 'HOP', size: 10 * SECOND, slide: 5 * SECOND, offset: 0 }
    const out = createBench(body(hop), options).rows([at('a', 1, 1), at('a', 1, 7)])
    expect(windows(out.watermark(1e9).taken())).toEqual([
      '+I[a, 1, 1, 1, 1969-12-31 23:59:55, 00:05, 00:04.999]',
      '+I[a, 2, 2, 1, 00:00, 00:10, 00:09.999]',
      '+I[a, 1, 1, 1, 00:05, 00:15, 00:14.999]',
    ])
    expect(out.context.charged).toBe(0)
  })

  it('HOP lets a late record into the windows that have not fired', () => {
    const hop: WindowSpec = { kind: 'HOP', size: 10 * SECOND, slide: 5 * SECOND, offset: 0 }
    const out = createBench(body(hop), options).rows([at('a', 1, 1)])
    out.watermark(4999)
    out.taken()
    expect(
      windows(
        out
          .rows([at('a', 2, 2)])
          .watermark(1e9)
          .taken(),
      ),
    ).toEqual(['+I[a, 2, 3, 2, 00:00, 00:10, 00:09.999]'])
  })

  it('CUMULATE grows from one start', () => {
    const cumulate: WindowSpec = { kind: 'CUMULATE', size: 15 * SECOND, step: 5 * SECOND, offset: 0 }
    const out = createBench(body(cumulate), options).rows([at('a', 1, 1), at('a', 2, 7), at('a', 3, 21)])
    expect(windows(out.watermark(1e9).taken())).toEqual([
      '+I[a, 1, 1, 1, 00:00, 00:05, 00:04.999]',
      '+I[a, 2, 3, 2, 00:00, 00:10, 00:09.999]',
      '+I[a, 2, 3, 2, 00:00, 00:15, 00:14.999]',
      '+I[a, 1, 3, 1, 00:15, 00:25, 00:24.999]',
      '+I[a, 1, 3, 1, 00:15, 00:30, 00:29.999]',
    ])
  })
})
