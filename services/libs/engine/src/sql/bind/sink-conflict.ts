/** Primary keys of sinks against the keys of what is written, and ON CONFLICT. */
import type { ObjectPath } from '../bound/rel.ts'
import type { BoundInsert } from '../bound/statement.ts'
import { containsKey, type Key, upsertKeys } from '../bound/upsert-keys.ts'
import type { CatalogTable, SessionContext } from '../catalog/catalog.ts'
import { findTable } from '../catalog/lookup.ts'
import { persistedColumns } from '../catalog/table-schema.ts'
import type { Span } from '../text/span.ts'
import { type BinderState, showPath } from './binder-state.ts'

export interface SinkPlace {
  readonly table: CatalogTable
  readonly span: Span
  readonly state: BinderState
}

/** Flink 2.3 plans an upsert sink whose key the query does not keep only when told what to do about conflicts. */
const REQUIRE_ON_CONFLICT = 'table.exec.sink.require-on-conflict'

export function checkConflictHandling(insert: BoundInsert, { table, span, state }: SinkPlace): void {
  const changes = state.connectors?.sinkChanges({ ...table.options, ...insert.hints })
  const reason = notUpsert(table, changes)
  if (insert.onConflict !== undefined) {
    if (reason !== undefined)
      state.error('SQL_ON_CONFLICT', span, `ON CONFLICT is only allowed for upsert sinks; '${showPath(insert.sink)}' ${reason}.`)
    return
  }
  if (changes === undefined || reason !== undefined || !state.streaming || state.session.config[REQUIRE_ON_CONFLICT] === 'false')
    return
  const primaryKey = ordinalsOf(table)
  const keys = upsertKeys(insert.query, (path) => primaryKeyOf(state.session, path))
  if (keys.some((key) => containsKey(primaryKey, key))) return
  state.error('SQL_UPSERT_KEY', span, [
    `The query's upsert key differs from the primary key of sink '${showPath(insert.sink)}': ${show(keys, insert)} and [${table.primaryKey!.columns.join(', ')}].`,
    'Say what to do with conflicts: ON CONFLICT DO DEDUPLICATE, DO ERROR or DO NOTHING.',
  ])
}

function notUpsert(table: CatalogTable, changes: readonly string[] | undefined): string | undefined {
  if (changes?.every((change) => change === 'I')) return 'only accepts INSERT changes'
  if (changes?.includes('UB')) return 'requires UPDATE_BEFORE (retract mode)'
  return table.primaryKey === undefined ? 'has no primary key' : undefined
}

function ordinalsOf(table: CatalogTable): Key {
  const names = persistedColumns(table).map((column) => column.name)
  return new Set(table.primaryKey?.columns.map((name) => names.indexOf(name)))
}

function primaryKeyOf(session: SessionContext, path: ObjectPath): readonly number[] | undefined {
  const table = findTable(session, path)
  if (table?.kind !== 'table' || table.primaryKey === undefined) return undefined
  return table.primaryKey.columns.map((name) => table.columns.findIndex((column) => column.name === name))
}

function show(keys: readonly Key[], insert: BoundInsert): string {
  if (keys.length === 0) return 'none'
  return keys.map((key) => `[${[...key].map((column) => insert.query.schema[column]!.name).join(', ')}]`).join(' or ')
}
