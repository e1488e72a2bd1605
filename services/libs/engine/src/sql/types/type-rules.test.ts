import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { castSupport, sqlCastProblem } from './cast-support.ts'
import { plannedInterval } from './combine-intervals.ts'
import { leastCommonType } from './common-type.ts'
import { averageType, decimalResult, roundedDecimal, sumType } from './decimal-arithmetic.ts'
import { equalTypes } from './equal-types.ts'
import { leastRestrictive } from './least-restrictive.ts'
import type { LogicalType } from './logical-type.ts'
import {
  array,
  char,
  dayTime,
  decimal,
  map,
  multiset,
  notNull,
  plain,
  row,
  time,
  timestamp,
  timestampLtz,
  varchar,
  yearMonth,
} from './make-type.ts'
import { parseType, TypeSyntaxError } from './parse-type.ts'
import { printType } from './print-type.ts'
import { childrenOf, isInterval, withChildren } from './type-family.ts'

interface Pairs {
  readonly types: readonly string[]
  readonly cast: readonly (readonly (string | null)[])[]
  readonly case: readonly (readonly (string | null)[])[]
  readonly coalesce: readonly (readonly (string | null)[])[]
}
const pairs: Pairs = JSON.parse(readFileSync(new URL('./testdata/flink-type-pairs.json', import.meta.url), 'utf8'))
const types = pairs.types.map((text) => (text === 'STRING' ? parseType('VARCHAR(2147483647)') : parseType(text)))

function planned(type: LogicalType): LogicalType {
  const children = childrenOf(type)
  return plannedInterval(children.length === 0 ? type : withChildren(type, children.map(planned)))
}

/** Every pair where we and Flink differ, as text. */
function differences(
  table: readonly (readonly (string | null)[])[],
  ours: (a: LogicalType, b: LogicalType) => string | null,
): string[] {
  return types.flatMap((a, i) =>
    types.flatMap((b, j) => {
      const expected = table[i]![j]!
      const actual = ours(a, b)
      return actual === expected ? [] : [`${pairs.types[i]} | ${pairs.types[j]}: Flink ${expected}, here ${actual}`]
    }),
  )
}

describe('casts', () => {
  it('CAST accepts exactly the pairs that Flink accepts', () => {
    expect(differences(pairs.cast, (a, b) => (sqlCastProblem(a, b) ? null : printType(planned(b))))).toEqual([])
  })

  it.each([
    ['INT', 'BIGINT', 'implicit'],
    ['BIGINT', 'INT', 'explicit'],
    ['INT', 'INT NOT NULL', 'explicit'],
    ['INT NOT NULL', 'INT', 'implicit'],
    ['VARCHAR(3)', 'INT', 'explicit'],
    ['INT', 'STRING', 'explicit'],
    ['DECIMAL(10, 2)', 'DOUBLE', 'implicit'],
    ['TIMESTAMP(3)', 'TIMESTAMP_LTZ(3)', 'implicit'],
    ['BOOLEAN', 'DATE', 'none'],
    ['ARRAY<INT>', 'ARRAY<BIGINT>', 'implicit'],
    ['ROW<a INT>', 'ROW<b BIGINT>', 'implicit'],
    ['ROW<a INT>', 'ROW<b BIGINT, c INT>', 'none'],
    ['MAP<INT, INT>', 'ARRAY<INT>', 'none'],
  ])('%s to %s is %s', (from, to, support) => {
    expect(castSupport(parseType(from), parseType(to))).toBe(support)
  })

  it('says what to use where numbers and timestamps meet', () => {
    expect(sqlCastProblem(parseType('BIGINT'), parseType('TIMESTAMP(3)'))?.hint).toContain('TO_TIMESTAMP')
    expect(sqlCastProblem(parseType('TIMESTAMP(3)'), parseType('BIGINT'))?.hint).toContain('UNIX_TIMESTAMP')
  })
})

