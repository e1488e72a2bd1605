import { describe, expect, it } from 'vitest'
import { batchOfRows } from '../data/column-builder.ts'
import type { SourceBody } from '../plan/physical.ts'
import type { BoundExpr } from '../sql/bound/expr.ts'
import { array, BIGINT, BOOLEAN, DOUBLE, INTEGER, notNull, row, STRING, timestamp } from '../sql/types/make-type.ts'
import { createKeyHasher, createWatermarkGenerator } from './instantiate.ts'
import { createBench, SavedState } from './testing.ts'

const col = (index: number, type: BoundExpr['type']): BoundExpr => ({ kind: 'Column', type, index, name: `f${index}` })
const int = (value: number): BoundExpr => ({ kind: 'Literal', type: notNull(INTEGER), value })

describe('Calc', () => {
  it('filters, projects and keeps kinds and watermark points in place', () => {
    const condition: BoundExpr = { kind: 'Call', type: BOOLEAN, fn: '>', args: [col(1, INTEGER), int(2)] }
    const sum: BoundExpr = { kind: 'Call', type: INTEGER, fn: '+', args: [col(1, INTEGER), int(1)] }
    const out = createBench(
      { kind: 'Calc', condition, projection: [sum, col(0, STRING)] },
      { inputTypes: [STRING, INTEGER], outputTypes: [INTEGER, STRING] },
    )
    out.rows(
      [
        ['+I', 'a', 1],
        ['-U', 'b', 3],
        ['+U', 'ü', 4],
        ['+I', null, null],
      ],
      [
        { row: 1, watermark: 10 },
        { row: 4, watermark: 20 },
      ],
    )
    expect(out.taken()).toEqual(['~ 10', '-U[4, b]', '+U[5, ü]', '~ 20'])
  })
})

describe('Calc of nothing', () => {
  it('takes an empty batch first and passes its watermark on', () => {
    const sum: BoundExpr = { kind: 'Call', type: INTEGER, fn: '+', args: [col(0, INTEGER), int(1)] }
    const out = createBench({ kind: 'Calc', projection: [sum] }, { inputTypes: [INTEGER], outputTypes: [INTEGER] })
    out.rows([], [{ row: 0, watermark: 7 }])
    out.rows([['+I', 1]])
    expect(out.taken()).toEqual(['~ 7', '+I[2]'])
  })
})

describe('Calc over bad values', () => {
  const cast: BoundExpr = { kind: 'Cast', type: INTEGER, input: col(0, STRING), mode: 'CAST', implicit: false }
  const options = { inputTypes: [STRING], outputTypes: [INTEGER, STRING] }
  const rows = [
    ['+I', '1'],
    ['+I', 'x'],
    ['+I', '3'],
  ] as const

  it('fails the statement, or leaves the row out where the table says ignore', () => {
    const projection = [cast, col(0, STRING)]
    expect(() => createBench({ kind: 'Calc', projection }, options).rows(rows)).toThrow("Cannot cast 'x'")
    const ignoring = createBench({ kind: 'Calc', projection, onError: 'ignore' }, options).rows(rows)
    expect(ignoring.taken()).toEqual(['+I[1, 1]', '+I[3, 3]'])
    expect(ignoring.context.errorsIgnored).toBe(1)
  })
})

describe('ChangelogNormalize', () => {
  const normalize = { kind: 'ChangelogNormalize', keys: [0], emitUpdateBefore: true, ttlMs: null } as const
  const options = { inputTypes: [STRING, INTEGER, STRING], outputTypes: [STRING, INTEGER, STRING] }

  it('completes an upsert stream, with a filter', () => {
    const condition: BoundExpr = { kind: 'Call', type: BOOLEAN, fn: '<', args: [col(1, INTEGER), int(3)] }
    const out = createBench({ ...normalize, condition }, options).rows([
      ['+I', 'one', 1, 'a'],
      ['+U', 'one', 2, 'bb'],
      ['+U', 'three', 3, 'ccc'],
      ['+U', 'two', 0, 'dd'],
      ['+U', 'two', 0, 'dd'],
      ['+U', 'two', 1, 'dd'],
      ['+I', 'one', 4, 'aaaa'],
      ['-D', 'three', null, null],
    ])
    expect(out.taken()).toEqual([
      '+I[one, 1, a]',
      '-U[one, 1, a]',
      '+U[one, 2, bb]',
      '+I[two, 0, dd]',
      '-U[two, 0, dd]',
      '+U[two, 1, dd]',
      '-D[one, 2, bb]',
    ])
  })

  it('deletes with the whole row, also after a restore', () => {
    const saved = new SavedState()
    createBench(normalize, options)
      .rows([['+I', 'a', 1, 'x']])
      .save(saved)
    const out = createBench(normalize, { ...options, restore: saved }).rows([
      ['-D', 'a', null, null],
      ['-D', 'a', null, null],
    ])
    expect(out.taken()).toEqual(['-D[a, 1, x]'])
    expect(out.context.charged).toBe(out.operator.stateBytes?.())
  })
})

