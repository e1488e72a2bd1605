/** CASE, and the functions that are one: IF and NULLIF. */
import type { Case } from '../ast/expression.ts'
import type { BoundCase, BoundExpr } from '../bound/expr.ts'
import type { Typed } from '../bound/scope.ts'
import { builtIn } from '../functions/function-table.ts'
import type { Span } from '../text/span.ts'
import { leastRestrictive } from '../types/least-restrictive.ts'
import type { LogicalType } from '../types/logical-type.ts'
import { NULL } from '../types/make-type.ts'
import { withoutTimeAttributes } from '../types/type-family.ts'
import { bindAll, type ExpressionBinder, fail, isNullLiteral, literal, showTypes } from './expression-binder.ts'
import { checkCall } from './function-call.ts'
import { castTo } from './implicit-cast.ts'
import { compare } from './operator-expression.ts'

export function bindCase(binder: ExpressionBinder, ast: Case): Typed {
  const conditions = ast.branches.map((branch) => condition(binder, branch.when))
  const results = bindAll(binder, [...ast.branches.map((branch) => branch.then), ...(ast.otherwise ? [ast.otherwise] : [])])
  if (results === undefined || conditions.some((when) => when === undefined)) return undefined
  if (ast.otherwise === undefined) results.push(literal(NULL, null))
  const types = results.map((result) => result.type)
  if (types.every((type) => type.kind === 'NULL')) {
    return fail(binder, {
      code: 'SQL_NULL_WITHOUT_TYPE',
      span: ast.span,
      message: 'At least one result of CASE must not be NULL',
    })
  }
  const shared = leastRestrictive(types)
  if (shared === undefined) {
    return fail(binder, {
      code: 'SQL_ARGUMENT_TYPES',
      span: ast.span,
      message: `The results of CASE must be of one type, not ${showTypes(types)}`,
    })
  }
  return caseOf(conditions as BoundExpr[], results, withoutTimeAttributes(shared))
}

function condition(binder: ExpressionBinder, ast: Case['branches'][number]['when']): Typed {
  const bound = binder.bind(ast)
  if (bound === undefined || bound.type.kind === 'BOOLEAN') return bound
  if (isNullLiteral(bound)) return { kind: 'Literal', type: { kind: 'BOOLEAN', nullable: true }, value: null }
  return fail(binder, {
    code: 'SQL_ARGUMENT_TYPES',
    span: ast.span,
    message: `WHEN takes a BOOLEAN, not ${showTypes([bound.type])}`,
  })
}

/** The last result is ELSE. */
function caseOf(conditions: readonly BoundExpr[], results: readonly BoundExpr[], type: LogicalType): BoundCase {
  const branches = conditions.map((when, i) => {
    const result = castTo(results[i]!, type)
    // biome-ignore lint/suspicious/noThenProperty: the branch's THEN, plain data that nothing awaits
    return { when, then: result }
  })
  return { kind: 'Case', type, branches, otherwise: castTo(results.at(-1)!, type) }
}

/** IF(condition, a, b). */
export function bindIf(binder: ExpressionBinder, args: readonly BoundExpr[], span: Span): Typed {
  const checked = checkCall(binder, builtIn('IF')!, { args, span })
  return checked && caseOf([checked.args[0]!], checked.args.slice(1), checked.type)
}

/** NULLIF(a, b): NULL where they are equal, else a. */
export function bindNullIf(binder: ExpressionBinder, args: readonly BoundExpr[], span: Span): Typed {
  const checked = checkCall(binder, builtIn('NULLIF')!, { args, span })
  const [value, other] = args
  if (checked === undefined || value === undefined || other === undefined) return undefined
  if (isNullLiteral(value))
    return fail(binder, { code: 'SQL_NULL_WITHOUT_TYPE', span, message: 'The first argument of NULLIF must not be NULL' })
  const equal = compare(binder, '=', { operands: [value, other], span })
  return equal && caseOf([equal], [literal(NULL, null), value], checked.type)
}
