/** Groups of an aggregate: a table of keys, and the aggregates' state in columns over its rows. */
import type { StateColumn, StateKind } from '../codegen/aggregates/aggregate-code.ts'
import type { Boxed } from '../data/boxed.ts'
import { readBoxed, writeBoxed } from '../data/boxed-codec.ts'
import type { ByteReader, ByteWriter } from '../data/byte-buffer.ts'
import { KeyTable } from './key-table.ts'
import { hashWords } from './key-words.ts'

type ColumnArray = Int32Array | Float64Array | BigInt64Array | unknown[]

const BYTES: Readonly<Record<StateKind, number>> = { i32: 4, f64: 8, i64: 8, object: 8 }
/** What an object in a state column costs before it holds anything. */
const OBJECT_BYTES = 96

function allocate(kind: StateKind, capacity: number): ColumnArray {
  switch (kind) {
    case 'i32':
      return new Int32Array(capacity)
    case 'f64':
      return new Float64Array(capacity)
    case 'i64':
      return new BigInt64Array(capacity)
    case 'object':
      return new Array<unknown>(capacity).fill(null)
  }
}

export class GroupState {
  readonly table: KeyTable
  /** By state column; replaced when rows are added beyond the capacity. */
  columns: ColumnArray[]
  readonly #layout: readonly StateColumn[]
  readonly #charge: (bytes: number) => void
  readonly #rowBytes: number
  #capacity: number
  #objectBytes = 0

  constructor(layout: readonly StateColumn[], charge: (bytes: number) => void) {
    this.#layout = layout
    this.#charge = charge
    this.#rowBytes = layout.reduce((sum, column) => sum + BYTES[column.kind], 0)
    this.table = new KeyTable(charge)
    this.#capacity = this.table.capacity
    charge(this.#capacity * this.#rowBytes)
    this.columns = layout.map(({ kind }) => allocate(kind, this.#capacity))
  }

  /** Adds a key that has no group yet, with empty state. */
  insert(words: Int32Array, count: number, hash: number): number {
    const row = this.table.insert(words, count, hash)
    if (row >= this.#capacity) this.#grow()
    this.reset(row)
    return row
  }

  reset(row: number): void {
    this.#layout.forEach(({ kind, object }, i) => {
      if (kind === 'object') {
        if (object !== undefined) this.grew(OBJECT_BYTES)
        ;(this.columns[i] as unknown[])[row] = object === undefined ? null : object.create()
      } else if (kind === 'i64') (this.columns[i] as BigInt64Array)[row] = 0n
      else (this.columns[i] as Float64Array)[row] = 0
    })
  }

  remove(row: number): void {
    this.#layout.forEach(({ kind, object }, i) => {
      if (kind !== 'object') return
      ;(this.columns[i] as unknown[])[row] = null
      if (object !== undefined) this.grew(-OBJECT_BYTES)
    })
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
    const capacity = this.table.capacity
    this.#charge((capacity - this.#capacity) * this.#rowBytes)
    this.columns = this.columns.map((old, i) => {
      const grown = allocate(this.#layout[i]!.kind, capacity)
      if (Array.isArray(old)) for (let row = 0; row < old.length; row++) (grown as unknown[])[row] = old[row]
      else (grown as Float64Array).set(old as Float64Array)
      return grown
    })
    this.#capacity = capacity
  }

  /** Key and state of one group. */
  save(row: number, out: ByteWriter): void {
    const key = this.table.keyOf(row)
    out.i32(key.length)
    for (const word of key) out.i32(word)
    this.#layout.forEach(({ kind, object }, i) => {
      const column = this.columns[i]!
      if (kind === 'i32') out.i32((column as Int32Array)[row]!)
      else if (kind === 'f64') out.f64((column as Float64Array)[row]!)
      else if (kind === 'i64') out.i64((column as BigInt64Array)[row]!)
      else {
        const state = (column as unknown[])[row]
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
    this.#layout.forEach(({ kind, object }, i) => {
      const column = this.columns[i]!
      if (kind === 'i32') (column as Int32Array)[row] = input.i32()
      else if (kind === 'f64') (column as Float64Array)[row] = input.f64()
      else if (kind === 'i64') (column as BigInt64Array)[row] = input.i64()
      else {
        const saved = readBoxed(input)
        ;(column as unknown[])[row] = object === undefined ? saved : object.load(saved)
      }
    })
    return row
  }
}
