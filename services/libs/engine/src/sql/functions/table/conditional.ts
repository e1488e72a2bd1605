import { leastCommonType } from '../../types/common-type.ts'
import { leastRestrictive } from '../../types/least-restrictive.ts'
import { BOOLEAN, STRING, withNullability } from '../../types/make-type.ts'
import { childrenOf, isBinary, isCharacter, isNumeric, isTimestamp } from '../../types/type-family.ts'
import { any, common, comparable, literal, root, sequence, varying } from '../argument-rules.ts'
import { type ArgumentStrategy, define, type Entry, type ResultStrategy } from '../function-definition.ts'
import { ANY, anyOf, BOOL, CHARACTER, NUMERIC, operands, withCheck } from '../operand-families.ts'
import { always, alwaysNotNull, commonOfArguments, nullableIfAll, nullableIfAny } from '../result-strategies.ts'

const CUSTOM = { nulls: 'custom' } as const

/** The first argument's type where it cannot be NULL, else the common one, nullable as the second. */
const ifNull: ResultStrategy = ({ types: [input, replacement] }) => {
  if (!input!.nullable) return input
  const shared = leastCommonType([input!, replacement!])
  return shared && withNullability(shared, replacement!.nullable)
}

/** GREATEST and LEAST have no code for nested values, and a bare NULL has no value to compare. */
const greatest: ArgumentStrategy = withCheck(comparable(1, Number.POSITIVE_INFINITY, 'FULL'), ({ types }) =>
  types.some((type) => ['NULL', 'VARIANT', 'BITMAP'].includes(type.kind) || childrenOf(type).length > 0) ? '' : undefined,
)

const SAME_FAMILY = [
  isNumeric,
  isCharacter,
  isBinary,
  isTimestamp,
  ...(['BOOLEAN', 'DATE', 'TIME'] as const).map((kind) => (type: { kind: string }) => type.kind === kind),
]

/** IF(condition, a, b): both of one family of simple types. */
const ifArguments = withCheck(operands(BOOL, ANY, ANY), ({ types: [, a, b] }) => {
  if (a!.kind === 'NULL' || b!.kind === 'NULL') return 'A bare NULL has no type here'
  return SAME_FAMILY.some((includes) => includes(a!) && includes(b!)) ? undefined : ''
})

const ifResult: ResultStrategy = ({ types: [, a, b] }) =>
  isNumeric(a!) || isCharacter(a!) || isBinary(a!) ? leastRestrictive([a!, b!]) : a

const testOfText = anyOf(operands(CHARACTER), operands(NUMERIC))

const CONDITIONAL: readonly Entry[] = [
  ['COALESCE', varying(1, common), nullableIfAll(commonOfArguments), { ...CUSTOM, parameters: ['value'] }],
  ['IFNULL', sequence(common, common), ifNull, { ...CUSTOM, parameters: ['input', 'nullReplacement'] }],
  ['IF', ifArguments, nullableIfAny(ifResult), { ...CUSTOM, parameters: ['condition', 'then', 'otherwise'] }],
  [
    'NULLIF',
    operands(ANY, ANY),
    ({ types: [a] }) => a && withNullability(a, true),
    { ...CUSTOM, parameters: ['value', 'other'] },
  ],
  ['GREATEST', greatest, nullableIfAny(commonOfArguments), { parameters: ['value'] }],
  ['LEAST', greatest, nullableIfAny(commonOfArguments), { parameters: ['value'] }],
  ['IS_DECIMAL', testOfText, alwaysNotNull(BOOLEAN), { ...CUSTOM, parameters: ['value'] }],
  ['IS_DIGIT', testOfText, alwaysNotNull(BOOLEAN), { ...CUSTOM, parameters: ['value'] }],
  ['IS_ALPHA', testOfText, alwaysNotNull(BOOLEAN), { ...CUSTOM, parameters: ['value'] }],
]

const CONVERSION: readonly Entry[] = [
  [
    'TYPEOF',
    anyOf(sequence(any), sequence(any, literal(root('BOOLEAN')))),
    always(STRING),
    { ...CUSTOM, parameters: ['input', 'forceSerializable'] },
  ],
  ['IS_VALID_UTF8', { ...operands(ANY) }, always(BOOLEAN), { since: '2.4' }],
  ['MAKE_VALID_UTF8', { ...operands(ANY) }, always(STRING), { since: '2.4' }],
]

export const CONDITIONAL_FUNCTIONS = [
  ...define('scalar', 'conditional', CONDITIONAL),
  ...define('scalar', 'conversion', CONVERSION),
]
