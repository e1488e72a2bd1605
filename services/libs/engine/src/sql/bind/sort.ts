/** ORDER BY, OFFSET and LIMIT around a query. */
import type { Expression, OrderItem } from '../ast/expression.ts'
import type { Ordered } from '../ast/query.ts'
import type { SortKey } from '../bound/expr.ts'
import type { BoundRel } from '../bound/rel.ts'
import type { Scope } from '../bound/scope.ts'
import { isTimeAttribute } from '../bound/time-attributes.ts'
import type { Span } from '../text/span.ts'
import type { BinderState } from './binder-state.ts'
import { bindCount } from './conditions.ts'
import { nullsFirst } from './sort-keys.ts'

export interface SortRequest {
  readonly items: readonly OrderItem[]
  readonly offset: number | undefined
  readonly fetch: number | undefined
  readonly span: Span
  /** An order without LIMIT in a sub-query means nothing and is dropped. */
  readonly keepOrder: boolean
}

/** Streaming sorts by anything but time only with this option (Flink's own, internal name). */
const NON_TEMPORAL_SORT = '__table.exec.sort.non-temporal.enabled__'

export function sortRequest(ordered: Ordered, top: boolean, state: BinderState): SortRequest {
  const offset = ordered.offset === undefined ? undefined : bindCount(ordered.offset, state, 'OFFSET')
  const fetch = ordered.limit === undefined ? undefined : bindCount(ordered.limit, state, 'LIMIT')
  const limited = ordered.offset !== undefined || ordered.limit !== undefined
  return { items: ordered.orderBy, offset, fetch, span: ordered.span, keepOrder: top || limited }
}

/** The ordinal that `ORDER BY 2` means; undefined for other expressions; reported and 'refused' when out of range. */
export function ordinalOf(expr: Expression, columns: number, state: BinderState): number | undefined | 'refused' {
  if (expr.kind !== 'NumericLiteral' || expr.approximate || !/^\d+$/.test(expr.text)) return undefined
  const ordinal = Number(expr.text)
  if (ordinal >= 1 && ordinal <= columns) return ordinal - 1
  state.error('SQL_ORDINAL_OUT_OF_RANGE', expr.span, `ORDER BY ${expr.text}: the query has ${columns} column(s).`)
  return 'refused'
}

export function placeSort(
  input: BoundRel,
  { keys, request, state }: { readonly keys: readonly SortKey[]; readonly request: SortRequest; readonly state: BinderState },
): BoundRel {
  const kept = request.keepOrder ? keys : []
  if (kept.length === 0 && request.offset === undefined && request.fetch === undefined) return input
  if (state.streaming && request.offset !== undefined && request.fetch === undefined) {
    state.error('SQL_LIMIT_MISSING', request.span, ['OFFSET on a stream needs a LIMIT.', 'Add LIMIT or FETCH.'])
  }
  const [first] = kept
  if (first !== undefined && request.fetch === undefined && !mayStream(input, first, state)) {
    state.error('SQL_SORT_NOT_ON_TIME', request.span, [
      'Sorting a stream needs an ascending time attribute as its first key.',
      'Add LIMIT, or order by the column that has the WATERMARK.',
    ])
  }
  return {
    kind: 'Sort',
    input,
    keys: kept,
    schema: input.schema,
    ...(request.offset === undefined ? {} : { offset: request.offset }),
    ...(request.fetch === undefined ? {} : { fetch: request.fetch }),
  }
}

function mayStream(input: BoundRel, key: SortKey, state: BinderState): boolean {
  if (!state.streaming || state.session.config[NON_TEMPORAL_SORT] === 'true') return true
  return !key.descending && key.expr.kind === 'Column' && isTimeAttribute(input, key.expr.index)
}

export function sortKey(item: OrderItem, column: { readonly index: number; readonly rel: BoundRel }): SortKey {
  const field = column.rel.schema[column.index]!
  return {
    expr: { kind: 'Column', type: field.type, index: column.index, name: field.name },
    descending: item.descending,
    nullsFirst: nullsFirst(item),
  }
}

/** Output names first, then the scope: an alias hides a column of the same name in ORDER BY. */
export function outputScope(outputs: ReadonlyMap<string, Scope['resolveColumn']>, scope: Scope): Scope {
  return {
    resolveColumn: (parts) => outputs.get(parts[0]!.value)?.(parts) ?? scope.resolveColumn(parts),
    expandStar: (qualifier) => scope.expandStar(qualifier),
  }
}
