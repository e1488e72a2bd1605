import type { BoundCall, BoundExpr } from '../../sql/bound/expr.ts'
import { declareResult } from '../branch-result.ts'
import { type ComparisonOperator, comparisonCode, type TypedValue } from '../compare.ts'
import { asText, formOf, toForm } from '../conversion.ts'
import type { ExpressionEnv } from '../expression-env.ts'
import { coerce, isIntegerType } from '../numeric.ts'
import { anyNull, type Value } from '../value.ts'
import type { Emitter, EmitterTable } from './emitter.ts'

/** List lengths from which membership is a look-up. */
const SET_MIN = 9

export function typed(env: ExpressionEnv, expr: BoundExpr): TypedValue {
  return { value: env.emit(expr), type: expr.type }
}

function boolean(isNull: string | null, code: string): Value {
  return { form: 'bool', isNull, code: [code] }
}

function comparison(operator: ComparisonOperator): Emitter {
  return (env, call) => {
    const [left, right] = call.args.map(nullWhereNoTime)
    const sides = [typed(env, left!), typed(env, right!)] as const
    const isNull = anyNull([sides[0].value, sides[1].value])
    if (isNull === 'true') return boolean('true', 'false')
    return boolean(isNull, env.code.assign(guarded(isNull, comparisonCode(env, operator, sides))))
  }
}

const POINTS_IN_TIME = new Set(['DATE', 'TIME', 'TIMESTAMP', 'TIMESTAMP_LTZ'])

/** A text that is compared with a point in time and is none counts as NULL, unless it is a literal. */
function nullWhereNoTime(expr: BoundExpr): BoundExpr {
  if (expr.kind !== 'Cast' || !expr.implicit || expr.input.kind === 'Literal' || !POINTS_IN_TIME.has(expr.type.kind)) return expr
  return /CHAR$/.test(expr.input.type.kind) ? { ...expr, mode: 'TRY', type: { ...expr.type, nullable: true } } : expr
}

/** Values beside a NULL are arbitrary, and some forms (bigint division, object access) do not bear that. */
function guarded(isNull: string | null, code: string): string {
  return isNull === null ? code : `!(${isNull}) && ${code}`
}

function distinctness(isDistinct: boolean): Emitter {
  return (env, call) => {
    const [a, b] = [typed(env, call.args[0]!), typed(env, call.args[1]!)]
    const nullA = a.value.isNull ?? 'false'
    const nullB = b.value.isNull ?? 'false'
    if (nullA === 'true' || nullB === 'true') {
      const same = nullA === 'true' ? nullB : nullA
      return boolean(null, isDistinct ? `!(${same})` : `(${same})`)
    }
    const equal = comparisonCode(env, '=', [a, b])
    const same = env.code.assign(`(${nullA}) || (${nullB}) ? (${nullA}) && (${nullB}) : ${equal}`)
    return boolean(null, isDistinct ? `!${same}` : same)
  }
}

function nullTest(negated: boolean): Emitter {
  return (env, call) => {
    const isNull = env.emit(call.args[0]!).isNull ?? 'false'
    return boolean(null, negated ? `!(${isNull})` : `(${isNull})`)
  }
}

function literalText(expr: BoundExpr): string | undefined {
  if (expr.kind === 'Cast' && expr.implicit && expr.type.kind === 'VARCHAR') return literalText(expr.input)
  return expr.kind === 'Literal' && typeof expr.value === 'string' && /CHAR$/.test(expr.type.kind)
    ? expr.value.toWellFormed()
    : undefined
}

/** `x IN (a, b, …)`: true when one is equal, else NULL when one comparison is NULL, else false. */
function membership(negated: boolean): Emitter {
  return (env, call) => {
    const [needle, ...list] = call.args
    const left = typed(env, needle!)
    const found = textSet(env, left, list) ?? integerSet(env, left, list) ?? listSearch(env, left, list)
    return negated ? boolean(found.isNull, `!${found.code[0]!}`) : found
  }
}

function textSet(env: ExpressionEnv, left: TypedValue, list: readonly BoundExpr[]): Value | undefined {
  if (list.length < SET_MIN) return undefined
  const texts = list.map(literalText)
  if (texts.some((text) => text === undefined)) return undefined
  const test = `${env.code.constant(new Set(texts))}.has(${asText(env.code, left.value)})`
  return boolean(left.value.isNull, env.code.assign(guarded(left.value.isNull, test)))
}

