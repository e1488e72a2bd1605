/** Expressions that have to be of one kind: conditions, and constants that a clause takes. */
import type { Expression } from '../ast/expression.ts'
import type { BindingContext } from '../bound/binding-context.ts'
import type { BoundExpr, BoundLiteral } from '../bound/expr.ts'
import type { Scope, Typed } from '../bound/scope.ts'
import { bindExpression } from '../expressions/bind-expression.ts'
import { BOOLEAN, notNull } from '../types/make-type.ts'
import { printType } from '../types/print-type.ts'
import type { BinderState } from './binder-state.ts'

export const TRUE: BoundLiteral = { kind: 'Literal', type: notNull(BOOLEAN), value: true }

/** A BOOLEAN expression for `context.place`. */
export function bindCondition(ast: Expression, scope: Scope, context: BindingContext): Typed {
  if (ast.kind === 'NullLiteral') return { kind: 'Literal', type: BOOLEAN, value: null }
  const bound = bindExpression(ast, scope, context)
  if (bound === undefined || bound.type.kind === 'BOOLEAN') return bound
  context.report({
    code: 'SQL_CONDITION_NOT_BOOLEAN',
    severity: 'error',
    message: `${context.place} takes a BOOLEAN condition, this one is ${printType(bound.type)}.`,
    span: ast.span,
  })
  return undefined
}

const NO_COLUMNS: Scope = {
  resolveColumn: () => ({ kind: 'unknown', candidates: [] }),
  expandStar: () => undefined,
}

/** A literal after signs and implicit casts are taken off; undefined when the expression is no constant. */
export function literalOf(expr: BoundExpr): BoundLiteral | undefined {
  if (expr.kind === 'Literal') return expr
  if (expr.kind === 'Cast' && expr.implicit) return literalOf(expr.input)
  return undefined
}

/** An expression of literals alone, in a clause that takes a constant. */
export function bindConstant(ast: Expression, state: BinderState, place: string): BoundLiteral | undefined {
  const bound = bindExpression(ast, NO_COLUMNS, state.context(place))
  if (bound === undefined) return undefined
  const literal = literalOf(bound)
  if (literal === undefined) state.error('SQL_CONSTANT_EXPECTED', ast.span, `${place} takes a constant.`)
  return literal
}

/** Milliseconds of an INTERVAL DAY TO SECOND constant. */
export function bindDuration(ast: Expression, state: BinderState, place: string): number | undefined {
  const literal = bindConstant(ast, state, place)
  if (literal === undefined) return undefined
  if (literal.type.kind === 'INTERVAL_DAY_TIME' && typeof literal.value === 'number') return literal.value
  const hint =
    literal.type.kind === 'INTERVAL_YEAR_MONTH'
      ? 'Months and years have no fixed length; use days.'
      : "Write for example INTERVAL '10' SECOND."
  state.error('SQL_INTERVAL_EXPECTED', ast.span, [
    `${place} takes an interval of days to seconds, this is ${printType(literal.type)}.`,
    hint,
  ])
  return undefined
}

/** A whole number constant ≥ 0. */
export function bindCount(ast: Expression, state: BinderState, place: string): number | undefined {
  const literal = bindConstant(ast, state, place)
  if (literal === undefined) return undefined
  const count = Number(literal.value)
  if (literal.value !== null && Number.isSafeInteger(count) && count >= 0 && isWhole(literal)) return count
  state.error('SQL_COUNT_EXPECTED', ast.span, `${place} takes a whole number of at least 0.`)
  return undefined
}

function isWhole(literal: BoundLiteral): boolean {
  return ['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT'].includes(literal.type.kind)
}
