import type { SourceBatch, SourceMetrics, SourceReader, SplitState } from '@millrace/engine/connector'
import type { DecodeFault } from '@millrace/engine/formats'
import { PartitionCursor } from '../records/partition-cursor.ts'
import { RecordColumns } from '../records/record-columns.ts'
import type { ScanOptions } from '../table-options.ts'
import { offsetCommitCall } from '../wire/api/offset-commit.ts'
import type { KafkaClient } from '../wire/client.ts'
import { KafkaError } from '../wire/kafka-error.ts'
import type { DeadLetters } from './dead-letters.ts'
import { type FetchedChunk, type FetchedSplit, Fetcher } from './fetcher.ts'
import type { DecodedRows, RecordDecoder } from './record-decoder.ts'
import { resolveOffsets } from './resolve-offsets.ts'
import { decodeSplit, encodeSplit } from './split-position.ts'

export interface ReaderOptions {
  readonly client: KafkaClient
  readonly scan: ScanOptions
  readonly decoder: RecordDecoder
  readonly deadLetters: DeadLetters | null
  /** Name of the table for messages. */
  readonly table: string
  readonly now: () => number
  readonly random: () => number
  readonly log: (message: string) => void
  readonly countIgnored: (by: number) => void
}

interface OwnedSplit extends FetchedSplit {
  /** After all that poll has returned. */
  position: number
  /** Record time of the last record that was read; a bound for the age of the next one. */
  lastTimestamp: number | null
}

interface OpenChunk {
  readonly chunk: FetchedChunk
  readonly split: OwnedSplit
  readonly cursor: PartitionCursor
  counted: boolean
}

/** A batch whose dead letters are not acknowledged yet. */
interface HeldBatch {
  readonly result: SourceBatch | null
  readonly split: OwnedSplit
  readonly position: number
  written: boolean
}

const RUN_RECORDS = 4096
/** A transaction that holds back its readers for longer is named as the reason. */
const HELD_MS = 60_000

/** Reads partitions: fetched bytes become columns, one run of one partition a batch. */
export class KafkaSourceReader implements SourceReader {
  readonly #o: ReaderOptions
  readonly #fetcher: Fetcher
  readonly #splits = new Map<string, OwnedSplit>()
  readonly #run = new RecordColumns(RUN_RECORDS)
  #open: OpenChunk | null = null
  #held: HeldBatch | null = null
  #failure: Error | null = null
  #available = Promise.withResolvers<void>()
  #committing = false

