/**
 * Connectors for tests of the runtime. `numbers` gives rows (key, value, time) by formula: row i of a split has key (i × 7 + split)
 * mod `keys`, value i, time i × 10. Options: `splits`, `rows` of a split, `keys`, `batch-rows`, `per-second` (rows of a split,
 * unlimited when absent), `endless`, `fail-at` (row at which it throws RECORD_MALFORMED), `trouble-file` (exists = trouble),
 * `late-every` (the last of so many rows is LATE_MS behind).
 */
import { existsSync } from 'node:fs'
import type { ConnectorContext } from '../../connector/context.ts'
import { ConnectorFailure } from '../../connector/failure.ts'
import type { ConnectorRegistry } from '../../connector/registry.ts'
import type { SourceBatch, SourceFactory, SourceReader, SplitState } from '../../connector/source.ts'
import { memorySink } from '../../local/memory-connector.ts'
import type { ResolvedTable } from '../../plan/physical.ts'

export function createRegistry(): ConnectorRegistry {
  return { sources: { numbers: numbersSource }, sinks: { memory: memorySink } }
}

const LATE_MS = 3_000

/** Time of a row of `numbers`; `lateEvery` 0 = all are in order. */
export function timeOf(row: number, lateEvery: number): number {
  return lateEvery > 0 && row % lateEvery === lateEvery - 1 ? Math.max(0, row * 10 - LATE_MS) : row * 10
}

interface NumberSplit {
  readonly id: string
  readonly startedMs: number
  readonly startedAt: number
  next: number
}

class NumbersReader implements SourceReader {
  readonly #table: ResolvedTable
  readonly #context: ConnectorContext
  readonly #splits: NumberSplit[] = []
  #turn = 0

  constructor(table: ResolvedTable, context: ConnectorContext) {
    this.#table = table
    this.#context = context
  }
  #number(key: string, fallback: number): number {
    return Number(this.#table.options[key] ?? fallback)
  }
  get #trouble(): boolean {
    const file = this.#table.options['trouble-file']
    return file !== undefined && existsSync(file)
  }
  addSplits(splits: readonly SplitState[]): void {
    for (const { id, position } of splits) {
      this.#splits.push({ id, next: Number(position), startedAt: Number(position), startedMs: this.#context.now() })
    }
  }
  #limit(split: NumberSplit): number {
    const rows = this.#number('rows', 1_000)
    const rate = this.#number('per-second', 0)
    if (rate === 0) return rows
    return Math.min(rows, split.startedAt + Math.floor(((this.#context.now() - split.startedMs) * rate) / 1_000))
  }
  poll(): SourceBatch | null {
    if (this.#trouble) return null
    for (let tried = 0; tried < this.#splits.length; tried++) {
      const split = this.#splits[this.#turn++ % this.#splits.length]!
      const size = Math.min(this.#number('batch-rows', 100), this.#limit(split) - split.next)
      if (size <= 0) continue
      const failAt = this.#number('fail-at', -1)
      if (failAt >= split.next && failAt < split.next + size) {
        throw new ConnectorFailure('RECORD_MALFORMED', `Partition ${split.id}, offset ${failAt} of numbers: not a number`)
      }
      const rows = Array.from({ length: size }, (_, i) => split.next + i)
      split.next += size
      const keys = this.#number('keys', 50)
      const lateEvery = this.#number('late-every', 0)
      const columns = [
        { repr: 'i32', values: Int32Array.from(rows, (i) => (i * 7 + Number(split.id)) % keys), nulls: null },
        { repr: 'f64', values: Float64Array.from(rows), nulls: null },
        { repr: 'f64', values: Float64Array.from(rows, (i) => timeOf(i, lateEvery)), nulls: null },
      ] as const
      return { splitId: split.id, batch: { length: size, columns, kinds: null, marks: [], lease: null }, bytes: size * 20 }
    }
    return null
  }
  available(): Promise<void> {
    if (this.#splits.some((split) => split.next < this.#limit(split)) && !this.#trouble) return Promise.resolve()
    return new Promise((resolve) => setTimeout(resolve, 5).unref())
  }
  snapshot(): readonly SplitState[] {
    return this.#splits.map(({ id, next }) => ({ id, position: next }))
  }
  ended(): boolean {
    if (this.#table.options['endless'] === 'true') return false
    return this.#splits.every((split) => split.next >= this.#number('rows', 1_000))
  }
  metrics() {
    return {
      lagRecords: null,
      oldestUnreadMs: null,
      positions: Object.fromEntries(this.#splits.map(({ id, next }) => [id, String(next)])),
      trouble: this.#trouble ? { code: 'BROKER_UNREACHABLE', message: 'No broker answers.' } : null,
    }
  }
  async close(): Promise<void> {}
}

const numbersSource: SourceFactory = {
  identifier: 'numbers',
  createEnumerator: (table) => ({
    discover: async () =>
      Array.from({ length: Number(table.options['splits'] ?? 1) }, (_, i) => ({ id: String(i), position: 0 })),
    close: async () => {},
  }),
  createReader: (table, _produced, context) => new NumbersReader(table, context),
}
