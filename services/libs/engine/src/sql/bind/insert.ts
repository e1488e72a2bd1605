/** INSERT: the query fitted to the sink's columns, and what Flink refuses about it. */

import type { Insert } from '../ast/dml.ts'
import type { Expression } from '../ast/expression.ts'
import type { Identifier } from '../ast/identifier.ts'
import type { Query } from '../ast/query.ts'
import type { BoundExpr } from '../bound/expr.ts'
import type { BoundRel, ObjectPath, Schema } from '../bound/rel.ts'
import type { BoundInsert } from '../bound/statement.ts'
import type { CatalogTable } from '../catalog/catalog.ts'
import { findTable, qualify, tableNames } from '../catalog/lookup.ts'
import { persistedColumns, sinkSchema } from '../catalog/table-schema.ts'
import { bindExpression } from '../expressions/bind-expression.ts'
import type { Span } from '../text/span.ts'
import { castSupport } from '../types/cast-support.ts'
import type { LogicalType } from '../types/logical-type.ts'
import { nullable } from '../types/make-type.ts'
import { printType } from '../types/print-type.ts'
import { type BinderState, type QueryResult, showPath } from './binder-state.ts'
import { castTo, columnsOf, project } from './coerce.ts'
import { ColumnScope, NO_TABLE } from './column-scope.ts'
import { bindTableHints } from './hints.ts'
import { bindTopQuery } from './query.ts'
import { checkConflictHandling } from './sink-conflict.ts'
import { didYouMean } from './suggestion.ts'

/** The INSERT of CREATE TABLE … AS: its query is bound already, and its columns go where their names say. */
export function insertQuery(
  query: QueryResult,
  sink: Sink,
  place: { readonly span: Span; readonly state: BinderState },
): BoundInsert | undefined {
  const targets = query.rel.schema.map((field) => field.name)
  const fitted = fitColumns({ rel: query.rel, targets, fixed: new Map(), broken: query.broken }, { sink, ...place })
  return (
    fitted && { kind: 'Insert', sink: sink.path, hints: {}, overwrite: false, query: fitted, sinkSchema: sinkSchema(sink.table) }
  )
}

export function bindInsert(insert: Insert, state: BinderState): BoundInsert | undefined {
  if (insert.mode === 'UPSERT')
    state.error('SQL_UNSUPPORTED', insert.span, [
      'UPSERT is not supported.',
      'INSERT INTO a table with a PRIMARY KEY updates by key.',
    ])
  if (insert.extend !== undefined) state.error('SQL_UNSUPPORTED', insert.span, 'EXTEND is not supported.')
  const source = insert.source.kind === 'SubQuery' ? insert.source.query : insert.source
  const query = isQuery(source) ? bindTopQuery(source, state) : undefined
  if (query === undefined) state.error('SQL_QUERY_EXPECTED', insert.source.span, 'INSERT takes a query or VALUES.')
  const sink = findCatalogTable(insert.target, state, 'rows can be inserted into tables only')
  if (sink === undefined || query === undefined || query.open) return undefined
  const hints = bindTableHints(insert.hints, state)
  const fixed = staticPartition(insert, sink.table, state)
  const targets = targetColumns(insert, { table: sink.table, fixed, state })
  if (targets === undefined || fixed === undefined) return undefined
  const fitted = fitColumns({ rel: query.rel, targets, fixed, broken: query.broken }, { sink, span: insert.source.span, state })
  if (fitted === undefined) return undefined
  const bound: BoundInsert = {
    kind: 'Insert',
    sink: sink.path,
    hints,
    overwrite: insert.mode === 'OVERWRITE',
    query: fitted,
    sinkSchema: sinkSchema(sink.table),
    ...(insert.onConflict === undefined ? {} : { onConflict: insert.onConflict }),
  }
  checkConflictHandling(bound, { table: sink.table, span: insert.span, state })
  return bound
}

const QUERY_KINDS: ReadonlySet<string> = new Set(['With', 'Select', 'SetOp', 'Values', 'TableQuery', 'Ordered'])

function isQuery(source: Query | Expression): source is Query {
  return QUERY_KINDS.has(source.kind)
}

export interface Sink {
  readonly path: ObjectPath
  readonly table: CatalogTable
}

/** The table of a name; `viewMessage` says why a view cannot stand here. */
export function findCatalogTable(name: Identifier, state: BinderState, viewMessage: string): Sink | undefined {
  const parts = name.parts.map((part) => part.value)
  const path = qualify(state.session, parts)
  const object = path && findTable(state.session, path)
  if (path === undefined || object === undefined) {
    const names = path === undefined ? [] : tableNames(state.session, path[0], path[1])
    state.error('SQL_UNKNOWN_TABLE', name.span, [`Table '${parts.join('.')}' does not exist.`, didYouMean(parts.at(-1)!, names)])
    return undefined
  }
  if (object.kind === 'table') return { path, table: object }
  state.error('SQL_NOT_A_TABLE', name.span, `'${parts.join('.')}' is a view; ${viewMessage}.`)
  return undefined
}

