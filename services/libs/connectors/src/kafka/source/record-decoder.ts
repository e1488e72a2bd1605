/** From a run of records to the columns that the plan reads: value, key and metadata put together. */
import { type LogicalType, type ResolvedTable, ROW_KIND, type Vector } from '@millrace/engine/connector'
import { type DecodedBatch, type DecodeFault, type Decoder, FORMATS, formatOptionsOf } from '@millrace/engine/formats'
import { type FieldOfColumn, layoutColumns } from '../column-layout.ts'
import type { RecordColumns } from '../records/record-columns.ts'
import { UPSERT } from '../table-options.ts'
import { KafkaError } from '../wire/kafka-error.ts'
import { gather } from './gather.ts'
import { isMetadataKey, type MetadataKey, metadataColumn, type RecordPlace } from './metadata-columns.ts'

export interface DecodedRows {
  readonly length: number
  readonly columns: readonly Vector[]
  readonly kinds: Uint8Array | null
  readonly faults: readonly DecodeFault[]
}

type Origin =
  | { readonly from: 'value' | 'key'; readonly index: number }
  | { readonly from: 'metadata'; readonly key: MetadataKey; readonly type: LogicalType }

/** Rows of a run: which record, value row and key row each comes from; −1 = none. null = row i is i in all of them. */
interface RowMap {
  readonly count: number
  readonly records: Int32Array
  readonly values: Int32Array
  readonly keys: Int32Array
  readonly kinds: Uint8Array | null
}

/** Formats whose decoder reads fields by name: only the fields that are needed are decoded. */
const BY_NAME = new Set(['json'])

export class RecordDecoder {
  readonly #upsert: boolean
  readonly #value: Decoder
  readonly #key: Decoder | null
  readonly #origins: readonly Origin[]

  /** Throws OPTION_INVALID. */
  constructor(table: ResolvedTable, produced: readonly number[], zone: string) {
    this.#upsert = table.connector === UPSERT
    const layout = layoutColumns(table)
    const wanted = new Set(produced)
    const needed = (format: string, fields: readonly FieldOfColumn[]) =>
      BY_NAME.has(format) ? fields.filter((field) => wanted.has(field.ordinal)) : fields
    const valueFields = needed(layout.valueFormat, layout.value)
    const useKey = layout.keyFormat !== null && (this.#upsert || onlyInKey(produced, layout.key, layout.value))
    const keyFields = useKey && layout.keyFormat !== null ? needed(layout.keyFormat, layout.key) : []
    const decoderOf = (format: string, prefix: '' | 'key.' | 'value.', fields: readonly FieldOfColumn[]): Decoder => {
      const found = FORMATS[format]
      if (!found) throw new KafkaError('OPTION_INVALID', `the format '${format}' is not known`)
      const schema = fields.map(({ name, type }) => ({ name, type }))
      return found.createDecoder(schema, formatOptionsOf(table.options, { format, prefix, zone }))
    }
    this.#value = decoderOf(layout.valueFormat, layout.valuePrefix, valueFields)
    this.#key = useKey && layout.keyFormat !== null ? decoderOf(layout.keyFormat, 'key.', keyFields) : null
    this.#origins = produced.map((ordinal): Origin => {
      const inValue = valueFields.findIndex((field) => field.ordinal === ordinal)
      const inKey = keyFields.findIndex((field) => field.ordinal === ordinal)
      if (this.#upsert && inKey >= 0) return { from: 'key', index: inKey }
      if (inValue >= 0) return { from: 'value', index: inValue }
      if (inKey >= 0) return { from: 'key', index: inKey }
      return metadataOrigin(layout.metadata.find((column) => column.ordinal === ordinal))
    })
  }

