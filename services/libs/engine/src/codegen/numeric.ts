/** Numbers between their representations: ranges of integers, doubles, decimals by unscaled value. */

import { ValueError } from '../data/value-error.ts'
import type { LogicalType } from '../sql/types/logical-type.ts'
import { formOf, toForm } from './conversion.ts'
import { pow10, rescale } from './decimal-math.ts'
import type { ExpressionEnv } from './expression-env.ts'
import { INT32_RANGE, type Value } from './value.ts'

const INTEGER_KINDS = new Set(['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT'])
const APPROXIMATE_KINDS = new Set(['FLOAT', 'DOUBLE'])
/** Digits that a double holds exactly, and that are safe to rescale in. */
const EXACT_DOUBLE_DIGITS = 15

export function isIntegerType(type: LogicalType): boolean {
  return INTEGER_KINDS.has(type.kind)
}
export function isApproximateType(type: LogicalType): boolean {
  return APPROXIMATE_KINDS.has(type.kind)
}
export function isNumericType(type: LogicalType): boolean {
  return isIntegerType(type) || isApproximateType(type) || type.kind === 'DECIMAL'
}

const DIGITS: Readonly<Record<string, number>> = { TINYINT: 3, SMALLINT: 5, INTEGER: 10, BIGINT: 19 }

/** Precision and scale of an exact number. */
export function exactDigits(type: LogicalType): { readonly precision: number; readonly scale: number } {
  return type.kind === 'DECIMAL' ? type : { precision: DIGITS[type.kind] ?? 38, scale: 0 }
}

/** JS expression of the number as a double. */
export function asDouble(env: ExpressionEnv, value: Value, type: LogicalType): string {
  const number = value.form === 'i64' || value.form === 'obj' ? `Number(${value.code[0]!})` : value.code[0]!
  return type.kind === 'DECIMAL' && type.scale > 0 ? env.code.assign(`${number} / ${10 ** type.scale}`) : number
}

/** JS expression (bigint) of an exact number's unscaled value at `scale`, which is at least its own. */
export function asUnscaled(env: ExpressionEnv, value: Value, at: { readonly type: LogicalType; readonly scale: number }): string {
  const own = exactDigits(at.type).scale
  const big = bigCode(env, value)
  return own === at.scale ? big : env.code.assign(`${big} * ${pow10(at.scale - own)}n`)
}

/** An `obj` is null beside a NULL, where arithmetic needs a number. */
function bigCode(env: ExpressionEnv, value: Value): string {
  if (value.form === 'i64') return value.code[0]!
  if (value.form !== 'obj') return toForm(env.code, value, 'i64').code[0]!
  return value.isNull === null ? value.code[0]! : env.code.assign(`(${value.isNull} ? 0n : ${value.code[0]!})`)
}

/** True where the unscaled value at `scale` is an exact double. */
export function fitsDouble(type: LogicalType, scale: number): boolean {
  const digits = exactDigits(type)
  if (type.kind === 'BIGINT') return false
  return digits.precision - digits.scale + scale <= EXACT_DOUBLE_DIGITS
}

/** JS expression (double) of the unscaled value at `scale`, where `fitsDouble`. */
export function asUnscaledDouble(
  env: ExpressionEnv,
  value: Value,
  at: { readonly type: LogicalType; readonly scale: number },
): string {
  const own = exactDigits(at.type).scale
  return own === at.scale ? value.code[0]! : env.code.assign(`${value.code[0]!} * ${10 ** (at.scale - own)}`)
}

/** A decimal result from an unscaled bigint of scale `scale` that may be null or have too many digits: those give NULL, as in Flink. */
export function decimalFromBig(
  env: ExpressionEnv,
  unscaled: string,
  to: { readonly type: LogicalType & { kind: 'DECIMAL' }; readonly scale: number; readonly isNull: string | null },
): Value {
  const { precision, scale } = to.type
  const fit = env.code.constant(fitDecimal(precision, scale - to.scale))
  const result = env.code.assign(to.isNull === null ? `${fit}(${unscaled})` : `(${to.isNull}) ? null : ${fit}(${unscaled})`, 'd')
  const isNull = `${result} === null`
  const form = formOf(to.type)
  if (form === 'f64') return { form, isNull, code: [`Number(${result})`] }
  return { form, isNull, code: [form === 'i64' ? `(${result} ?? 0n)` : result] }
}

const FITS = new Map<string, (unscaled: bigint) => bigint | null>()

function fitDecimal(precision: number, shift: number): (unscaled: bigint) => bigint | null {
  const key = `${precision} ${shift}`
  const known = FITS.get(key)
  if (known !== undefined) return known
  const limit = pow10(precision)
  const fit = (unscaled: bigint): bigint | null => {
    const value = rescale(unscaled, shift)
    return value < limit && value > -limit ? value : null
  }
  FITS.set(key, fit)
  return fit
}

/** Integer ranges after widening; null where they are not known. */
export function rangeOf(value: Value): readonly [number, number] | null {
  return value.range ?? (value.form === 'i32' ? INT32_RANGE : null)
}

/**
 * A value brought from one type to the representation of a wider one without a change of what it says: integers and decimals to
 * wider ones, numbers to DOUBLE, timestamps to more digits. Other types are returned as they are.
 */
export function coerce(env: ExpressionEnv, value: Value, types: { readonly from: LogicalType; readonly to: LogicalType }): Value {
  const { from, to } = types
  if (from.kind === 'TIMESTAMP' || from.kind === 'TIMESTAMP_LTZ')
    return formOf(to) === 'ts' ? toForm(env.code, value, 'ts') : value
  if (!isNumericType(from) || !isNumericType(to)) return value
  if (isApproximateType(to)) return { form: 'f64', isNull: value.isNull, code: [asDouble(env, value, from)] }
  if (to.kind === 'BIGINT') {
    if (value.form !== 'i32') return value
    return { form: 'int', isNull: value.isNull, code: value.code, range: rangeOf(value) ?? INT32_RANGE }
  }
  if (to.kind !== 'DECIMAL' || (from.kind === 'DECIMAL' && from.precision === to.precision && from.scale === to.scale))
    return value
  if (formOf(to) === 'f64' && value.form !== 'i64' && value.form !== 'obj' && exactDigits(from).scale <= to.scale) {
    return { form: 'f64', isNull: value.isNull, code: [asUnscaledDouble(env, value, { type: from, scale: to.scale })] }
  }
  const scale = exactDigits(from).scale
  return decimalFromBig(env, asUnscaled(env, value, { type: from, scale }), { type: to, scale, isNull: value.isNull })
}

export function failDivision(): never {
  throw new ValueError('Division by zero.')
}
