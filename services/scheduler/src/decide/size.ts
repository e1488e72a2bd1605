import { KEY_GROUPS, SLOT_CU_MIN } from '@millrace/protocol'

/** Capacity in thousandths of a CU: whole numbers, so that sums of slots are exact. */
export type MilliCu = number

/** Smallest slot and the step between sizes below one CU. */
export const SLOT_STEP: MilliCu = SLOT_CU_MIN * 1000
/** From here on a statement grows by whole CUs, one thread each. */
export const WHOLE_CU: MilliCu = 1000

export interface Size {
  readonly milliCu: MilliCu
  readonly parallelism: number
}

/** The smallest slot that offers at least `need`: steps of 0.05 CU up to 1 CU, whole CUs above. */
export function slotAtLeast(need: MilliCu): MilliCu {
  const step = need > WHOLE_CU ? WHOLE_CU : SLOT_STEP
  return Math.max(SLOT_STEP, Math.ceil((need - 1e-6) / step) * step)
}

/** The largest slot within `room`, or 0 when not even the smallest fits. */
export function slotWithin(room: MilliCu): MilliCu {
  if (room >= 2 * WHOLE_CU) return Math.floor(room / WHOLE_CU) * WHOLE_CU
  return Math.min(WHOLE_CU, Math.max(0, Math.floor(room / SLOT_STEP) * SLOT_STEP))
}

/** Threads that a slot of `milliCu` runs: one for each CU begun, within the statement's bounds. */
export function threadsFor(milliCu: MilliCu, bounds: { readonly min: number; readonly max: number }): number {
  const max = Math.max(1, Math.min(bounds.max, KEY_GROUPS))
  return Math.min(max, Math.max(1, bounds.min, Math.ceil(milliCu / WHOLE_CU)))
}
