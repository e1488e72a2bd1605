/** Operators: comparison, logic, arithmetic and concatenation. */
import { isComparable, mayHoldNull } from '../../types/comparability.ts'
import type { LogicalType } from '../../types/logical-type.ts'
import { BOOLEAN, withNullability } from '../../types/make-type.ts'
import { isCharacter, isInteger, isInterval, isNumeric } from '../../types/type-family.ts'
import { type ArgumentStrategy, type CallSite, define, type Entry, type ResultStrategy } from '../function-definition.ts'
import { ANY, anyOf, BOOL, CHARACTER, DATETIME, EXACT, INTERVAL, NUMERIC, operands, withCheck } from '../operand-families.ts'
import {
  always,
  alwaysNotNull,
  argument,
  concatenation,
  nullableIfAny,
  product,
  quotient,
  remainder,
  sum,
} from '../result-strategies.ts'

const TWO = operands(ANY, ANY)
const boolean = nullableIfAny(always(BOOLEAN))
/** A row is compared field by field: a nullable field makes the result nullable. */
const comparison: ResultStrategy = ({ types }) => withNullability(BOOLEAN, types.some(mayHoldNull))
const OPERATOR = { syntax: 'operator' } as const
const CUSTOM = { syntax: 'operator', nulls: 'custom' } as const

/**
 * Two comparable operands. A string beside a number can be ordered but not tested for equality, a string beside an interval
 * the other way round: so Flink's code generator decides.
 */
function compared(test: 'equality' | 'order'): ArgumentStrategy {
  return withCheck({ ...TWO, signatures: ['<COMPARABLE>, <COMPARABLE>'] }, ({ types: [a, b] }) =>
    isComparable(a!, b!) ? conversionProblem(a!, b!, test) : '',
  )
}

function conversionProblem(a: LogicalType, b: LogicalType, test: 'equality' | 'order'): string | undefined {
  const [text, other] = isCharacter(a) ? [a, b] : [b, a]
  if (isCharacter(text) && isNumeric(other) && test === 'equality')
    return 'A string and a number are not converted here; cast one of them'
  if (isCharacter(text) && isInterval(other) && test === 'order')
    return 'A string and an interval have no order; cast one of them'
  return undefined
}

const sameIntervals = withCheck(operands(INTERVAL, INTERVAL), ({ types: [a, b] }) => (a!.kind === b!.kind ? undefined : ''))
const integerFactor = (at: number) => (call: CallSite) => (isInteger(call.types[at]!) ? undefined : '')

const COMPARISON: readonly Entry[] = [
  ['=', compared('equality'), comparison, OPERATOR],
  ['<>', compared('equality'), comparison, OPERATOR],
  ['<', compared('order'), comparison, OPERATOR],
  ['<=', compared('order'), comparison, OPERATOR],
  ['>', compared('order'), comparison, OPERATOR],
  ['>=', compared('order'), comparison, OPERATOR],
  ['IS DISTINCT FROM', compared('equality'), alwaysNotNull(BOOLEAN), CUSTOM],
  ['IS NOT DISTINCT FROM', compared('equality'), alwaysNotNull(BOOLEAN), CUSTOM],
  ['IS NULL', operands(ANY), alwaysNotNull(BOOLEAN), CUSTOM],
  ['IS NOT NULL', operands(ANY), alwaysNotNull(BOOLEAN), CUSTOM],
  ['LIKE', anyOf(operands(CHARACTER, CHARACTER), operands(CHARACTER, CHARACTER, CHARACTER)), boolean, OPERATOR],
  ['SIMILAR TO', anyOf(operands(CHARACTER, CHARACTER), operands(CHARACTER, CHARACTER, CHARACTER)), boolean, OPERATOR],
  [
    'IN',
    { min: 2, max: Number.POSITIVE_INFINITY, signatures: ['<COMPARABLE>, <COMPARABLE>…'], infer: (call) => call.types },
    boolean,
    CUSTOM,
  ],
]

const LOGICAL: readonly Entry[] = [
  ['AND', operands(BOOL, BOOL), boolean, CUSTOM],
  ['OR', operands(BOOL, BOOL), boolean, CUSTOM],
  ['NOT', operands(BOOL), boolean, OPERATOR],
  ['IS TRUE', operands(BOOL), alwaysNotNull(BOOLEAN), CUSTOM],
  ['IS NOT TRUE', operands(BOOL), alwaysNotNull(BOOLEAN), CUSTOM],
  ['IS FALSE', operands(BOOL), alwaysNotNull(BOOLEAN), CUSTOM],
  ['IS NOT FALSE', operands(BOOL), alwaysNotNull(BOOLEAN), CUSTOM],
]

const ARITHMETIC: readonly Entry[] = [
  [
    '+',
    anyOf(operands(NUMERIC, NUMERIC), sameIntervals, operands(DATETIME, INTERVAL), operands(INTERVAL, DATETIME)),
    sum,
    OPERATOR,
  ],
  ['-', anyOf(operands(NUMERIC, NUMERIC), sameIntervals, operands(DATETIME, INTERVAL)), sum, OPERATOR],
  [
    '*',
    anyOf(
      operands(NUMERIC, NUMERIC),
      withCheck(operands(INTERVAL, NUMERIC), integerFactor(1)),
      withCheck(operands(NUMERIC, INTERVAL), integerFactor(0)),
    ),
    product,
    OPERATOR,
  ],
  ['/', operands(NUMERIC, NUMERIC), quotient, OPERATOR],
  ['%', operands(EXACT, EXACT), remainder, { ...OPERATOR, aliases: ['MOD'] }],
  ['NEGATE', anyOf(operands(NUMERIC), operands(INTERVAL)), argument(0), OPERATOR],
]

const STRING: readonly Entry[] = [['||', operands(CHARACTER, CHARACTER), concatenation, OPERATOR]]

export const OPERATORS = [
  ...define('scalar', 'comparison', COMPARISON),
  ...define('scalar', 'logical', LOGICAL),
  ...define('scalar', 'arithmetic', ARITHMETIC),
  ...define('scalar', 'string', STRING),
]
