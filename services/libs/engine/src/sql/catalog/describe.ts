/** Rows of DESCRIBE, as Flink's client shows them. */
import { printType } from '../types/print-type.ts'
import type { CatalogTable, CatalogView, TableColumn } from './catalog.ts'
import { tableSchema } from './table-schema.ts'

export interface DescribedColumn {
  readonly name: string
  readonly type: string
  readonly nullable: boolean
  /** `PRI(a, b)` for columns of the primary key. */
  readonly key: string | null
  /** `AS …` or `METADATA …` for columns that are not physical. */
  readonly extras: string | null
  readonly watermark: string | null
  readonly comment: string | null
}

export function describeTable(table: CatalogTable | CatalogView): readonly DescribedColumn[] {
  const schema = tableSchema(table)
  return schema.map(({ name, type }, i): DescribedColumn => {
    const column = table.kind === 'table' ? table.columns[i] : undefined
    const withoutNull = { ...type, nullable: true }
    return {
      name,
      type: printType(withoutNull, 'summary'),
      nullable: type.nullable,
      key: keyOf(name, table),
      extras: column === undefined ? null : extrasOf(column),
      watermark: watermarkOf(name, table),
      comment: table.columns[i]?.comment ?? null,
    }
  })
}

function keyOf(name: string, table: CatalogTable | CatalogView): string | null {
  if (table.kind === 'view' || !table.primaryKey?.columns.includes(name)) return null
  return `PRI(${table.primaryKey.columns.join(', ')})`
}

function extrasOf(column: TableColumn): string | null {
  if (column.kind === 'computed') return `AS ${column.expression}`
  if (column.kind === 'physical') return null
  const from = column.key === column.name ? '' : ` FROM '${column.key}'`
  return `METADATA${from}${column.virtual ? ' VIRTUAL' : ''}`
}

function watermarkOf(name: string, table: CatalogTable | CatalogView): string | null {
  if (table.kind === 'view' || table.watermark?.column.join('.') !== name) return null
  return table.watermark.expression
}
