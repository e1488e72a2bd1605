/**
 * Sources. An enumerator (on the coordinator's thread) finds splits; a reader (one a source operator and subtask, on the task's
 * thread) owns splits, decodes and returns batches of one split each. The task runs computed columns and per-split watermarks.
 */
import type { Batch } from '../data/batch.ts'
import type { ResolvedTable } from '../plan/physical.ts'
import type { ConnectorContext } from './context.ts'

/** Plain JSON-able: `position` is the source's own (an offset, a byte position, a sequence number), int64 as strings. */
export interface SplitState {
  readonly id: string
  readonly position: unknown
}

export interface SplitEnumerator {
  /**
   * All splits now, with the start-up mode's position for those that are new. Called at start and every discovery interval. `known`
   * are the ids that a restored checkpoint or an earlier call holds: where there are any, other splits are new and begin at their start.
   */
  discover(known?: readonly string[]): Promise<readonly SplitState[]>
  /** How often a run asks for new splits; null = never again after its start. 30 s where it says nothing. */
  readonly discoveryIntervalMs?: number | null
  close(): Promise<void>
}

export interface SourceBatch {
  readonly splitId: string
  /** The table's produced columns (`SourceBody.produced`), in that order. */
  readonly batch: Batch
  /** Bytes read from outside, for metering. */
  readonly bytes: number
}

export interface SourceMetrics {
  /** Unread records over the owned splits; null where unknown. */
  readonly lagRecords: number | null
  /** Append time of the oldest unread record, epoch ms; null when there is none or it is unknown. */
  readonly oldestUnreadMs: number | null
  readonly positions: Readonly<Record<string, string>>
  /** Set while the outside does not answer: the statement is DEGRADED with this reason. */
  readonly trouble: { readonly code: string; readonly message: string } | null
}

/** What a reader shows of itself, and its end. */
export interface SourceObservation {
  metrics(): SourceMetrics
  close(): Promise<void>
}

export interface SourceReader extends SourceObservation {
  addSplits(splits: readonly SplitState[]): void
  /** The next batch, or null when nothing is ready now. Never waits. */
  poll(): SourceBatch | null
  /** Resolves when poll may have something (or the reader ended). */
  available(): Promise<void>
  /** Positions after all that poll has returned. */
  snapshot(): readonly SplitState[]
  /** True when all owned splits are bounded and read to their end. */
  ended(): boolean
  /** Ids of owned bounded splits that have been read to their end: they no longer hold back the watermark. */
  finished?(): readonly string[]
  /** A checkpoint holding `positions` has committed: for outside lag tools (group offsets). Best effort. */
  committed?(positions: readonly SplitState[]): void
}

export interface SourceFactory {
  readonly identifier: string
  /**
   * Flink's rule for sources that do not take the watermark themselves (all but Kafka): a periodic watermark also goes out at once
   * when event time has advanced by more than the interval.
   */
  readonly eagerWatermarks?: boolean
  createEnumerator(table: ResolvedTable, context: ConnectorContext): SplitEnumerator
  /** `produced` are ordinals of table.columns (physical and metadata) that the plan reads. */
  createReader(table: ResolvedTable, produced: readonly number[], context: ConnectorContext): SourceReader
}