  /** The result's arrays are used again by the next call. */
  decode(run: RecordColumns, place: RecordPlace): DecodedRows {
    const value = this.#value.decode(run.values())
    const key = this.#key?.decode(run.keys()) ?? null
    const map = this.#map(run, value, key)
    const count = map?.count ?? value.length
    const rows = { run, place, records: map?.records ?? value.records, count }
    const columns = this.#origins.map((origin): Vector => {
      if (origin.from === 'metadata') return metadataColumn(origin.key, origin.type, rows)
      const source = (origin.from === 'value' ? value : key)?.columns[origin.index] as Vector
      return map === null ? source : gather(source, origin.from === 'value' ? map.values : map.keys, count)
    })
    return { length: count, columns, kinds: map?.kinds ?? null, faults: key ? mergeFaults(value, key) : value.faults }
  }

  /** null where rows, records, values and keys (if there is a key) coincide, or where only values matter. */
  #map(run: RecordColumns, value: DecodedBatch, key: DecodedBatch | null): RowMap | null {
    if (key === null) return null
    const straight = value.records === null && key.records === null && value.length === run.count && key.length === run.count
    if (straight && !(this.#upsert && hasNull(run.valueLengths, run.count))) return null
    return this.#assemble(run, value, rowOfRecord(key, run.count))
  }

  #assemble(run: RecordColumns, value: DecodedBatch, keyRows: Int32Array): RowMap {
    const capacity = run.count + value.length
    const map = {
      records: new Int32Array(capacity),
      values: new Int32Array(capacity),
      keys: new Int32Array(capacity),
      kinds: this.#upsert ? new Uint8Array(capacity) : null,
    }
    let count = 0
    const add = (record: number, valueRow: number, kind: number) => {
      const keyRow = keyRows[record] as number
      if (keyRow < 0) return
      map.records[count] = record
      map.values[count] = valueRow
      map.keys[count] = keyRow
      if (map.kinds) map.kinds[count] = kind
      count++
    }
    let v = 0
    for (let record = 0; record < run.count; record++) {
      const deleted = this.#upsert && (run.valueLengths[record] as number) < 0
      for (; v < value.length && recordOf(value, v) === record; v++) if (!deleted) add(record, v, ROW_KIND.INSERT)
      if (deleted) add(record, -1, ROW_KIND.DELETE)
    }
    return { count, ...map }
  }
}

const recordOf = (decoded: DecodedBatch, row: number): number =>
  decoded.records === null ? row : (decoded.records[row] as number)

/** The first row that each record gave, or −1. */
function rowOfRecord(decoded: DecodedBatch, records: number): Int32Array {
  const rows = new Int32Array(records).fill(-1)
  for (let row = decoded.length - 1; row >= 0; row--) rows[recordOf(decoded, row)] = row
  return rows
}

function hasNull(lengths: Int32Array, count: number): boolean {
  for (let i = 0; i < count; i++) if ((lengths[i] as number) < 0) return true
  return false
}

function onlyInKey(produced: readonly number[], key: readonly FieldOfColumn[], value: readonly FieldOfColumn[]): boolean {
  const inValue = new Set(value.map((field) => field.ordinal))
  const wanted = new Set(produced)
  return key.some((field) => wanted.has(field.ordinal) && !inValue.has(field.ordinal))
}

function metadataOrigin(column: { readonly key: string; readonly type: LogicalType } | undefined): Origin {
  if (!column || !isMetadataKey(column.key)) {
    throw new KafkaError('OPTION_INVALID', `there is no metadata '${column?.key ?? '?'}' in a Kafka record`)
  }
  return { from: 'metadata', key: column.key, type: column.type }
}

/** One fault a record at most. */
function mergeFaults(value: DecodedBatch, key: DecodedBatch): readonly DecodeFault[] {
  if (key.faults.length === 0) return value.faults
  const known = new Set(key.faults.map((fault) => fault.record))
  const inKey = key.faults.map((fault) => ({ ...fault, reason: `key: ${fault.reason}` }))
  return [...inKey, ...value.faults.filter((fault) => !known.has(fault.record))].sort((a, b) => a.record - b.record)
}
