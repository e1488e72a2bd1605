/** ML_PREDICT over a model of the catalog, and VECTOR_SEARCH over a table of vectors. */
import type { Call, Expression } from '../ast/expression.ts'
import type { BoundField, Schema, TableFunctionArgument } from '../bound/rel.ts'
import type { CatalogModel } from '../catalog/catalog.ts'
import { findModel, qualify } from '../catalog/lookup.ts'
import { bindExpression } from '../expressions/bind-expression.ts'
import { supportsImplicitCast } from '../types/cast-support.ts'
import { DOUBLE, notNull, nullable } from '../types/make-type.ts'
import { printType } from '../types/print-type.ts'
import { isApproximate, isInteger } from '../types/type-family.ts'
import { argumentsByName, type Parameter } from './call-arguments.ts'
import { ColumnScope, type FromItem, fromRel, NO_TABLE } from './column-scope.ts'
import { type QueryEnv, subqueryCallbacks } from './query-env.ts'
import { didYouMean } from './suggestion.ts'
import { type BoundTableArgument, bindTableArgument, tableArgumentOf } from './table-argument.ts'

const PREDICT: readonly Parameter[] = [{ name: 'INPUT' }, { name: 'MODEL' }, { name: 'ARGS' }, { name: 'CONFIG', optional: true }]
const SEARCH: readonly Parameter[] = [
  { name: 'SEARCH_TABLE' },
  { name: 'COLUMN_TO_SEARCH' },
  { name: 'COLUMN_TO_QUERY' },
  { name: 'TOP_K' },
  { name: 'CONFIG', optional: true },
]

export function bindMlPredict(call: Call, env: QueryEnv): FromItem | undefined {
  const args = argumentsByName(call, PREDICT, env.state)
  if (args === undefined) return undefined
  const table = tableOf(args.get('INPUT')!, 'ML_PREDICT', env)
  const model = modelOf(args.get('MODEL')!, env)
  if (table === undefined || model === undefined) return undefined
  const columns = descriptorOf(args.get('ARGS')!, table, env)
  const config = configOf(args.get('CONFIG'), env)
  if (
    columns === undefined ||
    config === undefined ||
    !checkInputs(args.get('ARGS')!, { columns, table, model: model.model }, env)
  )
    return undefined
  const input = table.item.rel.schema
  const taken = new Set(input.map((field) => field.name))
  const output = model.model.output.map(({ name, type }): BoundField => ({ name: freeName(name, taken), type }))
  const all: TableFunctionArgument[] = [
    { ...table.argument, name: 'INPUT' },
    { kind: 'model', name: 'MODEL', path: model.path },
    { kind: 'descriptor', name: 'ARGS', columns },
    ...config,
  ]
  return fromRel({ kind: 'TableFunction', fn: 'ML_PREDICT', args: all, schema: [...input, ...output] }, {})
}

/** An output column whose name is taken gets the first free number: name0. */
function freeName(name: string, taken: Set<string>): string {
  let free = name
  for (let i = 0; taken.has(free); i++) free = `${name}${i}`
  taken.add(free)
  return free
}

function checkInputs(
  ast: Expression,
  { columns, table, model }: { columns: readonly string[]; table: BoundTableArgument; model: CatalogModel },
  env: QueryEnv,
): boolean {
  if (columns.length !== model.input.length) {
    env.state.error(
      'SQL_ARGUMENT_COUNT',
      ast.span,
      `The model takes ${model.input.length} column(s), DESCRIPTOR names ${columns.length}.`,
    )
    return false
  }
  for (const [i, name] of columns.entries()) {
    const from = table.item.rel.schema.find((field) => field.name === name)!.type
    const to = model.input[i]!.type
    if (!supportsImplicitCast(from, nullable(to))) {
      env.state.error('SQL_TYPE_MISMATCH', ast.span, `Column '${name}' is ${printType(from)}, the model takes ${printType(to)}.`)
      return false
    }
  }
  return true
}

