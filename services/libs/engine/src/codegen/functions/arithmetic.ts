import type { BoundCall, BoundExpr } from '../../sql/bound/expr.ts'
import type { LogicalType } from '../../sql/types/logical-type.ts'
import type { TypedValue } from '../compare.ts'
import { formOf, toForm } from '../conversion.ts'
import { divideHalfUp, pow10 } from '../decimal-math.ts'
import type { ExpressionEnv } from '../expression-env.ts'
import {
  asDouble,
  asUnscaled,
  asUnscaledDouble,
  coerce,
  decimalFromBig,
  exactDigits,
  failDivision,
  fitsDouble,
  isApproximateType,
  isIntegerType,
  rangeOf,
} from '../numeric.ts'
import { UnsupportedError } from '../unsupported-error.ts'
import { anyNull, INT32_RANGE, nullValue, type Value } from '../value.ts'
import { typed } from './comparison.ts'
import type { Emitter, EmitterTable } from './emitter.ts'
import { emitTimeArithmetic, isTimeArithmetic } from './time-arithmetic.ts'

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%'

interface Operation {
  readonly operator: ArithmeticOperator
  readonly type: LogicalType
  readonly left: TypedValue
  readonly right: TypedValue
  readonly isNull: string | null
}

function arithmetic(operator: ArithmeticOperator): Emitter {
  return (env, call) => {
    if (isTimeArithmetic(call)) return emitTimeArithmetic(env, operator, call)
    const left = typed(env, call.args[0]!)
    const right = typed(env, call.args[1]!)
    const isNull = anyNull([left.value, right.value])
    if (isNull === 'true') return nullValue(formOf(call.type))
    const operation: Operation = { operator, type: call.type, left, right, isNull }
    if (isApproximateType(call.type)) return doubleOperation(env, operation)
    if (call.type.kind === 'DECIMAL') return decimalOperation(env, operation)
    if (call.type.kind === 'BIGINT') return bigintOperation(env, operation)
    return intOperation(env, operation)
  }
}

function doubleOperation(env: ExpressionEnv, { operator, type, left, right, isNull }: Operation): Value {
  const text = `${asDouble(env, left.value, left.type)} ${operator} ${asDouble(env, right.value, right.type)}`
  return { form: 'f64', isNull, code: [env.code.assign(type.kind === 'FLOAT' ? `Math.fround(${text})` : text)] }
}

/** Wraps around as Java does: 32 bits, then the narrower type's. */
function narrowed(type: LogicalType, code: string): string {
  if (type.kind === 'TINYINT') return `(${code}) << 24 >> 24`
  if (type.kind === 'SMALLINT') return `(${code}) << 16 >> 16`
  return code
}

/** Throws for a zero divisor, except beside a NULL. */
function guardDivisor(
  env: ExpressionEnv,
  divisor: string,
  operation: { readonly isNull: string | null; readonly zero: string },
): void {
  if (/^-?[1-9]\d*n?$/.test(divisor)) return
  const test = `${divisor} === ${operation.zero}`
  env.code.line(
    `if (${operation.isNull === null ? test : `!(${operation.isNull}) && ${test}`}) ${env.code.constant(failDivision)}()`,
  )
}

function intOperation(env: ExpressionEnv, { operator, type, left, right, isNull }: Operation): Value {
  const a = toForm(env.code, left.value, 'i32').code[0]!
  const b = toForm(env.code, right.value, 'i32').code[0]!
  if (operator === '/' || operator === '%') guardDivisor(env, b, { isNull, zero: '0' })
  const text = operator === '*' ? `Math.imul(${a}, ${b})` : `${a} ${operator} ${b} | 0`
  return { form: 'i32', isNull, code: [env.code.assign(narrowed(type, text))] }
}

