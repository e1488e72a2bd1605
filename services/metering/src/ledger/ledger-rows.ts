import type { UsageCounters } from '@millrace/protocol'

export const MINUTE_MS = 60_000

/** A slot that was held, from grant to release. */
export interface Interval {
  readonly worker: string
  readonly milliCu: number
  readonly grantedAtMs: number
  /** null while it stands. A dead worker's slot is released at its last heartbeat: dead time is not charged. */
  readonly releasedAtMs: number | null
  readonly lastHeartbeatMs: number | null
  /** Start of the last minute in the ledger; null when none is. */
  readonly billedMinuteMs: number | null
}

/** A cumulative reading of one incarnation; never decreasing. */
export interface Reading {
  readonly incarnation: string
  readonly atMs: number
  readonly counters: UsageCounters
}

/** Quantities already in the ledger, by `incarnation/sku`. */
export type Billed = ReadonlyMap<string, number>

export interface Quantity {
  readonly minuteMs: number
  readonly incarnation: string
  readonly sku: string
  readonly unit: string
  readonly quantity: number
}

/** Counters that become rows, with sku and unit. */
const COUNTED: readonly (readonly [keyof UsageCounters, string, string])[] = [
  ['cpu_us', 'cpu', 'us'],
  ['records_in', 'records_in', 'records'],
  ['records_out', 'records_out', 'records'],
  ['bytes_in', 'bytes_in', 'bytes'],
  ['bytes_out', 'bytes_out', 'bytes'],
]

export const minuteOf = (ms: number): number => Math.floor(ms / MINUTE_MS) * MINUTE_MS

/**
 * Minutes that can be written for good: not in the ledger yet, over, and settled. A minute of a standing slot is settled when its
 * worker was heard of at or after its end, because a worker found dead later is released no earlier than that; the last minute of a
 * released slot is settled at once. At most `limit`, oldest first.
 */
export function settledMinutes(slot: Interval, now: number, limit: number): number[] {
  const first = slot.billedMinuteMs === null ? minuteOf(slot.grantedAtMs) : slot.billedMinuteMs + MINUTE_MS
  const minutes: number[] = []
  for (let minute = first; minutes.length < limit; minute += MINUTE_MS) {
    const end = minute + MINUTE_MS
    if (slot.releasedAtMs !== null) {
      if (minute >= slot.releasedAtMs || slot.releasedAtMs <= slot.grantedAtMs) break
    } else if (end > now || slot.lastHeartbeatMs === null || slot.lastHeartbeatMs < end) break
    minutes.push(minute)
  }
  return minutes
}

/**
 * The ledger rows of `minutes`, which settledMinutes gave. Pure, and the same whenever it is computed: held capacity is the
 * interval's part of each minute, and a counter's row is its reading at the minute's end less what the ledger holds of it, so
 * that any schedule of passes, crashes and repeats sums to the last reading.
 */
export function ledgerRows(
  slot: Interval,
  use: { readonly readings: readonly Reading[]; readonly billed: Billed },
  minutes: readonly number[],
): Quantity[] {
  const rows: Quantity[] = []
  const billed = new Map(use.billed)
  const incarnations = [...new Set(use.readings.map((r) => r.incarnation))].sort()
  for (const minuteMs of minutes) {
    const end = minuteMs + MINUTE_MS
    const until = slot.releasedAtMs === null ? end : Math.min(end, slot.releasedAtMs)
    const heldMs = Math.max(0, until - Math.max(minuteMs, slot.grantedAtMs))
    rows.push({ minuteMs, incarnation: slot.worker, sku: 'cu', unit: 'milli_cu_ms', quantity: heldMs * slot.milliCu })
    for (const incarnation of incarnations) {
      const last = use.readings.findLast((r) => r.incarnation === incarnation && r.atMs <= end)
      if (!last) continue
      for (const [counter, sku, unit] of COUNTED) {
        const key = `${incarnation}/${sku}`
        const quantity = Math.trunc(last.counters[counter]) - (billed.get(key) ?? 0)
        if (quantity <= 0) continue
        billed.set(key, (billed.get(key) ?? 0) + quantity)
        rows.push({ minuteMs, incarnation, sku, unit, quantity })
      }
    }
  }
  return rows
}
