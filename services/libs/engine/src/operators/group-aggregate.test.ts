import { describe, expect, it } from 'vitest'
import type { GroupAggregateBody } from '../plan/physical.ts'
import type { AggregateCall, BoundExpr } from '../sql/bound/expr.ts'
import type { LogicalType } from '../sql/types/logical-type.ts'
import { array, BIGINT, BOOLEAN, DOUBLE, decimal, INTEGER, notNull, STRING, SYMBOL } from '../sql/types/make-type.ts'
import { createBench, SavedState, type TestRow } from './testing.ts'

const COUNT = notNull(BIGINT)
const col = (index: number, type: LogicalType): BoundExpr => ({ kind: 'Column', type, index, name: `f${index}` })
const agg = (fn: string, type: LogicalType, args: BoundExpr[] = [], more: Partial<AggregateCall> = {}): AggregateCall => ({
  fn,
  type,
  args,
  distinct: false,
  name: fn,
  ...more,
})

const TYPES = [STRING, INTEGER]
const value = col(1, INTEGER)
const totals = [agg('COUNT', COUNT), agg('SUM', INTEGER, [value]), agg('MAX', INTEGER, [value])]

function body(aggregates: readonly AggregateCall[], more: Partial<GroupAggregateBody> = {}): GroupAggregateBody {
  return { kind: 'GroupAggregate', keys: [0], aggregates, emitUpdateBefore: true, retracting: false, ttlMs: null, ...more }
}
const bench = (
  aggregates: readonly AggregateCall[],
  more: Partial<GroupAggregateBody> = {},
  types: readonly LogicalType[] = TYPES,
) => createBench(body(aggregates, more), { inputTypes: types, outputTypes: [STRING, ...aggregates.map((call) => call.type)] })

