/** CAST and TRY_CAST in generated code: what is one instruction stands in the loop, everything else is a call over the boxed value. */

import { type Boxed, isCharacterType } from '../../data/boxed.ts'
import { ValueError } from '../../data/value-error.ts'
import type { BoundExpr } from '../../sql/bound/expr.ts'
import type { LogicalType } from '../../sql/types/logical-type.ts'
import { boxed, formOf, toForm, unboxed } from '../conversion.ts'
import type { ExpressionEnv } from '../expression-env.ts'
import { asDouble, coerce, exactDigits, isApproximateType, isIntegerType } from '../numeric.ts'
import { INT32_RANGE, nullValue, type Value } from '../value.ts'
import { type Caster, casterOf } from './boxed-cast.ts'

export interface CastSpec {
  readonly input: BoundExpr
  readonly to: LogicalType
  readonly mode: 'CAST' | 'TRY'
}

export function emitCast(env: ExpressionEnv, { input, to, mode }: CastSpec): Value {
  const from = input.type
  const value = env.emit(input)
  if (value.isNull === 'true' || from.kind === 'NULL') return nullValue(formOf(to))
  const direct = directCast(env, value, { from, to })
  if (direct !== undefined) return direct
  const cast = casterOf({ from, to, zone: env.zone })
  const call = `${env.code.constant(mode === 'TRY' ? nullOnFailure(cast) : cast)}(${boxed(env.code, value, from)})`
  return unboxed(env.code, value.isNull === null ? call : `(${value.isNull}) ? null : ${call}`, to)
}

function nullOnFailure(cast: Caster): Caster {
  return (value: Boxed) => {
    try {
      return cast(value)
    } catch (error) {
      if (error instanceof ValueError) return null
      throw error
    }
  }
}

const RANK: Readonly<Record<string, number>> = { TINYINT: 1, SMALLINT: 2, INTEGER: 3, BIGINT: 4 }
const INT_RANGES: Readonly<Record<string, readonly [number, number]>> = {
  TINYINT: [-128, 127],
  SMALLINT: [-32768, 32767],
  INTEGER: INT32_RANGE,
}

interface Pair {
  readonly from: LogicalType
  readonly to: LogicalType
}

function directCast(env: ExpressionEnv, value: Value, pair: Pair): Value | undefined {
  const { from, to } = pair
  if (isIntegerType(from) && isIntegerType(to)) return integerCast(env, value, pair)
  if (isApproximateType(to)) return doubleCast(env, value, pair)
  if (to.kind === 'DECIMAL' && (isIntegerType(from) || from.kind === 'DECIMAL')) return decimalCast(env, value, pair)
  if (isCharacterType(from) && isCharacterType(to) && keepsText(from, to)) return value
  if (from.kind === to.kind && (to.kind === 'BOOLEAN' || to.kind === 'DATE')) return value
  if (from.kind === to.kind && (from.kind === 'TIMESTAMP' || from.kind === 'TIMESTAMP_LTZ'))
    return timestampCast(env, value, pair)
  return undefined
}

function keepsText(from: LogicalType, to: LogicalType): boolean {
  const [a, b] = [from as { length: number }, to as { length: number }]
  return to.kind === 'VARCHAR' ? b.length >= a.length : from.kind === 'CHAR' && a.length === b.length
}

function integerCast(env: ExpressionEnv, value: Value, { from, to }: Pair): Value {
  if (RANK[to.kind]! >= RANK[from.kind]!) {
    if (to.kind !== 'BIGINT' || value.form !== 'i32') return value
    return { ...value, form: 'int', range: value.range ?? INT_RANGES[from.kind] ?? INT32_RANGE }
  }
  const low =
    value.form === 'i64' ? `Number(BigInt.asIntN(32, ${value.code[0]!}))` : value.form === 'int' ? toInt32(value) : value.code[0]!
  const shift = to.kind === 'TINYINT' ? 24 : to.kind === 'SMALLINT' ? 16 : 0
  return { form: 'i32', isNull: value.isNull, code: [env.code.assign(shift === 0 ? low : `${low} << ${shift} >> ${shift}`)] }
}

/** `| 0` wraps exactly as long as the double is exact, which `int` promises. */
function toInt32(value: Value): string {
  return `(${value.code[0]!} | 0)`
}

function doubleCast(env: ExpressionEnv, value: Value, { from, to }: Pair): Value | undefined {
  if (!isApproximateType(from) && !isIntegerType(from) && from.kind !== 'DECIMAL') return undefined
  const number = asDouble(env, value, from)
  const text = to.kind === 'FLOAT' && from.kind !== 'FLOAT' ? `Math.fround(${number})` : number
  return { form: 'f64', isNull: value.isNull, code: [env.code.assign(text)] }
}

function decimalCast(env: ExpressionEnv, value: Value, { from, to }: Pair): Value | undefined {
  const [a, b] = [exactDigits(from), exactDigits(to)]
  const widens = b.scale >= a.scale && b.precision - b.scale >= a.precision - a.scale
  if (!widens && formOf(to) === 'f64') return undefined
  return coerce(env, value, { from, to })
}

function timestampCast(env: ExpressionEnv, value: Value, { from, to }: Pair): Value | undefined {
  const [a, b] = [(from as { precision: number }).precision, (to as { precision: number }).precision]
  if (b >= a) return toForm(env.code, value, formOf(to))
  if (b === 3) return { form: 'f64', isNull: value.isNull, code: [value.code[0]!] }
  return undefined
}
