/**
 * Columns under construction by a decoder. The arrays are public because generated scanners write into them directly; they are
 * reused batch after batch, so a finished vector lives until the next `begin`.
 */
import type { Representation, Vector } from '../data/vector.ts'
import { representationOf } from '../data/vector.ts'
import type { LogicalType } from '../sql/types/logical-type.ts'

export type TimestampStyle = 'SQL' | 'ISO-8601'

const EMPTY = new Uint8Array(0)

export class ColumnBuilder {
  readonly type: LogicalType
  readonly repr: Representation
  readonly style: TimestampStyle
  u8: Uint8Array = EMPTY
  i32: Int32Array = new Int32Array(0)
  /** For i64: two int32 a value, little end first; the same memory as `i64`. */
  halves: Int32Array = new Int32Array(0)
  i64: BigInt64Array = new BigInt64Array(0)
  f64: Float64Array = new Float64Array(0)
  nanos: Int32Array = new Int32Array(0)
  offsets: Int32Array = new Int32Array(0)
  lengths: Int32Array = new Int32Array(0)
  objects: unknown[] = []
  nulls: Uint8Array = EMPTY
  nullCount = 0
  /** The buffer that slices point into, until a value has to be stored elsewhere: then all slices move to `arena`. */
  #input: Uint8Array = EMPTY
  #arena: Uint8Array | null = null
  #arenaEnd = 0
  #capacity = 0

  /** `style` is how timestamps are written in text that is stored here. */
  constructor(type: LogicalType, style: TimestampStyle = 'SQL') {
    this.type = type
    this.style = style
    this.repr = representationOf(type)
  }

  begin(input: Uint8Array, rows: number): void {
    this.#input = input
    this.#arena = null
    this.#arenaEnd = 0
    if (this.nullCount > 0) this.nulls.fill(0)
    this.nullCount = 0
    this.ensure(rows)
  }

  /** Makes room for `rows` rows, keeping what is there. */
  ensure(rows: number): void {
    if (rows <= this.#capacity) return
    const n = Math.max(rows, this.#capacity * 2, 256)
    this.#capacity = n
    const nulls = new Uint8Array(n)
    nulls.set(this.nulls)
    this.nulls = nulls
    this.#grow(n)
  }

  #grow(n: number): void {
    const copy = <T extends { set(from: T): void }>(from: T, to: T): T => {
      to.set(from)
      return to
    }
    if (this.repr === 'bool') this.u8 = copy(this.u8, new Uint8Array(n))
    else if (this.repr === 'i32') this.i32 = copy(this.i32, new Int32Array(n))
    else if (this.repr === 'i64') {
      this.i64 = copy(this.i64, new BigInt64Array(n))
      this.halves = new Int32Array(this.i64.buffer)
    } else if (this.repr === 'f64' || this.repr === 'ts') {
      this.f64 = copy(this.f64, new Float64Array(n))
      if (this.repr === 'ts') this.nanos = copy(this.nanos, new Int32Array(n))
    } else if (this.repr === 'bytes') {
      this.offsets = copy(this.offsets, new Int32Array(n))
      this.lengths = copy(this.lengths, new Int32Array(n))
    }
  }

  setNull(row: number): void {
    if (this.nulls[row] === 0) this.nullCount++
    this.nulls[row] = 1
    if (this.repr === 'bytes') {
      this.offsets[row] = 0
      this.lengths[row] = 0
    } else if (this.repr === 'object') this.objects[row] = null
  }

  /** Undoes a row that a later column refused. */
  clearRow(row: number): void {
    if (this.nulls[row] === 1) {
      this.nulls[row] = 0
      this.nullCount--
    }
  }

  /** A slice of the input buffer, without copying unless the column has spilled. */
  setSlice(row: number, start: number, end: number): void {
    if (this.#arena !== null) {
      this.setBytes(row, this.#input.subarray(start, end))
      return
    }
    this.offsets[row] = start
    this.lengths[row] = end - start
  }

  get spilled(): boolean {
    return this.#arena !== null
  }

  /** Bytes that are not in the input buffer (unescaped text): from the first one on, the column keeps its own copy of everything. */
  setBytes(row: number, bytes: Uint8Array): void {
    if (this.#arena === null) this.#spill(row)
    const at = this.#reserve(bytes.length)
    this.#arena!.set(bytes, at)
    this.offsets[row] = at
    this.lengths[row] = bytes.length
  }

  #spill(rows: number): void {
    let total = 4096
    for (let r = 0; r < rows; r++) total += this.lengths[r]!
    this.#arena = new Uint8Array(total)
    for (let r = 0; r < rows; r++) {
      const from = this.offsets[r]!
      const length = this.nulls[r] === 1 ? 0 : this.lengths[r]!
      const at = this.#reserve(length)
      this.#arena.set(this.#input.subarray(from, from + length), at)
      this.offsets[r] = at
    }
  }

  #reserve(length: number): number {
    const at = this.#arenaEnd
    if (at + length > this.#arena!.length) {
      const grown = new Uint8Array(Math.max(at + length, this.#arena!.length * 2))
      grown.set(this.#arena!.subarray(0, at))
      this.#arena = grown
    }
    this.#arenaEnd = at + length
    return at
  }

  setInt64(row: number, value: bigint): void {
    this.i64[row] = value
  }

  finish(): Vector {
    const nulls = this.nullCount > 0 ? this.nulls : null
    switch (this.repr) {
      case 'bool':
        return { repr: 'bool', values: this.u8, nulls }
      case 'i32':
        return { repr: 'i32', values: this.i32, nulls }
      case 'i64':
        return { repr: 'i64', values: this.i64, nulls }
      case 'f64':
        return { repr: 'f64', values: this.f64, nulls }
      case 'ts':
        return { repr: 'ts', values: this.f64, nanos: this.nanos, nulls }
      case 'bytes':
        return { repr: 'bytes', data: this.#arena ?? this.#input, offsets: this.offsets, lengths: this.lengths, nulls }
      default:
        return { repr: 'object', values: this.objects, nulls }
    }
  }
}
