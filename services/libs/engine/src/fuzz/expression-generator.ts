import type { Random } from './random.ts'

const NAMES = ['a', 'b', 'ts', 'price', '`order`', 't.c', 'x.y.z', '`a``b`', 'data', 'Key', 'Ünïcode'] as const
const LITERALS = [
  '1', '0', '42', '1.5', '.5', '1e3', "'s'", "'it''s'", "''", 'TRUE', 'FALSE', 'NULL', 'UNKNOWN', "DATE '2024-01-01'",
  "TIMESTAMP '2024-01-01 00:00:00'", "TIME '01:02:03'", "INTERVAL '1' DAY", "INTERVAL '1:2' HOUR TO MINUTE", "X'0aFF'", "U&'\\0041'",
  "N'n'", "_utf8'x'", "INTERVAL -'3' SECOND(2,3)", '?', "'a' 'b'", "E'\\n'",
] as const // biome-ignore format: a list
const BINARY = [
  '+',
  '-',
  '*',
  '/',
  '%',
  '||',
  '=',
  '<>',
  '<',
  '>',
  '<=',
  '>=',
  'AND',
  'OR',
  'IS DISTINCT FROM',
  'OVERLAPS',
  'MEMBER OF',
] as const
const TYPES = [
  'INT',
  'BIGINT',
  'STRING',
  'DECIMAL(10, 2)',
  'VARCHAR(5)',
  'TIMESTAMP(3)',
  'TIMESTAMP_LTZ(3)',
  'ROW<a INT, b STRING NOT NULL>',
  'ARRAY<INT>',
  'MAP<STRING, ARRAY<DOUBLE>>',
  'INT ARRAY',
  'MULTISET<INT>',
  'ROW()',
  'BYTES',
  'BOOLEAN',
  'TIME',
  'foo.bar',
] as const
const FUNCTIONS = ['f', 'COUNT', 'SUM', 'UPPER', 'COALESCE', 'my.fn', 'HOUR', 'IF', 'ABS', 'CONCAT'] as const

export function typeName(random: Random): string {
  return random.pick(TYPES)
}

export function name(random: Random): string {
  return random.pick(NAMES)
}

/** An expression; `query` makes a sub-query where one fits. */
export function expression(random: Random, depth: number, query: (random: Random, depth: number) => string): string {
  if (depth <= 0 || random.once(3)) return random.once(2) ? random.pick(NAMES) : random.pick(LITERALS)
  const inner = (): string => expression(random, depth - 1, query)
  switch (random.below(17)) {
    case 0:
    case 1:
    case 2:
      return `${inner()} ${random.pick(BINARY)} ${inner()}`
    case 3:
      return `(${inner()})`
    case 4:
      return `${random.pick(FUNCTIONS)}(${random.once(5) ? 'DISTINCT ' : ''}${inner()}${random.once(2) ? `, ${inner()}` : ''})`
    case 5:
      return `CASE ${random.once(2) ? `${inner()} ` : ''}WHEN ${inner()} THEN ${inner()} ${random.once(2) ? `ELSE ${inner()} ` : ''}END`
    case 6:
      return `${random.pick(['CAST', 'TRY_CAST'])}(${inner()} AS ${random.pick(TYPES)})`
    case 7:
      return `${inner()} ${random.once(2) ? 'NOT ' : ''}IN (${inner()}, ${inner()})`
    case 8:
      return `${inner()} ${random.once(2) ? 'NOT ' : ''}BETWEEN ${inner()} AND ${random.pick(NAMES)}`
    case 9:
      return `${inner()} ${random.pick(['LIKE', 'NOT LIKE', 'SIMILAR TO'])} 'a%'${random.once(3) ? " ESCAPE '!'" : ''}`
    case 10:
      return `${inner()} IS ${random.once(2) ? 'NOT ' : ''}${random.pick(['NULL', 'TRUE', 'UNKNOWN', 'JSON', 'A SET'])}`
    case 11:
      return `${random.pick(['-', '+', 'NOT '])}${inner()}`
    case 12:
      return `${random.pick(NAMES)}[${inner()}]${random.once(3) ? '.f' : ''}`
    case 13:
      return `${random.pick(['ARRAY', 'MAP'])}[${inner()}, ${inner()}]`
    case 14:
      return `(${query(random, depth - 1)})`
    case 15:
      return `EXISTS (${query(random, depth - 1)})`
    default:
      return special(random, inner)
  }
}

function special(random: Random, inner: () => string): string {
  switch (random.below(12)) {
    case 0:
      return `EXTRACT(DAY FROM ${inner()})`
    case 1:
      return `TRIM(${random.pick(['', 'BOTH ', "LEADING 'x' "])}FROM ${inner()})`
    case 2:
      return `SUBSTRING(${inner()} FROM ${inner()} FOR 2)`
    case 3:
      return `POSITION('a' IN ${inner()})`
    case 4:
      return `FLOOR(${inner()} TO HOUR)`
    case 5:
      return `JSON_VALUE(${random.pick(NAMES)}, '$.x' RETURNING INT NULL ON EMPTY)`
    case 6:
      return `JSON_OBJECT(KEY 'k' VALUE ${random.pick(NAMES)}, 'b': 1)`
    case 7:
      return `ROW_NUMBER() OVER (PARTITION BY ${random.pick(NAMES)} ORDER BY ${random.pick(NAMES)} DESC)`
    case 8:
      return `SUM(${inner()}) FILTER (WHERE ${inner()})`
    case 9:
      return `TIMESTAMPDIFF(DAY, ${inner()}, ${inner()})`
    case 10:
      return `OVERLAY(${inner()} PLACING 'x' FROM 1)`
    default:
      return random.pick(['CURRENT_TIMESTAMP', 'LOCALTIME', 'CURRENT_DATE'])
  }
}
