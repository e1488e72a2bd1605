import { type MilliCu, SLOT_STEP, slotWithin, threadsFor } from './size.ts'

/** `unbound`: a spare that has served nobody. `shared`: serves tenants whose plan says shared. Otherwise one tenant's pool for good. */
export type Tenancy = 'unbound' | 'shared' | { readonly org: string; readonly pool: string }

export interface WorkerFact {
  readonly uid: string
  readonly capacity: MilliCu
  readonly tenancy: Tenancy
  /** Takes new slots: it has reported and is neither draining nor suspected dead. */
  readonly accepting: boolean
}

export interface StandingFact {
  readonly version: string
  readonly statement: string
  readonly pool: string
  readonly worker: string
  readonly epoch: number
  readonly milliCu: MilliCu
  readonly priority: number
  readonly grantedAtMs: number
  /** Already asked to stop; its room comes back when the worker has let go. */
  readonly stopping: boolean
}

export interface WaitingFact {
  readonly version: string
  readonly statement: string
  readonly org: string
  readonly pool: string
  /** The plan lets this tenant's statements share a process with other tenants'. */
  readonly shared: boolean
  readonly priority: number
  readonly createdAtMs: number
  readonly milliCu: MilliCu
  readonly parallelism: { readonly min: number; readonly max: number }
  /** Restart back-off: not before this time. */
  readonly notBeforeMs: number
}

export interface PlacementFacts {
  readonly workers: readonly WorkerFact[]
  readonly standing: readonly StandingFact[]
  readonly waiting: readonly WaitingFact[]
  readonly poolMax: Readonly<Record<string, MilliCu>>
  /** Whether more workers may be started; without it a statement takes the room there is instead of waiting for a new worker. */
  readonly canAddWorkers: boolean
}

export interface Assign {
  readonly version: string
  readonly statement: string
  readonly org: string
  readonly pool: string
  readonly worker: string
  /** What the worker becomes by this assignment; null when it already is that. */
  readonly bind: Exclude<Tenancy, 'unbound'> | null
  readonly milliCu: MilliCu
  readonly parallelism: number
}

export interface Release {
  readonly version: string
  readonly epoch: number
  readonly reason: 'PREEMPTED'
}

export type UnplacedReason = 'POOL_EXHAUSTED' | 'NO_WORKER' | 'BACKING_OFF' | 'PREDECESSOR_RUNNING'
export interface Unplaced {
  readonly version: string
  readonly statement: string
  readonly pool: string
  readonly milliCu: MilliCu
  readonly reason: UnplacedReason
  /** What can be given at once when capacity comes: size after the pool's limit. */
  readonly room: MilliCu
}

export interface Placement {
  readonly assign: readonly Assign[]
  /** Slots to be stopped with a checkpoint and given back. */
  readonly release: readonly Release[]
  readonly unplaced: readonly Unplaced[]
}

interface Bin {
  readonly uid: string
  free: MilliCu
  tenancy: Tenancy
}

/**
 * Where waiting statements go. Pure. The highest priority is served first, then the oldest; each takes the fullest worker of its
 * tenant that has room (best fit keeps workers few), then a spare. A pool at its limit stops slots of lower priority.
 * Never over a worker's or a pool's capacity, never a second slot for a statement that still holds one.
 */
export function planPlacement(facts: PlacementFacts, now: number): Placement {
  const state = openState(facts)
  const assign: Assign[] = []
  const release: Release[] = shrinkPools(facts, state)
  const unplaced: Unplaced[] = []
  const refuse = (w: WaitingFact, reason: UnplacedReason, room: MilliCu = 0) =>
    unplaced.push({ version: w.version, statement: w.statement, pool: w.pool, milliCu: w.milliCu, reason, room })
  for (const w of [...facts.waiting].sort(byUrgency)) {
    if (state.held.has(w.statement)) refuse(w, 'PREDECESSOR_RUNNING')
    else if (w.notBeforeMs > now) refuse(w, 'BACKING_OFF')
    else {
      const room = slotWithin(Math.min(w.milliCu, state.poolFree(w.pool)))
      if (room === 0) {
        release.push(...preempt(w, facts.standing, state))
        refuse(w, 'POOL_EXHAUSTED')
        continue
      }
      const found = findWorker(w, room, { bins: state.bins, partial: !facts.canAddWorkers })
      if (!found) {
        refuse(w, 'NO_WORKER', room)
        continue
      }
      assign.push(take(w, found, state))
    }
  }
  return { assign, release, unplaced }
}

interface State {
  readonly bins: Bin[]
  readonly held: Set<string>
  readonly pools: Map<string, MilliCu>
  /** Versions asked to stop, by this plan or before. */
  readonly stopping: Set<string>
  /** Room that stopping slots will give back, by pool, not yet counted on by anyone. */
  readonly coming: Map<string, MilliCu>
  poolFree(pool: string): MilliCu
}

