/** Unbounded GROUP BY: every record changes its group's result at once, with Flink's changelog. */
import { type ChangelogFrame, type GroupSpec, generateChangelog, groupLayout, TOUCHED_COLUMN } from '../codegen/group-code.ts'
import type { Batch } from '../data/batch.ts'
import { ByteArena } from '../data/byte-buffer.ts'
import { columnVector, createColumn, type MutableColumn } from '../data/column-builder.ts'
import { representationOf } from '../data/vector.ts'
import type { GroupAggregateBody } from '../plan/physical.ts'
import type {
  Emitter,
  Evaluation,
  HandlesTick,
  Operator,
  OperatorContext,
  Stateful,
  StateReader,
  StateWriter,
} from '../runtime/operator.ts'
import type { LogicalType } from '../sql/types/logical-type.ts'
import { evaluationOf } from './evaluation.ts'
import { gatherVector } from './gather.ts'
import { GroupState } from './group-state.ts'
import { fixedKeyWords, KeyScratch } from './key-words.ts'
import { KeyGroupWriter, readEntries, writeGroups } from './keyed-snapshot.ts'
import { forEachSegment } from './segments.ts'
import { StateTtl } from './state-ttl.ts'

const SECTION = 'groups'

export interface AggregateSettings<B> {
  readonly body: B
  readonly inputTypes: readonly LogicalType[]
  readonly ctx: OperatorContext
}

export class GroupAggregate implements Operator, Stateful, HandlesTick {
  readonly #body: GroupAggregateBody
  readonly #spec: GroupSpec
  readonly #run: (frame: ChangelogFrame) => number
  readonly #state: GroupState
  readonly #scratch = new KeyScratch()
  readonly #arena = new ByteArena()
  readonly #ttl: StateTtl
  readonly #evaluation: Evaluation
  readonly #keyGroups: number
  readonly #hasNulls: Uint8Array
  #capacity = 0
  #out: MutableColumn[] = []
  #outKinds = new Uint8Array(0)
  #source = new Int32Array(0)

  constructor({ body, inputTypes, ctx }: AggregateSettings<GroupAggregateBody>) {
    this.#body = body
    this.#spec = { inputTypes, keys: body.keys, aggregates: body.aggregates, retracting: body.retracting, config: ctx.config }
    this.#run = generateChangelog(this.#spec, body)
    this.#evaluation = evaluationOf(ctx)
    this.#keyGroups = ctx.keyGroups.total
    const fixedWords = fixedKeyWords(body.keys.map((key) => inputTypes[key]!))
    this.#state = new GroupState(groupLayout(this.#spec), (bytes) => ctx.charge(bytes), { fixedWords })
    this.#ttl = new StateTtl({
      ttlMs: body.ttlMs,
      state: this.#state,
      touchedColumn: TOUCHED_COLUMN,
      remove: (group) => this.#state.remove(group),
    })
    this.#hasNulls = new Uint8Array(body.aggregates.length)
  }

  processBatch(_port: number, batch: Batch, out: Emitter): void {
    this.#ttl.touch(this.#evaluation.nowMs)
    forEachSegment(batch, {
      rows: (from, to) => this.#rows(batch, { from, to }, out),
      watermark: (timestamp) => out.watermark(timestamp),
    })
  }

  #rows(batch: Batch, { from, to }: { readonly from: number; readonly to: number }, out: Emitter): void {
    this.#reserve((to - from) * 2)
    this.#arena.reset()
    const length = this.#run({
      columns: batch.columns,
      length: batch.length,
      kinds: batch.kinds,
      from,
      to,
      state: this.#state,
      scratch: this.#scratch,
      context: this.#evaluation,
      out: this.#out,
      hasNulls: this.#hasNulls,
      arena: this.#arena,
      outKinds: this.#outKinds,
      source: this.#source,
    })
    if (length === 0) return
    out.emit({
      length,
      columns: [
        ...this.#body.keys.map((key) => gatherVector(batch.columns[key]!, this.#source, length)),
        ...this.#out.map((column, j) => columnVector(column, this.#hasNulls[j] === 1, this.#arena)),
      ],
      kinds: this.#outKinds,
      marks: [],
      lease: batch.lease,
    })
  }

  #reserve(rows: number): void {
    if (rows <= this.#capacity) return
    this.#capacity = Math.max(rows, this.#capacity * 2)
    this.#out = this.#body.aggregates.map(({ type }) => createColumn(representationOf(type), this.#capacity))
    this.#outKinds = new Uint8Array(this.#capacity)
    this.#source = new Int32Array(this.#capacity)
  }

  nextDeadline(): number | null {
    return this.#ttl.nextSweepMs
  }

  onTick(nowMs: number): void {
    this.#ttl.sweep(nowMs)
  }

  stateBytes(): number {
    return this.#state.bytes()
  }

  snapshot(writer: StateWriter): void {
    const keyed = new KeyGroupWriter(this.#keyGroups)
    writeGroups(this.#state, keyed)
    keyed.write(SECTION, writer)
  }

  restore(reader: StateReader): void {
    readEntries(reader, SECTION, (input) => this.#state.load(input))
  }
}
