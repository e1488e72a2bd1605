/** Filter and projection. Columns that are only passed on are not copied where no row is dropped, and gathered otherwise. */
import { type CalcProgram, generateCalc } from '../codegen/calc-code.ts'
import type { EvaluationContext } from '../codegen/expression-env.ts'
import type { Batch, WatermarkPoint } from '../data/batch.ts'
import { ByteArena } from '../data/byte-buffer.ts'
import { columnVector, createColumn, type MutableColumn } from '../data/column-builder.ts'
import { ValueError } from '../data/value-error.ts'
import { representationOf, type Vector } from '../data/vector.ts'
import type { CalcBody } from '../plan/physical.ts'
import type { Emitter, Operator, OperatorContext } from '../runtime/operator.ts'
import type { BoundExpr } from '../sql/bound/expr.ts'
import type { LogicalType } from '../sql/types/logical-type.ts'
import { gatherVector } from './gather.ts'

const CAPACITY_MIN = 1024

export interface CalcSettings {
  readonly body: CalcBody
  readonly inputTypes: readonly LogicalType[]
  readonly outputTypes: readonly LogicalType[]
  readonly config: Readonly<Record<string, string>>
  readonly evaluation: EvaluationContext
  /** Counts rows that were left out (`body.onError` = ignore). */
  readonly count?: OperatorContext['count']
}

/** The loop with its output memory, which is used again for the next batch. */
export class CalcKernel {
  readonly #program: CalcProgram
  readonly #settings: CalcSettings
  readonly #arena = new ByteArena()
  readonly #hasNulls: Uint8Array
  readonly #filters: boolean
  /** −1: not even memory for an empty batch. */
  #capacity = -1
  #out: MutableColumn[] = []
  #selection = new Int32Array(0)

  constructor(settings: CalcSettings) {
    this.#settings = settings
    this.#filters = settings.body.condition !== undefined || settings.body.onError === 'ignore'
    this.#hasNulls = new Uint8Array(settings.body.projection.length)
    this.#program = generateCalc({
      inputTypes: settings.inputTypes,
      projection: settings.body.projection,
      outputTypes: settings.outputTypes,
      config: settings.config,
      ...(settings.body.condition === undefined ? {} : { condition: settings.body.condition }),
      skipsErrors: settings.body.onError === 'ignore',
    })
  }

  /** The result is valid until the next call. */
  apply(batch: Batch): Batch {
    this.#reserve(batch.length)
    this.#arena.reset()
    const length = this.#program.run({
      columns: batch.columns,
      length: batch.length,
      out: this.#out,
      hasNulls: this.#hasNulls,
      selection: this.#selection,
      arena: this.#arena,
      context: this.#settings.evaluation,
      onError: this.#onError,
    })
    const dropped = length < batch.length
    const selection = dropped ? this.#selection : null
    return {
      length,
      columns: this.#program.passed.map((index, j) => this.#column(batch, index, { j, length, selection })),
      kinds: batch.kinds === null || selection === null ? batch.kinds : gatherBytes(batch.kinds, selection, length),
      marks: selection === null ? batch.marks : movedMarks(batch.marks, selection, length),
      lease: batch.lease,
    }
  }

  readonly #onError = (error: unknown): void => {
    if (!(error instanceof ValueError)) throw error
    this.#settings.count?.('errors_ignored', 1)
  }

  #column(
    batch: Batch,
    index: number,
    at: { readonly j: number; readonly length: number; readonly selection: Int32Array | null },
  ): Vector {
    if (index < 0) return columnVector(this.#out[at.j]!, this.#hasNulls[at.j] === 1, this.#arena)
    const vector = batch.columns[index]!
    return at.selection === null ? vector : gatherVector(vector, at.selection, at.length)
  }

  #reserve(length: number): void {
    if (length <= this.#capacity) return
    this.#capacity = Math.max(CAPACITY_MIN, length, this.#capacity * 2)
    const { passed } = this.#program
    this.#out = this.#settings.outputTypes.map((type, j) =>
      createColumn(representationOf(type), passed[j] === -1 ? this.#capacity : 0),
    )
    if (this.#filters) this.#selection = new Int32Array(this.#capacity)
  }
}

function gatherBytes(source: Uint8Array, selection: Int32Array, length: number): Uint8Array {
  const result = new Uint8Array(length)
  for (let i = 0; i < length; i++) result[i] = source[selection[i]!]!
  return result
}

/** A point stays before the first kept row that followed it. */
function movedMarks(marks: readonly WatermarkPoint[], selection: Int32Array, length: number): readonly WatermarkPoint[] {
  if (marks.length === 0) return marks
  let at = 0
  return marks.map(({ row, watermark }) => {
    while (at < length && selection[at]! < row) at++
    return { row: at, watermark }
  })
}

export function createCalc(settings: CalcSettings): Operator {
  const kernel = new CalcKernel(settings)
  return {
    processBatch(_port: number, batch: Batch, out: Emitter): void {
      const result = kernel.apply(batch)
      if (result.length > 0 || result.marks.length > 0) out.emit(result)
    },
  }
}

/** Expressions over a batch, without a filter. */
export function createProjection(
  projection: readonly BoundExpr[],
  settings: Omit<CalcSettings, 'body' | 'outputTypes'> & Pick<CalcBody, 'onError'>,
): (batch: Batch) => Batch {
  const body: CalcBody = { kind: 'Calc', projection, ...(settings.onError === undefined ? {} : { onError: settings.onError }) }
  const kernel = new CalcKernel({ ...settings, body, outputTypes: projection.map((expr) => expr.type) })
  return (batch) => kernel.apply(batch)
}
