/**
 * The newest rows of a foreground SELECT. Rows that were read are overwritten first; while it is full of unread rows it holds back
 * the credit of the threads, which stops the statement.
 */
import type { Clock } from '@millrace/kit'
import type { ResultPage, ResultRow } from '../job.ts'
import type { EncodedResult } from '../thread/thread-messages.ts'

export const RING_ROWS_MAX = 10_000
export const RING_BYTES_MAX = 16 * 1024 * 1024

interface KeptRow {
  readonly row: ResultRow
  readonly bytes: number
}

export class ResultRing {
  readonly #clock: Clock
  readonly #credit: (thread: number, rows: number) => void
  readonly #owed = new Map<number, number>()
  #kept: KeptRow[] = []
  #bytes = 0
  #last = 0
  #read = 0
  #ended = false
  #relaxed = false
  #waiters: (() => void)[] = []

  constructor(clock: Clock, credit: (thread: number, rows: number) => void) {
    this.#clock = clock
    this.#credit = credit
  }

  append(thread: number, rows: readonly EncodedResult[]): void {
    for (const { op, row } of rows) {
      const bytes = 64 + JSON.stringify(row).length * 2
      this.#kept.push({ row: { seq: ++this.#last, op, row }, bytes })
      this.#bytes += bytes
    }
    this.#owed.set(thread, (this.#owed.get(thread) ?? 0) + rows.length)
    this.#settle()
    this.#wakeAll()
  }

  /** No row could be overwritten for a new one. */
  get full(): boolean {
    const unread = (this.#kept[0]?.row.seq ?? 0) > this.#read
    return unread && (this.#kept.length >= RING_ROWS_MAX || this.#bytes >= RING_BYTES_MAX)
  }

  /** While a checkpoint is open, rows before its barrier pass whatever happens: what is under way is bounded by the channels. */
  relax(relaxed: boolean): void {
    this.#relaxed = relaxed
    this.#settle()
  }

  /** Overwrites what was read as far as room is needed, and gives credit while unread rows leave room. */
  #settle(): void {
    let drop = 0
    let bytes = this.#bytes
    while (this.#kept.length - drop > RING_ROWS_MAX || bytes > RING_BYTES_MAX) {
      const oldest = this.#kept[drop]
      if (oldest === undefined || oldest.row.seq > this.#read) break
      bytes -= oldest.bytes
      drop++
    }
    if (drop > 0) this.#kept.splice(0, drop)
    this.#bytes = bytes
    if (this.full && !this.#relaxed) return
    for (const [thread, rows] of this.#owed) this.#credit(thread, rows)
    this.#owed.clear()
  }

  /** The run starts again from a checkpoint: rows that were not final are gone, a reader finds a gap. */
  reset(): void {
    this.#kept = []
    this.#bytes = 0
    this.#owed.clear()
    this.#read = this.#last
    this.#last++
  }

  end(): void {
    this.#ended = true
    this.#wakeAll()
  }

  #wakeAll(): void {
    for (const wake of this.#waiters.splice(0)) wake()
  }

  async page(after: number, limit: number, waitMs: number): Promise<ResultPage> {
    if (!this.#ended && this.#last <= after && waitMs > 0) {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#waiters.push(resolve)
      const over = new AbortController()
      await Promise.race([promise, this.#clock.sleep(waitMs, over.signal)])
      over.abort()
      this.#waiters = this.#waiters.filter((waiter) => waiter !== resolve)
    }
    const first = this.#kept[0]?.row.seq ?? this.#last + 1
    const from = Math.max(0, after + 1 - first)
    const rows = this.#kept.slice(from, from + limit).map((kept) => kept.row)
    this.#read = Math.max(this.#read, rows.at(-1)?.seq ?? Math.min(after, this.#last))
    this.#settle()
    const seen = rows.at(-1)?.seq ?? after
    return { rows, oldest: first, ended: this.#ended && seen >= this.#last }
  }
}
