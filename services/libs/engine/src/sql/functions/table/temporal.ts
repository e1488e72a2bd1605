import type { LogicalType } from '../../types/logical-type.ts'
import {
  BIGINT,
  BOOLEAN,
  DATE,
  INTEGER,
  notNull,
  STRING,
  time,
  timestamp,
  timestampLtz,
  withNullability,
  withoutTimeAttribute,
} from '../../types/make-type.ts'
import { isCharacter, isDatetime, isNumeric } from '../../types/type-family.ts'
import { type ArgumentRule, logical, sequence } from '../argument-rules.ts'
import { type ArgumentStrategy, type CallSite, define, type Entry, type ResultStrategy } from '../function-definition.ts'
import { anyOf, CHARACTER, DATETIME, INT, INTERVAL, NILADIC, operands, TIMESTAMPS, UNIT, withCheck } from '../operand-families.ts'
import { always, argument, nullableIfAny } from '../result-strategies.ts'
import {
  additionProblem,
  differenceProblem,
  isClockUnit,
  roundingProblem,
  timePatternProblem,
  timeZoneProblem,
  unitProblem,
} from './time-arguments.ts'

const TEXT = operands(CHARACTER)
const TWO_TEXTS = operands(CHARACTER, CHARACTER)
const chars = logical('CHARACTER_STRING')
const bigint = nullableIfAny(always(BIGINT))
const nullableString = always(STRING)
const NOW = { syntax: 'bare', determinism: 'dynamic' } as const
const EACH_RECORD = { determinism: 'non-deterministic' } as const

const CURRENT: readonly Entry[] = [
  ['CURRENT_DATE', NILADIC, always(notNull(DATE)), NOW],
  ['CURRENT_TIME', NILADIC, always(notNull(time(0))), NOW],
  ['CURRENT_TIMESTAMP', NILADIC, always(notNull(timestampLtz(3))), NOW],
  ['LOCALTIME', NILADIC, always(notNull(time(0))), NOW],
  ['LOCALTIMESTAMP', NILADIC, always(notNull(timestamp(3))), NOW],
  ['NOW', NILADIC, always(notNull(timestampLtz(3))), { determinism: 'dynamic' }],
  ['CURRENT_ROW_TIMESTAMP', NILADIC, always(notNull(timestampLtz(3))), EACH_RECORD],
  ['PROCTIME', NILADIC, always(notNull(timestampLtz(3, 'PROCTIME'))), EACH_RECORD],
  ['UNIX_TIMESTAMP', anyOf(NILADIC, TEXT, TWO_TEXTS), bigint, { ...EACH_RECORD, parameters: ['string', 'format'] }],
]

const rounding = withCheck(operands(DATETIME, UNIT), roundingProblem)
const firstArgument = nullableIfAny(argument(0))

/** Functions of one moment that the binder turns into EXTRACT. */
const DATE_PARTS = [
  'YEAR',
  'QUARTER',
  'MONTH',
  'WEEK',
  'DAYOFYEAR',
  'DAYOFMONTH',
  'DAYOFWEEK',
  'HOUR',
  'MINUTE',
  'SECOND',
] as const

const PARTS: readonly Entry[] = [
  ...DATE_PARTS.map((name): Entry => [name, operands(DATETIME), bigint, { parameters: ['timestamp'] }]),
  ['EXTRACT', withCheck(anyOf(operands(UNIT, DATETIME), operands(UNIT, INTERVAL)), unitProblem), bigint, { syntax: 'special' }],
  ['FLOOR TO', rounding, firstArgument, { syntax: 'special' }],
  ['CEIL TO', rounding, firstArgument, { syntax: 'special' }],
  ['OVERLAPS', overlapsArguments(), nullableIfAny(always(BOOLEAN)), { syntax: 'operator', nulls: 'custom' }],
]

/** (start, end or length, start, end or length). */
function overlapsArguments(): ArgumentStrategy {
  const second = [DATETIME, INTERVAL]
  const pairs = anyOf(...second.flatMap((a) => second.map((b) => operands(DATETIME, a, DATETIME, b))))
  return withCheck(pairs, ({ types }) => {
    const moments = types.filter(isDatetime)
    return moments.every((moment) => moment.kind === moments[0]!.kind) ? undefined : 'All moments must be of one type'
  })
}

/** Adding hours to a DATE makes a TIMESTAMP, larger units keep it. */
const addedUnits: ResultStrategy = ({ types: [, amount, moment], literals: [unit] }) => {
  const type = moment!.kind === 'DATE' && isClockUnit(String(unit)) ? timestamp(6) : withoutTimeAttribute(moment!)
  return withNullability(type, amount!.nullable || moment!.nullable)
}

const differenceType: ResultStrategy = ({ literals }) => (literals[0] === 'NANOSECOND' ? BIGINT : INTEGER)

