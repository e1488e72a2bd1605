import type { Cast } from '../ast/expression.ts'
import type { BoundExpr } from '../bound/expr.ts'
import type { Typed } from '../bound/scope.ts'
import { typeFromAst } from '../types/ast-type.ts'
import { sqlCastProblem } from '../types/cast-support.ts'
import type { LogicalType } from '../types/logical-type.ts'
import { withNullability } from '../types/make-type.ts'
import { type ExpressionBinder, fail, isNullLiteral, showTypes, unsupported } from './expression-binder.ts'

/** CAST keeps the operand's nullability, TRY_CAST is always nullable. */
export function bindCast(binder: ExpressionBinder, ast: Cast): Typed {
  if (ast.format !== undefined) return unsupported(binder, ast.format.span, 'FORMAT of CAST')
  const input = binder.bind(ast.operand)
  const target = typeFromAst(ast.type, (diagnostic) => binder.context.report(diagnostic))
  if (input === undefined || target === undefined) return undefined
  const problem = sqlCastProblem(input.type, target)
  if (problem !== undefined) {
    const message = `${showTypes([input.type])} cannot be cast to ${showTypes([target])}`
    return fail(binder, { code: 'SQL_INVALID_CAST', span: ast.span, message, hint: problem.hint })
  }
  return castExplicitly(input, target, ast.safe)
}

function castExplicitly(input: BoundExpr, target: LogicalType, safe: boolean): BoundExpr {
  if (isNullLiteral(input)) return { kind: 'Literal', type: withNullability(target, true), value: null }
  const type = withNullability(target, safe || input.type.nullable)
  return { kind: 'Cast', type, input, mode: safe ? 'TRY' : 'CAST', implicit: false }
}
