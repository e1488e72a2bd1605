/** ALTER TABLE: the table after the change. */
import type { AddElements, AlterTable, DropElements, ModifyElements, RenameColumn, TableAction } from '../ast/ddl.ts'
import type { Identifier } from '../ast/identifier.ts'
import type { BoundExpr } from '../bound/expr.ts'
import type { BoundStatement } from '../bound/statement.ts'
import { someExpr } from '../bound/walk.ts'
import type { CatalogTable, TableColumn } from '../catalog/catalog.ts'
import { findTable, qualify } from '../catalog/lookup.ts'
import type { Span } from '../text/span.ts'
import type { BinderState } from './binder-state.ts'
import { bindOptions, checkColumnLists, distributionOf } from './create-table.ts'
import { findCatalogTable } from './insert.ts'
import { didYouMean } from './suggestion.ts'
import { columnNames, TableDefinition } from './table-definition.ts'
import { bindTableExpressions } from './table-expressions.ts'

interface Alteration {
  readonly table: CatalogTable
  readonly state: BinderState
  readonly text: string
}

export function bindAlterTable(ast: AlterTable, state: BinderState, text: string): BoundStatement | undefined {
  const parts = ast.name.parts.map((part) => part.value)
  const path = qualify(state.session, parts)
  if (ast.ifExists && (path === undefined || findTable(state.session, path) === undefined))
    return { kind: 'Catalog', changes: [] }
  const sink = findCatalogTable(ast.name, state, 'use ALTER VIEW')
  if (sink === undefined) return undefined
  if (ast.action.kind === 'RenameTo') {
    const newName = renameTarget(ast.action.name, sink.path, state)
    return newName === undefined
      ? undefined
      : { kind: 'Catalog', changes: [{ kind: 'Rename', path: sink.path, newName, ifExists: ast.ifExists }] }
  }
  if (ast.action.kind === 'AddPartitions' || ast.action.kind === 'DropPartitions')
    return { kind: 'Unsupported', what: 'ALTER TABLE … PARTITION' }
  const table = alter(ast.action, { table: sink.table, state, text })
  if (table === undefined || state.failed) return undefined
  const object = retyped(table, ast.action.span, state)
  return object && { kind: 'Catalog', changes: [{ kind: 'Alter', path: sink.path, object, ifExists: ast.ifExists }] }
}

/** Computed columns take the types that they have over the changed columns; one that no longer binds refuses the change. */
function retyped(table: CatalogTable, span: Span, state: BinderState): CatalogTable | undefined {
  const { computed, diagnostics } = bindTableExpressions(table, state.session)
  const problem = diagnostics.find((diagnostic) => diagnostic.severity === 'error')
  if (problem !== undefined) {
    state.error('SQL_COLUMN_IN_USE', span, `A computed column or the watermark no longer fits: ${problem.message}`)
    return undefined
  }
  const columns = table.columns.map((column, i): TableColumn => {
    const expr = computed.get(i)
    return expr === undefined || column.kind !== 'computed' ? column : { ...column, type: expr.type }
  })
  return { ...table, columns }
}

/** The new name of a rename: in the same database. */
export function renameTarget(name: Identifier, path: readonly string[], state: BinderState): string | undefined {
  const parts = name.parts.map((part) => part.value)
  const target = qualify(state.session, parts)
  if (target !== undefined && (parts.length === 1 || (target[0] === path[0] && target[1] === path[1]))) return target[2]
  state.error('SQL_RENAME_ACROSS', name.span, 'An object keeps its database when it is renamed.')
  return undefined
}

