/** CREATE VIEW and ALTER VIEW: the query is bound, and stored with every name and star written out. */
import type { AlterView, CreateView } from '../ast/ddl.ts'
import type { Name } from '../ast/identifier.ts'
import type { Query } from '../ast/query.ts'
import type { BoundStatement } from '../bound/statement.ts'
import type { CatalogView } from '../catalog/catalog.ts'
import { findTable, qualify } from '../catalog/lookup.ts'
import type { Field } from '../types/logical-type.ts'
import { renameTarget } from './alter-table.ts'
import type { BinderState, NameExpansion } from './binder-state.ts'
import { objectPath } from './create-table.ts'
import { bindTopQuery } from './query.ts'
import { didYouMean } from './suggestion.ts'

export function bindCreateView(ast: CreateView, state: BinderState, text: string): BoundStatement | undefined {
  const path = objectPath(ast.name, state)
  const view = defineView(ast.query, ast.columns, { state, text })
  if (path === undefined || view === undefined) return undefined
  const object: CatalogView = {
    ...view,
    temporary: ast.temporary,
    ...(ast.comment === undefined ? {} : { comment: ast.comment.value }),
  }
  return { kind: 'Catalog', changes: [{ kind: 'Create', path, object, ifNotExists: ast.ifNotExists, orReplace: ast.replace }] }
}

function defineView(
  query: Query,
  names: readonly Name[],
  { state, text }: { state: BinderState; text: string },
): CatalogView | undefined {
  const result = bindTopQuery(query, state)
  if (result.open || result.broken.size > 0 || state.failed) return undefined
  const { schema } = result.rel
  if (names.length > 0 && names.length !== schema.length) {
    state.error('SQL_VIEW_COLUMNS', query.span, `The view names ${names.length} column(s), its query has ${schema.length}.`)
    return undefined
  }
  const columns = schema.map((field, i): Field => ({ name: names[i]?.value ?? field.name, type: field.type }))
  const twice = columns.find((column, i) => columns.findIndex((other) => other.name === column.name) !== i)
  if (twice !== undefined) {
    state.error('SQL_DUPLICATE_COLUMN', query.span, [
      `The view has two columns named '${twice.name}'.`,
      'Give one of them an alias.',
    ])
    return undefined
  }
  const sql = text.slice(query.span.start, query.span.end)
  return { kind: 'view', sql, expandedSql: expandNames(text, query, state.expansions), columns, temporary: false }
}

/** The query's text with each recorded place replaced. A place that was bound twice counts once. */
function expandNames(text: string, query: Query, expansions: readonly NameExpansion[]): string {
  const places = new Map(expansions.map((expansion) => [expansion.span.start, expansion]))
  const inside = [...places.values()].filter(({ span }) => span.start >= query.span.start && span.end <= query.span.end)
  inside.sort((a, b) => a.span.start - b.span.start)
  let expanded = ''
  let at = query.span.start
  for (const { span, text: replacement } of inside) {
    if (span.start < at) continue
    expanded += text.slice(at, span.start) + replacement
    at = span.end
  }
  return expanded + text.slice(at, query.span.end)
}

export function bindAlterView(ast: AlterView, state: BinderState, text: string): BoundStatement | undefined {
  const parts = ast.name.parts.map((part) => part.value)
  const path = qualify(state.session, parts)
  const existing = path && findTable(state.session, path)
  if (path === undefined || existing === undefined || existing.kind !== 'view') {
    const what = existing === undefined ? 'does not exist' : 'is a table'
    state.error('SQL_UNKNOWN_VIEW', ast.name.span, [`View '${parts.join('.')}' ${what}.`, didYouMean(parts.at(-1)!, [])])
    return undefined
  }
  if (ast.action.kind === 'RenameTo') {
    const newName = renameTarget(ast.action.name, path, state)
    return newName === undefined ? undefined : { kind: 'Catalog', changes: [{ kind: 'Rename', path, newName, ifExists: false }] }
  }
  const view = defineView(ast.action.query, [], { state, text })
  if (view === undefined) return undefined
  const object: CatalogView = { ...existing, sql: view.sql, expandedSql: view.expandedSql, columns: view.columns }
  return { kind: 'Catalog', changes: [{ kind: 'Alter', path, object, ifExists: false }] }
}
