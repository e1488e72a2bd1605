/**
 * Rows on their way between subtasks: a frame of little-endian columns, each aligned to 8 bytes, so that the receiver's vectors are
 * views of the frame and nothing is unpacked. Specialised by column representation when it is made.
 *
 *   header   u32 rows, u32 marks, u32 flags (1 = kinds), u32 left to the channel (its frame kind; 0 is rows)
 *   marks    f64 watermark [marks], u32 row [marks]
 *   kinds    u8 [rows] if flagged
 *   column   u32 flags (1 = nulls), u32 bytes of payload; nulls u8 [rows]; then by representation
 *            bool u8 | i32 | i64 | f64 | ts f64 + i32 | bytes i32 lengths + data | object structured clone of the values
 */
import { deserialize, serialize } from 'node:v8'
import type { Batch, WatermarkPoint } from '../../data/batch.ts'
import { type BytesVector, type Nulls, type Representation, representationOf, type Vector } from '../../data/vector.ts'
import type { Schema } from '../../sql/bound/rel.ts'

export interface RowPacker {
  /** A new frame with `count` rows of `batch`, those in `rows` (null = the first `count`). `marks` count in packed rows. */
  pack(batch: Batch, selection: RowSelection): Uint8Array
  /** The batch's vectors point into `frame`, which must start at a multiple of 8 in its buffer. */
  unpack(frame: Uint8Array): Batch
}

export interface RowSelection {
  readonly rows: Int32Array | null
  readonly count: number
  readonly marks: readonly WatermarkPoint[]
}

const HEADER_BYTES = 16
const COLUMN_HEADER_BYTES = 8
const align = (n: number): number => (n + 7) & ~7

export function createRowPacker(schema: Schema): RowPacker {
  const representations = schema.map((field) => representationOf(field.type))
  return {
    pack: (batch, selection) => pack(batch, selection),
    unpack: (frame) => unpack(frame, representations),
  }
}

function pack(batch: Batch, selection: RowSelection): Uint8Array {
  const { count, marks } = selection
  const objects = batch.columns.map((column) => (column.repr === 'object' ? packObjects(column.values, selection) : null))
  let size = HEADER_BYTES + align(marks.length * 12) + (batch.kinds ? align(count) : 0)
  batch.columns.forEach((column, i) => {
    size += columnBytes(column, selection, objects[i]?.length ?? 0)
  })
  const frame = new FrameWriter(size)
  frame.header(count, marks.length, batch.kinds ? 1 : 0)
  if (marks.length > 0) frame.marks(marks)
  if (batch.kinds) frame.u8(batch.kinds, selection)
  batch.columns.forEach((column, i) => {
    frame.column(column, selection, objects[i] ?? null)
  })
  return frame.bytes
}

function packObjects(values: readonly unknown[], { rows, count }: RowSelection): Uint8Array {
  const picked = new Array<unknown>(count)
  for (let i = 0; i < count; i++) picked[i] = values[rows ? rows[i]! : i]
  return serialize(picked)
}

function columnBytes(column: Vector, selection: RowSelection, objectBytes: number): number {
  const { count } = selection
  const fixed = COLUMN_HEADER_BYTES + (column.nulls ? align(count) : 0)
  switch (column.repr) {
    case 'bool':
      return fixed + align(count)
    case 'i32':
      return fixed + align(count * 4)
    case 'i64':
    case 'f64':
      return fixed + count * 8
    case 'ts':
      return fixed + count * 8 + align(count * 4)
    case 'bytes':
      return fixed + align(count * 4) + align(dataBytes(column, selection))
    case 'object':
      return fixed + align(objectBytes)
  }
}

function dataBytes(column: BytesVector, { rows, count }: RowSelection): number {
  const { lengths, nulls } = column
  let total = 0
  for (let i = 0; i < count; i++) {
    const row = rows ? rows[i]! : i
    if (nulls === null || nulls[row] === 0) total += lengths[row]!
  }
  return total
}

class FrameWriter {
  readonly bytes: Uint8Array
  readonly #buffer: ArrayBuffer
  #at = 0

