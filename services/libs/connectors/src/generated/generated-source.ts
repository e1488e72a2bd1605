/**
 * Sources whose row n is a pure function of (seed, n): datagen and nexmark. Their splits are residue classes (row n belongs to split
 * n mod splits), a position is the next index within the class, so any parallelism and any restore give the same rows.
 */
import type { ConnectorContext, SourceBatch, SourceMetrics, SourceReader, SplitEnumerator, SplitState } from '@millrace/engine/connector'
import type { ColumnBuilder } from '@millrace/engine/formats'

const BATCH_ROWS = 2048

export interface GeneratedPosition {
  /** Next index within the split. */
  readonly next: number
  /** Values fixed when the statement first started: seed, base time. */
  readonly fixed: Readonly<Record<string, number>>
}

export interface GeneratedTable {
  readonly splits: number
  /** Rows in all; null = unbounded. */
  readonly rows: number | null
  /** Rows a second over all splits; null = as fast as they are taken. */
  readonly rate: number | null
  readonly columns: readonly ColumnBuilder[]
  /** Writes row n into the columns at `row`. false = this n has no row of the table. */
  generate(n: number, row: number, fixed: Readonly<Record<string, number>>): boolean
}

export function generatedEnumerator(splits: number, fixed: Readonly<Record<string, number>>): SplitEnumerator {
  const all: SplitState[] = Array.from({ length: splits }, (_, i) => ({ id: String(i), position: { next: 0, fixed } satisfies GeneratedPosition }))
  return { discover: async () => all, close: async () => {} }
}

interface Cursor {
  readonly split: number
  readonly fixed: Readonly<Record<string, number>>
  next: number
  /** Pace: index `startIndex` was due at `startMs`. */
  readonly startIndex: number
  readonly startMs: number
}

export class GeneratedReader implements SourceReader {
  readonly #table: GeneratedTable
  readonly #now: () => number
  readonly #cursors: Cursor[] = []
  #turn = 0

  constructor(table: GeneratedTable, context: Pick<ConnectorContext, 'now'>) {
    this.#table = table
    this.#now = context.now
  }

  addSplits(splits: readonly SplitState[]): void {
    for (const split of splits) {
      const position = split.position as GeneratedPosition
      this.#cursors.push({ split: Number(split.id), fixed: position.fixed, next: position.next, startIndex: position.next, startMs: this.#now() })
    }
  }

  poll(): SourceBatch | null {
    for (let k = 0; k < this.#cursors.length; k++) {
      const cursor = this.#cursors[(this.#turn + k) % this.#cursors.length]!
      const due = Math.min(this.#due(cursor), cursor.next + BATCH_ROWS)
      if (due <= cursor.next) continue
      const batch = this.#produce(cursor, due)
      // Numbers without a row of this table only move the position.
      if (batch.batch.length === 0) continue
      this.#turn = (this.#turn + k + 1) % this.#cursors.length
      return batch
    }
    return null
  }

  /** First index of the split that is not due yet (or the end). */
  #due(cursor: Cursor): number {
    const { rate, splits, rows } = this.#table
    const end = rows === null ? Number.MAX_SAFE_INTEGER : Math.max(0, Math.ceil((rows - cursor.split) / splits))
    if (rate === null) return end
    const elapsed = this.#now() - cursor.startMs
    return Math.min(end, cursor.startIndex + Math.floor((elapsed * rate) / 1000 / splits) + 1)
  }

  #produce(cursor: Cursor, end: number): SourceBatch {
    const { columns, splits } = this.#table
    const none = new Uint8Array(0)
    for (const column of columns) column.begin(none, end - cursor.next)
    let row = 0
    for (let i = cursor.next; i < end; i++) {
      if (this.#table.generate(i * splits + cursor.split, row, cursor.fixed)) row++
    }
    cursor.next = end
    return { splitId: String(cursor.split), bytes: 0, batch: { length: row, columns: columns.map((c) => c.finish()), kinds: null, marks: [], lease: null } }
  }

  async available(): Promise<void> {
    const { rate, splits } = this.#table
    if (this.ended() || this.#cursors.some((c) => this.#due(c) > c.next)) return
    const perSplit = rate === null ? 1000 : (1000 * splits) / rate
    await new Promise((resolve) => setTimeout(resolve, Math.min(100, Math.max(1, perSplit))))
  }

  snapshot(): readonly SplitState[] {
    return this.#cursors.map((c) => ({ id: String(c.split), position: { next: c.next, fixed: c.fixed } satisfies GeneratedPosition }))
  }

  ended(): boolean {
    return this.#table.rows !== null && this.#cursors.every((c) => this.#isDone(c))
  }

  finished(): readonly string[] {
    return this.#cursors.filter((c) => this.#isDone(c)).map((c) => String(c.split))
  }

  #isDone(cursor: Cursor): boolean {
    const { rows, splits } = this.#table
    return rows !== null && cursor.next >= Math.ceil((rows - cursor.split) / splits)
  }

  metrics(): SourceMetrics {
    const behind = this.#table.rate === null ? 0 : this.#cursors.reduce((sum, c) => sum + Math.max(0, this.#due(c) - c.next), 0)
    const positions = Object.fromEntries(this.#cursors.map((c) => [String(c.split), String(c.next)]))
    return { lagRecords: behind, oldestUnreadMs: behind > 0 ? this.#oldestDue() : null, positions, trouble: null }
  }

  #oldestDue(): number {
    const { rate, splits } = this.#table
    const dueAt = (c: Cursor) => c.startMs + ((c.next - c.startIndex) * splits * 1000) / rate!
    return Math.min(...this.#cursors.map(dueAt))
  }

  async close(): Promise<void> {}
}
