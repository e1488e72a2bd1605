import type { Batch } from '../../data/batch.ts'
import type { Schema } from '../../sql/bound/rel.ts'
import { encodeRows } from '../result-encoding.ts'
import type { FragmentOutput } from './fragment-io.ts'
import type { Outlet } from './operator-node.ts'
import type { EncodedResult } from './thread-messages.ts'

/** Rows on their way to the ring that are not yet acknowledged. */
export const RESULT_CREDIT_ROWS = 2_000

/** The end of a foreground SELECT: encodes rows for the coordinator's ring and stops when its credit is used up. */
export class CollectOutput implements Outlet, FragmentOutput {
  readonly #schema: Schema
  readonly #post: (rows: readonly EncodedResult[]) => void
  #credit = RESULT_CREDIT_ROWS

  constructor(schema: Schema, post: (rows: readonly EncodedResult[]) => void) {
    this.#schema = schema
    this.#post = post
  }

  batch(batch: Batch): void {
    if (batch.length === 0) return
    this.#credit -= batch.length
    this.#post(encodeRows(batch, this.#schema))
  }

  /** The coordinator's ring has room for so many more rows. */
  credit(rows: number): void {
    this.#credit += rows
  }

  watermark(): void {}
  idle(): void {}
  end(): void {}

  blocked(): boolean {
    return this.#credit <= 0
  }

  arm(): void {}
}
