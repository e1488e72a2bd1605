import { describe, expect, it } from 'vitest'
import type { BindingContext, QueryCallbacks } from '../bound/binding-context.ts'
import type { AggregateCall, BoundExpr } from '../bound/expr.ts'
import type { Diagnostic } from '../diagnostic/diagnostic.ts'
import { parseExpression } from '../parse/parser.ts'
import { parseType } from '../types/parse-type.ts'
import { printType } from '../types/print-type.ts'
import { bindExpression, EXPRESSION_DEPTH_MAX } from './bind-expression.ts'
import { SchemaScope } from './schema-scope.ts'

const COLUMNS: Readonly<Record<string, string>> = {
  i: 'INT',
  ni: 'INT NOT NULL',
  b: 'BIGINT',
  d: 'DECIMAL(10, 2)',
  f: 'FLOAT',
  db: 'DOUBLE',
  s: 'STRING',
  c: 'CHAR(3) NOT NULL',
  bl: 'BOOLEAN',
  dt: 'DATE',
  tm: 'TIME(0)',
  ts: 'TIMESTAMP(3)',
  tz: 'TIMESTAMP_LTZ(6)',
  ai: 'ARRAY<INT>',
  m: 'MAP<STRING, INT>',
  r: 'ROW<a INT NOT NULL, b STRING>',
  iv: 'INTERVAL DAY TO SECOND(3)',
}
const SCHEMA = Object.entries(COLUMNS).map(([name, type]) => ({
  name,
  type: parseType(type === 'STRING' ? 'VARCHAR(2147483647)' : type.replace('STRING', 'VARCHAR(2147483647)')),
}))

function bind(sql: string, extra: Partial<BindingContext> = {}): { expr: BoundExpr | undefined; diagnostics: Diagnostic[] } {
  const { expression, diagnostics: syntax } = parseExpression(sql)
  expect(syntax, sql.slice(0, 200)).toEqual([])
  const diagnostics: Diagnostic[] = []
  const context: BindingContext = {
    config: {},
    place: 'SELECT',
    report: (one) => diagnostics.push(one),
    resolveFunction: () => undefined,
    ...extra,
  }
  return { expr: bindExpression(expression!, new SchemaScope(SCHEMA, 'T'), context), diagnostics }
}

function typeOf(sql: string): string {
  const { expr, diagnostics } = bind(sql)
  return expr === undefined ? `! ${diagnostics.map((one) => one.code).join(' ')}` : printType(expr.type)
}

function value(sql: string): unknown {
  const { expr } = bind(sql)
  return expr?.kind === 'Literal' ? expr.value : expr?.kind
}

describe('literals', () => {
  it.each([
    ['1', 'INT NOT NULL', 1],
    ['-2147483648', 'INT NOT NULL', -2147483648],
    ['2147483648', 'BIGINT NOT NULL', '2147483648'],
    ['-9223372036854775808', 'BIGINT NOT NULL', '-9223372036854775808'],
    ['1.50', 'DECIMAL(3, 2) NOT NULL', '1.50'],
    ['.5', 'DECIMAL(1, 1) NOT NULL', '0.5'],
    ['1e3', 'DOUBLE NOT NULL', 1000],
    ["'it''s'", 'CHAR(4) NOT NULL', "it's"],
    ["X'0aff'", 'BINARY(2) NOT NULL', '0AFF'],
    ['TRUE', 'BOOLEAN NOT NULL', true],
    ['UNKNOWN', 'BOOLEAN', null],
    ["DATE '1970-01-02'", 'DATE NOT NULL', 1],
    ["TIME '00:00:01.5'", 'TIME(1) NOT NULL', 1500],
    ["TIMESTAMP '1970-01-01 00:00:00.123456789'", 'TIMESTAMP(9) NOT NULL', [123, 456789]],
    ["INTERVAL '1' DAY", 'INTERVAL SECOND(3) NOT NULL', 86_400_000],
    ["INTERVAL '1-2' YEAR TO MONTH", 'INTERVAL MONTH NOT NULL', 14],
    ["INTERVAL -'1.5' SECOND", 'INTERVAL SECOND(3) NOT NULL', -1500],
    ["INTERVAL '2' WEEK", 'INTERVAL SECOND(3) NOT NULL', 1_209_600_000],
  ])('%s is %s', (sql, type, expected) => {
    expect(typeOf(sql)).toBe(type)
    expect(value(sql)).toEqual(expected)
  })

  it.each([
    '9223372036854775808',
    '12345678901234567890.5',
    '1e400',
    "DATE '2020-02-30'",
    "TIME '25:00:00'",
    "TIMESTAMP '2020-01-01T00:00:00'",
    "INTERVAL '100' DAY",
    "INTERVAL '1-13' YEAR TO MONTH",
  ])('refuses %s', (sql) => {
    expect(typeOf(sql)).toBe('! SQL_INVALID_LITERAL')
  })
})

