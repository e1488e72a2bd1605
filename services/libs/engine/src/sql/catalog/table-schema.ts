/** Schemas of catalog tables as a query and as a sink see them. */
import type { BoundField, Schema } from '../bound/rel.ts'
import type { LogicalType } from '../types/logical-type.ts'
import { childrenOf, withChildren } from '../types/type-family.ts'
import type { CatalogTable, CatalogView, TableColumn } from './catalog.ts'

/** All columns in declared order; the watermark's column is a ROWTIME attribute, a PROCTIME() column carries PROCTIME. */
export function tableSchema(table: CatalogTable | CatalogView): Schema {
  if (table.kind === 'view') return table.columns.map(({ name, type }) => ({ name, type }))
  const rowtime = table.watermark?.column.length === 1 ? table.watermark.column[0] : undefined
  return table.columns.map(
    (column): BoundField => ({
      name: column.name,
      type: column.name === rowtime ? asRowtime(column.type) : withoutComments(column.type),
    }),
  )
}

/** Comments on fields of rows belong to the table; a query's types have none. */
function withoutComments(type: LogicalType): LogicalType {
  const children = childrenOf(type)
  if (children.length === 0) return type
  const plain = withChildren(type, children.map(withoutComments))
  if (plain.kind !== 'ROW') return plain
  return { ...plain, fields: plain.fields.map(({ name, type: own }) => ({ name, type: own })) }
}

function asRowtime(type: LogicalType): LogicalType {
  if (type.kind !== 'TIMESTAMP' && type.kind !== 'TIMESTAMP_LTZ') return type
  return { ...type, timeAttribute: 'ROWTIME' }
}

/** Columns that INSERT INTO writes: physical ones, then metadata that is not VIRTUAL, in declared order. */
export function persistedColumns(table: CatalogTable): readonly TableColumn[] {
  return table.columns.filter((column) => column.kind === 'physical' || (column.kind === 'metadata' && !column.virtual))
}

export function sinkSchema(table: CatalogTable): Schema {
  return persistedColumns(table).map(({ name, type }) => ({ name, type: withoutComments(type) }))
}
