/** What every part of the expression binder works with. */
import type { Expression } from '../ast/expression.ts'
import type { BindingContext } from '../bound/binding-context.ts'
import type { BoundExpr, LiteralValue } from '../bound/expr.ts'
import type { Scope, Typed } from '../bound/scope.ts'
import type { Span } from '../text/span.ts'
import type { LogicalType } from '../types/logical-type.ts'
import { printType } from '../types/print-type.ts'

export interface ExpressionBinder {
  readonly scope: Scope
  readonly context: BindingContext
  /** Binds a part; undefined after its error was reported. */
  bind(ast: Expression): Typed
  /** The same binder in another place, or with other callbacks. */
  within(context: BindingContext): ExpressionBinder
}

/** Reports an error and stands for the untyped expression. */
export function fail(
  binder: ExpressionBinder,
  error: { code: string; span: Span; message: string; hint?: string | undefined },
): undefined {
  const { code, span, message, hint } = error
  binder.context.report({ code, severity: 'error', message, span, ...(hint !== undefined && { hint }) })
  return undefined
}

export function unsupported(binder: ExpressionBinder, span: Span, what: string): undefined {
  return fail(binder, { code: 'SQL_UNSUPPORTED', span, message: `${what} is not supported` })
}

/** Binds all parts, so that each reports its errors; undefined if one failed. */
export function bindAll(binder: ExpressionBinder, parts: readonly Expression[]): BoundExpr[] | undefined {
  const bound = parts.map((part) => binder.bind(part))
  return bound.every((expr) => expr !== undefined) ? (bound as BoundExpr[]) : undefined
}

export function literal(type: LogicalType, value: LiteralValue): BoundExpr {
  return { kind: 'Literal', type, value }
}

/** The literal's value; undefined where the expression is not one. */
export function literalValue(expr: BoundExpr): LiteralValue | undefined {
  return expr.kind === 'Literal' ? expr.value : undefined
}

export function isNullLiteral(expr: BoundExpr): boolean {
  return expr.type.kind === 'NULL'
}

/** Types as messages show them. */
export function showTypes(types: readonly LogicalType[]): string {
  return types.map((type) => printType(type, 'summary')).join(', ')
}