function bigintOperation(env: ExpressionEnv, operation: Operation): Value {
  const left = coerce(env, operation.left.value, { from: operation.left.type, to: operation.type })
  const right = coerce(env, operation.right.value, { from: operation.right.type, to: operation.type })
  const proven = provenIntegers(operation.operator, left, right)
  if (proven !== null) {
    const [a, b] = [left.code[0]!, right.code[0]!]
    return { form: 'int', isNull: operation.isNull, code: [env.code.assign(`${a} ${operation.operator} ${b}`)], range: proven }
  }
  const a = toForm(env.code, left, 'i64').code[0]!
  const b = toForm(env.code, right, 'i64').code[0]!
  const divides = operation.operator === '/' || operation.operator === '%'
  if (divides) guardDivisor(env, b, { isNull: operation.isNull, zero: '0n' })
  const divisor = divides && operation.isNull !== null ? `(${operation.isNull} ? 1n : ${b})` : b
  return {
    form: 'i64',
    isNull: operation.isNull,
    code: [env.code.assign(`BigInt.asIntN(64, ${a} ${operation.operator} ${divisor})`)],
  }
}

/** Bounds of a sum, difference or product that stays within 2^53, so that doubles are exact; null where that is not proven. */
function provenIntegers(operator: ArithmeticOperator, left: Value, right: Value): readonly [number, number] | null {
  if (left.form === 'i64' || right.form === 'i64') return null
  const [a, b] = [rangeOf(left), rangeOf(right)]
  if (a === null || b === null) return null
  const bounds = integerBounds(operator, a, b)
  return bounds?.every(Number.isSafeInteger) ? [Math.min(...bounds), Math.max(...bounds)] : null
}

function integerBounds(
  operator: ArithmeticOperator,
  a: readonly [number, number],
  b: readonly [number, number],
): number[] | null {
  switch (operator) {
    case '+':
      return [a[0] + b[0], a[1] + b[1]]
    case '-':
      return [a[0] - b[1], a[1] - b[0]]
    case '*':
      return [a[0] * b[0], a[0] * b[1], a[1] * b[0], a[1] * b[1]]
    default:
      return null
  }
}

function decimalOperation(env: ExpressionEnv, operation: Operation): Value {
  const type = operation.type as LogicalType & { kind: 'DECIMAL' }
  return smallDecimal(env, operation, type) ?? bigDecimal(env, operation, type)
}

/** Sums, differences and products whose exact result fits a double. */
function smallDecimal(env: ExpressionEnv, operation: Operation, type: LogicalType & { kind: 'DECIMAL' }): Value | undefined {
  const { operator, left, right, isNull } = operation
  if (formOf(type) !== 'f64' || left.value.form === 'i64' || right.value.form === 'i64') return undefined
  const product = operator === '*' && exactDigits(left.type).scale + exactDigits(right.type).scale === type.scale
  if (!product && operator !== '+' && operator !== '-') return undefined
  if (![left.type, right.type].every((side) => fitsDouble(side, product ? exactDigits(side).scale : type.scale))) return undefined
  const scaled = (side: TypedValue): string =>
    product ? side.value.code[0]! : asUnscaledDouble(env, side.value, { type: side.type, scale: type.scale })
  return { form: 'f64', isNull, code: [env.code.assign(`${scaled(left)} ${operator} ${scaled(right)}`)] }
}

function bigDecimal(env: ExpressionEnv, operation: Operation, type: LogicalType & { kind: 'DECIMAL' }): Value {
  const { operator, left, right, isNull } = operation
  const scales = [exactDigits(left.type).scale, exactDigits(right.type).scale] as const
  const shared = Math.max(...scales)
  const at = (side: TypedValue, scale: number): string => env.code.assign(asUnscaled(env, side.value, { type: side.type, scale }))
  if (operator === '*') {
    const text = `${at(left, scales[0])} * ${at(right, scales[1])}`
    return decimalFromBig(env, text, { type, scale: scales[0] + scales[1], isNull })
  }
  const [a, b] = [at(left, shared), at(right, shared)]
  if (operator === '/' || operator === '%') guardDivisor(env, b, { isNull, zero: '0n' })
  if (operator !== '/') return decimalFromBig(env, `${a} ${operator} ${b}`, { type, scale: shared, isNull })
  const text = `${env.code.constant(divideHalfUp)}(${a} * ${pow10(type.scale)}n, ${b})`
  return decimalFromBig(env, text, { type, scale: type.scale, isNull })
}

