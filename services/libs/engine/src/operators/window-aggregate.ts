/**
 * Aggregation in event-time windows. Records go into slices; a window fires when the watermark reaches its end, merges its slices and
 * gives one +I row a group. A record whose windows have all fired is late: it is counted and dropped.
 */
import { toLocal, zoneNamed } from '../codegen/calendar.ts'
import {
  type GroupSpec,
  generateMerge,
  generateResults,
  generateUpdate,
  groupLayout,
  type MergeFrame,
  type ResultCount,
  type ResultFrame,
  type UpdateFrame,
} from '../codegen/group-code.ts'
import { type Batch, WATERMARK_MAX, WATERMARK_MIN } from '../data/batch.ts'
import { ByteArena, ByteReader, ByteWriter } from '../data/byte-buffer.ts'
import { columnVector, createColumn, type MutableColumn } from '../data/column-builder.ts'
import { ValueError } from '../data/value-error.ts'
import { representationOf, type Vector } from '../data/vector.ts'
import type { WindowAggregateBody } from '../plan/physical.ts'
import type {
  Emitter,
  Evaluation,
  HandlesWatermark,
  Operator,
  OperatorContext,
  Stateful,
  StateReader,
  StateWriter,
} from '../runtime/operator.ts'
import type { LogicalType } from '../sql/types/logical-type.ts'
import { evaluationOf } from './evaluation.ts'
import type { AggregateSettings } from './group-aggregate.ts'
import { GroupState } from './group-state.ts'
import { unpackColumns } from './key-unpack.ts'
import { fixedKeyWords, KeyScratch } from './key-words.ts'
import { KeyGroupWriter, readEntries, writeGroups } from './keyed-snapshot.ts'
import { forEachSegment } from './segments.ts'
import { fireTime, type WindowSlices, windowSlices } from './window-slices.ts'

const SLICES = 'slices'
const WATERMARK = 'watermark'
const OUTPUT_ROWS = 4096
const USUAL_ROWS_MAX = 1 << 17
/** Bytes of a WATERMARK section: one double. */
const WATERMARK_BYTES = 8

interface Span {
  readonly from: number
  readonly to: number
}

export class WindowAggregate implements Operator, HandlesWatermark, Stateful {
  readonly #body: WindowAggregateBody
  readonly #ctx: OperatorContext
  readonly #slices: WindowSlices
  readonly #layout: ReturnType<typeof groupLayout>
  readonly #programs: GroupPrograms
  readonly #keyTypes: readonly LogicalType[]
  readonly #keyWords: number
  readonly #states = new Map<number, GroupState>()
  /** Ends of windows that hold records and have not fired. */
  readonly #pending = new Set<number>()
  readonly #scratch = new KeyScratch()
  readonly #evaluation: Evaluation
  readonly #output: WindowOutput
  readonly #localTime: (time: number) => number
  #watermark = WATERMARK_MIN
  /** Half of the groups of the last slice: a new one has room for as many at once. */
  #usualRows = 0

  constructor({ body, inputTypes, ctx }: AggregateSettings<WindowAggregateBody>) {
    const slices = windowSlices(body.window)
    if (slices === undefined) throw new Error(`windows of kind ${body.window.kind} have no slices`)
    this.#body = body
    this.#ctx = ctx
    this.#slices = slices
    const spec: GroupSpec = {
      inputTypes,
      keys: body.keys,
      aggregates: body.aggregates,
      retracting: body.retracting ?? false,
      config: ctx.config,
    }
    this.#layout = groupLayout(spec)
    this.#programs = { update: generateUpdate(spec), merge: generateMerge(spec), results: generateResults(spec) }
    this.#keyTypes = body.keys.map((key) => inputTypes[key]!)
    this.#keyWords = fixedKeyWords(this.#keyTypes)
    this.#evaluation = evaluationOf(ctx)
    this.#output = new WindowOutput(body, this.#keyTypes, this.#programs.results)
    const zone = body.zone === null ? null : zoneNamed(body.zone)
    this.#localTime = zone === null ? (time) => time : (time) => toLocal(time, zone)
  }

