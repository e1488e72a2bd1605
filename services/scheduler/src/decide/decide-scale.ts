import { type MilliCu, type Size, SLOT_STEP, slotAtLeast, slotWithin, threadsFor, WHOLE_CU } from './size.ts'

/** One reading of a running statement, from its worker's report. */
export interface ScaleSample {
  readonly atMs: number
  /** Records a second read over the report's interval. */
  readonly inputRate: number
  /** null where the source has no end offsets. */
  readonly lagRecords: number | null
  /** Age of the oldest unread record. */
  readonly freshnessMs: number | null
  /** Records a second if the slot were fully used; null before anything was read. */
  readonly trueRate: number | null
}

export interface ScaleMetrics {
  readonly size: Size
  /** When this run first reported RUNNING. */
  readonly runningSinceMs: number
  /** Of this run, oldest first; the caller keeps a little more than the policy's `downAfterMs`. */
  readonly samples: readonly ScaleSample[]
  /** Splits of the sources; 0 = unknown. */
  readonly sourceSplits: number
}

export interface ScaleHistory {
  /** The rescale that led to the present size, if one did. */
  readonly last: {
    readonly atMs: number
    readonly from: Size
    /** Records a second read before it; null when that was not known. */
    readonly rateBefore: number | null
  } | null
}

export interface ScalePolicy {
  /** Lag time (and freshness, where known) that is still fine, ms. */
  readonly objectiveMs: number
  /** A backlog is to be gone after this. */
  readonly catchUpMs: number
  readonly utilisation: { readonly target: number; readonly max: number; readonly min: number }
  /** Readings of this span are averaged for scaling up. */
  readonly windowMs: number
  /** Readings of the first moments of a run do not count. */
  readonly settleMs: number
  readonly upCooldownMs: number
  /** A smaller size must have been enough for this long. */
  readonly downAfterMs: number
  /** A scale-up that brought less than this share of what was expected was in vain. */
  readonly effectiveGain: number
  readonly ineffectiveHoldMs: number
  readonly minMilliCu: MilliCu
  readonly parallelism: { readonly min: number; readonly max: number }
  /** Largest slot that a worker offers. */
  readonly workerMilliCu: MilliCu
  /** What the pool could add to the present size. */
  readonly poolFreeMilliCu: MilliCu
}

export const SCALE_DEFAULTS = {
  objectiveMs: 10_000,
  catchUpMs: 30_000,
  utilisation: { target: 0.7, max: 0.9, min: 0.4 },
  windowMs: 5000,
  settleMs: 2000,
  upCooldownMs: 5000,
  downAfterMs: 30_000,
  effectiveGain: 0.1,
  ineffectiveHoldMs: 300_000,
  minMilliCu: SLOT_STEP,
} as const

export type ScaleReason =
  | 'LAG_OVER_OBJECTIVE'
  | 'FRESHNESS_OVER_OBJECTIVE'
  | 'UTILISATION_HIGH'
  | 'UTILISATION_LOW'
  | 'IDLE'
  | 'WITHIN_BAND'
  | 'CATCHING_UP'
  | 'NO_METRICS'
  | 'SETTLING'
  | 'COOLING_DOWN'
  | 'WAITING_TO_SCALE_DOWN'
  | 'INEFFECTIVE_SCALING'
  | 'LAG_UNKNOWN'
  | 'MAX_PARALLELISM'
  | 'SOURCE_PARTITIONS'
  | 'WORKER_SIZE'
  | 'POOL_EXHAUSTED'
  | 'FLOOR'
  | 'BOUNDS_CHANGED'

export interface ScaleDecision {
  readonly action: 'SCALE_UP' | 'SCALE_DOWN' | 'HOLD'
  readonly from: Size
  readonly to: Size
  /** Why, the trigger first, then what limited it. */
  readonly reasons: readonly ScaleReason[]
  readonly facts: Readonly<Record<string, number | null>>
}

/**
 * Whether and how far to scale. Pure. True rates (DS2, Kalavri et al., OSDI 2018) give the size that carries the arrivals at the
 * target utilisation, and lag divided by the catch-up time is added, so one step is enough; lag counts as time, never as a number
 * of records. Up at once, down only when a smaller size was enough all through `downAfterMs`.
 */
