/** + - * / where a date, time, timestamp or interval takes part. */
import type { BoundCall } from '../../sql/bound/expr.ts'
import type { LogicalType } from '../../sql/types/logical-type.ts'
import { addMonths, addMonthsToMillis, DAY_MS } from '../calendar.ts'
import type { TypedValue } from '../compare.ts'
import { formOf, toForm } from '../conversion.ts'
import type { ExpressionEnv } from '../expression-env.ts'
import { asDouble, isNumericType } from '../numeric.ts'
import { UnsupportedError } from '../unsupported-error.ts'
import { anyNull, nullValue, type Value } from '../value.ts'
import { typed } from './comparison.ts'

const TEMPORAL = new Set(['DATE', 'TIME', 'TIMESTAMP', 'TIMESTAMP_LTZ', 'INTERVAL_DAY_TIME', 'INTERVAL_YEAR_MONTH'])

function isInterval(type: LogicalType): boolean {
  return type.kind === 'INTERVAL_DAY_TIME' || type.kind === 'INTERVAL_YEAR_MONTH'
}

export function isTimeArithmetic(call: BoundCall): boolean {
  return call.args.some((arg) => TEMPORAL.has(arg.type.kind))
}

export function emitTimeArithmetic(env: ExpressionEnv, operator: string, call: BoundCall): Value {
  let [left, right] = [typed(env, call.args[0]!), typed(env, call.args[1]!)] as const
  if (isInterval(left.type) && !isInterval(right.type) && !isNumericType(right.type)) [left, right] = [right, left]
  const isNull = anyNull([left.value, right.value])
  if (isNull === 'true') return nullValue(formOf(call.type))
  if (isNumericType(left.type) && isInterval(right.type) && operator === '*')
    return scaledInterval(env, '*', { left: right, right: left, isNull })
  if (isInterval(left.type) && isNumericType(right.type)) return scaledInterval(env, operator, { left, right, isNull })
  if (isInterval(left.type) && isInterval(right.type)) return intervalSum(env, operator, { left, right, isNull })
  if (!isInterval(right.type)) return difference(env, call.type, { left, right, isNull })
  return shifted(env, call.type, { left, right, isNull, operator })
}

interface Sides {
  readonly left: TypedValue
  readonly right: TypedValue
  readonly isNull: string | null
}

function scaledInterval(env: ExpressionEnv, operator: string, { left, right, isNull }: Sides): Value {
  const factor = asDouble(env, right.value, right.type)
  const text = env.code.assign(`Math.trunc(${left.value.code[0]!} ${operator} ${factor})`)
  return { form: left.value.form, isNull, code: [text] }
}

function intervalSum(env: ExpressionEnv, operator: string, { left, right, isNull }: Sides): Value {
  const text = `${left.value.code[0]!} ${operator} ${right.value.code[0]!}`
  return { form: left.value.form, isNull, code: [env.code.assign(left.value.form === 'i32' ? `${text} | 0` : text)] }
}

/** Milliseconds of a point in time: dates count as their midnight. */
function millis(side: TypedValue): string {
  return side.type.kind === 'DATE' ? `(${side.value.code[0]!} * ${DAY_MS})` : side.value.code[0]!
}

function difference(env: ExpressionEnv, type: LogicalType, { left, right, isNull }: Sides): Value {
  if (type.kind !== 'INTERVAL_DAY_TIME')
    throw new UnsupportedError(`the difference of ${left.type.kind} and ${right.type.kind} as ${type.kind}`)
  return { form: 'f64', isNull, code: [env.code.assign(`${millis(left)} - ${millis(right)}`)] }
}

function shifted(env: ExpressionEnv, type: LogicalType, sides: Sides & { readonly operator: string }): Value {
  const { left, right, isNull, operator } = sides
  const byMonths = right.type.kind === 'INTERVAL_YEAR_MONTH'
  const amount = `${operator === '-' ? '-' : ''}${right.value.code[0]!}`
  if (type.kind === 'DATE') {
    const days = left.value.code[0]!
    const text = byMonths ? `${env.code.constant(addMonths)}(${days}, ${amount})` : `${days} + Math.trunc(${amount} / ${DAY_MS})`
    return { form: 'i32', isNull, code: [env.code.assign(text)] }
  }
  if (type.kind === 'TIME') {
    const text = byMonths ? left.value.code[0]! : `((${left.value.code[0]!} + ${amount}) % ${DAY_MS} + ${DAY_MS}) % ${DAY_MS}`
    return { form: 'i32', isNull, code: [env.code.assign(text)] }
  }
  const moved = byMonths ? `${env.code.constant(addMonthsToMillis)}(${millis(left)}, ${amount})` : `${millis(left)} + ${amount}`
  const ms = env.code.assign(moved)
  if (formOf(type) !== 'ts') return { form: 'f64', isNull, code: [ms] }
  const nanos = left.type.kind === 'DATE' ? '0' : toForm(env.code, left.value, 'ts').code[1]!
  return { form: 'ts', isNull, code: [ms, nanos] }
}
