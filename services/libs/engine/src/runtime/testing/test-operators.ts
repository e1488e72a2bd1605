/**
 * Small operators for tests of the runtime, in the place of the generated ones: a Calc passes on, a GroupAggregate gives the running
 * count and sum of a key for every row, a WindowAggregate counts a key's rows in tumbling windows.
 */
import { type Batch, WATERMARK_MIN, type WatermarkPoint } from '../../data/batch.ts'
import { decodeRows } from '../../local/decode-rows.ts'
import type { PhysicalOperator, SourceBody } from '../../plan/physical.ts'
import { keyGroupOf } from '../key-group.ts'
import type { Emitter, HandlesWatermark, Operator, OperatorContext, Stateful, StateReader, StateWriter } from '../operator.ts'
import type { KeyHasher, OperatorModule } from '../operator-module.ts'
import { encodeRows } from '../result-encoding.ts'

const TEXT = { encode: (value: unknown) => new TextEncoder().encode(JSON.stringify(value)) }
const parse = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes))

export const createKeyHasher: OperatorModule['createKeyHasher'] = (_types, keys): KeyHasher => ({
  hash: (batch) =>
    Int32Array.from({ length: batch.length }, (_, row) => Math.imul(cell(batch, keys[0]!, row) + 1, 0x9e3779b1) >>> 3),
})

function cell(batch: Batch, column: number, row: number): number {
  const vector = batch.columns[column]!
  if (vector.repr === 'bytes' || vector.repr === 'object') throw new Error('keys of tests are numbers')
  return Number(vector.values[row])
}

export const createSourceProjection: OperatorModule['createSourceProjection'] = () => (batch) => batch

export const createWatermarkGenerator: OperatorModule['createWatermarkGenerator'] = (body: SourceBody) => {
  let max = WATERMARK_MIN
  return {
    onBatch: (batch) => {
      const marks: WatermarkPoint[] = []
      for (let row = 0; row < batch.length; row++) {
        const time = cell(batch, body.watermark!.column, row) - 1
        if (time <= max) continue
        max = time
        if (body.watermark!.emit === 'on-event') marks.push({ row: row + 1, watermark: time })
      }
      return { max, marks }
    },
  }
}

export const createOperator: OperatorModule['createOperator'] = (op, _schemas, context) => {
  switch (op.body.kind) {
    case 'GroupAggregate':
      return new RunningTotal(op, context)
    case 'WindowAggregate':
      return new WindowCount(op, context)
    default:
      return { processBatch: (_port, batch, out) => out.emit(batch) }
  }
}

/** Keyed state as JSON: one entry a key. */
abstract class KeyedTable<V> implements Stateful {
  protected readonly table = new Map<number, V>()
  protected readonly context: OperatorContext
  constructor(context: OperatorContext) {
    this.context = context
  }
  protected groupOf(key: number): number {
    return keyGroupOf(Math.imul(key + 1, 0x9e3779b1) >>> 3, this.context.keyGroups.total)
  }
  protected entry(key: number, make: () => V): V {
    const group = this.groupOf(key)
    if (group < this.context.keyGroups.first || group > this.context.keyGroups.last)
      throw new Error(`key ${key} is not of this subtask`)
    let value = this.table.get(key)
    if (value === undefined) {
      this.context.charge(100)
      value = make()
      this.table.set(key, value)
    }
    return value
  }
  stateBytes(): number {
    return this.table.size * 100
  }
  snapshot(writer: StateWriter): void {
    const groups = Map.groupBy(this.table, ([key]) => this.groupOf(key))
    for (const [group, entries] of groups) writer.keyed('rows', group, TEXT.encode(entries))
  }
  restore(reader: StateReader): void {
    for (const { bytes } of reader.keyed('rows'))
      for (const [key, value] of parse(bytes) as [number, V][]) this.table.set(key, value)
  }
}

class RunningTotal extends KeyedTable<{ count: number; sum: number }> implements Operator {
  readonly #op: PhysicalOperator
  constructor(op: PhysicalOperator, context: OperatorContext) {
    super(context)
    this.#op = op
  }
  processBatch(_port: number, batch: Batch, out: Emitter): void {
    const rows = [...Array(batch.length).keys()].map((row) => {
      const key = cell(batch, 0, row)
      const total = this.entry(key, () => ({ count: 0, sum: 0 }))
      total.count++
      total.sum += cell(batch, 1, row)
      return { op: '+I' as const, values: [key, total.count, total.sum] }
    })
    out.emit({
      ...decodeRows(
        rows,
        this.#op.schema.map((field) => field.type),
      ),
      marks: batch.marks,
    })
  }
}

class WindowCount extends KeyedTable<Record<string, number>> implements Operator, HandlesWatermark {
  readonly #op: PhysicalOperator
  readonly #size: number
  #watermark = WATERMARK_MIN
  constructor(op: PhysicalOperator, context: OperatorContext) {
    super(context)
    this.#op = op
    const { window } = op.body as Extract<PhysicalOperator['body'], { kind: 'WindowAggregate' }>
    this.#size = window.kind === 'TUMBLE' ? window.size : 1
  }
  processBatch(_port: number, batch: Batch, out: Emitter): void {
    let mark = 0
    for (let row = 0; row <= batch.length; row++) {
      for (; mark < batch.marks.length && batch.marks[mark]!.row <= row; mark++)
        this.onWatermark(batch.marks[mark]!.watermark, out)
      if (row === batch.length) break
      const start = Math.floor(cell(batch, 2, row) / this.#size) * this.#size
      if (start + this.#size - 1 <= this.#watermark) {
        this.context.count('late_records_dropped', 1)
        continue
      }
      const windows = this.entry(cell(batch, 0, row), () => ({}))
      windows[start] = (windows[start] ?? 0) + 1
    }
  }
  onWatermark(timestamp: number, out: Emitter): void {
    this.#watermark = timestamp
    const rows: { op: '+I'; values: number[] }[] = []
    for (const [key, windows] of this.table) {
      for (const [start, count] of Object.entries(windows)) {
        if (Number(start) + this.#size - 1 > timestamp) continue
        rows.push({ op: '+I', values: [key, Number(start), count] })
        delete windows[start]
      }
    }
    if (rows.length > 0)
      out.emit(
        decodeRows(
          rows,
          this.#op.schema.map((field) => field.type),
        ),
      )
    out.watermark(timestamp)
  }
}

/** For assertions: a batch as text. */
export function showRows(batch: Batch, op: PhysicalOperator): string[] {
  return encodeRows(batch, op.schema).map(({ op: kind, row }) => `${kind}[${row.join(', ')}]`)
}
