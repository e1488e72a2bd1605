import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Boxed } from '../data/boxed.ts'
import { batchOfRows, rowAt } from '../data/column-builder.ts'
import { createProjection } from '../operators/calc.ts'
import type { BoundExpr, LiteralValue } from '../sql/bound/expr.ts'
import type { LogicalType } from '../sql/types/logical-type.ts'
import {
  BIGINT,
  BOOLEAN,
  char,
  DATE,
  DOUBLE,
  decimal,
  INTEGER,
  notNull,
  STRING,
  SYMBOL,
  TINYINT,
  timestamp,
} from '../sql/types/make-type.ts'

const lit = (type: LogicalType, value: LiteralValue): BoundExpr => ({ kind: 'Literal', type, value })
const int = (value: number): BoundExpr => lit(notNull(INTEGER), value)
const text = (value: string): BoundExpr => lit(notNull(char(value.length)), value)
const col = (index: number, type: LogicalType): BoundExpr => ({ kind: 'Column', type, index, name: `f${index}` })
const call = (fn: string, type: LogicalType, ...args: BoundExpr[]): BoundExpr => ({ kind: 'Call', type, fn, args })
const cast = (input: BoundExpr, type: LogicalType, mode: 'CAST' | 'TRY' = 'CAST'): BoundExpr => ({
  kind: 'Cast',
  type,
  input,
  mode,
  implicit: false,
})

const evaluation = { nowMs: 0, watermarkMs: null, random: () => 0.5 }

function evaluate(
  exprs: readonly BoundExpr[],
  types: readonly LogicalType[] = [],
  rows: readonly (readonly Boxed[])[] = [[]],
): Boxed[][] {
  const project = createProjection(exprs, { inputTypes: types, config: {}, evaluation })
  const result = project(batchOfRows(types, rows))
  return rows.map((_, row) =>
    rowAt(
      result,
      exprs.map((expr) => expr.type),
      row,
    ),
  )
}
const one = (expr: BoundExpr): Boxed => evaluate([expr])[0]![0]!

