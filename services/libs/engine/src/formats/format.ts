/**
 * Formats turn the bytes of records into columns and rows into bytes. A decoder is specialised for a schema when it is made
 * (generated code); it never throws for bad data: it reports the record, and the source applies `error-handling.mode`.
 */
import type { Batch } from '../data/batch.ts'
import type { Vector } from '../data/vector.ts'
import type { Schema } from '../sql/bound/rel.ts'

/** Records of one buffer: record i is data[offsets[i] .. offsets[i] + lengths[i]); length −1 is a null value (tombstone). */
export interface RecordSlices {
  readonly data: Uint8Array
  readonly count: number
  readonly offsets: Int32Array
  readonly lengths: Int32Array
}

export interface DecodeFault {
  /** Index of the record in the slices. */
  readonly record: number
  readonly reason: string
  /** The column that could not be decoded, when it is one. */
  readonly column?: string
}

export interface DecodedBatch {
  /** Rows that decoded, in record order; usually one a record (an array explodes, a fault gives none). `columns` follow the schema given to createDecoder. */
  readonly length: number
  readonly columns: readonly Vector[]
  /** Record index of each row; null = row i is record i. */
  readonly records: Int32Array | null
  readonly faults: readonly DecodeFault[]
}

export interface Decoder {
  /** Byte columns may point into `input.data`. Arrays of the result are reused by the next call unless a batch was retained. */
  decode(input: RecordSlices): DecodedBatch
}

export interface Encoder {
  /** Appends the encoded value of `row` to `out`. */
  encode(batch: Batch, row: number, out: ByteSink): void
}

/** A growing byte buffer; `position` is the end. Writers ensure room first. */
export interface ByteSink {
  bytes: Uint8Array
  position: number
  ensure(extra: number): void
}

export interface FormatOptions {
  /** The format's own options without its prefix ('ignore-parse-errors', 'timestamp-format.standard', …). */
  readonly options: Readonly<Record<string, string>>
  readonly zone: string
}

export interface Format {
  readonly identifier: string
  createDecoder(schema: Schema, options: FormatOptions): Decoder
  createEncoder(schema: Schema, options: FormatOptions): Encoder
}