/** Forms of decimals that hold objects are null beside a NULL: arithmetic needs a number there. */
function nullSafe(value: Value, code: string): string {
  return value.form === 'obj' && value.isNull !== null ? `(${value.isNull} ? 0n : ${code})` : code
}

const negate: Emitter = (env, call) => {
  const operand = typed(env, call.args[0]!)
  const { value, type } = operand
  if (value.isNull === 'true') return nullValue(formOf(type))
  if (value.form === 'i32') return { ...unary(env, value, narrowed(type, `-${value.code[0]!} | 0`)), range: INT32_RANGE }
  if (value.form === 'int') return { ...unary(env, value, `-${value.code[0]!}`), range: [-value.range![1], -value.range![0]] }
  if (value.form === 'i64') return unary(env, value, `BigInt.asIntN(64, -${value.code[0]!})`)
  if (value.form === 'obj') return unary(env, value, nullSafe(value, `-${value.code[0]!}`))
  return unary(env, value, `-${value.code[0]!}`)
}

function unary(env: ExpressionEnv, value: Value, text: string): Value {
  return { form: value.form, isNull: value.isNull, code: [env.code.assign(text)] }
}

const identity: Emitter = (env, call) => env.emit(call.args[0]!)

function sign(call: BoundCall): boolean {
  return call.args.length === 1
}

const minus = arithmetic('-')
const plus = arithmetic('+')
const ensureBinary =
  (emitter: Emitter): Emitter =>
  (env, call) => {
    if (call.args.length !== 2) throw new UnsupportedError(`${call.fn} with ${call.args.length} arguments`)
    return emitter(env, call)
  }

/** The rest takes its type from the divisor, but the dividend keeps its own width: a cast that narrows it is left out. */
const remainder: Emitter = (env, call) => {
  const args = call.args.map((arg) => (arg.kind === 'Cast' && arg.implicit && isExactNumber(arg.input.type) ? arg.input : arg))
  const type = call.type
  if (!isIntegerType(type)) return arithmetic('%')(env, { ...call, args })
  if (args.some((arg) => arg.type.kind === 'DECIMAL')) return wholeRemainder(env, args, type)
  if (args.every((arg) => arg.type.kind !== 'BIGINT')) return arithmetic('%')(env, { ...call, args })
  const wide = arithmetic('%')(env, { ...call, args, type: { kind: 'BIGINT', nullable: type.nullable } })
  return toForm(env.code, wide, formOf(type))
}

function isExactNumber(type: LogicalType): boolean {
  return isIntegerType(type) || type.kind === 'DECIMAL'
}

/** A decimal dividend counts as a whole number. */
function wholeRemainder(env: ExpressionEnv, args: readonly BoundExpr[], type: LogicalType): Value {
  const bigint: LogicalType = { kind: 'BIGINT', nullable: true }
  const whole = args.map((input): BoundExpr => ({ kind: 'Cast', type: bigint, input, mode: 'CAST', implicit: false }))
  const rest = arithmetic('%')(env, { kind: 'Call', type: bigint, fn: '%', args: whole })
  return toForm(env.code, rest, formOf(type))
}

export const ARITHMETIC: EmitterTable = {
  '+': (env, call) => (sign(call) ? identity(env, call) : plus(env, call)),
  '-': (env, call) => (sign(call) ? negate(env, call) : minus(env, call)),
  '*': ensureBinary(arithmetic('*')),
  '/': ensureBinary(arithmetic('/')),
  '%': ensureBinary(remainder),
  MOD: ensureBinary(remainder),
  NEGATE: negate,
}
