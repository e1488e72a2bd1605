/** JSON → columns: predicted layouts first, the general walker for what they do not take. */
import type { Schema } from '../../sql/bound/rel.ts'
import { ColumnBuilder } from '../column-builder.ts'
import type { DecodedBatch, DecodeFault, Decoder, FormatOptions, RecordSlices } from '../format.ts'
import { type LayoutScanner, type LayoutTarget, learnLayout } from './json-layout.ts'
import { JsonFault, JsonWalker } from './json-walker.ts'

/** Producers mix few layouts; the most recent hit comes first. */
const LAYOUTS_MAX = 4
/** After this many records that taught nothing, learning stops for good. */
const LESSONS_MAX = 64

export function createJsonDecoder(schema: Schema, { options }: FormatOptions): Decoder {
  const style = options['timestamp-format.standard'] === 'ISO-8601' ? 'ISO-8601' : 'SQL'
  const columns = schema.map((f) => new ColumnBuilder(f.type, style))
  const names = schema.map((f) => f.name)
  const failOnMissingField = options['fail-on-missing-field'] === 'true'
  const ignoreParseErrors = options['ignore-parse-errors'] === 'true'
  const walker = new JsonWalker({ names, columns, failOnMissingField, ignoreParseErrors })
  return new JsonDecoder(walker, { names, columns, style, failOnMissingField }, ignoreParseErrors)
}

const NOTHING: RecordSlices = { data: new Uint8Array(0), count: 0, offsets: new Int32Array(0), lengths: new Int32Array(0) }

class JsonDecoder implements Decoder {
  readonly #walker: JsonWalker
  readonly #target: LayoutTarget
  readonly #ignore: boolean
  readonly #layouts: LayoutScanner[] = []
  #lessons = 0
  #input: RecordSlices = NOTHING
  #view = new DataView(NOTHING.data.buffer)
  #faults: DecodeFault[] = []
  #records = new RecordMap()

  constructor(walker: JsonWalker, target: LayoutTarget, ignore: boolean) {
    this.#walker = walker
    this.#target = target
    this.#ignore = ignore
  }

  decode(input: RecordSlices): DecodedBatch {
    const { data, count } = input
    const { columns } = this.#target
    for (const column of columns) column.begin(data, count)
    this.#input = input
    this.#view = new DataView(data.buffer, data.byteOffset, data.byteLength)
    this.#faults = []
    this.#records = new RecordMap()
    let row = 0
    for (let i = 0; i < count; ) {
      const next = this.#predicted(i, row)
      this.#records.run(i, next - i, row)
      row += next - i
      if (next < count) row += this.#walk(next, row)
      i = next + 1
    }
    return { length: row, columns: columns.map((c) => c.finish()), records: this.#records.finish(row), faults: this.#faults }
  }

  /** Runs layouts from record `from` for as long as one of them takes at least one record; returns the first that none took. */
  #predicted(from: number, row: number): number {
    const { data, offsets, lengths, count } = this.#input
    let i = from
    for (let k = 0; k < this.#layouts.length && i < count; k++) {
      const layout = this.#layouts[k]!
      const next = layout(data, this.#view, offsets, lengths, i, count, row + i - from)
      if (next === i) continue
      i = next
      if (k > 0) {
        this.#layouts.splice(k, 1)
        this.#layouts.unshift(layout)
      }
      k = -1
    }
    return i
  }

  /** One record through the general scanner; returns how many rows it made. */
  #walk(i: number, row: number): number {
    const { data, offsets, lengths } = this.#input
    const length = lengths[i]!
    if (length < 0) return 0
    const start = offsets[i]!
    for (const column of this.#target.columns) {
      column.ensure(row + 1)
      column.clearRow(row)
    }
    try {
      const rows = this.#walker.load(data, start, start + length).scan(row)
      if (rows === 1) this.#learn(data.subarray(start, start + length))
      this.#records.same(i, rows, row)
      return rows
    } catch (error) {
      if (!(error instanceof JsonFault)) throw error
      for (const column of this.#target.columns) column.clearRow(row)
      if (!this.#ignore)
        this.#faults.push({ record: i, reason: error.message, ...(error.column === undefined ? {} : { column: error.column }) })
      return 0
    }
  }

  #learn(record: Uint8Array): void {
    if (this.#layouts.length >= LAYOUTS_MAX || this.#lessons >= LESSONS_MAX) return
    this.#lessons++
    const layout = learnLayout(record, this.#target)
    if (layout) this.#layouts.unshift(layout)
  }
}

/** Row → record, kept only once they differ. */
class RecordMap {
  #map: Int32Array | null = null
  #rows = 0

  /** Rows `row`… come one each from records `record`…. */
  run(record: number, rows: number, row: number): void {
    if (this.#map === null && record === row) this.#rows = row + rows
    else this.#fill(row, rows, (r) => record + r)
  }

  /** Rows `row`… all come from one record. */
  same(record: number, rows: number, row: number): void {
    if (this.#map === null && record === row && rows === 1) this.#rows = row + 1
    else this.#fill(row, rows, () => record)
  }

  #fill(row: number, rows: number, recordOf: (r: number) => number): void {
    if (rows === 0) return
    this.#ensure(row + rows)
    for (let r = 0; r < rows; r++) this.#map![row + r] = recordOf(r)
    this.#rows = row + rows
  }

  #ensure(rows: number): void {
    if (this.#map !== null && this.#map.length >= rows) return
    const grown = new Int32Array(Math.max(rows * 2, 256))
    if (this.#map) grown.set(this.#map.subarray(0, this.#rows))
    else for (let r = 0; r < this.#rows; r++) grown[r] = r
    this.#map = grown
  }

  /** null: row i is record i. */
  finish(rows: number): Int32Array | null {
    return this.#map === null ? null : this.#map.subarray(0, rows)
  }
}
