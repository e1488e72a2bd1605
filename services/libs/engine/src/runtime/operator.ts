/**
 * An operator is one required method plus optional capabilities that the task checks once, when it is built. An operator is used
 * by one thread, is never re-entered, does no I/O and knows no clock: time comes through `onTick`.
 */
import type { Batch } from '../data/batch.ts'

export interface Emitter {
  /** The receiver is done with the batch when this returns. */
  emit(batch: Batch): void
  watermark(timestamp: number): void
}

export interface Operator {
  /** `port` is the index of the input. */
  processBatch(port: number, batch: Batch, out: Emitter): void
}

/** Without it a watermark is passed on (with several inputs: their minimum, kept by the task). */
export interface HandlesWatermark {
  /** The operator's watermark (minimum over inputs) has risen to `timestamp`. Must pass it on itself. */
  onWatermark(timestamp: number, out: Emitter): void
}

/** Processing-time work: TTL, idle flushes, processing-time windows. */
export interface HandlesTick {
  /** Epoch ms of the next due time, or null. */
  nextDeadline(): number | null
  onTick(nowMs: number, out: Emitter): void
}

/** End of bounded input on all ports, after WATERMARK_MAX. */
export interface HandlesEnd {
  onEnd(out: Emitter): void
}

/**
 * State by key group. A section is named and versioned by the operator; keyed sections are written once for each key group that
 * holds anything, so that a restore at another parallelism hands each subtask the groups that it owns.
 */
export interface Stateful {
  stateBytes(): number
  snapshot(writer: StateWriter): void
  /** Called once, before the first element. */
  restore(reader: StateReader): void
}

export interface StateWriter {
  keyed(section: string, keyGroup: number, bytes: Uint8Array): void
  /** State of a subtask without a key. At restore every subtask of the operator sees all of them (union redistribution). */
  unkeyed(section: string, bytes: Uint8Array): void
}

export interface StateReader {
  keyed(section: string): Iterable<{ readonly keyGroup: number; readonly bytes: Uint8Array }>
  unkeyed(section: string): Iterable<Uint8Array>
}

export interface KeyGroupRange {
  readonly first: number
  /** Inclusive. */
  readonly last: number
  readonly total: number
}

/** What an operator may know of its place. */
export interface OperatorContext {
  readonly subtask: number
  readonly parallelism: number
  readonly keyGroups: KeyGroupRange
  readonly config: Readonly<Record<string, string>>
  /** Readings for expressions (CURRENT_TIMESTAMP, CURRENT_WATERMARK, RAND); the task sets them before it hands over a batch. */
  readonly evaluation?: Evaluation
  /** Charges `bytes` (negative = frees) before memory is taken. Throws the hard limit's diagnostic (StateLimitError). */
  charge(bytes: number): void
  count(metric: 'late_records_dropped' | 'errors_ignored', by: number): void
}

export interface Evaluation {
  /** Processing time, epoch ms. */
  nowMs: number
  /** The operator's watermark; null before the first one. */
  watermarkMs: number | null
  /** A number in [0, 1). */
  random: () => number
}