describe('types of operators', () => {
  it.each([
    ['i + b', 'BIGINT'],
    ['f * db', 'FLOAT'],
    ['d + i', 'DECIMAL(13, 2)'],
    ['i / d', 'DECIMAL(23, 11)'],
    ['MOD(d, 3)', 'DECIMAL(10, 2)'],
    ['2 * iv', 'INTERVAL SECOND(3)'],
    ["dt + INTERVAL '1' DAY", 'DATE'],
    ['(dt - dt) DAY', 'INTERVAL SECOND(3)'],
    ['c || c', 'CHAR(6) NOT NULL'],
    ["CASE WHEN bl THEN 'a' ELSE 'bcd' END", 'VARCHAR(3) NOT NULL'],
    ['CASE WHEN bl THEN 1 END', 'INT'],
    ['NULLIF(ni, 1)', 'INT'],
    ['i IN (1, NULL)', 'BOOLEAN'],
    ['ni BETWEEN 1 AND 2', 'BOOLEAN NOT NULL'],
    ['i IS NULL', 'BOOLEAN NOT NULL'],
    ['r.a', 'INT'],
    ["m['x']", 'INT'],
    ['ARRAY[1, 2.5]', 'ARRAY<DECIMAL(11, 1) NOT NULL> NOT NULL'],
    ["ROW(1, 'a')", 'ROW<`EXPR$0` INT NOT NULL, `EXPR$1` CHAR(1) NOT NULL> NOT NULL'],
    ['TIMESTAMPADD(HOUR, 1, dt)', 'TIMESTAMP(6)'],
    ['COALESCE(i, 0)', 'INT NOT NULL'],
    ["TO_TIMESTAMP_LTZ(s, 'yyyy-MM-dd HH:mm:ss.SSSSSS')", 'TIMESTAMP(6) WITH LOCAL TIME ZONE'],
    ['PI', 'DOUBLE NOT NULL'],
  ])('%s is %s', (sql, type) => {
    expect(typeOf(sql)).toBe(type)
  })

  it.each([
    ['i = s', 'SQL_ARGUMENT_TYPES'],
    ['i + s', 'SQL_ARGUMENT_TYPES'],
    ['dt = ts', 'SQL_ARGUMENT_TYPES'],
    ['UPPER(NULL)', 'SQL_ARGUMENT_TYPES'],
    ['UPPER(s, s)', 'SQL_ARGUMENT_COUNT'],
    ['UPPER(DISTINCT s)', 'SQL_INVALID_CALL'],
    ['IFNULL(input => i, null_replacement => 1)', 'SQL_NAMED_ARGUMENT'],
    ['CASE WHEN bl THEN 1 ELSE s END', 'SQL_ARGUMENT_TYPES'],
    ['NULL', 'SQL_NULL_WITHOUT_TYPE'],
    ['CASE WHEN bl THEN NULL END', 'SQL_NULL_WITHOUT_TYPE'],
    ['CAST(b AS TIMESTAMP(3))', 'SQL_INVALID_CAST'],
    ["s LIKE 'a!' ESCAPE '!'", 'SQL_INVALID_LITERAL'],
    ['ai[0]', 'SQL_ARGUMENT_TYPES'],
    ['SUM(i)', 'SQL_MISPLACED_AGGREGATE'],
    ['ROW_NUMBER()', 'SQL_OVER_NEEDED'],
    ['(SELECT 1)', 'SQL_MISPLACED_QUERY'],
    ['JSON(s)', 'SQL_MISPLACED_FUNCTION'],
    ['EXTRACT(NANOSECOND FROM dt)', 'SQL_ARGUMENT_TYPES'],
    ['IS_VALID_UTF8(s)', 'SQL_UNSUPPORTED'],
  ])('refuses %s', (sql, code) => {
    expect(typeOf(sql)).toBe(`! ${code}`)
  })
})

