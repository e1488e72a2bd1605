/**
 * Sinks. Writers run on task threads; a transaction (if the sink has one) is owned by the coordinator through CheckpointTruth.
 */
import type { Batch } from '../data/batch.ts'
import type { ResolvedTable } from '../plan/physical.ts'
import type { ConnectorContext } from './context.ts'

/** JSON-able; made by the coordinator's truth and handed to every writer before the first write of a checkpoint's rows. */
export interface TransactionHandle {
  readonly checkpoint: number
  readonly data: unknown
}

/** What a writer shows of itself. */
export interface SinkObservation {
  /** Rows since the last `begin` (or start): whether the checkpoint wrote anything. */
  written(): number
  bytesWritten(): number
  trouble(): { readonly code: string; readonly message: string } | null
}

export interface SinkWriter extends SinkObservation {
  /** Rows with their kinds (what the sink's changelog allows). Encodes or copies before it returns. */
  write(batch: Batch): void
  /** undefined = takes more now; otherwise resolves when it does. Bounded buffers make this the back-pressure. */
  ready(): Promise<void> | undefined
  /** All rows written so far are acknowledged by the outside (in the open transaction). */
  flush(): Promise<void>
  /** Rows from here on belong to this transaction. Never called for sinks without one. */
  begin?(transaction: TransactionHandle): void
  close(): Promise<void>
}

export interface SinkFactory {
  readonly identifier: string
  /** How many writers make sense (a topic's partitions); undefined = any number. Rows of one key always reach one writer. */
  writers?(table: ResolvedTable, context: ConnectorContext): Promise<number | undefined>
  /**
   * Present where the outside decides by key (Kafka: murmur2 of the encoded key, as the Java client): the exchange of a `writers`
   * edge sends each row to the writer that this names. Sinks whose rows have no key give none, and any writer will do.
   * `limit` is what `writers` returned, `writers` how many there are.
   */
  createRouter?(
    table: ResolvedTable,
    context: ConnectorContext,
    count: { readonly limit: number; readonly writers: number },
  ): ((batch: Batch, row: number) => number) | undefined
  createWriter(
    table: ResolvedTable,
    context: ConnectorContext & { readonly writer: number; readonly writers: number },
  ): SinkWriter
  /** Present where the sink can be the statement's primary truth (Kafka with exactly-once). */
  createTruth?(tables: readonly ResolvedTable[], context: ConnectorContext): CheckpointTruth | undefined
}

export interface CommittedPointer {
  readonly number: number
  readonly epoch: number
  readonly manifest: string
}

/**
 * The primary truth of a statement's checkpoints: the Kafka transaction that carries them, or a CURRENT pointer moved by
 * compare-and-set in the object store. Used by the coordinator alone, calls never overlap except `begin` of N+1 while N commits.
 */
export interface CheckpointTruth {
  /** Fences every older run, then reads the last committed checkpoint. null = there never was one. */
  recover(): Promise<CommittedPointer | null>
  /** The transaction for rows of checkpoint `number`. At most two are open. undefined = this truth has no transactions. */
  begin(number: number): Promise<TransactionHandle | undefined>
  /**
   * Makes checkpoint and output visible at once. Strictly in order. `wrote` = rows went out in its transaction, `final` = the last
   * one before a stop, which is never deferred. Throws FencedError.
   */
  commit(pointer: CommittedPointer, facts: { readonly wrote: boolean; readonly final?: boolean }): Promise<void>
  /**
   * The checkpoint that `recover` would find now. A commit without output may be deferred (it only moves a pointer), so this can be
   * older than the last `commit`: its manifest and objects must be kept. Absent = always the last commit.
   */
  durable?(): CommittedPointer | null
  /** Drops the open transaction(s): their rows never become visible. */
  abort(): Promise<void>
  close(): Promise<void>
}

/** A newer epoch took over: the run ends at once and never initialises again by itself. */
export class FencedError extends Error {
  override readonly name = 'FencedError'
}
