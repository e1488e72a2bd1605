import { type MilliCu, SLOT_STEP } from './size.ts'

export interface GrowthSlot {
  readonly version: string
  readonly pool: string
  readonly priority: number
  readonly milliCu: MilliCu
  /** It is on its way to another size or out. */
  readonly stopping: boolean
}

/**
 * The slot that shrinks to the smallest size so that one of higher priority can grow in an exhausted pool: the lowest priority,
 * among those the largest. null when all others are at least as important, at the smallest size already, or one is shrinking.
 */
export function slotToShrink(
  slots: readonly GrowthSlot[],
  grower: { readonly pool: string; readonly priority: number },
): GrowthSlot | null {
  const below = slots.filter((s) => s.pool === grower.pool && s.priority < grower.priority)
  if (below.some((s) => s.stopping)) return null
  const shrinkable = below.filter((s) => s.milliCu > SLOT_STEP)
  return (
    shrinkable.sort((a, b) => a.priority - b.priority || b.milliCu - a.milliCu || (a.version < b.version ? -1 : 1))[0] ?? null
  )
}