describe('scalar expressions', () => {
  it('integers truncate, wrap and fail on a zero divisor', () => {
    expect(one(call('/', INTEGER, int(-7), int(2)))).toBe(-3)
    expect(one(call('%', INTEGER, int(-7), int(2)))).toBe(-1)
    expect(one(call('+', INTEGER, int(2147483647), int(1)))).toBe(-2147483648)
    expect(one(call('+', TINYINT, lit(TINYINT, 127), lit(TINYINT, 1)))).toBe(-128)
    expect(one(call('*', BIGINT, lit(BIGINT, '9223372036854775807'), lit(BIGINT, '2')))).toBe(-2n)
    expect(() => evaluate([call('/', INTEGER, int(1), col(0, INTEGER))], [INTEGER], [[0]])).toThrow('Division by zero')
    expect(evaluate([call('/', INTEGER, int(1), col(0, INTEGER))], [INTEGER], [[null]])).toEqual([[null]])
    expect(one(call('/', DOUBLE, lit(DOUBLE, 1), lit(DOUBLE, 0)))).toBe(Infinity)
  })

  it('decimals keep every digit', () => {
    const price = call('*', decimal(23, 3), lit(decimal(3, 3), '0.908'), col(0, BIGINT))
    expect(evaluate([price], [BIGINT], [[1000n], [9007199254740993n], [null]])).toEqual([
      [908000n],
      [8178536923304821644n],
      [null],
    ])
    const quotient = call('/', decimal(38, 6), lit(decimal(10, 2), '10.00'), lit(decimal(10, 2), '3.00'))
    expect(one(cast(quotient, STRING))).toBe('3.333333')
    expect(one(cast(lit(decimal(5, 2), '123.45'), decimal(3, 0)))).toBe(123)
    expect(one(cast(lit(decimal(5, 2), '999.50'), decimal(3, 0)))).toBe(null)
  })

  it('three-valued logic evaluates the right side only where it decides', () => {
    const x = col(0, INTEGER)
    const guard = call('AND', BOOLEAN, call('<>', BOOLEAN, x, int(0)), call('>', BOOLEAN, call('/', INTEGER, int(10), x), int(2)))
    expect(evaluate([guard], [INTEGER], [[0], [2], [9], [null]])).toEqual([[false], [true], [false], [null]])
    const or = call('OR', BOOLEAN, call('=', BOOLEAN, x, int(1)), lit(BOOLEAN, null))
    expect(evaluate([or], [INTEGER], [[1], [2]])).toEqual([[true], [null]])
  })

  it('CASE, COALESCE, NULLIF, GREATEST', () => {
    const x = col(0, STRING)
    const choice: BoundExpr = {
      kind: 'Case',
      type: STRING,
      // biome-ignore lint/suspicious/noThenProperty: the branch's THEN
      branches: [{ when: call('=', BOOLEAN, x, text('a')), then: text('first') }],
      otherwise: x,
    }
    expect(
      evaluate(
        [choice, call('COALESCE', STRING, x, text('?')), call('NULLIF', STRING, x, text('b'))],
        [STRING],
        [['a'], ['b'], [null]],
      ),
    ).toEqual([
      ['first', 'a', 'a'],
      ['b', 'b', null],
      [null, '?', null],
    ])
    expect(one(call('GREATEST', INTEGER, int(3), int(9), int(4)))).toBe(9)
  })

  it('strings', () => {
    const url = col(0, STRING)
    const rows = [['https://x/a/b'], [''], [null], ['a']]
    expect(evaluate([call('SPLIT_INDEX', STRING, url, text('/'), int(3)), call('UPPER', STRING, url)], [STRING], rows)).toEqual([
      ['a', 'HTTPS://X/A/B'],
      [null, ''],
      [null, null],
      [null, 'A'],
    ])
    expect(one(call('SUBSTRING', STRING, text('héllo'), int(2), int(3)))).toBe('éll')
    expect(one(call('LIKE', BOOLEAN, text('abcabd'), text('a%b_')))).toBe(true)
    expect(one(call('REGEXP_EXTRACT', STRING, text('channel_id=42&'), text('(&|^)channel_id=([^&]*)'), int(2)))).toBe('42')
    expect(one(call('||', STRING, text('a'), text('b')))).toBe('ab')
    expect(one(call('TRIM', STRING, lit(SYMBOL, 'BOTH'), text('x'), text('xxaxx')))).toBe('a')
    expect(
      evaluate([call('IN', BOOLEAN, url, ...['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'].map(text))], [STRING], rows),
    ).toEqual([[false], [false], [null], [true]])
  })

  it('IN over long lists', () => {
    const list = Array.from({ length: 20 }, (_, i) => lit(BIGINT, String(9007199254740990 + (i % 2) - i)))
    const test = call('IN', BOOLEAN, col(0, BIGINT), ...list)
    const rows = [[9007199254740990n], [9007199254740993n], [1n], [null]]
    expect(evaluate([test], [BIGINT], rows)).toEqual([[true], [false], [false], [null]])
  })

  it('time', () => {
    const ts = lit(notNull(timestamp(3)), [1_600_000_000_123, 0])
    expect(one(call('HOUR', BIGINT, ts))).toBe(12n)
    expect(one(call('DATE_FORMAT', STRING, ts, text('yyyy-MM-dd HH:mm')))).toBe('2020-09-13 12:26')
    expect(one(cast(ts, STRING))).toBe('2020-09-13 12:26:40.123')
    expect(one(call('TO_TIMESTAMP', timestamp(3), text('2020-09-13 12:26:40')))).toBe(1_600_000_000_000)
    expect(one(cast(text('2020-02-30'), DATE, 'TRY'))).toBe(null)
    const day = lit(
      { kind: 'INTERVAL_DAY_TIME', nullable: false, resolution: 'DAY', dayPrecision: 2, fractionalPrecision: 3 },
      86_400_000,
    )
    expect(one(call('+', timestamp(3), ts, day))).toBe(1_600_086_400_123)
    expect(one(call('FLOOR TO', timestamp(3), ts, lit(SYMBOL, 'HOUR')))).toBe(1_599_998_400_000)
  })

  it('casts print as Flink does', () => {
    expect(one(cast(lit(DOUBLE, 12345678.9), STRING))).toBe('1.23456789E7')
    expect(one(cast(lit(DOUBLE, 100), STRING))).toBe('100.0')
    expect(one(cast(lit(BOOLEAN, true), STRING))).toBe('TRUE')
    expect(() => one(cast(text('x1'), INTEGER))).toThrow("Cannot cast 'x1'")
    expect(one(cast(text(' 12.7 '), INTEGER))).toBe(12)
    expect(one(cast(lit(DOUBLE, 3e9), INTEGER))).toBe(2147483647)
  })
})