export function decideScale(
  metrics: ScaleMetrics,
  history: ScaleHistory,
  rule: { readonly policy: ScalePolicy; readonly now: number },
): ScaleDecision {
  const { policy, now } = rule
  const settled = metrics.samples.filter((s) => s.atMs >= metrics.runningSinceMs + policy.settleMs)
  const seen = measure(metrics, settled, { policy, now })
  const hold = (...reasons: ScaleReason[]): ScaleDecision => ({
    action: 'HOLD',
    from: metrics.size,
    to: metrics.size,
    reasons,
    facts: factsOf(seen),
  })
  const bounded = withinBounds(metrics.size, policy)
  if (bounded) return { ...hold('BOUNDS_CHANGED'), ...bounded }
  if (metrics.samples.length > 0 && settled.length === 0) return hold('SETTLING')
  if (!seen) return hold('NO_METRICS')
  const triggers = upTriggers(seen, policy)
  if (triggers.length > 0) return scaleUp({ metrics, history, seen, triggers, policy, now, hold })
  return scaleDown({ metrics, settled, seen, policy, now, hold })
}

/** A size that the statement's parallelism bounds do not allow any more is put right at once; null when it is allowed. */
function withinBounds(size: Size, { parallelism: { min, max } }: ScalePolicy): Pick<ScaleDecision, 'action' | 'to'> | null {
  const most = Math.max(1, max)
  const parallelism = Math.min(most, Math.max(size.parallelism, min))
  if (parallelism === size.parallelism) return null
  const milliCu = Math.min(size.milliCu, most * WHOLE_CU)
  return { action: parallelism > size.parallelism ? 'SCALE_UP' : 'SCALE_DOWN', to: { milliCu, parallelism } }
}

interface Measured {
  readonly inputRate: number
  /** What arrives: input plus growth of the lag. */
  readonly arrivalRate: number
  readonly lagRecords: number | null
  readonly lagGrowth: number
  readonly trueRate: number | null
  readonly lagTimeMs: number | null
  readonly freshnessMs: number | null
  readonly utilisation: number | null
  /** A backlog stood in all readings: the rate read is all there is. */
  readonly saturated: boolean
}

function measure(
  metrics: ScaleMetrics,
  settled: readonly ScaleSample[],
  { policy, now }: { readonly policy: ScalePolicy; readonly now: number },
): Measured | null {
  const window = settled.filter((s) => s.atMs > now - policy.windowMs)
  const last = window.at(-1)
  const first = window[0]
  if (!last || !first || window.length < 2) return null
  const inputRate = mean(window.map((s) => s.inputRate))
  const seconds = (last.atMs - first.atMs) / 1000
  const lagGrowth =
    last.lagRecords === null || first.lagRecords === null || seconds <= 0 ? 0 : (last.lagRecords - first.lagRecords) / seconds
  const rates = window.flatMap((s) => (s.trueRate === null || s.trueRate <= 0 ? [] : [s.trueRate]))
  const known = metrics.samples.findLast((s) => s.trueRate !== null && s.trueRate > 0)?.trueRate ?? null
  const trueRate = observed(window, rates.length > 0 ? mean(rates) : known)
  // The last interval tells of a flood before the window's mean does: scaling up goes by the larger.
  const arrivalRate = Math.max(0, inputRate + lagGrowth, lastArrivals(window))
  return {
    inputRate,
    arrivalRate,
    lagRecords: last.lagRecords,
    lagGrowth,
    trueRate,
    lagTimeMs:
      last.lagRecords === null ? null : last.lagRecords === 0 ? 0 : trueRate ? (last.lagRecords / trueRate) * 1000 : null,
    // The younger of the last two readings: one late look is not a breach.
    freshnessMs: last.freshnessMs === null ? null : Math.min(last.freshnessMs, window.at(-2)?.freshnessMs ?? last.freshnessMs),
    utilisation: trueRate ? arrivalRate / trueRate : null,
    saturated: isSaturated(window),
  }
}

/** What arrived over the last two intervals; 0 where the lag is unknown or shrinks. */
function lastArrivals(window: readonly ScaleSample[]): number {
  const [first, middle, last] = window.slice(-3)
  if (!first || !middle || !last || first.lagRecords === null || last.lagRecords === null) return 0
  const growth = (last.lagRecords - first.lagRecords) / ((last.atMs - first.atMs) / 1000)
  return growth > 0 ? (middle.inputRate + last.inputRate) / 2 + growth : 0
}