describe('implicit casts are nodes', () => {
  const shape = (expr: BoundExpr | undefined): string => {
    switch (expr?.kind) {
      case 'Call':
        return `${expr.fn}(${expr.args.map(shape).join(', ')})`
      case 'Cast':
        return `${shape(expr.input)}::${printType(expr.type)}`
      case 'Column':
        return expr.name
      case 'Literal':
        return JSON.stringify(expr.value)
      case 'Case':
        return `CASE ${expr.branches.map((branch) => `${shape(branch.when)} → ${shape(branch.then)}`).join(', ')} else ${shape(expr.otherwise)}`
      default:
        return String(expr?.kind)
    }
  }

  it.each([
    ['i + b', '+(i::BIGINT, b)'],
    ['d + i', '+(d, i::DECIMAL(10, 0))'],
    ['i = b', '=(i::BIGINT, b)'],
    ["dt > '2020-01-01'", '>(dt, "2020-01-01"::DATE NOT NULL)'],
    ['ts = tz', '=(ts::TIMESTAMP(6) WITH LOCAL TIME ZONE, tz)'],
    ["i >= '1'", '>=(i::BIGINT, "1"::BIGINT NOT NULL)'],
    ['i IN (1, 2.5)', 'IN(i, 1, "2.5"::INT NOT NULL)'],
    ['iv + ts', '+(ts, iv)'],
    ['2 * iv', '*(iv, 2)'],
    ['i BETWEEN 1 AND 2', 'AND(>=(i, 1), <=(i, 2))'],
    ['bl AND i = 1 AND b = 2', 'AND(bl, =(i, 1), =(b, 2::BIGINT NOT NULL))'],
    ['YEAR(dt)', 'EXTRACT("YEAR", dt)'],
    ['NULLIF(i, 1)', 'CASE =(i, 1) → null else i'],
    ['COALESCE(i, b)', 'COALESCE(i::BIGINT, b)'],
    ['ARRAY[1, NULL]', 'ARRAY(1, null)'],
    ['NOT s LIKE c', 'NOT(LIKE(s, c))'],
    ['r.b', 'FIELD(r, 1)'],
  ])('%s is %s', (sql, expected) => {
    expect(shape(bind(sql).expr)).toBe(expected)
  })
})