describe('generated code against a plain interpreter', () => {
  const seed = 20_260_101
  const wrap = (value: bigint): bigint => BigInt.asIntN(64, value)

  type Node = { readonly expr: BoundExpr; readonly plain: (row: readonly (bigint | null)[]) => bigint | boolean | null }
  const column = (index: number): Node => ({ expr: col(index, BIGINT), plain: (row) => row[index]! })
  const literal = (value: bigint): Node => ({ expr: lit(BIGINT, String(value)), plain: () => value })
  const combine = (fn: '+' | '-' | '*', a: Node, b: Node): Node => ({
    expr: call(fn, BIGINT, a.expr, b.expr),
    plain: (row) => {
      const [x, y] = [a.plain(row) as bigint | null, b.plain(row) as bigint | null]
      if (x === null || y === null) return null
      return wrap(fn === '+' ? x + y : fn === '-' ? x - y : x * y)
    },
  })
  const compare = (fn: '<' | '=' | '>=', a: Node, b: Node): Node => ({
    expr: call(fn, BOOLEAN, a.expr, b.expr),
    plain: (row) => {
      const [x, y] = [a.plain(row) as bigint | null, b.plain(row) as bigint | null]
      if (x === null || y === null) return null
      return fn === '<' ? x < y : fn === '=' ? x === y : x >= y
    },
  })
  const junction = (fn: 'AND' | 'OR', a: Node, b: Node): Node => ({
    expr: call(fn, BOOLEAN, a.expr, b.expr),
    plain: (row) => {
      const sides = [a.plain(row), b.plain(row)]
      const decisive = fn === 'OR'
      return sides.includes(decisive) ? decisive : sides.includes(null) ? null : !decisive
    },
  })
  const value = fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.bigInt({ min: -9n, max: 9n }))
  const { number, truth } = fc.letrec<{ number: Node; truth: Node }>((tie) => ({
    number: fc.oneof(
      { depthSize: 'small' },
      fc.nat(2).map(column),
      value.map(literal),
      fc
        .tuple(fc.constantFrom('+' as const, '-' as const, '*' as const), tie('number'), tie('number'))
        .map(([fn, a, b]) => combine(fn, a, b)),
    ),
    truth: fc.oneof(
      { depthSize: 'small' },
      fc
        .tuple(fc.constantFrom('<' as const, '=' as const, '>=' as const), tie('number'), tie('number'))
        .map(([fn, a, b]) => compare(fn, a, b)),
      fc
        .tuple(fc.constantFrom('AND' as const, 'OR' as const), tie('truth'), tie('truth'))
        .map(([fn, a, b]) => junction(fn, a, b)),
    ),
  }))
  const rows = fc.array(fc.tuple(fc.option(value), fc.option(value), fc.option(value)), { minLength: 1, maxLength: 5 })

  it(`agrees on arithmetic, comparison and logic (seed ${seed})`, () => {
    fc.assert(
      fc.property(number, truth, rows, (a, b, input) => {
        const types = [BIGINT, BIGINT, BIGINT]
        expect(evaluate([a.expr, b.expr], types, input)).toEqual(input.map((row) => [a.plain(row), b.plain(row)]))
      }),
      { seed, numRuns: 300 },
    )
  })
})
