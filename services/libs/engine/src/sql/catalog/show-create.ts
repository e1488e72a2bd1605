/** SHOW CREATE: the DDL that makes an object again. */
import type { ObjectPath } from '../bound/rel.ts'
import { printType, quoteIdentifier } from '../types/print-type.ts'
import type { CatalogModel, CatalogTable, CatalogView, TableColumn } from './catalog.ts'

const text = (value: string): string => `'${value.replaceAll("'", "''")}'`
const names = (columns: readonly string[]): string => `(${columns.map(quoteIdentifier).join(', ')})`

function showPath(path: ObjectPath): string {
  return path.map(quoteIdentifier).join('.')
}

function showOptions(options: Readonly<Record<string, string>>): string {
  return Object.entries(options)
    .map(([key, value]) => `  ${text(key)} = ${text(value)}`)
    .join(',\n')
}

export function showCreateTable(path: ObjectPath, table: CatalogTable): string {
  const elements = [...table.columns.map(showColumn), ...showConstraints(table)]
  const { distribution } = table
  return [
    `CREATE ${table.temporary ? 'TEMPORARY ' : ''}TABLE ${showPath(path)} (\n${elements.map((element) => `  ${element}`).join(',\n')}\n)`,
    table.comment === undefined ? '' : `COMMENT ${text(table.comment)}`,
    distribution === undefined ? '' : showDistribution(distribution),
    table.partitionKeys.length === 0 ? '' : `PARTITIONED BY ${names(table.partitionKeys)}`,
    Object.keys(table.options).length === 0 ? '' : `WITH (\n${showOptions(table.options)}\n)`,
  ]
    .filter((part) => part !== '')
    .join('\n')
}

function showDistribution({ kind, columns, buckets }: NonNullable<CatalogTable['distribution']>): string {
  const by = columns.length === 0 ? '' : ` BY ${kind === 'UNKNOWN' ? '' : kind}${names(columns)}`
  return `DISTRIBUTED${by}${buckets === undefined ? '' : ` INTO ${buckets} BUCKETS`}`
}

function showColumn(column: TableColumn): string {
  const comment = column.comment === undefined ? '' : ` COMMENT ${text(column.comment)}`
  const name = quoteIdentifier(column.name)
  if (column.kind === 'computed') return `${name} AS ${column.expression}${comment}`
  if (column.kind === 'physical') return `${name} ${printType(column.type)}${comment}`
  const from = column.key === column.name ? '' : ` FROM ${text(column.key)}`
  return `${name} ${printType(column.type)} METADATA${from}${column.virtual ? ' VIRTUAL' : ''}${comment}`
}

function showConstraints({ watermark, primaryKey }: CatalogTable): readonly string[] {
  const time = watermark && `WATERMARK FOR ${watermark.column.map(quoteIdentifier).join('.')} AS ${watermark.expression}`
  const key = primaryKey && `CONSTRAINT ${quoteIdentifier(primaryKey.name)} PRIMARY KEY ${names(primaryKey.columns)} NOT ENFORCED`
  return [time, key].filter((part) => part !== undefined)
}

export function showCreateView(path: ObjectPath, view: CatalogView): string {
  const columns = view.columns.map((column) => `  ${quoteIdentifier(column.name)}`).join(',\n')
  const comment = view.comment === undefined ? '' : `\nCOMMENT ${text(view.comment)}`
  return `CREATE ${view.temporary ? 'TEMPORARY ' : ''}VIEW ${showPath(path)} (\n${columns}\n)${comment}\nAS ${view.expandedSql}`
}

export function showCreateModel(path: ObjectPath, model: CatalogModel): string {
  const fields = (columns: CatalogModel['input']): string =>
    columns.map((column) => `${quoteIdentifier(column.name)} ${printType(column.type)}`).join(', ')
  const input = model.input.length === 0 ? '' : `\nINPUT (${fields(model.input)})`
  const output = model.output.length === 0 ? '' : `\nOUTPUT (${fields(model.output)})`
  const comment = model.comment === undefined ? '' : `\nCOMMENT ${text(model.comment)}`
  return `CREATE ${model.temporary ? 'TEMPORARY ' : ''}MODEL ${showPath(path)}${input}${output}${comment}\nWITH (\n${showOptions(model.options)}\n)`
}
