/** Calls by name: built-in functions first, then the catalog's. */
import type { Call, Expression } from '../ast/expression.ts'
import type { BoundExpr } from '../bound/expr.ts'
import type { ObjectPath } from '../bound/rel.ts'
import type { Typed } from '../bound/scope.ts'
import type { CatalogFunction } from '../catalog/catalog.ts'
import type { FunctionDefinition } from '../functions/function-definition.ts'
import { findBuiltInFunction, suggestFunction } from '../functions/function-table.ts'
import type { Span } from '../text/span.ts'
import { supportsImplicitCast } from '../types/cast-support.ts'
import { nullable } from '../types/make-type.ts'
import { bindAggregate } from './aggregate-expression.ts'
import { bindIf, bindNullIf } from './case-expression.ts'
import { type ExpressionBinder, fail, showTypes, unsupported } from './expression-binder.ts'
import { callBuiltIn } from './function-call.ts'
import { castTo } from './implicit-cast.ts'
import { bindIdentifier } from './name-expression.ts'
import { arithmetic } from './operator-expression.ts'
import { symbol, withUnit } from './special-form.ts'

export function bindCall(binder: ExpressionBinder, ast: Call): Typed {
  const parts = ast.name.parts.map((part) => part.value)
  const definition = parts.length === 1 ? findBuiltInFunction(parts[0]!) : undefined
  if (definition !== undefined) return bindBuiltIn(binder, definition, ast)
  const found = binder.context.resolveFunction(parts)
  if (found !== undefined) return bindUserCall(binder, found, ast)
  // USER and its like are keywords of the grammar, and plain names where there is no such function.
  if (ast.bare) return bindIdentifier(binder, ast.name)
  const near = suggestFunction(parts.at(-1)!)
  return fail(binder, {
    code: 'SQL_UNKNOWN_FUNCTION',
    span: ast.name.span,
    message: `Function '${parts.join('.')}' is not found`,
    hint: near === undefined ? undefined : `Did you mean ${near}?`,
  })
}

/** Parts of a date that have a function of their own. */
const DATE_PARTS: Readonly<Record<string, string>> = {
  YEAR: 'YEAR',
  QUARTER: 'QUARTER',
  MONTH: 'MONTH',
  WEEK: 'WEEK',
  HOUR: 'HOUR',
  MINUTE: 'MINUTE',
  SECOND: 'SECOND',
  DAYOFYEAR: 'DOY',
  DAYOFMONTH: 'DAY',
  DAYOFWEEK: 'DOW',
}

function bindBuiltIn(binder: ExpressionBinder, definition: FunctionDefinition, ast: Call): Typed {
  const { name, kind } = definition
  if (definition.since !== undefined) {
    return fail(binder, {
      code: 'SQL_UNSUPPORTED',
      span: ast.name.span,
      message: `${name} is there since Flink ${definition.since}`,
    })
  }
  const named = ast.args.find((arg) => arg.name !== undefined)
  if (named !== undefined && kind !== 'table') return fail(binder, namedProblem(definition, named.span))
  switch (kind) {
    case 'aggregate':
    case 'over':
      return bindAggregate(binder, definition, ast)
    case 'group':
      return bindGroupFunction(binder, definition, ast)
    case 'table':
      return fail(binder, {
        code: 'SQL_MISPLACED_FUNCTION',
        span: ast.span,
        message: `${name} is a table function`,
        hint: 'It stands in FROM.',
      })
    case 'pattern':
      if (binder.context.place === 'DEFINE' || binder.context.place === 'MEASURES') return bindScalar(binder, definition, ast)
      return fail(binder, {
        code: 'SQL_MISPLACED_FUNCTION',
        span: ast.span,
        message: `${name} can only stand in MATCH_RECOGNIZE`,
      })
    default:
      return bindScalar(binder, definition, ast)
  }
}

function namedProblem({ name }: FunctionDefinition, span: Call['span']) {
  return {
    code: 'SQL_NAMED_ARGUMENT',
    span,
    message: `${name} takes no named arguments`,
    hint: 'Only table functions and process table functions do.',
  }
}