describe('GROUP BY', () => {
  it('gives the first result as +I and each other as -U, +U; NULL values and keys are kept apart', () => {
    const out = bench(totals).rows([
      ['+I', 'a', 1],
      ['+I', 'b', 5],
      ['+I', 'a', 3],
      ['+I', null, null],
      ['+I', null, 2],
    ])
    expect(out.taken()).toEqual([
      '+I[a, 1, 1, 1]',
      '+I[b, 1, 5, 5]',
      '-U[a, 1, 1, 1]',
      '+U[a, 2, 4, 3]',
      '+I[NULL, 1, NULL, NULL]',
      '-U[NULL, 1, NULL, NULL]',
      '+U[NULL, 2, 2, 2]',
    ])
  })

  it('says nothing where the result is the same, and leaves out -U where nobody asked', () => {
    const out = bench([agg('MAX', INTEGER, [value])], { emitUpdateBefore: false }).rows([
      ['+I', 'a', 7],
      ['+I', 'a', 3],
      ['+I', 'a', 9],
    ])
    expect(out.taken()).toEqual(['+I[a, 7]', '+U[a, 9]'])
  })

  it('takes rows back: an unknown key is dropped, the last row leaving gives -D with the previous result', () => {
    const out = bench(totals, { retracting: true }).rows([
      ['-D', 'a', 9],
      ['+I', 'a', 4],
      ['+I', 'a', 9],
      ['-U', 'a', 9],
      ['+U', 'a', 5],
      ['-D', 'a', 5],
      ['-D', 'a', 4],
      ['+I', 'a', 1],
    ])
    expect(out.taken()).toEqual([
      '+I[a, 1, 4, 4]',
      '-U[a, 1, 4, 4]',
      '+U[a, 2, 13, 9]',
      '-U[a, 2, 13, 9]',
      '+U[a, 1, 4, 4]',
      '-U[a, 1, 4, 4]',
      '+U[a, 2, 9, 5]',
      '-U[a, 2, 9, 5]',
      '+U[a, 1, 4, 4]',
      '-D[a, 1, 4, 4]',
      '+I[a, 1, 1, 1]',
    ])
  })

  it('DISTINCT, FILTER, lists, averages and variances', () => {
    const large: BoundExpr = {
      kind: 'Call',
      type: BOOLEAN,
      fn: '>',
      args: [value, { kind: 'Literal', type: notNull(INTEGER), value: 2 }],
    }
    const calls = [
      agg('COUNT', COUNT, [value], { distinct: true }),
      agg('SUM', INTEGER, [value], { distinct: true, filter: large }),
      agg('AVG', INTEGER, [value]),
      agg('STDDEV_POP', DOUBLE, [{ kind: 'Cast', type: DOUBLE, input: value, mode: 'CAST', implicit: false }]),
      agg('FIRST_VALUE', INTEGER, [value]),
      agg('LAST_VALUE', INTEGER, [value]),
      agg('ARRAY_AGG', array(INTEGER), [value]),
    ]
    const rows: readonly TestRow[] = [
      ['+I', 'a', 4],
      ['+I', 'a', 4],
      ['+I', 'a', 1],
      ['+I', 'a', null],
    ]
    expect(bench(calls, { emitUpdateBefore: false }).rows(rows).taken().at(-1)).toBe(
      '+U[a, 2, 4, 3, 1.4142135623730951, 4, 1, [4, 4, 1, NULL]]',
    )
    const retracting = bench(calls, { emitUpdateBefore: false, retracting: true }).rows([...rows, ['-D', 'a', 4], ['-D', 'a', 4]])
    expect(retracting.taken().at(-1)).toBe('+U[a, 1, NULL, 1, 0.0, 1, 1, [1, NULL]]')
  })

  it('sums decimals and bigints exactly, and wraps INT as Flink does', () => {
    const types = [STRING, decimal(12, 2), BIGINT, INTEGER]
    const calls = [
      agg('SUM', decimal(38, 2), [col(1, decimal(12, 2))]),
      agg('AVG', decimal(38, 6), [col(1, decimal(12, 2))]),
      agg('SUM', BIGINT, [col(2, BIGINT)]),
      agg('SUM', INTEGER, [col(3, INTEGER)]),
      agg('LISTAGG', STRING, [col(0, STRING)]),
    ]
    const out = bench(calls, { emitUpdateBefore: false }, types).rows([
      ['+I', 'k', 100, 9007199254740993n, 2147483647],
      ['+I', 'k', 201, 1n, 1],
      ['+I', 'k', 201, 1n, 1],
    ])
    expect(out.taken().at(-1)).toBe('+U[k, 5.02, 1.673333, 9007199254740995, -2147483647, k,k,k]')
  })

  it('JSON, percentiles and variances that do not lose digits', () => {
    const types = [STRING, DOUBLE]
    const key = col(0, STRING)
    const number = col(1, DOUBLE)
    const clause: BoundExpr = { kind: 'Literal', type: SYMBOL, value: 'NULL ON NULL' }
    const half: BoundExpr = { kind: 'Literal', type: notNull(DOUBLE), value: 0.5 }
    const calls = [
      agg('JSON_ARRAYAGG', STRING, [clause, number]),
      agg('PERCENTILE', DOUBLE, [number, half]),
      agg('VAR_SAMP', DOUBLE, [number]),
      agg('JSON_OBJECTAGG', STRING, [clause, key, number]),
    ]
    const rows: readonly TestRow[] = [
      ['+I', 'b', 1e9 + 1],
      ['+I', 'b', 1e9 + 2],
    ]
    const out = createBench(body(calls.slice(0, 3), { keys: [], emitUpdateBefore: false, retracting: true }), {
      inputTypes: types,
      outputTypes: [STRING, DOUBLE, DOUBLE],
    }).rows([...rows, ['+I', 'b', 1e9 + 3], ['-D', 'b', 1e9 + 3], ['+I', 'b', null]])
    expect(out.taken().at(-1)).toBe('+U[[1.000000001E9,1.000000002E9,null], 1.0000000015E9, 0.5]')
    const object = bench(calls.slice(3), { emitUpdateBefore: false }, types)
    expect(object.rows(rows.slice(0, 1)).taken()).toEqual(['+I[b, {"b":1.000000001E9}]'])
    expect(() => object.rows(rows.slice(1))).toThrow('a key twice')
  })

  it('works without keys, across growth, and frees what it charged', () => {
    const global = createBench(body(totals, { keys: [], retracting: true }), {
      inputTypes: TYPES,
      outputTypes: [COUNT, INTEGER, INTEGER],
    })
    expect(global.rows([['+I', 'a', 1]]).taken()).toEqual(['+I[1, 1, 1]'])
    const many = bench([agg('COUNT', COUNT)], { emitUpdateBefore: false, retracting: true })
    const names = Array.from({ length: 5000 }, (_, i) => `key ${i}`)
    expect(many.rows(names.map((name): TestRow => ['+I', name, 1])).taken()).toHaveLength(5000)
    expect(many.rows(names.map((name): TestRow => ['-D', name, 1])).taken()).toEqual(names.map((name) => `-D[${name}, 1]`))
    expect(many.rows(names.map((name): TestRow => ['+I', name, 1])).taken()).toHaveLength(5000)
    expect(many.context.charged).toBe(many.operator.stateBytes?.())
  })

  it('goes on after a restore at another parallelism', () => {
    const calls = [...totals, agg('COUNT', COUNT, [value], { distinct: true }), agg('LISTAGG', STRING, [col(0, STRING)])]
    const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
    const first: TestRow[] = keys.map((key, i) => ['+I', key, i])
    const second: TestRow[] = keys.map((key, i) => ['-D', key, i])
    const before = bench(calls, { retracting: true }).rows(first)
    const saved = new SavedState()
    before.save(saved)
    const options = {
      inputTypes: TYPES,
      outputTypes: [STRING, ...calls.map((call) => call.type)],
      parallelism: 3,
      restore: saved,
    }
    const after = [0, 1, 2].flatMap((subtask) =>
      createBench(body(calls, { retracting: true }), { ...options, subtask })
        .rows(second)
        .taken(),
    )
    before.taken()
    expect(after.sort()).toEqual(before.rows(second).taken().sort())
    expect(after).toHaveLength(8)
  })

  it('lets state expire: every change is then given out, and an expired group starts anew', () => {
    const out = bench([agg('COUNT', COUNT), agg('MAX', INTEGER, [value])], { ttlMs: 5000 })
    out.rows([['+I', 'a', 1]])
    out.context.nowMs = 6000
    expect(out.rows([['+I', 'a', 1]]).taken()).toEqual(['+I[a, 1, 1]', '+I[a, 1, 1]'])
  })
})
