/** What a query level knows of its surroundings. */
import type { Query } from '../ast/query.ts'
import type { QueryCallbacks } from '../bound/binding-context.ts'
import type { BoundRel } from '../bound/rel.ts'
import { mapRelExprs } from '../bound/walk.ts'
import type { BinderState, QueryResult } from './binder-state.ts'
import type { ColumnScope } from './column-scope.ts'
import { bindSubquery } from './subquery.ts'

export interface CommonTable {
  readonly result: QueryResult
  /** Relations that it expands to. */
  readonly size: number
  /** Levels of names around the WITH: uses further in see its outer columns at a greater depth. */
  readonly level: number
}

export interface QueryEnv {
  readonly state: BinderState
  /** Names of the enclosing query; undefined at the top. */
  readonly outer: ColumnScope | undefined
  /** Rows at the left in the same FROM, for LATERAL; undefined for the first item. */
  readonly lateral: ColumnScope | undefined
  readonly commonTables: ReadonlyMap<string, CommonTable>
  /** Binds a nested query. A member, so that tables, sub-queries and queries need not import each other in a circle. */
  bindQuery(query: Query, env: QueryEnv): QueryResult
}

export function levelOf(scope: ColumnScope | undefined): number {
  let level = 0
  for (let at = scope; at !== undefined; at = at.parent) level++
  return level
}

/** A tree that was bound `by` levels further out: its references to what surrounds it grow deeper. */
export function deepen(rel: BoundRel, by: number): BoundRel {
  if (by === 0) return rel
  return mapRelExprs(rel, (expr, depth) =>
    expr.kind === 'OuterColumn' && expr.depth > depth ? { ...expr, depth: expr.depth + by } : undefined,
  )
}

/** Sub-queries alone: what WHERE, ON and the like may hold besides plain expressions. */
export function subqueryCallbacks(env: QueryEnv, scope: ColumnScope): QueryCallbacks {
  return {
    groupCount: -1,
    subquery: ({ form, operands, query, span }) =>
      bindSubquery({ form, operands, span, ...env.bindQuery(query, { ...env, outer: scope, lateral: undefined }) }, env.state),
  }
}
