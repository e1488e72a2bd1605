/** The one noun that travels between operators. */
import type { Vector } from './vector.ts'

/** Row kinds as bytes, in Flink's order. */
export const ROW_KIND = { INSERT: 0, UPDATE_BEFORE: 1, UPDATE_AFTER: 2, DELETE: 3 } as const
export type RowKind = (typeof ROW_KIND)[keyof typeof ROW_KIND]

/** Counted hold on a buffer that a batch's `bytes` columns point into (a fetch buffer). The last release gives it back. */
export interface Lease {
  retain(): void
  release(): void
}

/** The watermark that holds before row `row` of the batch (0 ≤ row ≤ length). Operators behave as if the batch were cut there. */
export interface WatermarkPoint {
  readonly row: number
  readonly watermark: number
}

export interface Batch {
  readonly length: number
  readonly columns: readonly Vector[]
  /** One ROW_KIND a row; null means that all rows are +I. */
  readonly kinds: Uint8Array | null
  /** Ascending in row and in watermark; empty with periodic watermarks, which lie at batch borders. */
  readonly marks: readonly WatermarkPoint[]
  /** A batch is valid until the call that received it returns; who keeps it longer retains the lease or copies. */
  readonly lease: Lease | null
}

/** Event time, epoch milliseconds. MAX is the end of bounded input, MIN before the first watermark. */
export const WATERMARK_MAX = 9_223_372_036_854_776_000
export const WATERMARK_MIN = -9_223_372_036_854_776_000

export interface BarrierInfo {
  readonly checkpoint: number
  /** The last one before a stop: nothing is read after it. */
  readonly final: boolean
}

export type StreamElement =
  | { readonly kind: 'Batch'; readonly batch: Batch }
  | { readonly kind: 'Watermark'; readonly timestamp: number }
  /** The input has been silent for its idle time-out, or speaks again; an idle input does not hold back the watermark. */
  | { readonly kind: 'Idle'; readonly idle: boolean }
  | { readonly kind: 'Barrier'; readonly barrier: BarrierInfo }
  | { readonly kind: 'End' }
