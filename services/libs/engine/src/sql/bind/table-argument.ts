/** Table arguments of table functions. */
import type { Expression, TableArgument } from '../ast/expression.ts'
import type { TableFunctionArgument } from '../bound/rel.ts'
import { bindExpression } from '../expressions/bind-expression.ts'
import type { Span } from '../text/span.ts'
import { ColumnScope, type FromItem, fromRel } from './column-scope.ts'
import type { QueryEnv } from './query-env.ts'
import { bindSortKeys } from './sort-keys.ts'

export interface BoundTableArgument {
  readonly argument: Extract<TableFunctionArgument, { kind: 'table' }>
  readonly item: FromItem
  readonly span: Span
}

/** A table as an argument: TABLE t, or a query in parentheses. */
export function tableArgumentOf(ast: Expression): TableArgument | undefined {
  if (ast.kind === 'TableArgument') return ast
  return ast.kind === 'SubQuery' ? { kind: 'TableArgument', input: ast.query, span: ast.span } : undefined
}

/** `TABLE t PARTITION BY … ORDER BY …`. */
export function bindTableArgument(arg: TableArgument, env: QueryEnv): BoundTableArgument | undefined {
  const { rel, broken, open } = env.bindQuery(arg.input, { ...env, lateral: undefined })
  const alias = arg.input.kind === 'TableQuery' ? arg.input.name.parts.at(-1)!.value : undefined
  const item = fromRel(rel, { alias, broken, open })
  const scope = new ColumnScope(item, undefined)
  const partitionBy: number[] = []
  for (const ast of arg.partitionBy ?? []) {
    const column = bindExpression(ast, scope, env.state.context('PARTITION BY'))
    if (column === undefined) continue
    if (column.kind === 'Column') partitionBy.push(column.index)
    else env.state.error('SQL_COLUMN_EXPECTED', ast.span, 'PARTITION BY of a table argument takes columns.')
  }
  const orderBy = bindSortKeys(arg.orderBy ?? [], scope, env.state.context('ORDER BY')) ?? []
  if (open) return undefined
  return { argument: { kind: 'table', input: rel, partitionBy, orderBy }, item, span: arg.span }
}