describe('time attributes', () => {
  const attributed = new SchemaScope([
    { name: 'rt', type: { kind: 'TIMESTAMP', nullable: true, precision: 3, timeAttribute: 'ROWTIME' } },
  ])
  const summary = (sql: string): string => {
    const context: BindingContext = { config: {}, place: 'MEASURES', report: () => {}, resolveFunction: () => undefined }
    const expr = bindExpression(parseExpression(sql).expression!, attributed, context)
    return expr === undefined ? '!' : printType(expr.type, 'summary')
  }

  it.each([
    ['rt', 'TIMESTAMP(3) *ROWTIME*'],
    ['PROCTIME()', 'TIMESTAMP_LTZ(3) NOT NULL *PROCTIME*'],
    ['MATCH_ROWTIME(rt)', 'TIMESTAMP(3) *ROWTIME*'],
    ["rt + INTERVAL '1' DAY", 'TIMESTAMP(3)'],
    ['CASE WHEN TRUE THEN rt ELSE rt END', 'TIMESTAMP(3)'],
    ['IF(TRUE, rt, rt)', 'TIMESTAMP(3)'],
    ['NULLIF(rt, rt)', 'TIMESTAMP(3)'],
    ['ROW(rt)', 'ROW<`EXPR$0` TIMESTAMP(3)> NOT NULL'],
    ['ARRAY[rt, rt]', 'ARRAY<TIMESTAMP(3)> NOT NULL'],
    ['CAST(rt AS TIMESTAMP(3))', 'TIMESTAMP(3)'],
    ['CURRENT_WATERMARK(rt)', 'TIMESTAMP(3)'],
  ])('%s is %s', (sql, type) => {
    expect(summary(sql)).toBe(type)
  })
})

describe('diagnostics', () => {
  it('point at the place and say what is near', () => {
    const { diagnostics } = bind('1 + UPER(s)')
    expect(diagnostics).toHaveLength(1)
    expect(diagnostics[0]).toMatchObject({
      code: 'SQL_UNKNOWN_FUNCTION',
      hint: 'Did you mean UPPER?',
      span: { start: 4, end: 8 },
    })
    expect(bind('r.aa').diagnostics[0]).toMatchObject({ code: 'SQL_UNKNOWN_FIELD', hint: "Did you mean 'a'?" })
    expect(bind('tss').diagnostics[0]).toMatchObject({ code: 'SQL_UNKNOWN_COLUMN', hint: "Did you mean 'ts'?" })
  })

  it('report all mistakes of one expression', () => {
    expect(bind('CONCAT(nope, UPER(s), CAST(i AS DATE))').diagnostics.map((one) => one.code)).toEqual([
      'SQL_UNKNOWN_COLUMN',
      'SQL_UNKNOWN_FUNCTION',
      'SQL_INVALID_CAST',
    ])
  })

  it('show what a function takes', () => {
    expect(bind('UPPER(i)').diagnostics[0]).toMatchObject({
      message: 'UPPER does not take (INT)',
      hint: 'Takes UPPER(<CHARACTER>).',
    })
  })
})

describe('bounds', () => {
  it('binds long chains without deep nesting', () => {
    const conditions = Array.from({ length: 900 }, (_, n) => `i = ${n}`).join(' OR ')
    expect(bind(conditions).expr).toMatchObject({ kind: 'Call', fn: 'OR' })
    expect(typeOf(Array.from({ length: 900 }, () => 'i').join(' + '))).toBe('INT')
  })

  it('refuses deep nesting once', () => {
    const depth = EXPRESSION_DEPTH_MAX + 10
    const sql = `${'ABS('.repeat(depth)}i${')'.repeat(depth)}`
    const { expression } = parseExpression(sql)
    if (expression === undefined) return
    const { diagnostics } = bind(sql)
    expect(diagnostics.map((one) => one.code)).toEqual(['SQL_TOO_DEEP'])
  })
})

