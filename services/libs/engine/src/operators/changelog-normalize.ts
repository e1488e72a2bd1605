/**
 * Turns an upsert stream into full changes: keeps the last row of each key. A first row is +I, an equal one nothing (unless state
 * expires), another -U (if asked for) and +U; a deletion gives -D with the whole previous row. Rows that fail the filter count as deleted.
 */
import { CodeBuilder } from '../codegen/code-builder.ts'
import { ColumnLoads } from '../codegen/column-access.ts'
import { compile } from '../codegen/compile.ts'
import { emitKeyPack } from '../codegen/key-code.ts'
import { type Batch, ROW_KIND, type RowKind } from '../data/batch.ts'
import { type Boxed, boxedBytes, boxedEqual } from '../data/boxed.ts'
import { batchOfRows, rowAt } from '../data/column-builder.ts'
import type { Vector } from '../data/vector.ts'
import type { ChangelogNormalizeBody } from '../plan/physical.ts'
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
import { createProjection } from './calc.ts'
import { evaluationOf } from './evaluation.ts'
import type { AggregateSettings } from './group-aggregate.ts'
import { GroupState, layoutOf } from './group-state.ts'
import { hashWords, KeyScratch } from './key-words.ts'
import { KeyGroupWriter, readEntries, writeGroups } from './keyed-snapshot.ts'
import { forEachSegment } from './segments.ts'
import { StateTtl } from './state-ttl.ts'

const SECTION = 'rows'
const ROW_COLUMN = 0
const TOUCHED_COLUMN = 1

type PackKey = (columns: readonly Vector[], length: number, at: { readonly row: number; readonly scratch: KeyScratch }) => number

/** Packs one row's key into the scratch and returns the number of words. */
function keyPacker(types: readonly LogicalType[], keys: readonly number[]): PackKey {
  const code = new CodeBuilder()
  const loads = new ColumnLoads(code, types)
  emitKeyPack(
    code,
    keys.map((index) => ({ value: loads.at(index, 'row'), type: types[index]! })),
  )
  code.line('return wn')
  return compile<PackKey>(
    code.finish((body) => `return function pack(columns, length, { row, scratch }) {\n${loads.prologue()}\n${body}\n}`),
  )
}

interface Change {
  readonly row: readonly Boxed[]
  readonly kind: RowKind
}

export class ChangelogNormalize implements Operator, Stateful, HandlesTick {
  readonly #body: ChangelogNormalizeBody
  readonly #types: readonly LogicalType[]
  readonly #state: GroupState
  readonly #scratch = new KeyScratch()
  readonly #pack: PackKey
  readonly #passes: ((batch: Batch) => Batch) | undefined
  readonly #ttl: StateTtl
  readonly #evaluation: Evaluation
  readonly #keyGroups: number

  constructor({ body, inputTypes, ctx }: AggregateSettings<ChangelogNormalizeBody>) {
    this.#body = body
    this.#types = inputTypes
    this.#pack = keyPacker(inputTypes, body.keys)
    this.#evaluation = evaluationOf(ctx)
    this.#keyGroups = ctx.keyGroups.total
    this.#state = new GroupState(layoutOf([{ kind: 'object' }, { kind: 'f64' }]), (bytes) => ctx.charge(bytes))
    this.#ttl = new StateTtl({
      ttlMs: body.ttlMs,
      state: this.#state,
      touchedColumn: TOUCHED_COLUMN,
      remove: (group) => this.#remove(group),
    })
    this.#passes = filterOf(body, inputTypes, ctx)
  }

  processBatch(_port: number, batch: Batch, out: Emitter): void {
    this.#ttl.touch(this.#evaluation.nowMs)
    const passing = this.#passes?.(batch).columns[0]
    forEachSegment(batch, {
      rows: (from, to) => {
        const changes: Change[] = []
        for (let row = from; row < to; row++)
          this.#row(batch, { row, passes: passing === undefined || isTrue(passing, row) }, changes)
        if (changes.length === 0) return
        const kinds = changes.map(({ kind }) => kind)
        out.emit(
          batchOfRows(
            this.#types,
            changes.map(({ row }) => row),
            kinds,
          ),
        )
      },
      watermark: (timestamp) => out.watermark(timestamp),
    })
  }

  #row(batch: Batch, at: { readonly row: number; readonly passes: boolean }, changes: Change[]): void {
    const count = this.#pack(batch.columns, batch.length, { row: at.row, scratch: this.#scratch })
    const { words } = this.#scratch
    const hash = hashWords(words, count)
    const kind = batch.kinds === null ? ROW_KIND.INSERT : batch.kinds[at.row]
    if (kind === ROW_KIND.UPDATE_BEFORE) return
    const group = this.#state.table.find(words, count, hash)
    const previous = group < 0 ? null : this.#liveRow(group)
    if (kind === ROW_KIND.DELETE || !at.passes) {
      if (previous !== null) changes.push({ row: previous, kind: ROW_KIND.DELETE })
      if (group >= 0) this.#remove(group)
      return
    }
    const row = rowAt(batch, this.#types, at.row)
    this.#put(group < 0 ? this.#state.insert(words, count, hash) : group, row)
    if (previous === null) changes.push({ row, kind: ROW_KIND.INSERT })
    else if (this.#body.ttlMs !== null || !boxedEqual(previous, row)) {
      if (this.#body.emitUpdateBefore) changes.push({ row: previous, kind: ROW_KIND.UPDATE_BEFORE })
      changes.push({ row, kind: ROW_KIND.UPDATE_AFTER })
    }
  }

  #rowOf(group: number): readonly Boxed[] {
    return this.#state.objectAt(ROW_COLUMN, group) as readonly Boxed[]
  }

  #liveRow(group: number): readonly Boxed[] | null {
    const { ttlMs } = this.#body
    const touched = this.#state.numberAt(TOUCHED_COLUMN, group)
    return ttlMs !== null && this.#evaluation.nowMs - touched >= ttlMs ? null : this.#rowOf(group)
  }

  #put(group: number, row: readonly Boxed[]): void {
    const old = this.#state.objectAt(ROW_COLUMN, group) as readonly Boxed[] | null
    this.#state.grew(boxedBytes(row) - (old === null ? 0 : boxedBytes(old)))
    this.#state.setObject(ROW_COLUMN, group, row)
    this.#state.setNumber(TOUCHED_COLUMN, group, this.#evaluation.nowMs)
  }

  #remove(group: number): void {
    this.#state.grew(-boxedBytes(this.#rowOf(group)))
    this.#state.remove(group)
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
    readEntries(reader, SECTION, (input) => {
      const group = this.#state.load(input)
      this.#state.grew(boxedBytes(this.#rowOf(group)))
    })
  }
}

function filterOf(
  body: ChangelogNormalizeBody,
  inputTypes: readonly LogicalType[],
  ctx: OperatorContext,
): ((batch: Batch) => Batch) | undefined {
  if (body.condition === undefined) return undefined
  return createProjection([body.condition], { inputTypes, config: ctx.config, evaluation: evaluationOf(ctx) })
}

function isTrue(vector: Vector, row: number): boolean {
  return vector.repr === 'bool' && vector.values[row] === 1 && (vector.nulls === null || vector.nulls[row] === 0)
}