function openState(facts: PlacementFacts): State {
  const used = new Map<string, MilliCu>()
  const pools = new Map(Object.entries(facts.poolMax))
  const coming = new Map<string, MilliCu>()
  for (const s of facts.standing) {
    used.set(s.worker, (used.get(s.worker) ?? 0) + s.milliCu)
    pools.set(s.pool, (pools.get(s.pool) ?? 0) - s.milliCu)
    if (s.stopping) coming.set(s.pool, (coming.get(s.pool) ?? 0) + s.milliCu)
  }
  return {
    bins: facts.workers
      .filter((w) => w.accepting)
      .map((w) => ({ uid: w.uid, tenancy: w.tenancy, free: w.capacity - (used.get(w.uid) ?? 0) })),
    held: new Set(facts.standing.map((s) => s.statement)),
    pools,
    stopping: new Set(facts.standing.filter((s) => s.stopping).map((s) => s.version)),
    coming,
    poolFree: (pool) => pools.get(pool) ?? 0,
  }
}

function byUrgency(a: WaitingFact, b: WaitingFact): number {
  return b.priority - a.priority || a.createdAtMs - b.createdAtMs || (a.version < b.version ? -1 : 1)
}

function fits(w: WaitingFact, tenancy: Tenancy): boolean {
  if (tenancy === 'unbound') return true
  if (tenancy === 'shared') return w.shared
  return !w.shared && tenancy.org === w.org && tenancy.pool === w.pool
}

interface Found {
  readonly bin: Bin
  readonly milliCu: MilliCu
}

function findWorker(
  w: WaitingFact,
  room: MilliCu,
  { bins, partial }: { readonly bins: readonly Bin[]; readonly partial: boolean },
): Found | null {
  const own = bins.filter((b) => fits(w, b.tenancy) && b.free >= SLOT_STEP)
  const rank = (b: Bin) => (b.tenancy === 'unbound' ? 1 : 0)
  const whole = own
    .filter((b) => b.free >= room)
    .sort((a, b) => rank(a) - rank(b) || a.free - b.free || (a.uid < b.uid ? -1 : 1))[0]
  if (whole) return { bin: whole, milliCu: room }
  const roomiest = own.sort((a, b) => b.free - a.free || rank(a) - rank(b) || (a.uid < b.uid ? -1 : 1))[0]
  // A spare smaller than the wish is still the largest worker there can be: waiting would bring nothing better.
  if (roomiest && (partial || roomiest.tenancy === 'unbound')) {
    return { bin: roomiest, milliCu: slotWithin(Math.min(room, roomiest.free)) }
  }
  return null
}

function take(w: WaitingFact, { bin, milliCu }: Found, state: State): Assign {
  const bind = bin.tenancy === 'unbound' ? (w.shared ? 'shared' : { org: w.org, pool: w.pool }) : null
  if (bind) bin.tenancy = bind
  bin.free -= milliCu
  state.pools.set(w.pool, state.poolFree(w.pool) - milliCu)
  state.held.add(w.statement)
  return {
    version: w.version,
    statement: w.statement,
    org: w.org,
    pool: w.pool,
    worker: bin.uid,
    bind,
    milliCu,
    parallelism: threadsFor(milliCu, w.parallelism),
  }
}

/** A pool over its limit (which was lowered) gives slots back: the lowest priority first, then the youngest. */
function shrinkPools(facts: PlacementFacts, state: State): Release[] {
  const out: Release[] = []
  for (const [pool, limit] of Object.entries(facts.poolMax)) {
    const staying = facts.standing.filter((s) => s.pool === pool && !state.stopping.has(s.version)).sort(byWorth)
    let used = staying.reduce((sum, s) => sum + s.milliCu, 0)
    for (const s of staying) {
      if (used <= limit) break
      used -= s.milliCu
      state.stopping.add(s.version)
      out.push({ version: s.version, epoch: s.epoch, reason: 'PREEMPTED' })
    }
  }
  return out
}

const byWorth = (a: StandingFact, b: StandingFact): number =>
  a.priority - b.priority || b.grantedAtMs - a.grantedAtMs || (a.version < b.version ? -1 : 1)

/** Slots of lower priority in the same pool that make room for `w`: the lowest priority first, then the youngest; no more than needed. */
function preempt(w: WaitingFact, standing: readonly StandingFact[], state: State): Release[] {
  let coming = state.coming.get(w.pool) ?? 0
  const victims = standing
    .filter((s) => s.pool === w.pool && s.priority < w.priority && !state.stopping.has(s.version))
    .sort(byWorth)
  const out: Release[] = []
  for (const v of victims) {
    if (coming >= w.milliCu) break
    coming += v.milliCu
    state.stopping.add(v.version)
    out.push({ version: v.version, epoch: v.epoch, reason: 'PREEMPTED' })
  }
  state.coming.set(w.pool, Math.max(0, coming - w.milliCu))
  return out
}
