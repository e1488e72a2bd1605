import {
  array,
  BIGINT,
  BITMAP,
  DOUBLE,
  INTEGER,
  notNull,
  nullable,
  varchar,
  withoutTimeAttribute,
} from '../../types/make-type.ts'
import { childrenOf } from '../../types/type-family.ts'
import { either, logical, percentage, percentages, root, sequence } from '../argument-rules.ts'
import { type ArgumentStrategy, define, type Entry, type ResultStrategy } from '../function-definition.ts'
import { ANY, anyOf, CHARACTER, INT, NILADIC, NUMERIC, operands, repeated, UNIT, withCheck } from '../operand-families.ts'
import {
  always,
  alwaysNotNull,
  argument,
  arrayOfArgument,
  averageOfArgument,
  multisetOfArgument,
  nullableIfAny,
  nullableIfEmpty,
  sumOfArgument,
} from '../result-strategies.ts'
import { jsonValueProblem } from './json.ts'

const NUMBER = operands(NUMERIC)
const VALUE = { parameters: ['value'] } as const
const average = nullableIfEmpty(averageOfArgument)
const smallest = nullableIfEmpty(argument(0))

/** MIN and MAX of nested values have no plan in Flink. */
const ordered: ArgumentStrategy = withCheck(operands(ANY), ({ types: [type] }) =>
  childrenOf(type!).length > 0 || type!.kind === 'NULL' ? '' : undefined,
)

const literalSeparator = withCheck(operands(CHARACTER, CHARACTER), ({ literals }) =>
  literals[1] === undefined ? 'The separator must be a literal' : undefined,
)

const percentile: ResultStrategy = ({ types }) => (types[1]?.kind === 'ARRAY' ? array(DOUBLE) : DOUBLE)
const share = either(percentage, percentages)

const BASIC: readonly Entry[] = [
  ['COUNT', anyOf(NILADIC, repeated(1, ANY)), alwaysNotNull(BIGINT), { nulls: 'custom', parameters: ['value'] }],
  ['SUM', NUMBER, nullableIfEmpty(sumOfArgument), VALUE],
  ['$SUM0', NUMBER, (call) => notNull(sumOfArgument(call)!), VALUE],
  ['AVG', NUMBER, average, VALUE],
  ['MIN', ordered, smallest, VALUE],
  ['MAX', ordered, smallest, VALUE],
  ['STDDEV_POP', NUMBER, average, VALUE],
  ['STDDEV_SAMP', NUMBER, average, { ...VALUE, aliases: ['STDDEV'] }],
  ['VAR_POP', NUMBER, average, VALUE],
  ['VAR_SAMP', NUMBER, average, { ...VALUE, aliases: ['VARIANCE'] }],
  ['FIRST_VALUE', operands(ANY), smallest, VALUE],
  ['LAST_VALUE', operands(ANY), smallest, VALUE],
  ['SINGLE_VALUE', operands(ANY), argument(0), VALUE],
  ['APPROX_COUNT_DISTINCT', repeated(1, ANY), alwaysNotNull(BIGINT), VALUE],
  [
    'PERCENTILE',
    anyOf(sequence(logical('NUMERIC'), share), sequence(logical('NUMERIC'), share, logical('INTEGER_NUMERIC'))),
    percentile,
    { parameters: ['expr', 'percentage', 'frequency'] },
  ],
]

const COLLECTING: readonly Entry[] = [
  ['COLLECT', operands(ANY), (call) => notNull(multisetOfArgument(call)!), VALUE],
  ['ARRAY_AGG', operands(ANY), nullableIfAny(arrayOfArgument), { ...VALUE, nulls: 'custom' }],
  ['LISTAGG', anyOf(operands(CHARACTER), literalSeparator), nullableIfAny(argument(0)), { parameters: ['value', 'separator'] }],
  // (NULL ON NULL | ABSENT ON NULL, key, value).
  [
    'JSON_OBJECTAGG',
    withCheck(operands(UNIT, CHARACTER, ANY), ({ types }) => jsonValueProblem(types[2]!)),
    alwaysNotNull(varchar(2000)),
    { syntax: 'special', nulls: 'custom' },
  ],
  // (NULL ON NULL | ABSENT ON NULL, value).
  [
    'JSON_ARRAYAGG',
    withCheck(operands(UNIT, ANY), ({ types }) => jsonValueProblem(types[1]!)),
    alwaysNotNull(varchar(2000)),
    { syntax: 'special', nulls: 'custom' },
  ],
]

const bitmaps = sequence(root('BITMAP'))
const integers = sequence(root('INTEGER'))
const BITMAP_AGGREGATES: readonly Entry[] = [
  ...['AND', 'OR', 'XOR'].flatMap((op): Entry[] => [
    [`BITMAP_${op}_AGG`, bitmaps, always(BITMAP), { parameters: ['bitmap'] }],
    [`BITMAP_${op}_CARDINALITY_AGG`, bitmaps, always(BIGINT), { parameters: ['bitmap'] }],
  ]),
  ['BITMAP_BUILD_AGG', integers, always(BITMAP), VALUE],
  ['BITMAP_BUILD_CARDINALITY_AGG', integers, always(BIGINT), VALUE],
]

/** The type of the value, not null only with a default that is not. */
const shifted: ResultStrategy = ({ types }) => {
  const type = withoutTimeAttribute(types[0]!)
  return types.length === 3 && !types[2]!.nullable ? notNull(type) : nullable(type)
}

const OVER_ONLY: readonly Entry[] = [
  ['ROW_NUMBER', NILADIC, alwaysNotNull(BIGINT)],
  ['RANK', NILADIC, alwaysNotNull(BIGINT)],
  ['DENSE_RANK', NILADIC, alwaysNotNull(BIGINT)],
  ['PERCENT_RANK', NILADIC, alwaysNotNull(DOUBLE)],
  ['CUME_DIST', NILADIC, alwaysNotNull(DOUBLE)],
  ['NTILE', operands(INT), alwaysNotNull(INTEGER), { parameters: ['buckets'] }],
  ...['LEAD', 'LAG'].map(
    (name): Entry => [
      name,
      anyOf(operands(ANY), operands(ANY, NUMERIC), operands(ANY, NUMERIC, ANY)),
      shifted,
      { nulls: 'custom', parameters: ['value', 'offset', 'default'] },
    ],
  ),
]

export const AGGREGATE_FUNCTIONS = [
  ...define('aggregate', 'aggregate', [...BASIC, ...COLLECTING]),
  ...define('aggregate', 'bitmap', BITMAP_AGGREGATES),
  ...define('over', 'aggregate', OVER_ONLY),
]