/** (a - b) unit: months for a unit of months or years, milliseconds for others. */
const momentsApart: ResultStrategy = ({ types: [a, b], literals: [, , unit] }) => {
  const nullable = a!.nullable || b!.nullable
  if (['YEAR', 'QUARTER', 'MONTH'].includes(String(unit))) {
    return { kind: 'INTERVAL_YEAR_MONTH', nullable, resolution: 'MONTH', yearPrecision: 2 }
  }
  return { kind: 'INTERVAL_DAY_TIME', nullable, resolution: 'SECOND', dayPrecision: 2, fractionalPrecision: 3 }
}

const sameMoments = withCheck(operands(DATETIME, DATETIME, UNIT), ({ types: [a, b] }) =>
  a!.kind === b!.kind ? undefined : 'Both moments must be of one type',
)

const ARITHMETIC: readonly Entry[] = [
  [
    'TIMESTAMPADD',
    withCheck(operands(UNIT, INT, DATETIME), additionProblem),
    addedUnits,
    { parameters: ['unit', 'amount', 'timestamp'] },
  ],
  [
    'TIMESTAMPDIFF',
    withCheck(operands(UNIT, DATETIME, DATETIME), differenceProblem),
    nullableIfAny(differenceType),
    { parameters: ['unit', 'from', 'to'] },
  ],
  ['MINUS_DATE', sameMoments, momentsApart, { syntax: 'special' }],
]

const FORMATS: readonly Entry[] = [
  ['DATE_FORMAT', anyOf(operands(TIMESTAMPS, CHARACTER), TWO_TEXTS), nullableString, { parameters: ['timestamp', 'format'] }],
  ['TO_DATE', anyOf(TEXT, TWO_TEXTS), always(DATE), { parameters: ['string', 'format'] }],
  ['TO_TIMESTAMP', anyOf(TEXT, TWO_TEXTS), always(timestamp(3)), { parameters: ['string', 'format'] }],
  ['TO_TIMESTAMP_LTZ', toTimestampLtzArguments(), toTimestampLtz, { parameters: ['value', 'precisionOrFormat', 'timeZone'] }],
  ['FROM_UNIXTIME', anyOf(operands(INT), operands(INT, CHARACTER)), nullableString, { parameters: ['seconds', 'format'] }],
  ['CONVERT_TZ', operands(CHARACTER, CHARACTER, CHARACTER), nullableString, { parameters: ['timestamp', 'from', 'to'] }],
]

function toTimestampLtzArguments(): ArgumentStrategy {
  const numeric = logical('NUMERIC')
  const precision: ArgumentRule = {
    label: '<INTEGER>',
    infer: ({ types }, i) => (types[i]!.kind === 'INTEGER' ? types[i]! : { problem: '' }),
  }
  const args = anyOf(
    sequence(chars),
    sequence(numeric),
    sequence(numeric, precision),
    sequence(chars, chars),
    sequence(chars, chars, chars),
  )
  return withCheck(args, ({ types, literals }) => {
    if (types.length === 1) return undefined
    if (!isNumeric(types[0]!))
      return timePatternProblem(literals[1]) ?? (types.length > 2 ? timeZoneProblem(literals[2]) : undefined)
    const digits = Number(literals[1] ?? 3)
    return digits < 0 || digits > 9 ? 'The precision must be between 0 and 9' : undefined
  })
}

/** At least milliseconds; as many digits as a literal precision says or a literal pattern ends with. */
function toTimestampLtz({ types, literals }: CallSite): LogicalType {
  const second = literals[1]
  if (types.length === 1 || second === undefined || second === null) return timestampLtz(3)
  const digits = isCharacter(types[0]!) ? /S*$/.exec(String(second))![0].length : Number(second)
  return timestampLtz(Math.min(Math.max(digits, 3), 9))
}

const TIME_ATTRIBUTES: readonly Entry[] = [
  ['SOURCE_WATERMARK', NILADIC, always(timestampLtz(3)), EACH_RECORD],
  [
    'CURRENT_WATERMARK',
    withCheck(operands(TIMESTAMPS), ({ types: [type] }) =>
      'timeAttribute' in type! && type.timeAttribute === 'ROWTIME' ? undefined : 'The argument must be an event-time attribute',
    ),
    ({ types: [type] }) => (type!.kind === 'TIMESTAMP_LTZ' ? timestampLtz(3) : timestamp(3)),
    { ...EACH_RECORD, nulls: 'custom', parameters: ['rowtime'] },
  ],
]

export const TEMPORAL_FUNCTIONS = define('scalar', 'temporal', [
  ...CURRENT,
  ...PARTS,
  ...ARITHMETIC,
  ...FORMATS,
  ...TIME_ATTRIBUTES,
])