function scalarClauseProblem(name: string, ast: Call): string | undefined {
  if (ast.over !== undefined) return `OVER needs an aggregate, and ${name} is none`
  if (ast.quantifier !== undefined) return `${ast.quantifier} is not allowed in ${name}`
  if (ast.filter !== undefined) return `FILTER needs an aggregate, and ${name} is none`
  if (ast.star) return `${name}(*) is not supported`
  const other = ast.orderBy ?? ast.withinGroup ?? ast.withinDistinct ?? ast.separator ?? ast.nullTreatment
  return other === undefined ? undefined : `${name} takes arguments only`
}

function bindScalar(binder: ExpressionBinder, definition: FunctionDefinition, ast: Call): Typed {
  const { name } = definition
  const problem = scalarClauseProblem(name, ast)
  if (problem !== undefined) return fail(binder, { code: 'SQL_INVALID_CALL', span: ast.span, message: problem })
  if (name === 'JSON') {
    const message = 'JSON(…) can only stand as a value of JSON_OBJECT and JSON_ARRAY'
    return fail(binder, { code: 'SQL_MISPLACED_FUNCTION', span: ast.span, message })
  }
  const args = bindArguments(binder, ast)
  if (args === undefined) return undefined
  return applyScalar(binder, definition.name, { args, span: ast.span })
}

function applyScalar(
  binder: ExpressionBinder,
  name: string,
  call: { readonly args: readonly BoundExpr[]; readonly span: Span },
): Typed {
  const { args, span } = call
  const [first, second] = args
  switch (name) {
    case 'IF':
      return bindIf(binder, args, span)
    case 'NULLIF':
      return bindNullIf(binder, args, span)
    case '%':
      return first && second && args.length === 2
        ? arithmetic(binder, '%', { operands: [first, second], span })
        : callBuiltIn(binder, '%', call)
    default: {
      const unit = DATE_PARTS[name]
      return unit === undefined
        ? callBuiltIn(binder, name, call)
        : callBuiltIn(binder, 'EXTRACT', { args: [symbol(unit), ...args], span })
    }
  }
}

function bindArguments(binder: ExpressionBinder, ast: Call): BoundExpr[] | undefined {
  const bound = ast.args.map(({ value }) => bindArgument(binder, value))
  return bound.every((arg) => arg !== undefined) ? (bound as BoundExpr[]) : undefined
}

function bindArgument(binder: ExpressionBinder, value: Expression): Typed {
  if (value.kind === 'TimeUnit') return withUnit(binder, value, (unit) => unit)
  if (value.kind === 'DefaultValue')
    return fail(binder, { code: 'SQL_INVALID_CALL', span: value.span, message: 'DEFAULT is no argument here' })
  return binder.bind(value)
}

function bindGroupFunction(binder: ExpressionBinder, definition: FunctionDefinition, ast: Call): Typed {
  const query = binder.context.query
  const receive = definition.category === 'time window' ? query?.groupAuxiliary : query?.grouping
  if (query === undefined || receive === undefined) {
    const message = `${definition.name} can only stand in a query with GROUP BY`
    return fail(binder, { code: 'SQL_MISPLACED_FUNCTION', span: ast.span, message })
  }
  const args = bindArguments(binder, ast)
  if (args === undefined) return undefined
  return definition.category === 'time window'
    ? query.groupAuxiliary!(definition.name, args, ast.span)
    : query.grouping!(definition.name, args, ast.span)
}

function bindUserCall(
  binder: ExpressionBinder,
  { path, fn }: { readonly path: ObjectPath; readonly fn: CatalogFunction },
  ast: Call,
): Typed {
  const { signature } = fn
  const name = path.join('.')
  if (signature === undefined) {
    const message = `The types of function '${name}' are not known`
    return fail(binder, {
      code: 'SQL_UNKNOWN_SIGNATURE',
      span: ast.name.span,
      message,
      hint: 'Its artifact must declare a signature.',
    })
  }
  if (signature.table) return unsupported(binder, ast.span, `Table function '${name}' in an expression`)
  const args = bindArguments(binder, ast)
  if (args === undefined) return undefined
  const fits =
    args.length === signature.args.length &&
    args.every((arg, i) => supportsImplicitCast(nullable(arg.type), nullable(signature.args[i]!)))
  if (!fits) {
    const message = `${name} takes (${showTypes(signature.args)}), not (${showTypes(args.map((arg) => arg.type))})`
    return fail(binder, { code: 'SQL_ARGUMENT_TYPES', span: ast.span, message })
  }
  return { kind: 'UserCall', path, type: signature.returns, args: args.map((arg, i) => castTo(arg, signature.args[i]!)) }
}
