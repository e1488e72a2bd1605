/** `f(…)` and `TABLE(f(…))` in FROM: window functions, changelog conversions, models, vector search and the catalog's functions. */
import type { Call } from '../ast/expression.ts'
import type { TableFunction } from '../ast/query.ts'
import type { TableFunctionArgument } from '../bound/rel.ts'
import type { CatalogFunction } from '../catalog/catalog.ts'
import { type Found, findModel, qualify, resolveFunctionName } from '../catalog/lookup.ts'
import { bindExpression } from '../expressions/bind-expression.ts'
import { bindChangelogFunction, isChangelogFunction } from './changelog-function.ts'
import { ColumnScope, type FromItem, fromRel, NO_TABLE } from './column-scope.ts'
import { bindMlPredict, bindVectorSearch } from './model-functions.ts'
import { type QueryEnv, subqueryCallbacks } from './query-env.ts'
import { didYouMean } from './suggestion.ts'
import { bindTableArgument, tableArgumentOf } from './table-argument.ts'
import { bindWindowTvf, isWindowTvf } from './window-tvf.ts'

const BUILT_IN: readonly string[] = [
  'TUMBLE',
  'HOP',
  'CUMULATE',
  'SESSION',
  'TO_CHANGELOG',
  'FROM_CHANGELOG',
  'ML_PREDICT',
  'VECTOR_SEARCH',
]

export function bindTableFunction(ref: TableFunction, env: QueryEnv): FromItem {
  const { call } = ref
  const failed: FromItem = fromRel(NO_TABLE.rel, { open: true })
  const name = call.name.parts.map((part) => part.value)
  const user = resolveFunctionName(env.state.session, name)
  if (user !== undefined) return bindUserFunction(call, user, env) ?? { ...failed, lateral: env.lateral !== undefined }
  const builtIn = name.length === 1 ? name[0]!.toUpperCase() : ''
  const rel = bindBuiltIn(builtIn, call, env)
  if (rel === undefined) {
    const shown = name.join('.')
    const tables = BUILT_IN.includes(builtIn) ? undefined : didYouMean(shown, BUILT_IN)
    if (!BUILT_IN.includes(builtIn))
      env.state.error('SQL_UNKNOWN_FUNCTION', call.name.span, [`Table function '${shown}' does not exist.`, tables])
    return failed
  }
  return rel
}

function bindBuiltIn(name: string, call: Call, env: QueryEnv): FromItem | undefined {
  if (isWindowTvf(name)) return bindWindowTvf(name, call, env)
  if (isChangelogFunction(name)) return bindChangelogFunction(name, call, env)
  if (name === 'ML_PREDICT') return bindMlPredict(call, env)
  return name === 'VECTOR_SEARCH' ? bindVectorSearch(call, env) : undefined
}

/** A user-defined table function: its arguments may read the rows at its left. */
function bindUserFunction(call: Call, { path, object }: Found<CatalogFunction>, env: QueryEnv): FromItem | undefined {
  const { state } = env
  const scope = new ColumnScope(NO_TABLE, env.lateral ?? env.outer)
  const context = state.context('a table function', subqueryCallbacks(env, scope))
  const args: TableFunctionArgument[] = []
  for (const argument of call.args) {
    const { value } = argument
    const name = argument.name === undefined ? {} : { name: argument.name.value }
    const tableArgument = tableArgumentOf(value)
    if (tableArgument !== undefined) {
      const table = bindTableArgument(tableArgument, env)
      if (table !== undefined) args.push({ ...table.argument, ...name })
    } else if (value.kind === 'Descriptor') {
      args.push({ kind: 'descriptor', ...name, columns: value.columns.map((column) => column.parts.at(-1)!.value) })
    } else if (value.kind === 'ModelArgument') {
      const modelPath = qualify(
        state.session,
        value.name.parts.map((part) => part.value),
      )
      if (modelPath !== undefined && findModel(state.session, modelPath) !== undefined)
        args.push({ kind: 'model', ...name, path: modelPath })
    } else {
      const expr = bindExpression(value, scope, context)
      if (expr !== undefined) args.push({ kind: 'scalar', ...name, expr })
    }
  }
  if (args.length !== call.args.length) return undefined
  const returns = object.signature?.table === true ? object.signature.returns : undefined
  if (returns === undefined) {
    state.error(
      'SQL_UNKNOWN_SIGNATURE',
      call.span,
      `What '${path[2]}' returns is not declared, so it cannot be used as a table function.`,
    )
    return undefined
  }
  const schema =
    returns.kind === 'ROW' ? returns.fields.map(({ name, type }) => ({ name, type })) : [{ name: 'EXPR$0', type: returns }]
  return { ...fromRel({ kind: 'TableFunction', fn: path[2], path, args, schema }, {}), lateral: env.lateral !== undefined }
}