/** A backlog of more than this many seconds in all readings means that reading is as fast as it can be. */
const SATURATED_SECONDS = 1
/** Busy time may claim this much more than was seen before the seen rate counts. */
const TRUST = 1.15

/**
 * The true rate, corrected by what was seen: under a standing backlog the rate read is all there is, whatever busy time claims
 * (a slow fetcher or a crowded host looks idle; FLINK-33306).
 */
function observed(window: readonly ScaleSample[], trueRate: number | null): number | null {
  const saturated =
    window.length >= 3 && window.every((s) => s.inputRate > 0 && (s.lagRecords ?? 0) > s.inputRate * SATURATED_SECONDS)
  const seen = mean(window.map((s) => s.inputRate))
  return saturated && (trueRate === null || trueRate > seen * TRUST) ? seen : trueRate
}

const isSaturated = (window: readonly ScaleSample[]): boolean =>
  window.length >= 3 && window.every((s) => s.inputRate > 0 && (s.lagRecords ?? 0) > s.inputRate * SATURATED_SECONDS)

function upTriggers(seen: Measured, policy: ScalePolicy): ScaleReason[] {
  const out: ScaleReason[] = []
  if (seen.lagTimeMs !== null && seen.lagTimeMs > policy.objectiveMs) out.push('LAG_OVER_OBJECTIVE')
  if (seen.freshnessMs !== null && seen.freshnessMs > policy.objectiveMs && (seen.lagRecords ?? 1) > 0) {
    out.push('FRESHNESS_OVER_OBJECTIVE')
  }
  if (seen.lagRecords !== null && seen.lagGrowth > 0 && (seen.utilisation ?? 0) > policy.utilisation.max)
    out.push('UTILISATION_HIGH')
  return out
}

/** Size that carries the arrivals at target utilisation and works the lag off in the catch-up time. */
function required(
  at: { readonly size: Size; readonly arrivalRate: number; readonly lagRecords: number; readonly trueRate: number },
  policy: ScalePolicy,
): MilliCu {
  const rate = at.arrivalRate / policy.utilisation.target + at.lagRecords / (policy.catchUpMs / 1000)
  return slotAtLeast((at.size.milliCu * rate) / at.trueRate)
}

interface Look {
  readonly metrics: ScaleMetrics
  readonly seen: Measured
  readonly policy: ScalePolicy
  readonly now: number
  readonly hold: (...reasons: ScaleReason[]) => ScaleDecision
}

function scaleUp(look: Look & { readonly history: ScaleHistory; readonly triggers: readonly ScaleReason[] }): ScaleDecision {
  const { metrics, history, seen, triggers, policy, now, hold } = look
  const { size } = metrics
  if (history.last && now - Math.max(history.last.atMs, metrics.runningSinceMs) < policy.upCooldownMs)
    return hold(...triggers, 'COOLING_DOWN')
  if (!seen.trueRate) return hold(...triggers, 'NO_METRICS')
  if (
    wasInVain(history, { size: metrics.size, rate: seen.inputRate, saturated: seen.saturated }, policy) &&
    now - history.last!.atMs < policy.ineffectiveHoldMs
  ) {
    return hold(...triggers, 'INEFFECTIVE_SCALING')
  }
  const wish = required(
    { size, arrivalRate: seen.arrivalRate, lagRecords: seen.lagRecords ?? 0, trueRate: seen.trueRate },
    policy,
  )
  if (wish <= size.milliCu) return hold(...triggers, 'CATCHING_UP')
  const { milliCu, caps } = cap(wish, metrics, policy)
  if (milliCu <= size.milliCu) return hold(...triggers, ...caps)
  return {
    action: 'SCALE_UP',
    from: size,
    to: { milliCu, parallelism: threadsFor(milliCu, boundsOf(metrics, policy)) },
    reasons: [...triggers, ...caps],
    facts: factsOf(seen),
  }
}

interface Throughput {
  readonly size: Size
  /** Records a second read now. */
  readonly rate: number
  /** A backlog stands: no more can be read than is. */
  readonly saturated: boolean
}

/**
 * The last change was upwards and, under a standing backlog, brought less than `effectiveGain` of what it should have: something
 * other than the slot holds it back (a crowded host, a slow sink). Rates read are compared, because both were seen.
 */
function wasInVain(history: ScaleHistory, is: Throughput, policy: ScalePolicy): boolean {
  const last = history.last
  if (!is.saturated || !last?.rateBefore || last.from.milliCu >= is.size.milliCu) return false
  const expected = last.rateBefore * (is.size.milliCu / last.from.milliCu)
  return (is.rate - last.rateBefore) / (expected - last.rateBefore) < policy.effectiveGain
}

