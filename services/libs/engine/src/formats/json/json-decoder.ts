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
  const columns = schema.map((f) => new ColumnBuilder(f.type))
  const names = schema.map((f) => f.name)
  const style = options['timestamp-format.standard'] === 'ISO-8601' ? 'ISO-8601' : 'SQL'
  const failOnMissingField = options['fail-on-missing-field'] === 'true'
  const ignoreParseErrors = options['ignore-parse-errors'] === 'true'
  const walker = new JsonWalker({ names, columns, style, failOnMissingField, ignoreParseErrors })
  return new JsonDecoder(walker, { names, columns, style, failOnMissingField }, ignoreParseErrors)
}

class JsonDecoder implements Decoder {
  readonly #walker: JsonWalker
  readonly #target: LayoutTarget
  readonly #ignore: boolean
  readonly #layouts: LayoutScanner[] = []
  #lessons = 0

  constructor(walker: JsonWalker, target: LayoutTarget, ignore: boolean) {
    this.#walker = walker
    this.#target = target
    this.#ignore = ignore
  }

  decode(input: RecordSlices): DecodedBatch {
    const { data, count } = input
    const { columns } = this.#target
    for (const column of columns) column.begin(data, count)
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
    const faults: DecodeFault[] = []
    const records = new RecordMap()
    let row = 0
    for (let i = 0; i < count; ) {
      const next = this.#predicted(input, view, i, row)
      records.run(i, next - i, row)
      row += next - i
      if (next < count) row += this.#walk(input, next, row, { faults, records })
      i = next + 1
    }
    return { length: row, columns: columns.map((c) => c.finish()), records: records.finish(row, count), faults }
  }

  /** Runs layouts from record i for as long as one of them takes at least one record. */
  #predicted({ data, offsets, lengths, count }: RecordSlices, view: DataView, from: number, row: number): number {
    let i = from
    for (let k = 0; k < this.#layouts.length && i < count; k++) {
      const layout = this.#layouts[k]!
      const next = layout(data, view, offsets, lengths, i, count, row + i - from)
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

  #walk(input: RecordSlices, i: number, row: number, out: { faults: DecodeFault[]; records: RecordMap }): number {
    const { data, offsets, lengths } = input
    const length = lengths[i]!
    if (length < 0) return 0
    const start = offsets[i]!
    for (const column of this.#target.columns) {
      column.ensure(row + 1)
      column.clearRow(row)
    }
    try {
      const rows = this.#walker.record(data, start, start + length, row)
      if (rows === 1) this.#learn(data.subarray(start, start + length))
      out.records.run(i, rows, row, 0)
      return rows
    } catch (error) {
      if (!(error instanceof JsonFault)) throw error
      for (const column of this.#target.columns) column.clearRow(row)
      if (!this.#ignore)
        out.faults.push({ record: i, reason: error.message, ...(error.column === undefined ? {} : { column: error.column }) })
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

  /** Rows `row`… come from records `record`…, `step` records apart (0 = all from one record). */
  run(record: number, rows: number, row: number, step = 1): void {
    if (rows === 0) return
    if (this.#map === null && record === row && (step === 1 || rows === 1)) {
      this.#rows = row + rows
      return
    }
    this.#ensure(row + rows)
    for (let r = 0; r < rows; r++) this.#map![row + r] = record + r * step
    this.#rows = row + rows
  }

  #ensure(rows: number): void {
    if (this.#map !== null && this.#map.length >= rows) return
    const grown = new Int32Array(Math.max(rows * 2, 256))
    if (this.#map) grown.set(this.#map.subarray(0, this.#rows))
    else for (let r = 0; r < this.#rows; r++) grown[r] = r
    this.#map = grown
  }

  finish(rows: number, count: number): Int32Array | null {
    if (this.#map === null && rows < count) return null
    return this.#map === null ? null : this.#map.subarray(0, rows)
  }
}
