/** Schemas of catalog tables as a query and as a sink see them. */
import type { BoundField, Schema } from '../bound/rel.ts'
import type { LogicalType } from '../types/logical-type.ts'
import type { CatalogTable, CatalogView, TableColumn } from './catalog.ts'

/** All columns in declared order; the watermark's column is a ROWTIME attribute, a PROCTIME() column carries PROCTIME. */
export function tableSchema(table: CatalogTable | CatalogView): Schema {
  if (table.kind === 'view') return table.columns.map(({ name, type }) => ({ name, type }))
  const rowtime = table.watermark?.column.length === 1 ? table.watermark.column[0] : undefined
  return table.columns.map(
    (column): BoundField => ({ name: column.name, type: column.name === rowtime ? asRowtime(column.type) : column.type }),
  )
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
  return persistedColumns(table).map(({ name, type }) => ({ name, type }))
}
