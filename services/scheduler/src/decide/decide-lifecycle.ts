import { ERRORS, type RunError, type RunState, type StatementPhase } from '@millrace/protocol'

/** Why a run was asked to end. STOP and DELETE are the user's; the others are the service's and another run follows. */
export type StopReason = 'STOP' | 'DELETE' | 'HOLD' | 'NEW_VERSION' | 'SCALE_UP' | 'SCALE_DOWN' | 'PREEMPTED' | 'MOVE' | 'DRAIN'

export interface LifecycleFacts {
  readonly phase: StatementPhase
  /** Effective desire: the spec says RUNNING, no hold stands and it is not deleted. */
  readonly wanted: boolean
  readonly deleting: boolean
  readonly held: boolean
  /** The slot it holds, whichever version it runs. */
  readonly standing: {
    readonly currentVersion: boolean
    readonly stop: { readonly sinceMs: number; readonly checkpoint: boolean; readonly reason: StopReason } | null
  } | null
  /** Newest report of that very slot. */
  readonly report: { readonly state: RunState; readonly error: RunError | null } | null
}

export interface LifecycleDecision {
  /** Phases to pass through, in order; each is a legal transition. */
  readonly phases: readonly StatementPhase[]
  /** What to tell about it; null clears it, undefined leaves it. */
  readonly detail?: { readonly code: string; readonly message: string } | null
  /** Asks the worker to end the run. */
  readonly stop?: { readonly reason: StopReason; readonly checkpoint: boolean }
  /** Takes the slot back, with the reason that the history keeps. */
  readonly release?: string
}

/** After this a stop goes on without its checkpoint: the run will resume from the last committed one. */
export const STOP_TIMEOUT_MS = 60_000

const none: LifecycleDecision = { phases: [] }

/** What follows for a statement from what is wanted and what was seen. Pure; one answer whatever was lost on the way. */
export function decideLifecycle(seen: LifecycleFacts, now: number): LifecycleDecision {
  const deleting = seen.deleting || seen.phase === 'DELETING'
  const facts = { ...seen, deleting, wanted: seen.wanted && !deleting }
  if (!facts.standing) return withoutSlot(facts)
  const ended = facts.report && endOf(facts, facts.report)
  if (ended) return ended
  const { stop } = facts.standing
  if (!stop) {
    const reason = stopReason(facts)
    if (reason) return { phases: reason === 'NEW_VERSION' ? [] : stoppingPhase(facts), stop: { reason, checkpoint: true } }
  } else if (stop.checkpoint && now - stop.sinceMs > STOP_TIMEOUT_MS) {
    return { phases: [], stop: { reason: stop.reason, checkpoint: false } }
  }
  return running(facts)
}

function withoutSlot({ phase, wanted, deleting }: LifecycleFacts): LifecycleDecision {
  if (deleting) return { phases: phase === 'DELETING' ? [] : ['DELETING'] }
  if (!wanted) {
    if (phase === 'STOPPED' || phase === 'COMPLETED' || phase === 'FAILED') return none
    return { phases: ['STOPPED'], detail: null }
  }
  if (phase === 'STOPPING') return { phases: ['STOPPED', 'PENDING'], detail: null }
  if (phase === 'STOPPED') return { phases: ['PENDING'], detail: null }
  // A running statement that lost its slot waits for another; FAILING keeps its error until it runs again.
  if (phase === 'RUNNING' || phase === 'DEGRADED') return { phases: ['PENDING'] }
  return none
}

function stopReason(facts: LifecycleFacts): StopReason | null {
  if (facts.deleting) return 'DELETE'
  if (!facts.wanted) return facts.held ? 'HOLD' : 'STOP'
  return facts.standing?.currentVersion ? null : 'NEW_VERSION'
}

function stoppingPhase({ phase, deleting }: LifecycleFacts): StatementPhase[] {
  if (deleting) return phase === 'DELETING' ? [] : ['DELETING']
  return phase === 'STOPPING' || phase === 'DELETING' ? [] : ['STOPPING']
}

function running({ phase, wanted, report, standing }: LifecycleFacts): LifecycleDecision {
  if (!report || !wanted || !standing?.currentVersion) return none
  if (report.state === 'RUNNING' && phase !== 'RUNNING') {
    return phase === 'STOPPING' ? none : { phases: ['RUNNING'], detail: null }
  }
  if (report.state === 'DEGRADED' && phase !== 'STOPPING') {
    const detail = report.error ? { code: report.error.code, message: report.error.message } : null
    return { phases: phase === 'DEGRADED' ? [] : ['DEGRADED'], detail }
  }
  return none
}

function endOf(facts: LifecycleFacts, { state, error }: NonNullable<LifecycleFacts['report']>): LifecycleDecision | null {
  switch (state) {
    case 'FINISHED':
      return { phases: facts.deleting ? [] : ['COMPLETED'], detail: null, release: 'FINISHED' }
    case 'STOPPED':
      return { ...afterStop(facts), release: facts.standing?.stop?.reason ?? 'STOPPED' }
    case 'FENCED':
      return { phases: facts.wanted ? again(facts.phase) : afterStop(facts).phases, release: 'FENCED' }
    case 'FAILED':
      return afterFailure(facts, error ?? { code: 'INTERNAL', message: 'The run ended without saying why.', at_ms: 0 })
    default:
      return null
  }
}

function afterStop(facts: LifecycleFacts): LifecycleDecision {
  if (facts.deleting) return { phases: facts.phase === 'DELETING' ? [] : ['DELETING'] }
  if (!facts.wanted) return { phases: facts.phase === 'STOPPED' ? [] : ['STOPPED'], detail: null }
  if (facts.phase === 'STOPPING') return { phases: ['STOPPED', 'PENDING'], detail: null }
  // A move or rescale: the statement is on its way to its next slot and stays what it was.
  return none
}

const again = (phase: StatementPhase): StatementPhase[] =>
  phase === 'STOPPING' ? ['STOPPED', 'PENDING'] : phase === 'PENDING' || phase === 'FAILING' ? [] : ['PENDING']

function afterFailure(facts: LifecycleFacts, error: RunError): LifecycleDecision {
  const release = `FAILED:${error.code}`
  const detail = { code: error.code, message: error.message }
  if (facts.deleting) return { phases: [], release }
  if (!facts.wanted) return { phases: facts.phase === 'STOPPED' ? [] : ['STOPPED'], detail, release }
  if (ERRORS[error.code].retry === 'never') return { phases: ['FAILED'], detail, release }
  return {
    phases: facts.phase === 'STOPPING' ? ['STOPPED', 'PENDING'] : facts.phase === 'FAILING' ? [] : ['FAILING'],
    detail,
    release,
  }
}

/** Whether a kept release reason means that the run failed, as the restart back-off counts it. */
export function isFailure(releaseReason: string | null): boolean {
  return releaseReason !== null && (releaseReason.startsWith('FAILED:') || releaseReason.startsWith('WORKER_'))
}