describe('Sink', () => {
  const table = {
    path: ['c', 'd', 't'],
    connector: 'x',
    options: {},
    columns: [{ name: 'k', type: notNull(STRING), kind: 'physical' }],
    primaryKey: [],
    partitionKeys: [],
  } as const
  const sink = (enforcer: 'ERROR' | 'DROP', changelog: 'upsert' | 'retract' = 'retract') =>
    createBench(
      { kind: 'Sink', table, changelog, notNull: { columns: [0], enforcer }, upsertKeys: [] },
      { inputTypes: [STRING], outputTypes: [STRING] },
    )

  it('refuses or drops NULL in NOT NULL columns', () => {
    expect(() => sink('ERROR').rows([['+I', null]])).toThrow('Column k of c.d.t is NOT NULL')
    expect(
      sink('DROP')
        .rows([
          ['+I', 'a'],
          ['+I', null],
          ['-D', 'b'],
        ])
        .taken(),
    ).toEqual(['+I[a]', '-D[b]'])
  })
  it('looks inside of rows and collections where that is asked for', () => {
    const inner = notNull(
      row([
        { name: 'n', type: notNull(INTEGER) },
        { name: 'list', type: array(notNull(STRING)) },
      ]),
    )
    const nested = { columns: [0], collections: true, lengths: false }
    const body = {
      kind: 'Sink',
      table: { ...table, columns: [{ name: 'r', type: inner, kind: 'physical' }] },
      changelog: 'append',
      upsertKeys: [],
      nested,
    } as const
    const options = { inputTypes: [inner], outputTypes: [inner] }
    const bad = [
      ['+I', [1, ['a']]],
      ['+I', [null, []]],
      ['+I', [2, ['a', null]]],
    ] as const
    expect(
      createBench({ ...body, notNull: { columns: [], enforcer: 'DROP' } }, options)
        .rows(bad)
        .taken(),
    ).toEqual(['+I[(1, [a])]'])
    expect(() => createBench({ ...body, notNull: { columns: [], enforcer: 'ERROR' } }, options).rows(bad)).toThrow(
      "Column 'r.n' is NOT NULL",
    )
  })
  it('keeps -U from upsert sinks', () => {
    expect(
      sink('ERROR', 'upsert')
        .rows([
          ['-U', 'a'],
          ['+U', 'a'],
        ])
        .taken(),
    ).toEqual(['+U[a]'])
  })
})

describe('Limit', () => {
  it('passes the first rows on, also after a restore', () => {
    const options = { inputTypes: [INTEGER], outputTypes: [INTEGER] }
    const saved = new SavedState()
    const first = createBench({ kind: 'Limit', offset: 1, fetch: 3 }, options).rows([
      ['+I', 1],
      ['+I', 2],
    ])
    first.save(saved)
    const second = createBench({ kind: 'Limit', offset: 1, fetch: 3 }, { ...options, restore: saved }).rows(
      [
        ['+I', 3],
        ['+I', 4],
        ['+I', 5],
      ],
      [{ row: 3, watermark: 7 }],
    )
    expect([first.taken(), second.taken()]).toEqual([['+I[2]'], ['+I[3]', '+I[4]', '~ 7']])
  })
})

describe('Values', () => {
  it('gives its rows once', () => {
    const rows = [
      [int(1), { kind: 'Call', type: INTEGER, fn: '+', args: [int(1), int(1)] } as const],
      [int(2), { kind: 'Literal', type: INTEGER, value: null } as const],
    ]
    expect(
      createBench({ kind: 'Values', rows }, { inputTypes: [], outputTypes: [INTEGER, INTEGER] })
        .end()
        .taken(),
    ).toEqual(['+I[1, 2]', '+I[2, NULL]'])
  })
})

describe('watermarks of a source', () => {
  const time = timestamp(3, 'ROWTIME')
  const interval = {
    kind: 'INTERVAL_DAY_TIME',
    nullable: false,
    resolution: 'SECOND',
    dayPrecision: 2,
    fractionalPrecision: 3,
  } as const
  const expr: BoundExpr = {
    kind: 'Call',
    type: timestamp(3),
    fn: '-',
    args: [col(0, time), { kind: 'Literal', type: interval, value: 1000 }],
  }
  const source = (emit: 'on-event' | 'on-periodic'): SourceBody => ({
    kind: 'Source',
    table: {
      path: ['c', 'd', 't'],
      connector: 'x',
      options: {},
      columns: [{ name: 'ts', type: time, kind: 'physical' }],
      primaryKey: [],
      partitionKeys: [],
    },
    produced: [0],
    watermark: { column: 0, expr, emit, intervalMs: 200, idleTimeoutMs: null },
    changelog: 'append',
    bounded: true,
  })
  const batch = batchOfRows([time], [[5000], [null], [4000], [7000]])

  it('rise with the rows and ignore NULL and smaller values', () => {
    expect(createWatermarkGenerator(source('on-event')).onBatch(batch)).toEqual({
      max: 6000,
      marks: [
        { row: 1, watermark: 4000 },
        { row: 4, watermark: 6000 },
      ],
    })
    expect(createWatermarkGenerator(source('on-periodic')).onBatch(batch)).toEqual({ max: 6000, marks: [] })
  })
})

describe('key hashes', () => {
  it('are what they always were', () => {
    const types = [STRING, BIGINT, DOUBLE, INTEGER, BOOLEAN, timestamp(6)]
    const batch = batchOfRows(types, [
      ['abc', 42n, 1.5, -1, true, [1000, 5]],
      [null, null, null, null, null, null],
      ['', 0n, 0, 0, false, [0, 0]],
    ])
    const hashes = (keys: readonly number[]): number[] => [...createKeyHasher(types, keys).hash(batch).subarray(0, 3)]
    expect(hashes([0, 1, 2, 3, 4, 5])).toMatchInlineSnapshot(`
      [
        1424515663,
        1037400593,
        588805339,
      ]
    `)
    expect(hashes([1])).toMatchInlineSnapshot(`
      [
        78937229,
        -731546173,
        -650046389,
      ]
    `)
    expect(hashes([])).toMatchInlineSnapshot(`
      [
        0,
        0,
        0,
      ]
    `)
  })
})
