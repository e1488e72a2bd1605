/** Runs one operator over rows, for tests: what goes in and what comes out as lines of text. */

import { printerOf } from '../codegen/casts/print-value.ts'
import { type Batch, ROW_KIND, type RowKind, type WatermarkPoint } from '../data/batch.ts'
import type { Boxed } from '../data/boxed.ts'
import { batchOfRows, rowAt } from '../data/column-builder.ts'
import type { OperatorBody, PhysicalOperator } from '../plan/physical.ts'
import { keyGroupRange } from '../runtime/key-group.ts'
import type {
  Emitter,
  HandlesEnd,
  HandlesTick,
  HandlesWatermark,
  Operator,
  OperatorContext,
  Stateful,
  StateReader,
  StateWriter,
} from '../runtime/operator.ts'
import type { LogicalType } from '../sql/types/logical-type.ts'
import { createOperator } from './instantiate.ts'

export type TestRow = readonly [kind: '+I' | '-U' | '+U' | '-D', ...values: Boxed[]]

const KINDS: Readonly<Record<TestRow[0], RowKind>> = {
  '+I': ROW_KIND.INSERT,
  '-U': ROW_KIND.UPDATE_BEFORE,
  '+U': ROW_KIND.UPDATE_AFTER,
  '-D': ROW_KIND.DELETE,
}
const KIND_NAMES = ['+I', '-U', '+U', '-D'] as const

export const KEY_GROUPS = 128

/** What a snapshot wrote, readable by a restore of any subtask. */
export class SavedState implements StateWriter {
  readonly #keyed: { readonly section: string; readonly keyGroup: number; readonly bytes: Uint8Array }[] = []
  readonly #unkeyed: { readonly section: string; readonly bytes: Uint8Array }[] = []

  keyed(section: string, keyGroup: number, bytes: Uint8Array): void {
    this.#keyed.push({ section, keyGroup, bytes })
  }
  unkeyed(section: string, bytes: Uint8Array): void {
    this.#unkeyed.push({ section, bytes })
  }
  readerFor(range: { readonly first: number; readonly last: number }): StateReader {
    return {
      keyed: (section) =>
        this.#keyed.filter((entry) => entry.section === section && entry.keyGroup >= range.first && entry.keyGroup <= range.last),
      unkeyed: (section) => this.#unkeyed.filter((entry) => entry.section === section).map(({ bytes }) => bytes),
    }
  }
}

export interface Bench {
  readonly operator: Operator & Partial<HandlesWatermark & HandlesTick & HandlesEnd & Stateful>
  readonly context: { nowMs: number; lateRecords: number; errorsIgnored: number; charged: number }
  /** Output lines since the last call. */
  taken(): string[]
  rows(rows: readonly TestRow[], marks?: readonly WatermarkPoint[]): Bench
  watermark(timestamp: number): Bench
  end(): Bench
  save(to: SavedState): void
}

interface BenchOptions {
  readonly inputTypes: readonly LogicalType[]
  readonly outputTypes: readonly LogicalType[]
  readonly config?: Readonly<Record<string, string>>
  readonly subtask?: number
  readonly parallelism?: number
  readonly restore?: SavedState
}

const named = (types: readonly LogicalType[]) => types.map((type, i) => ({ name: `f${i}`, type }))

export function createBench(body: OperatorBody, options: BenchOptions): Bench {
  const context = { nowMs: 0, lateRecords: 0, errorsIgnored: 0, charged: 0 }
  const [subtask, parallelism] = [options.subtask ?? 0, options.parallelism ?? 1]
  const keyGroups = keyGroupRange(subtask, parallelism, KEY_GROUPS)
  const evaluation = {
    get nowMs() {
      return context.nowMs
    },
    set nowMs(_value: number) {},
    watermarkMs: null,
    random: () => 0.5,
  }
  const ctx: OperatorContext = {
    subtask,
    parallelism,
    keyGroups,
    config: options.config ?? {},
    evaluation,
    charge: (bytes) => {
      context.charged += bytes
    },
    count: (metric, by) => {
      context[metric === 'errors_ignored' ? 'errorsIgnored' : 'lateRecords'] += by
    },
  }
  const plan: PhysicalOperator = {
    id: 'op',
    name: body.kind,
    inputs: [],
    schema: named(options.outputTypes),
    changelog: ['I'],
    body,
  }
  const operator: Bench['operator'] = createOperator(plan, [named(options.inputTypes)], ctx)
  if (options.restore !== undefined) operator.restore?.(options.restore.readerFor(keyGroups))
  return drive({ operator, context, options })
}

function drive({ operator, context, options }: Pick<Bench, 'operator' | 'context'> & { readonly options: BenchOptions }): Bench {
  let lines: string[] = []
  const print = options.outputTypes.map((type) => printerOf(type, 'UTC'))
  const emitter: Emitter = {
    emit(batch: Batch) {
      const marks = [...batch.marks]
      for (let row = 0; row < batch.length; row++) {
        while (marks[0] !== undefined && marks[0].row <= row) lines.push(`~ ${marks.shift()!.watermark}`)
        const values = rowAt(batch, options.outputTypes, row).map((value, i) => (value === null ? 'NULL' : print[i]!(value)))
        lines.push(`${KIND_NAMES[batch.kinds === null ? 0 : batch.kinds[row]!]}[${values.join(', ')}]`)
      }
      for (const { watermark } of marks) lines.push(`~ ${watermark}`)
    },
    watermark: (timestamp) => lines.push(`~ ${timestamp}`),
  }
  const bench: Bench = {
    operator,
    context,
    taken() {
      const taken = lines
      lines = []
      return taken
    },
    rows(rows, marks = []) {
      const kinds = rows.map(([kind]) => KINDS[kind])
      const batch = batchOfRows(
        options.inputTypes,
        rows.map(([, ...values]) => values),
        kinds.every((kind) => kind === 0) ? null : kinds,
      )
      operator.processBatch(0, { ...batch, marks }, emitter)
      return bench
    },
    watermark(timestamp) {
      if (operator.onWatermark !== undefined) operator.onWatermark(timestamp, emitter)
      else emitter.watermark(timestamp)
      return bench
    },
    end() {
      operator.onEnd?.(emitter)
      return bench
    },
    save: (to) => operator.snapshot?.(to),
  }
  return bench
}