  constructor(options: ReaderOptions) {
    this.#o = options
    const { client, scan, now, random, log } = options
    this.#fetcher = new Fetcher({
      client,
      readCommitted: scan.readCommitted,
      reset: scan.reset,
      now,
      random,
      log,
      wake: () => this.#wake(),
      edge: (split, which) => this.#edge(split, which),
    })
  }

  addSplits(splits: readonly SplitState[]): void {
    const added = splits.map((state): OwnedSplit => {
      const start = decodeSplit(state)
      const done = start.stopAt !== null && start.offset >= start.stopAt
      const position = start.offset
      const unknown = { leader: -1, leaderEpoch: -1, endOffset: null, heldSinceMs: null, lastTimestamp: null }
      return { id: state.id, start, fetchOffset: position, position, done, ...unknown }
    })
    for (const split of added) this.#splits.set(split.id, split)
    this.#fetcher.add(added)
    this.#wake()
  }

  poll(): SourceBatch | null {
    const failure = this.#failure ?? this.#fetcher.failure
    if (failure) throw failure
    if (this.#held) return this.#releaseHeld(this.#held)
    for (;;) {
      const open = this.#open ?? this.#openNext()
      if (open === null) return null
      if (!this.#fill(open)) {
        this.#finish(open)
        continue
      }
      const batch = this.#decode(open)
      if (batch !== null || this.#held !== null) return batch
    }
  }

  /** Damaged batches end the statement under every `error-handling.mode`: nobody knows which records they held. */
  #fill(open: OpenChunk): boolean {
    try {
      return open.cursor.fill(this.#run)
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error
      throw new KafkaError(error.code, `${open.split.id} of ${this.#o.table}: ${error.message}`, { cause: error })
    }
  }

  #openNext(): OpenChunk | null {
    const chunk = this.#fetcher.chunks.shift()
    if (!chunk) return null
    const split = this.#splits.get(chunk.split.id) as OwnedSplit
    const { buffer, start, end, from } = chunk
    const range = { from, to: split.start.stopAt ?? Number.MAX_SAFE_INTEGER }
    const records = { data: buffer.bytes, start, end, aborted: this.#o.scan.readCommitted ? chunk.aborted : [], range }
    this.#open = { chunk, split, cursor: new PartitionCursor(records, this.#o.scan.checkCrcs), counted: false }
    return this.#open
  }

  #finish({ chunk, split }: OpenChunk): void {
    const { stopAt } = split.start
    split.position = Math.max(split.position, stopAt === null ? chunk.next : Math.min(chunk.next, stopAt))
    this.#open = null
    chunk.release()
  }

  #decode(open: OpenChunk): SourceBatch | null {
    const { split, cursor, chunk } = open
    const run = this.#run
    const place = { topic: split.start.topic, partition: split.start.partition }
    const rows = this.#o.decoder.decode(run, place)
    const bytes = open.counted ? 0 : chunk.end - chunk.start
    open.counted = true
    split.lastTimestamp = run.timestamps[run.count - 1] ?? null
    const result = rows.length === 0 ? null : toBatch(rows, { split, bytes, chunk, inBuffer: run.data === chunk.buffer.bytes })
    if (rows.faults.length > 0 && this.#faults(rows.faults, { result, split, position: cursor.nextOffset })) return null
    split.position = cursor.nextOffset
    return result
  }

  /** Applies `error-handling.mode`; true when the batch has to wait for its dead letters. */
  #faults(faults: readonly DecodeFault[], next: Omit<HeldBatch, 'written'>): boolean {
    const { scan, deadLetters, table, countIgnored } = this.#o
    const place = { topic: next.split.start.topic, partition: next.split.start.partition }
    if (scan.errors.mode === 'fail') {
      const [first] = faults
      const offset = this.#run.offsets[first?.record ?? 0]
      const column = first?.column === undefined ? '' : `column ${first.column}: `
      throw new KafkaError(
        'RECORD_MALFORMED',
        `Partition ${place.partition}, offset ${offset} of ${table}: ${column}${first?.reason ?? 'unreadable'}`,
      )
    }
    countIgnored(faults.length)
    if (!deadLetters) return false
    const held: HeldBatch = { ...next, written: false }
    this.#held = held
    deadLetters.write(faults, this.#run, place).then(
      () => {
        held.written = true
        this.#wake()
      },
      (error: unknown) => {
        this.#failure = error instanceof Error ? error : new Error(String(error))
        this.#wake()
      },
    )
    return true
  }

  #releaseHeld(held: HeldBatch): SourceBatch | null {
    if (!held.written) return null
    this.#held = null
    held.split.position = held.position
    return held.result ?? this.poll()
  }

  available(): Promise<void> {
    const held = this.#held
    const ready = held ? held.written : this.#open !== null || this.#fetcher.chunks.length > 0 || this.ended()
    return ready || this.#failure || this.#fetcher.failure ? Promise.resolve() : this.#available.promise
  }

  #wake(): void {
    const { resolve } = this.#available
    this.#available = Promise.withResolvers()
    resolve()
  }

  snapshot(): readonly SplitState[] {
    return [...this.#splits.values()].map(({ start, position }) => encodeSplit({ ...start, offset: position }))
  }

  ended(): boolean {
    return this.#o.scan.bounded !== null && this.finished().length === this.#splits.size
  }

  finished(): readonly string[] {
    const busy = new Set(this.#fetcher.chunks.map((chunk) => chunk.split.id))
    if (this.#open) busy.add(this.#open.split.id)
    if (this.#held) busy.add(this.#held.split.id)
    return [...this.#splits.values()].filter((split) => split.done && !busy.has(split.id)).map((split) => split.id)
  }

  metrics(): SourceMetrics {
    let lag: number | null = 0
    let oldest: number | null = null
    const positions: Record<string, string> = {}
    for (const split of this.#splits.values()) {
      positions[split.id] = String(split.position)
      const end = split.start.stopAt ?? split.endOffset
      const unread: number = end === null ? 0 : Math.max(0, end - split.position)
      if (end === null) lag = null
      else if (lag !== null) lag += unread
      const time = unread > 0 ? this.#oldestUnread(split) : null
      if (time !== null && (oldest === null || time < oldest)) oldest = time
    }
    return { lagRecords: lag, oldestUnreadMs: oldest, positions, trouble: this.#trouble() }
  }

  #trouble(): SourceMetrics['trouble'] {
    const { trouble } = this.#fetcher
    if (trouble) return { code: trouble.code, message: trouble.message }
    const now = this.#o.now()
    const held = [...this.#splits.values()].find((split) => split.heldSinceMs !== null && now - split.heldSinceMs > HELD_MS)
    if (!held) return null
    const message = `A producer has left a transaction open in ${held.id}: nothing after offset ${held.endOffset} can be read.`
    return { code: 'UPSTREAM_TRANSACTION_OPEN', message }
  }

  /** Record time of what is buffered next; where nothing is, the last record's time is a lower bound. */
  #oldestUnread(split: OwnedSplit): number | null {
    if (this.#open?.split === split) return this.#open.cursor.pendingTimestamp() ?? split.lastTimestamp
    const chunk = this.#fetcher.chunks.find((c) => c.split.id === split.id)
    if (!chunk) return split.lastTimestamp
    const { buffer, start, end, from } = chunk
    const range = { from, to: Number.MAX_SAFE_INTEGER }
    const records = { data: buffer.bytes, start, end, aborted: chunk.aborted, range }
    return new PartitionCursor(records, false).pendingTimestamp() ?? split.lastTimestamp
  }

  async #edge(split: FetchedSplit, which: 'earliest' | 'latest'): Promise<number> {
    const { client, scan } = this.#o
    const { topic, partition } = split.start
    const { readCommitted, groupId, reset } = scan
    const partitions = [{ topic, partition, leader: split.leader }]
    const offsets = await resolveOffsets({ kind: which }, partitions, { client, readCommitted, groupId, reset })
    return offsets.get(split.id) ?? split.fetchOffset
  }

  committed(positions: readonly SplitState[]): void {
    const { groupId } = this.#o.scan
    const own = positions.filter((p) => this.#splits.has(p.id)).map(decodeSplit)
    if (groupId === undefined || this.#committing || own.length === 0) return
    this.#committing = true
    const offsets = own.map(({ topic, partition, offset }) => ({ topic, partition, offset, metadata: null }))
    this.#o.client
      .requestCoordinator({ kind: 'group', key: groupId }, offsetCommitCall(groupId, offsets), (a) => a[0]?.error ?? 0)
      .catch(() => undefined)
      .finally(() => {
        this.#committing = false
      })
  }

  async close(): Promise<void> {
    this.#fetcher.close()
    this.#o.deadLetters?.close()
  }
}

function toBatch(
  rows: DecodedRows,
  from: { readonly split: OwnedSplit; readonly bytes: number; readonly chunk: FetchedChunk; readonly inBuffer: boolean },
): SourceBatch {
  const { length, columns, kinds } = rows
  const lease = from.inBuffer ? from.chunk.buffer : null
  return { splitId: from.split.id, batch: { length, columns, kinds, marks: [], lease }, bytes: from.bytes }
}