  processBatch(_port: number, batch: Batch, out: Emitter): void {
    forEachSegment(batch, {
      rows: (from, to) => this.#rows(batch, { from, to }),
      watermark: (timestamp) => this.onWatermark(timestamp, out),
    })
  }

  /** Cuts the rows into runs of one slice each. */
  #rows(batch: Batch, { from, to }: Span): void {
    const times = timesOf(batch.columns[this.#body.timeColumn]!)
    let start = from
    let current = Number.NaN
    for (let row = from; row < to; row++) {
      if (times.nulls !== null && times.nulls[row] === 1)
        throw new ValueError('The event time of a windowed record must not be NULL.')
      const slice = this.#slices.sliceEnd(this.#localTime(times.values[row]!))
      if (slice === current) continue
      if (row > start) this.#run(batch, { from: start, to: row }, current)
      start = row
      current = slice
    }
    if (to > start) this.#run(batch, { from: start, to }, current)
  }

  #run(batch: Batch, { from, to }: Span, slice: number): void {
    const state = this.#states.get(slice) ?? this.#openSlice(slice)
    if (state === undefined) {
      this.#ctx.count('late_records_dropped', to - from)
      return
    }
    this.#programs.update({
      columns: batch.columns,
      length: batch.length,
      kinds: batch.kinds,
      from,
      to,
      state,
      scratch: this.#scratch,
      context: this.#evaluation,
    })
  }

  /** Undefined where every window of the slice has fired, or none holds it. */
  #openSlice(slice: number): GroupState | undefined {
    const open = this.#slices.windowsOf(slice).filter((end) => !this.#hasFired(end))
    if (open.length === 0) return undefined
    for (const end of open) this.#pending.add(end)
    const state = this.#newState()
    this.#states.set(slice, state)
    return state
  }

  #hasFired(windowEnd: number): boolean {
    return fireTime(windowEnd, this.#body.zone) <= this.#watermark
  }

  onWatermark(timestamp: number, out: Emitter): void {
    if (timestamp > this.#watermark) {
      this.#watermark = timestamp
      const due = [...this.#pending].filter((end) => this.#hasFired(end)).sort((a, b) => a - b)
      for (const end of due) this.#fire(end, out)
    }
    out.watermark(timestamp)
  }

  #fire(windowEnd: number, out: Emitter): void {
    this.#pending.delete(windowEnd)
    const slices = this.#slices.slicesOf(windowEnd).filter((slice) => this.#states.has(slice))
    const single = slices.length === 1 ? this.#states.get(slices[0]!)! : undefined
    const state = single ?? this.#merged(slices)
    const bounds = { start: this.#slices.startOf(windowEnd), end: windowEnd, time: fireTime(windowEnd, this.#body.zone) }
    this.#output.emit(state, bounds, { out, evaluation: this.#evaluation })
    if (single === undefined) state.release()
    for (const slice of slices) this.#dropIfDone(slice)
  }

  #newState(): GroupState {
    return new GroupState(this.#layout, (bytes) => this.#ctx.charge(bytes), { fixedWords: this.#keyWords, rows: this.#usualRows })
  }

  #merged(slices: readonly number[]): GroupState {
    const target = this.#newState()
    for (const slice of slices) this.#programs.merge({ target, other: this.#states.get(slice)!, context: this.#evaluation })
    return target
  }

  #dropIfDone(slice: number): void {
    if (this.#slices.windowsOf(slice).some((end) => this.#pending.has(end))) return
    const state = this.#states.get(slice)
    this.#usualRows = Math.min(USUAL_ROWS_MAX, (state?.table.size ?? 0) / 2)
    state?.release()
    this.#states.delete(slice)
  }

  stateBytes(): number {
    let bytes = 0
    for (const state of this.#states.values()) bytes += state.bytes()
    return bytes
  }

  snapshot(writer: StateWriter): void {
    const keyed = new KeyGroupWriter(this.#ctx.keyGroups.total)
    for (const [slice, state] of this.#states) writeGroups(state, keyed, (out) => out.f64(slice))
    keyed.write(SLICES, writer)
    const watermark = new ByteWriter()
    watermark.f64(this.#watermark)
    writer.unkeyed(WATERMARK, watermark.finish())
  }

  restore(reader: StateReader): void {
    let watermark = WATERMARK_MAX
    for (const bytes of reader.unkeyed(WATERMARK)) {
      if (bytes.length >= WATERMARK_BYTES) watermark = Math.min(watermark, new ByteReader(bytes).f64())
    }
    this.#watermark = watermark === WATERMARK_MAX ? WATERMARK_MIN : watermark
    readEntries(reader, SLICES, (input) => {
      const slice = input.f64()
      const state = this.#states.get(slice) ?? this.#openSlice(slice) ?? this.#reopen(slice)
      state.load(input)
    })
  }

  /** A slice that was saved belongs to some window that must still fire, whatever the watermark of other subtasks says. */
  #reopen(slice: number): GroupState {
    for (const end of this.#slices.windowsOf(slice)) this.#pending.add(end)
    const state = this.#newState()
    this.#states.set(slice, state)
    return state
  }
}

interface GroupPrograms {
  readonly update: (frame: UpdateFrame) => void
  readonly merge: (frame: MergeFrame) => void
  readonly results: (frame: ResultFrame) => ResultCount
}

function timesOf(vector: Vector): { readonly values: Float64Array; readonly nulls: Uint8Array | null } {
  if (vector.repr !== 'f64' && vector.repr !== 'ts') throw new Error(`event time in a column of ${vector.repr}`)
  return vector
}

interface WindowBounds {
  readonly start: number
  readonly end: number
  /** The window's event time: its last millisecond, as an instant. */
  readonly time: number
}

/** Rows of fired windows: keys, aggregates, window columns. */
class WindowOutput {
  readonly #body: WindowAggregateBody
  readonly #keyTypes: readonly LogicalType[]
  readonly #results: (frame: ResultFrame) => ResultCount
  readonly #arena = new ByteArena()
  readonly #keys: readonly MutableColumn[]
  readonly #out: readonly MutableColumn[]
  readonly #hasNulls: Uint8Array
  readonly #rows = new Int32Array(OUTPUT_ROWS)

  constructor(body: WindowAggregateBody, keyTypes: readonly LogicalType[], results: (frame: ResultFrame) => ResultCount) {
    this.#body = body
    this.#keyTypes = keyTypes
    this.#results = results
    this.#keys = keyTypes.map((type) => createColumn(representationOf(type), OUTPUT_ROWS))
    this.#out = body.aggregates.map(({ type }) => createColumn(representationOf(type), OUTPUT_ROWS))
    this.#hasNulls = new Uint8Array(body.aggregates.length)
  }

  emit(state: GroupState, bounds: WindowBounds, to: { readonly out: Emitter; readonly evaluation: Evaluation }): void {
    for (let from = 0; from < state.table.rows; ) {
      this.#arena.reset()
      const { written, next } = this.#results({
        state,
        from,
        capacity: OUTPUT_ROWS,
        out: this.#out,
        hasNulls: this.#hasNulls,
        arena: this.#arena,
        rows: this.#rows,
        context: to.evaluation,
      })
      from = next
      if (written > 0) to.out.emit(this.#batch(state, bounds, written))
    }
  }

  #batch(state: GroupState, bounds: WindowBounds, length: number): Batch {
    const keyNulls = unpackColumns(this.#keys, this.#keyTypes, {
      table: state.table,
      rows: this.#rows,
      length,
      arena: this.#arena,
    })
    const windowColumns = this.#body.windowColumns.map((name): Vector => {
      const value = name === 'START' ? bounds.start : name === 'END' ? bounds.end : bounds.time
      return { repr: 'f64', values: new Float64Array(length).fill(value), nulls: null }
    })
    return {
      length,
      columns: [
        ...this.#keys.map((column, i) => columnVector(column, keyNulls[i]!, this.#arena)),
        ...this.#out.map((column, j) => columnVector(column, this.#hasNulls[j] === 1, this.#arena)),
        ...windowColumns,
      ],
      kinds: null,
      marks: [],
      lease: null,
    }
  }
}