export function bindVectorSearch(call: Call, env: QueryEnv): FromItem | undefined {
  const { state } = env
  const args = argumentsByName(call, SEARCH, state)
  if (args === undefined) return undefined
  const table = tableOf(args.get('SEARCH_TABLE')!, 'VECTOR_SEARCH', env)
  if (table === undefined) return undefined
  const columns = descriptorOf(args.get('COLUMN_TO_SEARCH')!, table, env)
  const scope = new ColumnScope(NO_TABLE, env.lateral ?? env.outer)
  const context = state.context('VECTOR_SEARCH', subqueryCallbacks(env, scope))
  const query = bindExpression(args.get('COLUMN_TO_QUERY')!, scope, context)
  const topK = bindExpression(args.get('TOP_K')!, scope, context)
  const config = configOf(args.get('CONFIG'), env)
  if (columns === undefined || query === undefined || topK === undefined || config === undefined) return undefined
  const problem = searchProblem(table.item.rel.schema, columns, query.type)
  if (problem !== undefined || !isInteger(topK.type)) {
    state.error('SQL_TYPE_MISMATCH', call.span, problem ?? 'TOP_K of VECTOR_SEARCH is a whole number.')
    return undefined
  }
  const all: TableFunctionArgument[] = [
    { ...table.argument, name: 'SEARCH_TABLE' },
    { kind: 'descriptor', name: 'COLUMN_TO_SEARCH', columns },
    { kind: 'scalar', name: 'COLUMN_TO_QUERY', expr: query },
    { kind: 'scalar', name: 'TOP_K', expr: topK },
    ...config,
  ]
  const schema: Schema = [...table.item.rel.schema, { name: 'score', type: notNull(DOUBLE) }]
  return { ...fromRel({ kind: 'TableFunction', fn: 'VECTOR_SEARCH', args: all, schema }, {}), lateral: env.lateral !== undefined }
}

function searchProblem(schema: Schema, columns: readonly string[], query: BoundField['type']): string | undefined {
  if (columns.length !== 1) return 'VECTOR_SEARCH searches one column.'
  const searched = schema.find((field) => field.name === columns[0])!.type
  if (searched.kind !== 'ARRAY' || !isApproximate(searched.element))
    return `VECTOR_SEARCH searches an ARRAY of FLOAT or DOUBLE, this is ${printType(searched)}.`
  if (query.kind !== 'ARRAY' || query.element.kind !== searched.element.kind)
    return `The vector to look for is ${printType(query)}, the column is ${printType(searched)}.`
  return undefined
}

function tableOf(ast: Expression, name: string, env: QueryEnv): BoundTableArgument | undefined {
  const table = tableArgumentOf(ast)
  if (table !== undefined) return bindTableArgument(table, env)
  env.state.error('SQL_TABLE_ARGUMENT_EXPECTED', ast.span, [`${name} takes a table here.`, 'Write TABLE t.'])
  return undefined
}

function modelOf(ast: Expression, env: QueryEnv): { path: readonly [string, string, string]; model: CatalogModel } | undefined {
  if (ast.kind !== 'ModelArgument') {
    env.state.error('SQL_MODEL_EXPECTED', ast.span, ['ML_PREDICT takes a model here.', 'Write MODEL m.'])
    return undefined
  }
  const parts = ast.name.parts.map((part) => part.value)
  const path = qualify(env.state.session, parts)
  const model = path && findModel(env.state.session, path)
  if (path !== undefined && model !== undefined) return { path, model }
  env.state.error('SQL_UNKNOWN_MODEL', ast.name.span, `Model '${parts.join('.')}' does not exist.`)
  return undefined
}

function descriptorOf(ast: Expression, table: BoundTableArgument, env: QueryEnv): readonly string[] | undefined {
  if (ast.kind !== 'Descriptor') {
    env.state.error('SQL_DESCRIPTOR_EXPECTED', ast.span, 'Columns are written DESCRIPTOR(a, b) here.')
    return undefined
  }
  const names = table.item.rel.schema.map((field) => field.name)
  let complete = true
  const columns = ast.columns.map((column) => {
    const wanted = column.parts.at(-1)!.value
    if (!names.includes(wanted)) {
      complete = false
      env.state.error('SQL_UNKNOWN_COLUMN', column.span, [`Column '${wanted}' is not in the table.`, didYouMean(wanted, names)])
    }
    return wanted
  })
  return complete ? columns : undefined
}

function configOf(ast: Expression | undefined, env: QueryEnv): readonly TableFunctionArgument[] | undefined {
  if (ast === undefined) return []
  const expr = bindExpression(ast, new ColumnScope(NO_TABLE, undefined), env.state.context('CONFIG'))
  if (expr === undefined) return undefined
  if (expr.type.kind === 'MAP') return [{ kind: 'scalar', name: 'CONFIG', expr }]
  env.state.error('SQL_TYPE_MISMATCH', ast.span, `CONFIG is a MAP of strings, this is ${printType(expr.type)}.`)
  return undefined
}
