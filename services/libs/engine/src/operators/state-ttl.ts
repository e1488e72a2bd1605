/** Expiry of groups that have not been written for the time to live (processing time, as Flink's state TTL). */
import type { GroupState } from './group-state.ts'

/** Expired groups are looked for this often, at the most. */
const SWEEP_MIN_MS = 1000

export interface StateTtlOptions {
  /** null = state lives for ever. */
  readonly ttlMs: number | null
  readonly state: GroupState
  /** State column that holds the time of the last write, epoch ms. */
  readonly touchedColumn: number
  readonly remove: (group: number) => void
}

export class StateTtl {
  readonly #options: StateTtlOptions
  #nextSweepMs: number | null = null

  constructor(options: StateTtlOptions) {
    this.#options = options
  }

  get nextSweepMs(): number | null {
    return this.#nextSweepMs
  }

  /** State is being written at `nowMs`: it has to be looked at some day. */
  touch(nowMs: number): void {
    const { ttlMs } = this.#options
    if (ttlMs !== null) this.#nextSweepMs ??= nowMs + Math.max(ttlMs, SWEEP_MIN_MS)
  }

  /** Frees what has expired; nothing is emitted for it. */
  sweep(nowMs: number): void {
    const { ttlMs, state, touchedColumn, remove } = this.#options
    if (ttlMs === null) return
    const { table } = state
    for (let group = 0; group < table.rows; group++) {
      if (table.isUsed(group) && nowMs - state.numberAt(touchedColumn, group) >= ttlMs) remove(group)
    }
    this.#nextSweepMs = table.size === 0 ? null : nowMs + Math.max(ttlMs, SWEEP_MIN_MS)
  }
}