/** `PARTITION (k = 'v')`: constants by column. */
function staticPartition(insert: Insert, table: CatalogTable, state: BinderState): ReadonlyMap<string, BoundExpr> | undefined {
  const fixed = new Map<string, BoundExpr>()
  let complete = true
  for (const { name, value, span } of insert.partition) {
    if (!table.partitionKeys.includes(name.value)) {
      state.error('SQL_PARTITION_COLUMN', span, [
        `'${name.value}' is not a partition column.`,
        didYouMean(name.value, table.partitionKeys),
      ])
      complete = false
    } else if (value !== undefined) {
      const literal = bindExpression(value, new ColumnScope(NO_TABLE, undefined), state.context('PARTITION'))
      const type = table.columns.find((column) => column.name === name.value)!.type
      if (literal === undefined || castSupport(literal.type, nullable(type)) === 'none') complete = false
      if (literal !== undefined && complete) fixed.set(name.value, castTo(literal, type))
      else if (literal !== undefined)
        state.error(
          'SQL_PARTITION_COLUMN',
          span,
          `'${name.value}' is ${printType(type)}, its value is ${printType(literal.type)}.`,
        )
    }
  }
  return complete ? fixed : undefined
}

/** The sink's columns that the query fills, in the query's order. */
function targetColumns(
  insert: Insert,
  {
    table,
    fixed,
    state,
  }: { readonly table: CatalogTable; readonly fixed: ReadonlyMap<string, BoundExpr> | undefined; readonly state: BinderState },
): readonly string[] | undefined {
  const names = persistedColumns(table).map((column) => column.name)
  if (insert.columns === undefined) return names.filter((name) => !fixed?.has(name))
  let complete = true
  const seen = new Set<string>()
  const refuse = (span: Span, message: string, hint?: string): void => {
    complete = false
    state.error('SQL_INSERT_COLUMN', span, [message, hint])
  }
  for (const column of insert.columns) {
    const name = column.parts.map((part) => part.value).join('.')
    if (column.parts.length > 1) refuse(column.span, 'Fields of a nested row cannot be inserted by themselves.')
    else if (!names.includes(name))
      refuse(column.span, `Column '${name}' is not in the table or cannot be written.`, didYouMean(name, names))
    else if (seen.has(name)) refuse(column.span, `Column '${name}' is named twice.`)
    else if (fixed?.has(name)) refuse(column.span, `Column '${name}' has its value in PARTITION.`)
    seen.add(name)
  }
  return complete ? [...seen] : undefined
}

interface Fit {
  readonly rel: BoundRel
  readonly targets: readonly string[]
  readonly fixed: ReadonlyMap<string, BoundExpr>
  readonly broken: ReadonlySet<number>
}

interface FitPlace {
  readonly sink: Sink
  readonly span: Span
  readonly state: BinderState
}

function fitColumns({ rel, targets, fixed, broken }: Fit, { sink, span, state }: FitPlace): BoundRel | undefined {
  if (rel.schema.length !== targets.length) {
    const schema = sinkSchema(sink.table).filter((field) => targets.includes(field.name))
    state.error('SQL_SINK_COLUMNS', span, [
      `The query has ${rel.schema.length} column(s), sink '${showPath(sink.path)}' takes ${targets.length}.`,
      `Query: [${show(rel.schema)}]. Sink: [${show(schema)}].`,
    ])
    return undefined
  }
  let complete = true
  const columns = columnsOf(rel.schema)
  const exprs = sinkSchema(sink.table).map((field): BoundExpr => {
    const position = targets.indexOf(field.name)
    const expr = position >= 0 ? columns[position]! : (fixed.get(field.name) ?? missingColumn(field.type))
    if (position < 0 && !fixed.has(field.name) && !field.type.nullable) {
      state.error('SQL_COLUMN_REQUIRED', span, `Column '${field.name}' is NOT NULL and has no value.`)
      complete = false
    }
    if (broken.has(position)) return expr
    if (castSupport(nullable(expr.type), nullable(field.type)) === 'implicit') return castTo(expr, field.type)
    state.error('SQL_SINK_TYPE', span, [
      `Column '${field.name}' of sink '${showPath(sink.path)}' is ${printType(field.type)}, the query gives ${printType(expr.type)}.`,
      'Use an explicit CAST.',
    ])
    complete = false
    return expr
  })
  if (!complete) return undefined
  return project(
    rel,
    exprs,
    sinkSchema(sink.table).map((field) => field.name),
  )
}

function missingColumn(type: LogicalType): BoundExpr {
  return { kind: 'Literal', type: nullable(type), value: null }
}

function show(schema: Schema): string {
  return schema.map(({ name, type }) => `${name}: ${printType(type, 'summary')}`).join(', ')
}
