import { BYTES, char, DOUBLE, INTEGER, notNull, STRING } from '../../types/make-type.ts'
import { logical, sequence } from '../argument-rules.ts'
import { type CallSite, define, type Entry } from '../function-definition.ts'
import { anyOf, CHARACTER, INT, INT32, NILADIC, NUMERIC, operands, withCheck } from '../operand-families.ts'
import { always, alwaysNotNull, argument, nullableIfAny, rounded, withoutScale } from '../result-strategies.ts'

const NUMBER = operands(NUMERIC)
const TWO_NUMBERS = operands(NUMERIC, NUMERIC)
const double = nullableIfAny(always(DOUBLE))
const string = nullableIfAny(always(STRING))
const SEED = operands(INT32)
const RANDOM = { determinism: 'non-deterministic' } as const

const ONE_DOUBLE = [
  'SQRT',
  'LN',
  'LOG10',
  'LOG2',
  'EXP',
  'SIN',
  'SINH',
  'COS',
  'COSH',
  'TAN',
  'TANH',
  'COT',
  'ASIN',
  'ACOS',
  'ATAN',
  'DEGREES',
  'RADIANS',
] as const

function bothOrNoDecimal({ types: [a, b] }: CallSite): string | undefined {
  return (a!.kind === 'DECIMAL') === (b!.kind === 'DECIMAL')
    ? undefined
    : 'A DECIMAL is not mixed with other numbers here; cast one of them'
}

const ENTRIES: readonly Entry[] = [
  ...ONE_DOUBLE.map((name): Entry => [name, NUMBER, double, { parameters: ['number'] }]),
  ['POWER', TWO_NUMBERS, double, { parameters: ['base', 'exponent'] }],
  ['ATAN2', withCheck(TWO_NUMBERS, bothOrNoDecimal), double, { parameters: ['y', 'x'] }],
  ['LOG', anyOf(NUMBER, TWO_NUMBERS), double, { parameters: ['base', 'number'] }],
  ['ABS', NUMBER, argument(0), { parameters: ['number'] }],
  ['SIGN', NUMBER, argument(0), { parameters: ['number'] }],
  ['FLOOR', NUMBER, withoutScale, { parameters: ['number'] }],
  ['CEIL', NUMBER, withoutScale, { aliases: ['CEILING'], parameters: ['number'] }],
  ['ROUND', anyOf(operands(NUMERIC, INT32), NUMBER), nullableIfAny(rounded), { parameters: ['number', 'digits'] }],
  ['TRUNCATE', anyOf(operands(NUMERIC, INT32), NUMBER), nullableIfAny(rounded), { parameters: ['number', 'digits'] }],
  ['PI', NILADIC, alwaysNotNull(DOUBLE), { syntax: 'bare' }],
  ['E', NILADIC, alwaysNotNull(DOUBLE)],
  ['RAND', anyOf(NILADIC, SEED), double, { ...RANDOM, parameters: ['seed'] }],
  [
    'RAND_INTEGER',
    anyOf(SEED, operands(INT32, INT32)),
    nullableIfAny(always(INTEGER)),
    { ...RANDOM, parameters: ['seed', 'bound'] },
  ],
  ['UUID', NILADIC, always(notNull(char(36))), RANDOM],
  ['BIN', operands(INT), string, { parameters: ['number'] }],
  ['HEX', anyOf(operands(INT), operands(CHARACTER)), string, { parameters: ['value'] }],
  ['UNHEX', sequence(logical('CHARACTER_STRING')), always(BYTES), { parameters: ['expr'] }],
]

export const ARITHMETIC_FUNCTIONS = define('scalar', 'arithmetic', ENTRIES)