function alter(
  action: Exclude<TableAction, { kind: 'RenameTo' | 'AddPartitions' | 'DropPartitions' }>,
  at: Alteration,
): CatalogTable | undefined {
  const { table } = at
  switch (action.kind) {
    case 'SetOptions':
      return { ...table, options: { ...table.options, ...bindOptions(action.options) } }
    case 'ResetOptions':
      return {
        ...table,
        options: resetOptions(
          action.keys.map((key) => key.value),
          action.span,
          at,
        ),
      }
    case 'AddElements':
      return addElements(action, at)
    case 'ModifyElements':
      return modifyElements(action, at)
    case 'DropElements':
      return dropElements(action, at)
    case 'RenameColumn':
      return renameColumn(action, at)
    case 'SetDistribution':
      return setDistribution(action, at)
    case 'DropDistribution':
      if (table.distribution === undefined) at.state.error('SQL_DISTRIBUTION', action.span, 'The table is not distributed.')
      return without(table, 'distribution')
  }
}

function resetOptions(keys: readonly string[], span: Span, { table, state }: Alteration): Readonly<Record<string, string>> {
  if (keys.length === 0) state.error('SQL_OPTION_EXPECTED', span, 'RESET needs at least one option.')
  if (keys.includes('connector')) state.error('SQL_OPTION_FIXED', span, "Option 'connector' cannot be reset.")
  return Object.fromEntries(Object.entries(table.options).filter(([key]) => !keys.includes(key)))
}

function addElements(action: AddElements, { table, state, text }: Alteration): CatalogTable {
  if (table.primaryKey !== undefined && action.elements.some(declaresKey)) {
    state.error('SQL_SECOND_PRIMARY_KEY', action.span, ['The table has a primary key already.', 'Use MODIFY, or drop it first.'])
    return table
  }
  const definition = new TableDefinition(state, text, table)
  definition.add(action.elements)
  return { ...table, ...definition.shape }
}

function declaresKey(element: AddElements['elements'][number]): boolean {
  return element.kind === 'TableConstraint' || (element.kind === 'PhysicalColumn' && element.constraint !== undefined)
}

function modifyElements(action: ModifyElements, { table, state, text }: Alteration): CatalogTable {
  const names = columnNames(table.columns)
  const modified = new Set<string>()
  for (const element of action.elements) {
    if (!('name' in element) || element.kind === 'TableConstraint') continue
    const name = element.name.parts.map((part) => part.value).join('.')
    if (names.includes(name)) modified.add(name)
    else state.error('SQL_UNKNOWN_COLUMN', element.span, [`Column '${name}' does not exist.`, didYouMean(name, names)])
  }
  const newKey = action.elements.some(declaresKey)
  const newWatermark = action.elements.some((element) => element.kind === 'WatermarkClause')
  if (newKey && table.primaryKey === undefined)
    state.error('SQL_NO_PRIMARY_KEY', action.span, ['The table has no primary key to modify.', 'Use ADD.'])
  if (newWatermark && table.watermark === undefined)
    state.error('SQL_NO_WATERMARK', action.span, ['The table has no watermark to modify.', 'Use ADD.'])
  const base = { ...(newKey ? without(table, 'primaryKey') : table) }
  const definition = new TableDefinition(state, text, newWatermark ? without(base, 'watermark') : base)
  definition.add(action.elements, modified)
  const { primaryKey: _key, watermark: _watermark, ...rest } = table
  return { ...rest, ...definition.shape }
}

function dropElements(action: DropElements, at: Alteration): CatalogTable | undefined {
  const { table, state } = at
  if (action.what === 'COLUMNS') return dropColumns(action, at)
  if (action.what === 'WATERMARK') {
    if (table.watermark === undefined) state.error('SQL_NO_WATERMARK', action.span, 'The table has no watermark.')
    return without(table, 'watermark')
  }
  if (table.primaryKey === undefined) state.error('SQL_NO_PRIMARY_KEY', action.span, 'The table has no primary key.')
  const named = action.what === 'CONSTRAINT' ? action.names[0]?.parts.at(-1)?.value : undefined
  if (named !== undefined && table.primaryKey !== undefined && named !== table.primaryKey.name) {
    state.error('SQL_UNKNOWN_CONSTRAINT', action.span, [
      `Constraint '${named}' does not exist.`,
      didYouMean(named, [table.primaryKey.name]),
    ])
  }
  return without(table, 'primaryKey')
}

