/** ON CONFLICT and primary keys of sinks. */
import type { BoundInsert } from '../bound/statement.ts'
import type { CatalogTable } from '../catalog/catalog.ts'
import type { Span } from '../text/span.ts'
import { type BinderState, showPath } from './binder-state.ts'

export interface SinkPlace {
  readonly table: CatalogTable
  readonly span: Span
  readonly state: BinderState
}

/** ON CONFLICT belongs to sinks that update by key. */
export function checkConflictHandling(insert: BoundInsert, { table, span, state }: SinkPlace): void {
  if (insert.onConflict === undefined) return
  const changes = state.connectors?.sinkChanges({ ...table.options, ...insert.hints })
  const reason = notUpsert(table, changes)
  if (reason === undefined) return
  state.error('SQL_ON_CONFLICT', span, `ON CONFLICT is only allowed for upsert sinks; '${showPath(insert.sink)}' ${reason}.`)
}

function notUpsert(table: CatalogTable, changes: readonly string[] | undefined): string | undefined {
  if (changes?.every((change) => change === 'I')) return 'only accepts INSERT changes'
  if (changes?.includes('UB')) return 'requires UPDATE_BEFORE (retract mode)'
  return table.primaryKey === undefined ? 'has no primary key' : undefined
}
