/** Groups of an aggregate: a table of keys, and the aggregates' state in columns over its rows. */
import type { ObjectState, StateColumn } from '../codegen/aggregates/aggregate-code.ts'
import type { Boxed } from '../data/boxed.ts'
import { readBoxed, writeBoxed } from '../data/boxed-codec.ts'
import type { ByteReader, ByteWriter } from '../data/byte-buffer.ts'
import { KeyTable, type TableSize } from './key-table.ts'
import { hashWords } from './key-words.ts'

/** What an object in a state column costs before it holds anything. */
const OBJECT_BYTES = 96
const CELL_BYTES = 8

/** Where the columns of a row are: cell of the row's record, or ordinal among the object arrays. */
export interface StateLayout {
  readonly columns: readonly StateColumn[]
  readonly places: readonly number[]
  /** Cells of a row: 8 bytes for each column that holds a number. */
  readonly stride: number
  readonly objects: readonly (ObjectState | undefined)[]
}

export function layoutOf(columns: readonly StateColumn[]): StateLayout {
  const objects: (ObjectState | undefined)[] = []
  let stride = 0
  const places = columns.map((column) => (column.kind === 'object' ? objects.push(column.object) - 1 : stride++))
  return { columns, places, stride: Math.max(stride, 1), objects }
}

/**
 * Numbers of one row lie side by side (in cells of 8 bytes seen as double, int64 or two int32), so that an update touches few cache
 * lines; objects lie in arrays of their own.
 */
export class GroupState {
  readonly table: KeyTable
  /** Views of the rows' cells; replaced when rows are added beyond the capacity. */
  f64: Float64Array
  i64: BigInt64Array
  i32: Int32Array
  readonly objects: unknown[][]
  readonly #layout: StateLayout
  readonly #charge: (bytes: number) => void
  readonly #rowBytes: number
  #capacity: number
  #objectBytes = 0

  constructor(layout: StateLayout, charge: (bytes: number) => void, size: TableSize = {}) {
    this.#layout = layout
    this.#charge = charge
    this.#rowBytes = layout.stride * CELL_BYTES + layout.objects.length * CELL_BYTES
    this.table = new KeyTable(charge, size)
    this.#capacity = this.table.capacity
    charge(this.#capacity * this.#rowBytes)
    this.f64 = new Float64Array(this.#capacity * layout.stride)
    this.i64 = new BigInt64Array(this.f64.buffer)
    this.i32 = new Int32Array(this.f64.buffer)
    this.objects = layout.objects.map(() => new Array<unknown>(this.#capacity).fill(null))
  }

  /** Adds a key that has no group yet, with empty state. */
  insert(words: Int32Array, count: number, hash: number): number {
    const row = this.table.insert(words, count, hash)
    if (row >= this.#capacity) this.#grow()
    this.reset(row)
    return row
  }

  reset(row: number): void {
    const { stride, objects } = this.#layout
    const start = row * stride
    for (let cell = 0; cell < stride; cell++) this.f64[start + cell] = 0
    for (let i = 0; i < objects.length; i++) {
      const object = objects[i]
      if (object !== undefined) this.grew(OBJECT_BYTES)
      this.objects[i]![row] = object === undefined ? null : object.create()
    }
  }

  remove(row: number): void {
    const { objects } = this.#layout
    for (let i = 0; i < objects.length; i++) {
      this.objects[i]![row] = null
      if (objects[i] !== undefined) this.grew(-OBJECT_BYTES)
    }
    this.table.remove(row)
  }

  /** Charges what objects in state columns took (or gave back). */
  grew(bytes: number): void {
    if (bytes === 0) return
    this.#charge(bytes)
    this.#objectBytes += bytes
  }

  bytes(): number {
    return this.table.bytes() + this.#capacity * this.#rowBytes + this.#objectBytes
  }

  release(): void {
    this.#charge(-(this.bytes() - this.table.bytes()))
    this.table.release()
  }

  #grow(): void {
    const { capacity } = this.table
    this.#charge((capacity - this.#capacity) * this.#rowBytes)
    const cells = new Float64Array(capacity * this.#layout.stride)
    new BigInt64Array(cells.buffer).set(this.i64)
    this.f64 = cells
    this.i64 = new BigInt64Array(cells.buffer)
    this.i32 = new Int32Array(cells.buffer)
    for (const array of this.objects) for (let row = this.#capacity; row < capacity; row++) array.push(null)
    this.#capacity = capacity
  }

  /** Value of a column that holds plain values. */
  objectAt(column: number, row: number): unknown {
    return this.objects[this.#layout.places[column]!]![row]
  }
  setObject(column: number, row: number, value: unknown): void {
    this.objects[this.#layout.places[column]!]![row] = value
  }
  numberAt(column: number, row: number): number {
    return this.f64[row * this.#layout.stride + this.#layout.places[column]!]!
  }
  setNumber(column: number, row: number, value: number): void {
    this.f64[row * this.#layout.stride + this.#layout.places[column]!] = value
  }

  /** Key and state of one group. */
  save(row: number, out: ByteWriter): void {
    const key = this.table.keyOf(row)
    out.i32(key.length)
    for (const word of key) out.i32(word)
    this.#layout.columns.forEach(({ kind, object }, i) => {
      const cell = row * this.#layout.stride + this.#layout.places[i]!
      if (kind === 'i32') out.i32(this.i32[cell * 2]!)
      else if (kind === 'f64') out.f64(this.f64[cell]!)
      else if (kind === 'i64') out.i64(this.i64[cell]!)
      else {
        const state = this.objectAt(i, row)
        writeBoxed(out, object === undefined ? ((state ?? null) as Boxed) : object.save(state))
      }
    })
  }

  /** Returns the group's row. */
  load(input: ByteReader): number {
    const count = input.i32()
    const words = new Int32Array(count)
    for (let i = 0; i < count; i++) words[i] = input.i32()
    const row = this.insert(words, count, hashWords(words, count))
    this.#layout.columns.forEach(({ kind, object }, i) => {
      const cell = row * this.#layout.stride + this.#layout.places[i]!
      if (kind === 'i32') this.i32[cell * 2] = input.i32()
      else if (kind === 'f64') this.f64[cell] = input.f64()
      else if (kind === 'i64') this.i64[cell] = input.i64()
      else {
        const saved = readBoxed(input)
        this.setObject(i, row, object === undefined ? saved : object.load(saved))
      }
    })
    return row
  }
}