describe('common types', () => {
  it('branches of CASE share the type that Flink gives them', () => {
    const ours = (a: LogicalType, b: LogicalType) => {
      const type = leastRestrictive([a, b])
      return type ? printType(planned(type)) : null
    }
    const bothKnown = differences(pairs.case, ours).filter((line) => !line.includes('Flink null'))
    expect(bothKnown).toEqual([])
  })

  it('arguments of COALESCE share the type that Flink gives them', () => {
    const ours = (a: LogicalType, b: LogicalType) => {
      const type = leastCommonType([planned(a), planned(b)])
      return type ? printType(type) : null
    }
    const bothKnown = differences(pairs.coalesce, ours).filter((line) => !line.includes('Flink null'))
    expect(bothKnown).toEqual([])
  })

  it('is nullable when one of them is, and NULL literals only add that', () => {
    const int = notNull(plain('INTEGER'))
    expect(printType(leastRestrictive([int, plain('NULL')])!)).toBe('INT')
    expect(printType(leastCommonType([int, notNull(plain('BIGINT'))])!)).toBe('BIGINT NOT NULL')
    expect(leastRestrictive([plain('NULL'), plain('NULL')])).toBeUndefined()
  })
})

describe('decimal arithmetic', () => {
  it.each([
    ['PLUS', [32, 8], [38, 8], 'DECIMAL(38, 7)'],
    ['DIVIDE', [32, 8], [38, 8], 'DECIMAL(38, 6)'],
    ['DIVIDE', [30, 20], [30, 20], 'DECIMAL(38, 8)'],
    ['PLUS', [30, 20], [30, 20], 'DECIMAL(31, 20)'],
    ['TIMES', [30, 10], [30, 10], 'DECIMAL(38, 6)'],
    ['DIVIDE', [10, 2], [10, 2], 'DECIMAL(23, 13)'],
    ['DIVIDE', [38, 0], [38, 0], 'DECIMAL(38, 6)'],
    ['MOD', [10, 2], [5, 3], 'DECIMAL(5, 3)'],
  ] as const)('%s of DECIMAL(%s) and DECIMAL(%s) is %s', (operation, a, b, expected) => {
    expect(printType(decimalResult(operation, decimal(a[0], a[1]), decimal(b[0], b[1])))).toBe(expected)
  })

  it('rounds, sums and averages as Flink does', () => {
    expect(printType(roundedDecimal(10, 2, 1))).toBe('DECIMAL(10, 1) NOT NULL')
    expect(printType(roundedDecimal(10, 2, 5))).toBe('DECIMAL(10, 2) NOT NULL')
    expect(printType(roundedDecimal(10, 2, -1))).toBe('DECIMAL(9, 0) NOT NULL')
    expect(printType(sumType(decimal(10, 2)))).toBe('DECIMAL(38, 2)')
    expect(printType(averageType(decimal(10, 2)))).toBe('DECIMAL(38, 6)')
    expect(printType(averageType(plain('INTEGER')))).toBe('INT')
  })
})

