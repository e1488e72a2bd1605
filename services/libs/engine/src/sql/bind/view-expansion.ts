/** A view where it is used: its stored SQL bound in place. */

import type { Query } from '../ast/query.ts'
import type { Statement } from '../ast/statement.ts'
import type { ObjectPath } from '../bound/rel.ts'
import type { CatalogView } from '../catalog/catalog.ts'
import { parseStatements } from '../parse/parser.ts'
import type { Span } from '../text/span.ts'
import { BinderState, type QueryResult, showPath } from './binder-state.ts'
import { renameColumns } from './coerce.ts'
import { NO_TABLE } from './column-scope.ts'
import type { QueryEnv } from './query-env.ts'

export interface ViewUse {
  readonly path: ObjectPath
  readonly view: CatalogView
  readonly span: Span
}

const UNKNOWN: QueryResult = { rel: NO_TABLE.rel, broken: new Set(), open: true }

/** Each view is bound once a statement; a view that reaches itself is refused. */
export function bindView(use: ViewUse, env: QueryEnv): QueryResult {
  const { state } = env
  const key = JSON.stringify(use.path)
  const known = state.views.get(key)
  if (known === 'binding') {
    state.error('SQL_VIEW_CYCLE', use.span, `View '${showPath(use.path)}' reads itself.`)
    return UNKNOWN
  }
  if (known !== undefined) return state.grow(known.size, use.span) ? known.result : UNKNOWN
  state.views.set(key, 'binding')
  const before = state.nodes
  const result = expand(use, env)
  state.views.set(key, { result, size: state.nodes - before })
  return result
}

function expand({ path, view, span }: ViewUse, env: QueryEnv): QueryResult {
  const { state } = env
  const query = queryOf(parseStatements(view.expandedSql).statements)
  if (query === undefined) {
    state.error('SQL_VIEW_BROKEN', span, `The stored query of view '${showPath(path)}' cannot be read.`)
    return UNKNOWN
  }
  const inner = new BinderState(state.session, state.connectors, state)
  const result = env.bindQuery(query, { ...env, state: inner, outer: undefined, lateral: undefined, commonTables: new Map() })
  const [problem] = inner.sink.all.filter((diagnostic) => diagnostic.severity === 'error')
  if (problem !== undefined || result.open || result.rel.schema.length !== view.columns.length) {
    state.error(
      'SQL_VIEW_BROKEN',
      span,
      `View '${showPath(path)}' no longer fits the tables it reads: ${problem?.message ?? 'its columns changed'}`,
    )
    return UNKNOWN
  }
  const names = view.columns.map((column) => column.name)
  return { ...result, rel: renameColumns(result.rel, names) }
}

function queryOf(statements: readonly (Statement | undefined)[]): Query | undefined {
  const [statement] = statements
  switch (statement?.kind) {
    case 'Select':
    case 'With':
    case 'SetOp':
    case 'Values':
    case 'TableQuery':
    case 'Ordered':
      return statement
    default:
      return undefined
  }
}
