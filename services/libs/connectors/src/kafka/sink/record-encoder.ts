/** From a batch's row to the key and value of a record. */
import { type Batch, type ResolvedColumn, type ResolvedTable, ROW_KIND } from '@millrace/engine/connector'
import { type Encoder, FORMATS, formatOptionsOf, GrowingBytes } from '@millrace/engine/formats'
import { type ColumnLayout, type FieldOfColumn, layoutColumns } from '../column-layout.ts'
import type { BatchBuilder } from '../records/batch-builder.ts'
import { UPSERT } from '../table-options.ts'
import { KafkaError } from '../wire/kafka-error.ts'

/** Metadata that a sink writes; other metadata columns of the table are not part of its rows. */
const WRITABLE = new Set(['timestamp'])

/** Columns of the rows that reach the sink, in order. */
export function sinkColumns(table: ResolvedTable): readonly ResolvedColumn[] {
  return table.columns.filter((column) => column.kind === 'physical' || WRITABLE.has(column.key))
}

export class RecordEncoder {
  readonly #upsert: boolean
  readonly #layout: ColumnLayout
  readonly #keyEncoder: Encoder | null
  readonly #valueEncoder: Encoder
  readonly #timestamp: number | null
  readonly #key = new GrowingBytes(256)
  #source: Batch | null = null
  #keyBatch: Batch | null = null
  #valueBatch: Batch | null = null

  /** Throws OPTION_INVALID. */
  constructor(table: ResolvedTable, zone: string) {
    this.#upsert = table.connector === UPSERT
    this.#layout = layoutColumns(table, sinkColumns(table))
    const { keyFormat, valueFormat, valuePrefix, key, value, metadata } = this.#layout
    const encoderOf = (format: string, prefix: '' | 'key.' | 'value.', fields: readonly FieldOfColumn[]): Encoder => {
      const found = FORMATS[format]
      if (!found) throw new KafkaError('OPTION_INVALID', `the format '${format}' is not known`)
      const schema = fields.map(({ name, type }) => ({ name, type }))
      return found.createEncoder(schema, formatOptionsOf(table.options, { format, prefix, zone }))
    }
    this.#keyEncoder = keyFormat === null ? null : encoderOf(keyFormat, 'key.', key)
    this.#valueEncoder = encoderOf(valueFormat, valuePrefix, value)
    this.#timestamp = metadata.find((column) => column.key === 'timestamp')?.ordinal ?? null
  }

  get keyed(): boolean {
    return this.#keyEncoder !== null
  }

  /** Rows of this batch come next. */
  start(batch: Batch): void {
    this.#source = batch
    this.#keyBatch = this.#keyEncoder && pick(batch, this.#layout.key)
    this.#valueBatch = pick(batch, this.#layout.value)
  }

  /** The encoded key of a row: valid until the next call. Empty for tables without a key. */
  key(row: number): Uint8Array {
    this.#key.reset()
    if (this.#keyEncoder && this.#keyBatch) this.#keyEncoder.encode(this.#keyBatch, row, this.#key)
    return this.#key.bytes.subarray(0, this.#key.position)
  }

  /**
   * Appends the row with the key that `key` gave; returns the bytes it took. A deletion is a record without a value (upsert); rows
   * before an update are not written. Throws VALUE_INVALID for changes that the table cannot express.
   */
  append(builder: BatchBuilder, row: number, options: { readonly key: Uint8Array; readonly nowMs: number }): number {
    const kind = this.#source?.kinds?.[row] ?? ROW_KIND.INSERT
    if (kind === ROW_KIND.UPDATE_BEFORE && this.#upsert) return 0
    if (kind !== ROW_KIND.INSERT && !this.#upsert) {
      throw new KafkaError('VALUE_INVALID', 'a table of connector kafka takes only insertions; use upsert-kafka for changes')
    }
    const before = builder.position
    builder.startRecord(this.#timeOf(row) ?? options.nowMs)
    if (this.#keyEncoder === null) builder.nullKey()
    else {
      builder.startKey()
      builder.ensure(options.key.length)
      builder.bytes.set(options.key, builder.position)
      builder.position += options.key.length
      builder.endKey()
    }
    if (kind === ROW_KIND.DELETE || this.#valueBatch === null) builder.nullValue()
    else {
      builder.startValue()
      try {
        this.#valueEncoder.encode(this.#valueBatch, row, builder)
      } catch (error) {
        builder.cancelRecord()
        throw error
      }
      builder.endValue()
    }
    builder.endRecord()
    return builder.position - before
  }

  #timeOf(row: number): number | null {
    const column = this.#timestamp === null ? undefined : this.#source?.columns[this.#timestamp]
    if (!column || (column.nulls !== null && column.nulls[row] === 1)) return null
    return column.repr === 'f64' || column.repr === 'ts' ? (column.values[row] ?? null) : null
  }
}

function pick(batch: Batch, fields: readonly FieldOfColumn[]): Batch {
  const inPlace = fields.length === batch.columns.length && fields.every((field, i) => field.ordinal === i)
  if (inPlace) return batch
  return { ...batch, columns: fields.flatMap((field) => batch.columns[field.ordinal] ?? []) }
}
