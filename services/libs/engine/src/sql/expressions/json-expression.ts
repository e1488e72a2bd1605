/** The JSON functions of the SQL standard. */
import type {
  Expression,
  JsonArray,
  JsonExists,
  JsonObject,
  JsonOnBehavior,
  JsonQueryOf,
  JsonValueOf,
} from '../ast/expression.ts'
import type { TypeName } from '../ast/type-name.ts'
import type { BoundExpr } from '../bound/expr.ts'
import type { Typed } from '../bound/scope.ts'
import { returningType } from '../functions/table/json.ts'
import { typeFromAst } from '../types/ast-type.ts'
import type { LogicalType } from '../types/logical-type.ts'
import { NULL } from '../types/make-type.ts'
import { isCharacter } from '../types/type-family.ts'
import { bindAll, type ExpressionBinder, fail, literal, showTypes } from './expression-binder.ts'
import { callBuiltIn } from './function-call.ts'
import { symbol } from './special-form.ts'

export function bindJsonExists(binder: ExpressionBinder, ast: JsonExists): Typed {
  const args = bindAll(binder, [ast.input, ast.path])
  return args && callBuiltIn(binder, 'JSON_EXISTS', { args: [...args, symbol(ast.onError ?? 'FALSE')], span: ast.span })
}

export function bindJsonValue(binder: ExpressionBinder, ast: JsonValueOf): Typed {
  const args = bindAll(binder, [ast.input, ast.path])
  const onEmpty = behavior(binder, ast.onEmpty)
  const onError = behavior(binder, ast.onError)
  const returning = returningOf(binder, ast.returning)
  if (args === undefined || onEmpty === undefined || onError === undefined || returning === undefined) return undefined
  if (!VALUE_TYPES.has(returning.kind)) {
    return fail(binder, {
      code: 'SQL_ARGUMENT_TYPES',
      span: ast.span,
      message: `JSON_VALUE cannot return ${showTypes([returning])}`,
    })
  }
  const call = callBuiltIn(binder, 'JSON_VALUE', { args: [...args, ...onEmpty, ...onError], span: ast.span })
  return call && { ...call, type: returning }
}

const VALUE_TYPES: ReadonlySet<LogicalType['kind']> = new Set(['CHAR', 'VARCHAR', 'BOOLEAN', 'INTEGER', 'DOUBLE'])

/** What to do, and the default that DEFAULT names. */
function behavior(binder: ExpressionBinder, ast: JsonOnBehavior | undefined): readonly [BoundExpr, BoundExpr] | undefined {
  const value = ast?.value === undefined ? literal(NULL, null) : binder.bind(ast.value)
  return value && [symbol(ast?.behavior ?? 'NULL'), value]
}

function returningOf(binder: ExpressionBinder, ast: TypeName | undefined): LogicalType | undefined {
  if (ast === undefined) return returningType(undefined)
  const type = typeFromAst(ast, (diagnostic) => binder.context.report(diagnostic))
  return type && returningType(type)
}

export function bindJsonQuery(binder: ExpressionBinder, ast: JsonQueryOf): Typed {
  const args = bindAll(binder, [ast.input, ast.path])
  const returning = returningOf(binder, ast.returning)
  if (args === undefined || returning === undefined) return undefined
  const problem = queryProblem(returning, [ast.onEmpty.behavior, ast.onError.behavior])
  if (problem !== undefined) return fail(binder, { code: 'SQL_ARGUMENT_TYPES', span: ast.span, message: problem })
  const options = [symbol(ast.wrapper), symbol(ast.onEmpty.behavior), symbol(ast.onError.behavior)]
  const call = callBuiltIn(binder, 'JSON_QUERY', { args: [...args, ...options], span: ast.span })
  return call && { ...call, type: returning }
}

function queryProblem(returning: LogicalType, behaviors: readonly JsonOnBehavior['behavior'][]): string | undefined {
  if (isCharacter(returning)) return undefined
  if (returning.kind !== 'ARRAY' || !isCharacter(returning.element)) return `JSON_QUERY cannot return ${showTypes([returning])}`
  return behaviors.includes('EMPTY OBJECT') ? 'EMPTY OBJECT does not fit an array' : undefined
}

export function bindJsonObject(binder: ExpressionBinder, ast: JsonObject): Typed {
  const keys = bindAll(
    binder,
    ast.pairs.map((pair) => pair.key),
  )
  const values = ast.pairs.map((pair) => jsonValue(binder, pair.value))
  if (keys === undefined || values.some((value) => value === undefined)) return undefined
  const parts = keys.flatMap((key, i) => [key, values[i]!])
  return callBuiltIn(binder, 'JSON_OBJECT', { args: [symbol(ast.onNull), ...parts], span: ast.span })
}

export function bindJsonArray(binder: ExpressionBinder, ast: JsonArray): Typed {
  const items = ast.items.map((item) => jsonValue(binder, item))
  if (items.some((item) => item === undefined)) return undefined
  return callBuiltIn(binder, 'JSON_ARRAY', { args: [symbol(ast.onNull), ...(items as BoundExpr[])], span: ast.span })
}

/** Only here may JSON(…) stand: text that is JSON already and is not quoted again. */
function jsonValue(binder: ExpressionBinder, ast: Expression): Typed {
  const isRaw = ast.kind === 'Call' && ast.name.parts.length === 1 && ast.name.parts[0]!.value.toUpperCase() === 'JSON'
  if (!isRaw) return binder.bind(ast)
  const args = bindAll(
    binder,
    ast.args.map((arg) => arg.value),
  )
  return args && callBuiltIn(binder, 'JSON', { args, span: ast.span })
}