function dropColumns(action: DropElements, { table, state }: Alteration): CatalogTable {
  const names = columnNames(table.columns)
  const dropped = new Set<string>()
  for (const column of action.names) {
    const name = column.parts.map((part) => part.value).join('.')
    if (dropped.has(name)) state.error('SQL_DUPLICATE_COLUMN', column.span, `Column '${name}' is named twice.`)
    const user = usedBy(name, table, state)
    if (!names.includes(name))
      state.error('SQL_UNKNOWN_COLUMN', column.span, [`Column '${name}' does not exist.`, didYouMean(name, names)])
    else if (user !== undefined && !action.names.some((other) => other.parts[0]!.value === user))
      state.error('SQL_COLUMN_IN_USE', column.span, `Column '${name}' is used by ${user}.`)
    dropped.add(name)
  }
  return { ...table, columns: table.columns.filter((column) => !dropped.has(column.name)) }
}

/** What reads a column: a computed column, the watermark, the key, partitions or distribution. */
function usedBy(name: string, table: CatalogTable, state: BinderState): string | undefined {
  const index = table.columns.findIndex((column) => column.name === name)
  const { computed, watermark } = bindTableExpressions(table, state.session)
  const reads = (expr: BoundExpr): boolean => someExpr(expr, (node) => node.kind === 'Column' && node.index === index)
  const reader = [...computed].find(([position, expr]) => position !== index && reads(expr))
  if (reader !== undefined) return `computed column '${table.columns[reader[0]]!.name}'`
  if (watermark !== undefined && (reads(watermark.column) || reads(watermark.expression))) return 'the watermark'
  if (table.primaryKey?.columns.includes(name)) return 'the primary key'
  if (table.partitionKeys.includes(name)) return 'PARTITIONED BY'
  return table.distribution?.columns.includes(name) ? 'DISTRIBUTED BY' : undefined
}

function renameColumn(action: RenameColumn, { table, state }: Alteration): CatalogTable {
  const from = action.from.parts.map((part) => part.value).join('.')
  const to = action.to.parts.at(-1)!.value
  const names = columnNames(table.columns)
  if (!names.includes(from))
    state.error('SQL_UNKNOWN_COLUMN', action.from.span, [`Column '${from}' does not exist.`, didYouMean(from, names)])
  if (names.includes(to)) state.error('SQL_DUPLICATE_COLUMN', action.to.span, `Column '${to}' already exists.`)
  const user = usedBy(from, { ...table, partitionKeys: [] }, state)
  if (user !== undefined && (user === 'the watermark' || user.startsWith('computed')))
    state.error('SQL_COLUMN_IN_USE', action.from.span, `Column '${from}' is used by ${user}.`)
  const rename = (name: string): string => (name === from ? to : name)
  return {
    ...table,
    columns: table.columns.map((column): TableColumn => ({ ...column, name: rename(column.name) })),
    partitionKeys: table.partitionKeys.map(rename),
    ...(table.primaryKey === undefined
      ? {}
      : { primaryKey: { ...table.primaryKey, columns: table.primaryKey.columns.map(rename) } }),
    ...(table.distribution === undefined
      ? {}
      : { distribution: { ...table.distribution, columns: table.distribution.columns.map(rename) } }),
  }
}

function setDistribution(action: Extract<TableAction, { kind: 'SetDistribution' }>, { table, state }: Alteration): CatalogTable {
  if (action.op === 'ADD' && table.distribution !== undefined)
    state.error('SQL_DISTRIBUTION', action.span, ['The table is distributed already.', 'Use MODIFY.'])
  if (action.op === 'MODIFY' && table.distribution === undefined)
    state.error('SQL_DISTRIBUTION', action.span, ['The table is not distributed.', 'Use ADD.'])
  checkColumnLists({ partitionedBy: [], distribution: action.distribution }, table.columns, state)
  return { ...table, distribution: distributionOf(action.distribution) }
}

function without<K extends 'watermark' | 'primaryKey' | 'distribution'>(table: CatalogTable, key: K): CatalogTable {
  const { [key]: _dropped, ...rest } = table
  return rest as CatalogTable
}