describe('aggregates', () => {
  const calls: AggregateCall[] = []
  const query = (groupCount: number): QueryCallbacks => ({
    groupCount,
    aggregate: (call) => {
      calls.push(call)
      return { kind: 'Column', type: call.type, index: 0, name: call.name }
    },
  })
  const aggregateType = (sql: string, groupCount: number): string => {
    const { expr, diagnostics } = bind(sql, { query: query(groupCount) })
    return expr === undefined ? `! ${diagnostics[0]?.code}` : printType(expr.type)
  }

  it.each([
    ['SUM(ni)', 0, 'INT'],
    ['SUM(ni)', 1, 'INT NOT NULL'],
    ['SUM(d)', 1, 'DECIMAL(38, 2)'],
    ['AVG(d)', 1, 'DECIMAL(38, 6)'],
    ['SUM(ni) FILTER (WHERE bl)', 1, 'INT'],
    ['COUNT(*)', 0, 'BIGINT NOT NULL'],
    ['COLLECT(i)', 1, 'MULTISET<INT> NOT NULL'],
    ["LISTAGG(s, ',')", 1, 'VARCHAR(2147483647)'],
    ['JSON_OBJECTAGG(KEY s VALUE i)', 1, 'VARCHAR(2000) NOT NULL'],
    ['1 + COUNT(i)', 1, 'BIGINT NOT NULL'],
    ['SUM(SUM(i))', 1, '! SQL_MISPLACED_AGGREGATE'],
    ['LISTAGG(s, s)', 1, '! SQL_ARGUMENT_TYPES'],
    ['SUM(s)', 1, '! SQL_ARGUMENT_TYPES'],
    ['MAX(ai)', 1, '! SQL_ARGUMENT_TYPES'],
    ['COUNT(DISTINCT m)', 1, '! SQL_UNSUPPORTED'],
    ['APPROX_COUNT_DISTINCT(i)', 1, '! SQL_UNSUPPORTED'],
  ] as const)('%s with %i keys is %s', (sql, groupCount, type) => {
    expect(aggregateType(sql, groupCount)).toBe(type)
  })

  it('carry their filter, order and quantifier', () => {
    calls.length = 0
    bind('ARRAY_AGG(DISTINCT s IGNORE NULLS ORDER BY i DESC)', { query: query(1) })
    expect(calls[0]).toMatchObject({
      fn: 'ARRAY_AGG',
      distinct: true,
      filter: { fn: 'IS NOT NULL' },
      orderBy: [{ descending: true, nullsFirst: false }],
    })
  })

  it('hand OVER on with its window', () => {
    const over = bind('RANK() OVER w', {
      query: { groupCount: -1, over: (call) => ({ kind: 'Column', type: call.type, index: 9, name: 'rank' }) },
    })
    expect(over.expr).toMatchObject({ kind: 'Column', index: 9 })
  })
})

describe('user-defined functions', () => {
  const fn = (signature?: { args: string[]; returns: string; table: boolean }) => ({
    resolveFunction: (parts: readonly string[]) =>
      parts.at(-1) === 'f'
        ? {
            path: ['c', 'd', 'f'] as const,
            fn: {
              kind: 'function' as const,
              className: 'F',
              language: 'JAVASCRIPT' as const,
              temporary: false,
              ...(signature && {
                signature: { args: signature.args.map(parseType), returns: parseType(signature.returns), table: signature.table },
              }),
            },
          }
        : undefined,
  })

  it('are called with their declared types', () => {
    const { expr } = bind('f(ni)', fn({ args: ['BIGINT'], returns: 'BOOLEAN', table: false }))
    expect(expr).toMatchObject({ kind: 'UserCall', path: ['c', 'd', 'f'], args: [{ kind: 'Cast', implicit: true }] })
  })

  it('are refused without a signature, with other arguments, and where they make tables', () => {
    expect(bind('f(i)', fn()).diagnostics[0]?.code).toBe('SQL_UNKNOWN_SIGNATURE')
    expect(bind('f(s)', fn({ args: ['BIGINT'], returns: 'INT', table: false })).diagnostics[0]?.code).toBe('SQL_ARGUMENT_TYPES')
    expect(bind('f(i)', fn({ args: ['INT'], returns: 'INT', table: true })).diagnostics[0]?.code).toBe('SQL_UNSUPPORTED')
  })

  it('never hide a built-in function', () => {
    const shadow = {
      path: ['c', 'd', 'upper'] as const,
      fn: { kind: 'function' as const, className: 'F', language: 'JAVA' as const, temporary: false },
    }
    expect(bind('UPPER(s)', { resolveFunction: () => shadow }).expr).toMatchObject({ kind: 'Call', fn: 'UPPER' })
  })
})
