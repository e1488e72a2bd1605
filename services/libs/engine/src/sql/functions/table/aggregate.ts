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
import { isCharacter, isDatetime, isNumeric } from '../../types/type-family.ts'
import { either, logical, percentage, percentages, root, sequence } from '../argument-rules.ts'
import { type CallSite, define, type Entry, type ResultStrategy } from '../function-definition.ts'
import {
  ANY,
  anyOf,
  CHARACTER,
  INT,
  NILADIC,
  NULL_PROBLEM,
  NUMERIC,
  operands,
  repeated,
  UNIT,
  withCheck,
} from '../operand-families.ts'
import {
  always,
  alwaysNotNull,
  argument,
  arrayOfArgument,
  averageOfArgument,
  forceNullable,
  multisetOfArgument,
  nullableIfAny,
  nullableIfEmpty,
  sumOfArgument,
} from '../result-strategies.ts'
import { jsonValueProblem } from './json.ts'

const NUMBER = operands(NUMERIC)
const VALUE = { parameters: ['value'] } as const
/** One value of any type but that of a bare NULL. */
const typed = withCheck(operands(ANY), ({ types: [type] }) => (type!.kind === 'NULL' ? NULL_PROBLEM : undefined))
const average = nullableIfEmpty(averageOfArgument)
const smallest = nullableIfEmpty(argument(0))

/** Flink has MIN and MAX of numbers, strings, booleans and moments only. */
const ordered = withCheck(typed, ({ types: [type] }) =>
  isNumeric(type!) || isCharacter(type!) || isDatetime(type!) || type!.kind === 'BOOLEAN' ? undefined : '',
)

function noBareNull({ types }: CallSite): string | undefined {
  return types.some((type) => type.kind === 'NULL') ? NULL_PROBLEM : undefined
}

const literalSeparator = withCheck(operands(CHARACTER, CHARACTER), ({ literals }) =>
  literals[1] === undefined ? 'The separator must be a literal' : undefined,
)

const percentile: ResultStrategy = ({ types }) => (types[1]?.kind === 'ARRAY' ? array(DOUBLE) : DOUBLE)
const share = either(percentage, percentages)

const BASIC: readonly Entry[] = [
  [
    'COUNT',
    withCheck(anyOf(NILADIC, repeated(1, ANY)), noBareNull),
    alwaysNotNull(BIGINT),
    { nulls: 'custom', parameters: ['value'] },
  ],
  ['SUM', NUMBER, nullableIfEmpty(sumOfArgument), VALUE],
  ['$SUM0', NUMBER, (call) => notNull(sumOfArgument(call)!), VALUE],
  ['AVG', NUMBER, average, VALUE],
  ['MIN', ordered, smallest, VALUE],
  ['MAX', ordered, smallest, VALUE],
  ['STDDEV_POP', NUMBER, average, VALUE],
  ['STDDEV_SAMP', NUMBER, average, { ...VALUE, aliases: ['STDDEV'] }],
  ['VAR_POP', NUMBER, average, VALUE],
  ['VAR_SAMP', NUMBER, average, { ...VALUE, aliases: ['VARIANCE'] }],
  ['FIRST_VALUE', typed, smallest, VALUE],
  ['LAST_VALUE', typed, smallest, VALUE],
  ['SINGLE_VALUE', ordered, forceNullable(argument(0)), VALUE],
  ['APPROX_COUNT_DISTINCT', repeated(1, ANY), alwaysNotNull(BIGINT), { ...VALUE, mode: 'batch' }],
  [
    'PERCENTILE',
    anyOf(sequence(logical('NUMERIC'), share), sequence(logical('NUMERIC'), share, logical('INTEGER_NUMERIC'))),
    percentile,
    { parameters: ['expr', 'percentage', 'frequency'] },
  ],
]

const COLLECTING: readonly Entry[] = [
  ['COLLECT', typed, (call) => notNull(multisetOfArgument(call)!), VALUE],
  ['ARRAY_AGG', typed, nullableIfAny(arrayOfArgument), { ...VALUE, nulls: 'custom' }],
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

const BATCH = { mode: 'batch' } as const

/** The default of LAG and LEAD is of the value's kind: Flink asks for a cast where it is not. */
const shiftArguments = withCheck(
  anyOf(typed, operands(ANY, NUMERIC), operands(ANY, NUMERIC, ANY)),
  ({ types: [value, , fallback] }) => {
    if (value!.kind === 'NULL' || fallback?.kind === 'NULL') return NULL_PROBLEM
    const fits = fallback === undefined || fallback.kind === value!.kind || (isCharacter(fallback) && isCharacter(value!))
    return fits ? undefined : 'The default must have the type of the value; cast it'
  },
)
const SHIFT = { nulls: 'custom', parameters: ['value', 'offset', 'default'] } as const

const OVER_ONLY: readonly Entry[] = [
  ['ROW_NUMBER', NILADIC, alwaysNotNull(BIGINT)],
  ['RANK', NILADIC, alwaysNotNull(BIGINT)],
  ['DENSE_RANK', NILADIC, alwaysNotNull(BIGINT)],
  ['LAG', shiftArguments, shifted, SHIFT],
  ['LEAD', shiftArguments, shifted, { ...SHIFT, ...BATCH }],
  ['PERCENT_RANK', NILADIC, alwaysNotNull(DOUBLE), BATCH],
  ['CUME_DIST', NILADIC, alwaysNotNull(DOUBLE), BATCH],
  ['NTILE', operands(INT), alwaysNotNull(INTEGER), { ...BATCH, parameters: ['buckets'] }],
]

export const AGGREGATE_FUNCTIONS = [
  ...define('aggregate', 'aggregate', [...BASIC, ...COLLECTING]),
  ...define('aggregate', 'bitmap', BITMAP_AGGREGATES),
  ...define('over', 'aggregate', OVER_ONLY),
]
