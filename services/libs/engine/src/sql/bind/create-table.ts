/** CREATE TABLE in all its forms: plain, LIKE, AS query. */
import type { CreateTable, Distribution, TableElement, TableOption } from '../ast/ddl.ts'
import type { Identifier, Name } from '../ast/identifier.ts'
import type { ObjectPath, Schema } from '../bound/rel.ts'
import type { BoundStatement } from '../bound/statement.ts'
import type { CatalogTable, TableColumn } from '../catalog/catalog.ts'
import type { CatalogChange } from '../catalog/change.ts'
import { findDatabase, ownEntry, qualify } from '../catalog/lookup.ts'
import { withoutTimeAttribute } from '../types/make-type.ts'
import type { BinderState, QueryResult } from './binder-state.ts'
import { insertQuery } from './insert.ts'
import { mergeLike } from './like-clause.ts'
import { bindTopQuery } from './query.ts'
import { didYouMean } from './suggestion.ts'
import { columnNames, TableDefinition } from './table-definition.ts'

export function bindCreateTable(ast: CreateTable, state: BinderState, text: string): BoundStatement | undefined {
  const path = objectPath(ast.name, state)
  if (ast.temporary && ast.query !== undefined)
    state.error('SQL_UNSUPPORTED', ast.span, 'CREATE TEMPORARY TABLE … AS query is not supported.')
  const query = ast.query && bindTopQuery(ast.query, state)
  const table = query === undefined ? define(ast, state, text) : defineFromQuery({ ast, query }, state, text)
  if (path === undefined || table === undefined || state.failed) return undefined
  const change: CatalogChange = { kind: 'Create', path, object: table, ifNotExists: ast.ifNotExists, orReplace: ast.replace }
  if (query === undefined) return { kind: 'Catalog', changes: [change] }
  const insert = insertQuery(query, { path, table }, { span: ast.query!.span, state })
  return insert && { kind: 'Catalog', changes: [change], insert }
}

/** The full path of an object to create; its database has to exist. */
export function objectPath(name: Identifier, state: BinderState): ObjectPath | undefined {
  const parts = name.parts.map((part) => part.value)
  const path = qualify(state.session, parts)
  if (path === undefined) {
    state.error('SQL_NAME_TOO_LONG', name.span, `'${parts.join('.')}' has more than three parts.`)
    return undefined
  }
  if (ownEntry(state.session.catalogs, path[0]) === undefined) {
    state.error('SQL_UNKNOWN_CATALOG', name.span, [
      `Catalog '${path[0]}' does not exist.`,
      didYouMean(path[0], Object.keys(state.session.catalogs)),
    ])
    return undefined
  }
  if (findDatabase(state.session, path[0], path[1]) !== undefined) return path
  const names = Object.keys(state.session.catalogs[path[0]]!.databases)
  state.error('SQL_UNKNOWN_DATABASE', name.span, [`Database '${path[0]}.${path[1]}' does not exist.`, didYouMean(path[1], names)])
  return undefined
}

export function bindOptions(options: readonly TableOption[]): Readonly<Record<string, string>> {
  return Object.fromEntries(options.map(({ key, value }) => [key.value, value.value]))
}

type Parts = Pick<CatalogTable, 'options' | 'partitionKeys' | 'temporary'> & Pick<CatalogTable, 'comment' | 'distribution'>

function writtenParts(ast: CreateTable): Parts {
  return {
    options: bindOptions(ast.options),
    partitionKeys: ast.partitionedBy.map((name) => name.value),
    temporary: ast.temporary,
    ...(ast.comment === undefined ? {} : { comment: ast.comment.value }),
    ...(ast.distribution === undefined ? {} : { distribution: distributionOf(ast.distribution) }),
  }
}

export function distributionOf(distribution: Distribution): NonNullable<CatalogTable['distribution']> {
  return {
    kind: distribution.method ?? 'UNKNOWN',
    columns: distribution.columns.map((name) => name.value),
    ...(distribution.buckets === undefined ? {} : { buckets: distribution.buckets }),
  }
}

function define(ast: CreateTable, state: BinderState, text: string): CatalogTable | undefined {
  for (const element of ast.elements) {
    if (element.kind === 'NamedColumn') state.error('SQL_COLUMN_TYPE_MISSING', element.span, 'A column needs a type.')
  }
  const written = writtenParts(ast)
  if (ast.like !== undefined) return mergeLike(ast, { state, text, written })
  const definition = new TableDefinition(state, text)
  definition.add(ast.elements)
  checkColumnLists(ast, definition.columns, state)
  return { kind: 'table', ...definition.shape, ...written }
}

/** PARTITIONED BY and DISTRIBUTED BY name columns of the table. */
export function checkColumnLists(
  ast: Pick<CreateTable, 'partitionedBy' | 'distribution'>,
  columns: readonly TableColumn[],
  state: BinderState,
): void {
  const names = columnNames(columns)
  const missing = (list: readonly Name[], what: string): void => {
    for (const { value, span } of list) {
      if (!names.includes(value))
        state.error('SQL_UNKNOWN_COLUMN', span, [`${what} column '${value}' does not exist.`, didYouMean(value, names)])
    }
  }
  missing(ast.partitionedBy, 'Partition')
  if (ast.distribution === undefined) return
  missing(ast.distribution.columns, 'Distribution')
  if (ast.distribution.buckets === 0)
    state.error('SQL_DISTRIBUTION', ast.distribution.span, 'A table is distributed into at least one bucket.')
}

/** CTAS: the query's columns become physical ones; elements name them again, add to them or reorder them. */
function defineFromQuery(
  { ast, query }: { readonly ast: CreateTable; readonly query: QueryResult },
  state: BinderState,
  text: string,
): CatalogTable | undefined {
  if (query.open || query.broken.size > 0) return undefined
  const columns = ctasColumns(ast.elements, query.rel.schema, state)
  const twice = columnNames(columns).find((name, i, all) => all.indexOf(name) !== i)
  if (twice !== undefined)
    state.error('SQL_DUPLICATE_COLUMN', ast.query!.span, [
      `The query gives two columns named '${twice}'.`,
      'Give one of them an alias.',
    ])
  const definition = new TableDefinition(state, text, { columns })
  definition.add(
    ast.elements.filter((element) => element.kind !== 'NamedColumn'),
    new Set(columnNames(columns)),
  )
  checkColumnLists(ast, definition.columns, state)
  return { kind: 'table', ...definition.shape, ...writtenParts(ast) }
}

function ctasColumns(elements: readonly TableElement[], schema: Schema, state: BinderState): readonly TableColumn[] {
  const columns = schema.map(({ name, type }): TableColumn => ({ kind: 'physical', name, type: withoutTimeAttribute(type) }))
  const named = elements.flatMap((element) => (element.kind === 'NamedColumn' ? [element] : []))
  if (named.length === 0) return columns
  if (named.length !== columns.length) {
    state.error(
      'SQL_CTAS_COLUMNS',
      named[0]!.span,
      `The column list names ${named.length} column(s), the query gives ${columns.length}.`,
    )
  }
  return named.flatMap((element) => {
    const wanted = element.name.parts[0]!.value
    const found = columns.find((column) => column.name === wanted)
    if (found === undefined) {
      const hint = didYouMean(wanted, columnNames(columns))
      state.error('SQL_UNKNOWN_COLUMN', element.span, [`Column '${wanted}' is not in the query.`, hint])
    }
    return found === undefined ? [] : [found]
  })
}
