import type { MilliCu } from './size.ts'

export interface PoolWorkerFact {
  readonly uid: string
  readonly capacity: MilliCu
  readonly used: MilliCu
  /** Sizes of its slots. */
  readonly slots: readonly MilliCu[]
  readonly accepting: boolean
  /** Since when it holds no slot; null while it holds one. */
  readonly idleSinceMs: number | null
  /** Last grant or release on it: a worker in motion is not consolidated. */
  readonly lastChangeMs: number
  /** Results of a finished query are still readable on it until then. */
  readonly keepUntilMs: number
}

export interface PoolFacts {
  readonly pool: string
  readonly workers: readonly PoolWorkerFact[]
  /** Wishes that found no worker, after the pool's limit. */
  readonly unplaced: readonly MilliCu[]
  readonly minCu: MilliCu
  readonly workerCapacity: MilliCu
}

export interface PoolPolicy {
  /** An idle worker ends after this. */
  readonly idleAfterMs: number
  /** A worker whose slots would fit elsewhere is emptied when nothing changed on it for this long. */
  readonly consolidateAfterMs: number
}

export const POOL_POLICY: PoolPolicy = { idleAfterMs: 15_000, consolidateAfterMs: 45_000 }

export type PoolReason = 'UNPLACED_DEMAND' | 'MIN_CU' | 'IDLE' | 'CONSOLIDATE' | 'ENOUGH'
export interface PoolDecision {
  /** Workers that the pool should have. */
  readonly workers: number
  /** Empty workers to end. */
  readonly end: readonly string[]
  /** A worker to be emptied: its slots move to others of the pool. At most one at a time. */
  readonly empty: string | null
  readonly reasons: readonly PoolReason[]
}

/** How many workers a pool should have, and which ones it can do without. Pure; fast up (at once), slow down (after idle time). */
export function decidePool(facts: PoolFacts, now: number, policy: PoolPolicy = POOL_POLICY): PoolDecision {
  const reasons: PoolReason[] = []
  const needed = binsFor(facts.unplaced, facts.workerCapacity)
  const floor = Math.ceil(facts.minCu / facts.workerCapacity)
  if (needed > 0) reasons.push('UNPLACED_DEMAND')
  let count = facts.workers.length + needed
  if (count < floor) {
    count = floor
    reasons.push('MIN_CU')
  }
  const end: string[] = []
  if (needed === 0) {
    for (const w of facts.workers) {
      const idle = w.idleSinceMs !== null && now - w.idleSinceMs >= policy.idleAfterMs && now >= w.keepUntilMs
      if (idle && count > floor) {
        end.push(w.uid)
        count--
      }
    }
  }
  if (end.length > 0) reasons.push('IDLE')
  const empty = needed === 0 && end.length === 0 && count > floor ? findEmptiable(facts.workers, now, policy) : null
  if (empty) reasons.push('CONSOLIDATE')
  return { workers: count, end, empty, reasons: reasons.length > 0 ? reasons : ['ENOUGH'] }
}

/** First-fit decreasing: an upper bound of the workers that the wishes need. */
function binsFor(wishes: readonly MilliCu[], capacity: MilliCu): number {
  const bins: MilliCu[] = []
  for (const wish of [...wishes].sort((a, b) => b - a)) {
    const size = Math.min(wish, capacity)
    const at = bins.findIndex((free) => free >= size)
    if (at === -1) bins.push(capacity - size)
    else bins[at] = bins[at]! - size
  }
  return bins.length
}

/** The least used worker whose slots all fit into the free room of the others, leaving a fifth of each free. */
function findEmptiable(workers: readonly PoolWorkerFact[], now: number, policy: PoolPolicy): string | null {
  const calm = workers.filter((w) => w.accepting && now - w.lastChangeMs >= policy.consolidateAfterMs)
  const least = [...calm].filter((w) => w.used > 0).sort((a, b) => a.used - b.used || (a.uid < b.uid ? 1 : -1))[0]
  if (!least) return null
  const room = workers
    .filter((w) => w.uid !== least.uid && w.accepting && w.used > 0)
    .map((w) => Math.floor(w.capacity * 0.8) - w.used)
  for (const slot of [...least.slots].sort((a, b) => b - a)) {
    const at = room.findIndex((free) => free >= slot)
    if (at === -1) return null
    room[at] = room[at]! - slot
  }
  return least.uid
}