function literalInteger(expr: BoundExpr): number | undefined {
  if (expr.kind === 'Cast' && expr.implicit && isIntegerType(expr.type)) return literalInteger(expr.input)
  if (expr.kind !== 'Literal' || expr.value === null || !isIntegerType(expr.type)) return undefined
  const value = Number(expr.value)
  return Number.isSafeInteger(value) ? value : undefined
}

/** An int64 beyond 2^53 becomes a double that is in no such set, so that nothing is found that is not there. */
function integerSet(env: ExpressionEnv, left: TypedValue, list: readonly BoundExpr[]): Value | undefined {
  if (list.length < SET_MIN || !isIntegerType(left.type)) return undefined
  const values = list.map(literalInteger)
  if (values.some((value) => value === undefined)) return undefined
  const number = left.value.form === 'i64' ? `Number(${left.value.code[0]!})` : left.value.code[0]!
  return boolean(
    left.value.isNull,
    env.code.assign(guarded(left.value.isNull, `${env.code.constant(new Set(values))}.has(${number})`)),
  )
}

function listSearch(env: ExpressionEnv, left: TypedValue, list: readonly BoundExpr[]): Value {
  const right = list.map((expr) => typed(env, expr))
  const tests = right
    .filter((side) => side.value.isNull !== 'true')
    .map((side) => guarded(side.value.isNull, `(${comparisonCode(env, '=', [left, side])})`))
  const nulls = anyNull(right.map((side) => side.value))
  const any = tests.length === 0 ? 'false' : tests.join(' || ')
  const found = env.code.assign(guarded(left.value.isNull, `(${any})`))
  const unknown = nulls === null ? left.value.isNull : `(${left.value.isNull ?? 'false'}) || (!${found} && (${nulls}))`
  return boolean(unknown, found)
}

/** BETWEEN as two comparisons joined by AND in three-valued logic. */
function between(negated: boolean, symmetric = false): Emitter {
  return (env, call) => {
    const [low, high] = [call.args[1]!, call.args[2]!]
    const test = (a: BoundExpr, b: BoundExpr): BoundExpr =>
      logic('AND', logic('>=', call.args[0]!, a), logic('<=', call.args[0]!, b))
    const whole: BoundExpr = symmetric ? logic('OR', test(low, high), test(high, low)) : test(low, high)
    return env.emit(negated ? { kind: 'Call', type: call.type, fn: 'NOT', args: [whole] } : whole)
  }
}

const NULLABLE_BOOLEAN = { kind: 'BOOLEAN', nullable: true } as const

function logic(fn: string, ...args: BoundExpr[]): BoundCall {
  return { kind: 'Call', type: NULLABLE_BOOLEAN, fn, args }
}

/** GREATEST and LEAST: NULL when any argument is. */
function extreme(operator: '<' | '>'): Emitter {
  return (env, call) => {
    const form = formOf(call.type)
    const values = call.args.map((arg) => toForm(env.code, coerce(env, env.emit(arg), { from: arg.type, to: call.type }), form))
    const isNull = anyNull(values)
    const result = declareResult(env.code, form)
    if (isNull === 'true') return result.value
    env.code.block(isNull === null ? '' : `if (!(${isNull}))`, () => {
      result.assign({ ...values[0]!, isNull: null })
      for (const value of values.slice(1)) {
        const better = comparisonCode(env, operator, [
          { value, type: call.type },
          { value: result.value, type: call.type },
        ])
        env.code.block(`if (${better})`, () => result.assign({ ...value, isNull: null }))
      }
    })
    return result.value
  }
}

export const COMPARISON: EmitterTable = {
  '=': comparison('='),
  '<>': comparison('<>'),
  '!=': comparison('<>'),
  '<': comparison('<'),
  '<=': comparison('<='),
  '>': comparison('>'),
  '>=': comparison('>='),
  'IS NULL': nullTest(false),
  'IS NOT NULL': nullTest(true),
  'IS DISTINCT FROM': distinctness(true),
  'IS NOT DISTINCT FROM': distinctness(false),
  IN: membership(false),
  'NOT IN': membership(true),
  BETWEEN: between(false),
  'NOT BETWEEN': between(true),
  'BETWEEN ASYMMETRIC': between(false),
  'NOT BETWEEN ASYMMETRIC': between(true),
  'BETWEEN SYMMETRIC': between(false, true),
  'NOT BETWEEN SYMMETRIC': between(true, true),
  GREATEST: extreme('>'),
  LEAST: extreme('<'),
}