  constructor(size: number) {
    this.#buffer = new ArrayBuffer(size)
    this.bytes = new Uint8Array(this.#buffer)
  }

  header(rows: number, marks: number, flags: number): void {
    new Uint32Array(this.#buffer, 0, 4).set([rows, marks, flags, 0])
    this.#at = HEADER_BYTES
  }

  marks(marks: readonly WatermarkPoint[]): void {
    new Float64Array(this.#buffer, this.#at, marks.length).set(marks.map((mark) => mark.watermark))
    new Uint32Array(this.#buffer, this.#at + marks.length * 8, marks.length).set(marks.map((mark) => mark.row))
    this.#at += align(marks.length * 12)
  }

  u8(values: Uint8Array, { rows, count }: RowSelection): void {
    const out = this.bytes.subarray(this.#at, this.#at + count)
    if (rows === null) out.set(values.subarray(0, count))
    else for (let i = 0; i < count; i++) out[i] = values[rows[i]!]!
    this.#at += align(count)
  }

  column(column: Vector, selection: RowSelection, object: Uint8Array | null): void {
    const data = column.repr === 'bytes' ? dataBytes(column, selection) : (object?.length ?? 0)
    new Uint32Array(this.#buffer, this.#at, 2).set([column.nulls ? 1 : 0, data])
    this.#at += COLUMN_HEADER_BYTES
    if (column.nulls) this.u8(column.nulls, selection)
    this.#values(column, selection, { data, object })
  }

  #values(column: Vector, selection: RowSelection, payload: { data: number; object: Uint8Array | null }): void {
    switch (column.repr) {
      case 'bool':
        this.u8(column.values, selection)
        break
      case 'i32':
        this.#i32(column.values, selection)
        break
      case 'i64':
        this.#i64(column.values, selection)
        break
      case 'f64':
        this.#f64(column.values, selection)
        break
      case 'ts':
        this.#f64(column.values, selection)
        this.#i32(column.nanos, selection)
        break
      case 'bytes':
        this.#slices(column, selection, payload.data)
        break
      case 'object':
        this.bytes.set(payload.object!, this.#at)
        this.#at += align(payload.data)
    }
  }

  #i32(values: Int32Array, { rows, count }: RowSelection): void {
    const out = new Int32Array(this.#buffer, this.#at, count)
    if (rows === null) out.set(values.subarray(0, count))
    else for (let i = 0; i < count; i++) out[i] = values[rows[i]!]!
    this.#at += align(count * 4)
  }

  #i64(values: BigInt64Array, { rows, count }: RowSelection): void {
    const out = new BigInt64Array(this.#buffer, this.#at, count)
    if (rows === null) out.set(values.subarray(0, count))
    else for (let i = 0; i < count; i++) out[i] = values[rows[i]!]!
    this.#at += count * 8
  }

  #f64(values: Float64Array, { rows, count }: RowSelection): void {
    const out = new Float64Array(this.#buffer, this.#at, count)
    if (rows === null) out.set(values.subarray(0, count))
    else for (let i = 0; i < count; i++) out[i] = values[rows[i]!]!
    this.#at += count * 8
  }

  #slices(column: BytesVector, { rows, count }: RowSelection, total: number): void {
    const { data, offsets, lengths, nulls } = column
    const outLengths = new Int32Array(this.#buffer, this.#at, count)
    let at = this.#at + align(count * 4)
    const { bytes } = this
    for (let i = 0; i < count; i++) {
      const row = rows ? rows[i]! : i
      if (nulls !== null && nulls[row] !== 0) continue
      const length = lengths[row]!
      const from = offsets[row]!
      outLengths[i] = length
      if (length > 32) bytes.set(data.subarray(from, from + length), at)
      else for (let b = 0; b < length; b++) bytes[at + b] = data[from + b]!
      at += length
    }
    this.#at += align(count * 4) + align(total)
  }
}

function unpack(frame: Uint8Array, representations: readonly Representation[]): Batch {
  const { buffer, byteOffset } = frame
  const [length, markCount, flags] = new Uint32Array(buffer, byteOffset, 3) as unknown as [number, number, number]
  let at = byteOffset + HEADER_BYTES
  const marks = readMarks(frame, at, markCount)
  at += align(markCount * 12)
  const kinds = flags & 1 ? new Uint8Array(buffer, at, length) : null
  if (kinds) at += align(length)
  const columns = representations.map((repr) => {
    const [nullFlag, payload] = new Uint32Array(buffer, at, 2) as unknown as [number, number]
    at += COLUMN_HEADER_BYTES
    const nulls = nullFlag ? new Uint8Array(buffer, at, length) : null
    if (nulls) at += align(length)
    const column = readColumn(repr, { buffer, at, length, payload, nulls })
    at += column.bytes
    return column.vector
  })
  return { length, columns, kinds, marks, lease: null }
}

function readMarks(frame: Uint8Array, at: number, count: number): readonly WatermarkPoint[] {
  if (count === 0) return []
  const watermarks = new Float64Array(frame.buffer, at, count)
  const rows = new Uint32Array(frame.buffer, at + count * 8, count)
  return Array.from(watermarks, (watermark, i) => ({ row: rows[i]!, watermark }))
}

interface ColumnPlace {
  readonly buffer: ArrayBufferLike
  readonly at: number
  readonly length: number
  readonly payload: number
  readonly nulls: Nulls
}

function readColumn(repr: Representation, place: ColumnPlace): { vector: Vector; bytes: number } {
  const { buffer, at, length, payload, nulls } = place
  switch (repr) {
    case 'bool':
      return { vector: { repr, values: new Uint8Array(buffer, at, length), nulls }, bytes: align(length) }
    case 'i32':
      return { vector: { repr, values: new Int32Array(buffer, at, length), nulls }, bytes: align(length * 4) }
    case 'i64':
      return { vector: { repr, values: new BigInt64Array(buffer, at, length), nulls }, bytes: length * 8 }
    case 'f64':
      return { vector: { repr, values: new Float64Array(buffer, at, length), nulls }, bytes: length * 8 }
    case 'ts': {
      const values = new Float64Array(buffer, at, length)
      const nanos = new Int32Array(buffer, at + length * 8, length)
      return { vector: { repr, values, nanos, nulls }, bytes: length * 8 + align(length * 4) }
    }
    case 'bytes':
      return { vector: readSlices(place), bytes: align(length * 4) + align(payload) }
    case 'object': {
      const values = deserialize(new Uint8Array(buffer, at, payload)) as unknown[]
      return { vector: { repr, values, nulls }, bytes: align(payload) }
    }
  }
}

function readSlices({ buffer, at, length, payload, nulls }: ColumnPlace): BytesVector {
  const lengths = new Int32Array(buffer, at, length)
  const data = new Uint8Array(buffer, at + align(length * 4), payload)
  const offsets = new Int32Array(length)
  let offset = 0
  for (let i = 0; i < length; i++) {
    offsets[i] = offset
    offset += lengths[i]!
  }
  return { repr: 'bytes', data, offsets, lengths, nulls }
}