function boundsOf(metrics: ScaleMetrics, policy: ScalePolicy): { readonly min: number; readonly max: number } {
  const max = metrics.sourceSplits > 0 ? Math.min(policy.parallelism.max, metrics.sourceSplits) : policy.parallelism.max
  return { min: policy.parallelism.min, max: Math.max(1, policy.parallelism.min, max) }
}

function cap(
  wish: MilliCu,
  metrics: ScaleMetrics,
  policy: ScalePolicy,
): { readonly milliCu: MilliCu; readonly caps: ScaleReason[] } {
  const limits: readonly (readonly [ScaleReason, MilliCu])[] = [
    ['MAX_PARALLELISM', policy.parallelism.max * 1000],
    ['SOURCE_PARTITIONS', metrics.sourceSplits > 0 ? metrics.sourceSplits * 1000 : Number.POSITIVE_INFINITY],
    ['WORKER_SIZE', policy.workerMilliCu],
    ['POOL_EXHAUSTED', metrics.size.milliCu + Math.max(0, policy.poolFreeMilliCu)],
  ]
  const lowest = Math.min(wish, ...limits.map(([, limit]) => limit))
  return {
    milliCu: lowest < wish ? slotWithin(lowest) : wish,
    caps: limits.filter(([, limit]) => limit === lowest && limit < wish).map(([reason]) => reason),
  }
}

function scaleDown(look: Look & { readonly settled: readonly ScaleSample[] }): ScaleDecision {
  const { metrics, settled, seen, policy, now, hold } = look
  const { size } = metrics
  if (size.milliCu <= policy.minMilliCu) return hold(seen.inputRate === 0 ? 'IDLE' : 'WITHIN_BAND', 'FLOOR')
  const enough = enoughSince(settled, metrics, { policy, now })
  if (enough === 'unknown') return hold('LAG_UNKNOWN')
  const low = (seen.utilisation ?? 0) < policy.utilisation.min
  const target = Math.max(policy.minMilliCu, enough.milliCu)
  if (!low || target >= size.milliCu) return hold('WITHIN_BAND')
  const reason: ScaleReason = seen.inputRate === 0 ? 'IDLE' : 'UTILISATION_LOW'
  if (enough.coveredMs < policy.downAfterMs) return hold(reason, 'WAITING_TO_SCALE_DOWN')
  return {
    action: 'SCALE_DOWN',
    from: size,
    to: { milliCu: target, parallelism: threadsFor(target, boundsOf(metrics, policy)) },
    reasons: [reason],
    facts: factsOf(seen),
  }
}

/** The largest size that any reading of the last `downAfterMs` asked for, and how much of that time the readings cover. */
function enoughSince(
  settled: readonly ScaleSample[],
  metrics: ScaleMetrics,
  { policy, now }: { readonly policy: ScalePolicy; readonly now: number },
): { readonly milliCu: MilliCu; readonly coveredMs: number } | 'unknown' {
  const window = settled.filter((s) => s.atMs >= now - policy.downAfterMs - 1500)
  let milliCu = 0
  let known: number | null = null
  for (const s of window) {
    if (s.trueRate !== null && s.trueRate > 0) known = s.trueRate
    if (s.inputRate === 0 && (s.lagRecords ?? 0) === 0) continue
    if (known === null) return 'unknown'
    milliCu = Math.max(
      milliCu,
      required({ size: metrics.size, arrivalRate: s.inputRate, lagRecords: s.lagRecords ?? 0, trueRate: known }, policy),
    )
  }
  const first = window[0]
  return { milliCu, coveredMs: first ? now - first.atMs : 0 }
}

const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length
const rounded = (value: number | null): number | null => (value === null ? null : Math.round(value * 1000) / 1000)

function factsOf(seen: Measured | null): Readonly<Record<string, number | null>> {
  if (!seen) return {}
  return {
    input_rate: rounded(seen.inputRate),
    arrival_rate: rounded(seen.arrivalRate),
    true_rate: rounded(seen.trueRate),
    lag_records: seen.lagRecords,
    lag_time_ms: rounded(seen.lagTimeMs),
    freshness_ms: rounded(seen.freshnessMs),
    utilisation: rounded(seen.utilisation),
  }
}
