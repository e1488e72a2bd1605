/** Comparison of two values of comparable types. */

import { boxedEqual, isCharacterType } from '../data/boxed.ts'
import type { LogicalType } from '../sql/types/logical-type.ts'
import { boxed, formOf, stringsEqual, stringsOrder, toForm } from './conversion.ts'
import type { ExpressionEnv } from './expression-env.ts'
import { asDouble, asUnscaled, asUnscaledDouble, exactDigits, fitsDouble, isApproximateType, isNumericType } from './numeric.ts'
import { UnsupportedError } from './unsupported-error.ts'
import type { Value } from './value.ts'

export type ComparisonOperator = '=' | '<>' | '<' | '<=' | '>' | '>='

export interface TypedValue {
  readonly value: Value
  readonly type: LogicalType
}

const JS_OPERATOR: Readonly<Record<ComparisonOperator, string>> = {
  '=': '===',
  '<>': '!==',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
}

/** JS expression, meaningful where neither side is NULL. */
export function comparisonCode(
  env: ExpressionEnv,
  operator: ComparisonOperator,
  sides: readonly [TypedValue, TypedValue],
): string {
  const [a, b] = sides
  if (isNumericType(a.type) && isNumericType(b.type)) {
    const [x, y] = numericSides(env, a, b)
    return `${x} ${JS_OPERATOR[operator]} ${y}`
  }
  if (isBytes(a.type) && isBytes(b.type)) return stringComparison(env, operator, sides)
  const forms = [formOf(a.type), formOf(b.type)]
  if (forms.includes('ts')) return timestampComparison(env, operator, sides)
  if (forms.includes('obj')) return objectComparison(env, operator, sides)
  return `${a.value.code[0]!} ${JS_OPERATOR[operator]} ${b.value.code[0]!}`
}

function isBytes(type: LogicalType): boolean {
  return isCharacterType(type) || type.kind === 'BINARY' || type.kind === 'VARBINARY'
}

function stringComparison(env: ExpressionEnv, operator: ComparisonOperator, sides: readonly [TypedValue, TypedValue]): string {
  const [a, b] = sides
  if (operator === '=') return stringsEqual(env.code, a.value, b.value)
  if (operator === '<>') return `!(${stringsEqual(env.code, a.value, b.value)})`
  return `${stringsOrder(env.code, a.value, b.value)} ${operator} 0`
}

function numericSides(env: ExpressionEnv, a: TypedValue, b: TypedValue): readonly [string, string] {
  if (isApproximateType(a.type) || isApproximateType(b.type)) {
    return [asDouble(env, a.value, a.type), asDouble(env, b.value, b.type)]
  }
  const scale = Math.max(exactDigits(a.type).scale, exactDigits(b.type).scale)
  const small = (side: TypedValue): boolean => side.value.form === 'i32' || side.value.form === 'int'
  if (scale === 0 && [a, b].every((side) => small(side) || side.value.form === 'f64')) return [a.value.code[0]!, b.value.code[0]!]
  if ([a, b].every((side) => side.value.form !== 'i64' && fitsDouble(side.type, scale))) {
    return [asUnscaledDouble(env, a.value, { type: a.type, scale }), asUnscaledDouble(env, b.value, { type: b.type, scale })]
  }
  return [asUnscaled(env, a.value, { type: a.type, scale }), asUnscaled(env, b.value, { type: b.type, scale })]
}

function timestampComparison(
  env: ExpressionEnv,
  operator: ComparisonOperator,
  [a, b]: readonly [TypedValue, TypedValue],
): string {
  const [ms, nanos] = toForm(env.code, a.value, 'ts').code as [string, string]
  const [otherMs, otherNanos] = toForm(env.code, b.value, 'ts').code as [string, string]
  if (operator === '=') return `(${ms} === ${otherMs} && ${nanos} === ${otherNanos})`
  if (operator === '<>') return `(${ms} !== ${otherMs} || ${nanos} !== ${otherNanos})`
  return `(${ms} === ${otherMs} ? ${nanos} ${operator} ${otherNanos} : ${ms} ${operator} ${otherMs})`
}

function objectComparison(env: ExpressionEnv, operator: ComparisonOperator, [a, b]: readonly [TypedValue, TypedValue]): string {
  if (operator !== '=' && operator !== '<>') throw new UnsupportedError(`${operator} on ${a.type.kind}`)
  const call = `${env.code.constant(boxedEqual)}(${boxed(env.code, a.value, a.type)}, ${boxed(env.code, b.value, b.type)})`
  return operator === '=' ? call : `!${call}`
}
