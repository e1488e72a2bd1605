/**
 * Tables given as rows, for golden queries and conformance programs. The source hands out rows that stand in its options, a batch
 * at a time; the sink keeps rows by transaction in a folder, so that what a reader sees is exactly once: lines of {op, row, text},
 * text as Flink prints a row.
 *
 * Source options: `rows` (JSON: [{op, values}] over all physical and metadata columns), `batch-rows` (1), `splits` (1),
 * `hold-after` (rows of all splits after which it neither gives more nor ends). Sink options: `path` (a folder).
 */
import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ConnectorContext } from '../connector/context.ts'
import type { ConnectorRegistry } from '../connector/registry.ts'
import type { SinkFactory, SinkWriter, TransactionHandle } from '../connector/sink.ts'
import type { SourceBatch, SourceFactory, SourceMetrics, SourceReader, SplitState } from '../connector/source.ts'
import type { Batch } from '../data/batch.ts'
import { rowText } from '../formats/row-text.ts'
import type { ResolvedTable } from '../plan/physical.ts'
import { encodeRows } from '../runtime/result-encoding.ts'
import { decodeRows, type EncodedInputRow } from './decode-rows.ts'
import { FolderTruth } from './folder-transactions.ts'

export const MEMORY = 'memory'

export function createRegistry(): ConnectorRegistry {
  return { sources: { [MEMORY]: memorySource }, sinks: { [MEMORY]: memorySink } }
}

interface OwnedSplit {
  readonly id: string
  readonly rows: readonly EncodedInputRow[]
  /** Rows that may be given. */
  readonly limit: number
  next: number
}

class MemoryReader implements SourceReader {
  readonly #table: ResolvedTable
  readonly #produced: readonly number[]
  readonly #splits: OwnedSplit[] = []
  #turn = 0
  #added = Promise.withResolvers<void>()

  constructor(table: ResolvedTable, produced: readonly number[]) {
    this.#table = table
    this.#produced = produced
  }

  addSplits(splits: readonly SplitState[]): void {
    const rows = JSON.parse(this.#option('rows', '[]')) as EncodedInputRow[]
    const total = Number(this.#option('splits', '1'))
    const hold = Number(this.#option('hold-after', String(rows.length)))
    for (const { id, position } of splits) {
      const own = rows.filter((_row, i) => i % total === Number(id))
      const limit = rows.slice(0, hold).filter((_row, i) => i % total === Number(id)).length
      this.#splits.push({ id, rows: own, limit, next: Number(position) })
    }
    this.#added.resolve()
    this.#added = Promise.withResolvers()
  }

  #option(key: string, fallback: string): string {
    return this.#table.options[key] ?? fallback
  }

  poll(): SourceBatch | null {
    const ready = this.#splits.filter((split) => split.next < split.limit)
    const split = ready[this.#turn++ % Math.max(1, ready.length)]
    if (split === undefined) return null
    const end = Math.min(split.limit, split.next + Number(this.#option('batch-rows', '1')))
    const rows = split.rows.slice(split.next, end)
    split.next = end
    const types = this.#produced.map((ordinal) => this.#table.columns[ordinal]!.type)
    const values = rows.map(({ op, values }) => ({ op, values: this.#produced.map((ordinal) => values[ordinal]) }))
    return { splitId: split.id, batch: decodeRows(values, types), bytes: JSON.stringify(rows).length }
  }

  available(): Promise<void> {
    return this.#splits.some((split) => split.next < split.limit) ? Promise.resolve() : this.#added.promise
  }

  snapshot(): readonly SplitState[] {
    return this.#splits.map(({ id, next }) => ({ id, position: next }))
  }

  finished(): readonly string[] {
    return this.#splits.filter((split) => split.next === split.rows.length).map((split) => split.id)
  }

  ended(): boolean {
    return this.#splits.every((split) => split.next === split.rows.length && split.limit === split.rows.length)
  }

  metrics(): SourceMetrics {
    const lagRecords = this.#splits.reduce((sum, split) => sum + split.limit - split.next, 0)
    const positions = Object.fromEntries(this.#splits.map(({ id, next }) => [id, String(next)]))
    return { lagRecords, oldestUnreadMs: null, positions, trouble: null }
  }

  async close(): Promise<void> {}
}

export const memorySource: SourceFactory = {
  identifier: MEMORY,
  eagerWatermarks: true,
  createEnumerator: (table) => ({
    discover: async () =>
      Array.from({ length: Number(table.options['splits'] ?? '1') }, (_, i) => ({ id: String(i), position: 0 })),
    close: async () => {},
  }),
  createReader: (table, produced) => new MemoryReader(table, produced),
}

class MemoryWriter implements SinkWriter {
  readonly #table: ResolvedTable
  readonly #writer: number
  #transaction = 'none'
  #lines: string[] = []
  #written = 0
  #bytes = 0

  constructor(table: ResolvedTable, writer: number) {
    this.#table = table
    this.#writer = writer
    mkdirSync(folderOf(table), { recursive: true })
  }

  write(batch: Batch): void {
    const types = this.#table.columns.map((column) => column.type)
    encodeRows(batch, this.#table.columns).forEach((row, i) => {
      this.#lines.push(JSON.stringify({ ...row, text: `${row.op}${rowText(batch, i, types)}` }))
    })
    this.#written += batch.length
  }

  ready(): undefined {}

  async flush(): Promise<void> {
    if (this.#lines.length === 0) return
    const text = `${this.#lines.join('\n')}\n`
    this.#lines = []
    this.#bytes += text.length
    const name = `${this.#table.path[2]}.${this.#transaction}.${this.#writer}`
    appendFileSync(join(folderOf(this.#table), name), text)
  }

  begin(transaction: TransactionHandle): void {
    this.#transaction = transaction.data as string
    this.#written = 0
  }

  written(): number {
    return this.#written
  }

  bytesWritten(): number {
    return this.#bytes
  }

  trouble(): null {
    return null
  }

  async close(): Promise<void> {}
}

function folderOf(table: ResolvedTable): string {
  const path = table.options['path']
  if (path === undefined) throw new Error(`the memory table ${table.path[2]} has no path`)
  return path
}

export const memorySink: SinkFactory = {
  identifier: MEMORY,
  createWriter: (table, context) => new MemoryWriter(table, context.writer),
  createTruth: ([table], context: ConnectorContext) =>
    table && new FolderTruth({ folder: folderOf(table), epoch: context.epoch, random: context.random }),
}