describe('type strings', () => {
  const leaf = fc.oneof(
    fc
      .constantFrom('BOOLEAN', 'TINYINT', 'INTEGER', 'BIGINT', 'FLOAT', 'DOUBLE', 'DATE', 'VARIANT', 'BITMAP')
      .map((k) => plain(k as 'BOOLEAN')),
    fc.integer({ min: 1, max: 2147483647 }).chain((n) => fc.constantFrom(char(n), varchar(n))),
    fc.integer({ min: 1, max: 38 }).chain((p) => fc.integer({ min: 0, max: p }).map((s) => decimal(p, s))),
    fc.integer({ min: 0, max: 9 }).chain((p) => fc.constantFrom(time(p), timestamp(p), timestampLtz(p))),
    fc.constantFrom(yearMonth('YEAR', 3), yearMonth('YEAR_TO_MONTH'), yearMonth('MONTH'), dayTime('SECOND', { fraction: 3 })),
    fc.constantFrom(dayTime('DAY', { day: 4 }), dayTime('DAY_TO_SECOND', { day: 1, fraction: 9 }), dayTime('HOUR_TO_MINUTE')),
  )
  const { type: anyType } = fc.letrec<{ type: LogicalType }>((tie) => ({
    type: fc
      .oneof(
        { depthSize: 'small', withCrossShrink: true },
        leaf,
        tie('type').map(array),
        tie('type').map(multiset),
        fc.tuple(tie('type'), tie('type')).map(([k, v]) => map(k, v)),
        fc
          .uniqueArray(fc.tuple(fc.string({ minLength: 1, maxLength: 6 }), tie('type')), {
            maxLength: 4,
            selector: ([name]) => name,
          })
          .map((fields) => row(fields.map(([name, type]) => ({ name, type })))),
      )
      .chain((type) => fc.constantFrom(type, notNull(type))),
  }))

  it('prints what it can read again, in both styles', () => {
    fc.assert(
      fc.property(anyType, fc.constantFrom('serializable' as const, 'summary' as const), (type, style) => {
        const read = parseType(printType(type, style))
        // An interval without a day or fraction does not print the precision that it does not use.
        expect(printType(read)).toBe(printType(type))
        expect(containsInterval(type) || equalTypes(read, type)).toBe(true)
      }),
      { seed: 42, numRuns: 500 },
    )
  })

  it.each([
    ['STRING', 'VARCHAR(2147483647)'],
    ['bytes', 'VARBINARY(2147483647)'],
    ['CHARACTER VARYING(3)', 'VARCHAR(3)'],
    ['dec', 'DECIMAL(10, 0)'],
    ['DOUBLE PRECISION NOT NULL', 'DOUBLE NOT NULL'],
    ['TIMESTAMP_LTZ', 'TIMESTAMP(6) WITH LOCAL TIME ZONE'],
    ['TIMESTAMP(3) WITHOUT TIME ZONE', 'TIMESTAMP(3)'],
    ['INT ARRAY NOT NULL', 'ARRAY<INT> NOT NULL'],
    ["ROW(a INT, b STRING 'it''s')", "ROW<`a` INT, `b` VARCHAR(2147483647) 'it''s'>"],
    ['ROW<`a``b` INT>', 'ROW<`a``b` INT>'],
    ['INTERVAL DAY(2) TO SECOND(6)', 'INTERVAL DAY(2) TO SECOND(6)'],
    ["STRUCTURED<'a.B', x INT>", "STRUCTURED<'a.B', `x` INT>"],
  ])('reads %s', (text, printed) => {
    expect(printType(parseType(text))).toBe(printed)
  })

  it('shows time attributes in a summary only', () => {
    expect(printType(timestamp(3, 'ROWTIME'), 'summary')).toBe('TIMESTAMP(3) *ROWTIME*')
    expect(printType(notNull(timestampLtz(3, 'PROCTIME')), 'summary')).toBe('TIMESTAMP_LTZ(3) NOT NULL *PROCTIME*')
    expect(printType(timestampLtz(3, 'ROWTIME'))).toBe('TIMESTAMP(3) WITH LOCAL TIME ZONE')
  })

  it.each(['', 'INT INT', 'ARRAY<INT', 'FOO', 'DECIMAL(5, 6)', 'TIMESTAMP(10)', 'ROW<a INT, a INT>', '#'])(
    'refuses %s',
    (text) => {
      expect(() => parseType(text)).toThrow(TypeSyntaxError)
    },
  )

  it('bounds nesting', () => {
    expect(() => parseType(`${'ARRAY<'.repeat(1000)}INT${'>'.repeat(1000)}`)).toThrow(/nested too deep/)
  })
})

function containsInterval(type: LogicalType): boolean {
  return isInterval(type) || childrenOf(type).some(containsInterval)
}
