/** Which columns of a table lie in the record's key, in its value, and in its metadata. Pure. */
import type { ResolvedColumn, ResolvedTable } from '@millrace/engine/connector'
import { UPSERT } from './table-options.ts'
import { KafkaError } from './wire/kafka-error.ts'

export interface FieldOfColumn {
  /** Ordinal in the list that was laid out. */
  readonly ordinal: number
  /** Name inside the record: without `key.fields-prefix` in the key. */
  readonly name: string
  readonly type: ResolvedColumn['type']
}

export interface ColumnLayout {
  readonly keyFormat: string | null
  readonly valueFormat: string
  /** The prefix of the value format's options: `value.json.…` where `value.format` is used, else `json.…`. */
  readonly valuePrefix: '' | 'value.'
  readonly key: readonly FieldOfColumn[]
  readonly value: readonly FieldOfColumn[]
  readonly metadata: readonly { readonly ordinal: number; readonly key: string; readonly type: ResolvedColumn['type'] }[]
}

/** Lays out `columns` (the table's, or those of them that a sink writes). Throws OPTION_INVALID. */
export function layoutColumns(table: ResolvedTable, columns: readonly ResolvedColumn[] = table.columns): ColumnLayout {
  const { options } = table
  const valueFormat = options['value.format'] ?? options['format']
  if (valueFormat === undefined) throw invalid(`'format' or 'value.format' is missing`)
  const keyFormat = options['key.format'] ?? null
  const keyNames = table.connector === UPSERT ? table.primaryKey : keyFields(options)
  if (keyNames.length > 0 && keyFormat === null) throw invalid(`'key.format' is missing`)
  if (keyFormat !== null && keyNames.length === 0) throw invalid(`'key.format' needs 'key.fields'`)
  const prefix = options['key.fields-prefix'] ?? ''
  const physical = columns.flatMap((column, ordinal) => (column.kind === 'physical' ? [{ column, ordinal }] : []))
  const exceptKey = (options['value.fields-include'] ?? 'ALL').toUpperCase() === 'EXCEPT_KEY'
  if (prefix !== '' && !exceptKey) throw invalid(`'key.fields-prefix' needs 'value.fields-include' = 'EXCEPT_KEY'`)
  const key = keyNames.map((name): FieldOfColumn => {
    const found = physical.find(({ column }) => column.name === name)
    if (!found) throw invalid(`the key field ${name} is not a physical column`)
    if (!name.startsWith(prefix)) throw invalid(`the key field ${name} does not begin with 'key.fields-prefix' = '${prefix}'`)
    return { ordinal: found.ordinal, name: name.slice(prefix.length), type: found.column.type }
  })
  const inKey = new Set(exceptKey ? keyNames : [])
  const value = physical
    .filter(({ column }) => !inKey.has(column.name))
    .map(({ column, ordinal }): FieldOfColumn => ({ ordinal, name: column.name, type: column.type }))
  const metadata = columns.flatMap((column, ordinal) =>
    column.kind === 'metadata' ? [{ ordinal, key: column.key, type: column.type }] : [],
  )
  return { keyFormat, valueFormat, valuePrefix: options['value.format'] === undefined ? '' : 'value.', key, value, metadata }
}

function keyFields(options: Readonly<Record<string, string>>): readonly string[] {
  return (options['key.fields'] ?? '')
    .split(';')
    .map((field) => field.trim())
    .filter((field) => field !== '')
}

function invalid(message: string): KafkaError {
  return new KafkaError('OPTION_INVALID', message)
}
