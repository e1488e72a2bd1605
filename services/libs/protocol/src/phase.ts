/**
 * The life of a statement. `desired` is what the user wants; the phase is what was seen and only the scheduler moves it, except
 * for PENDING (creation), STOPPING and DELETING, which the API sets when a user asks.
 *
 *   PENDING ──> RUNNING <──> DEGRADED        DEGRADED: runs, but an external system is down; recovers by itself
 *      │          │  │  \──> PARKED ──┐      PARKED: desired running, nothing to do, holds no worker, costs nothing
 *      │          │  └─────> FAILING ─┤      FAILING: restarts with back-off after an error
 *      │          v            v      │
 *      ├──> STOPPING ──> STOPPED   FAILED    FAILED: will not be retried without a change or :resume
 *      └──> COMPLETED (bounded input ended)  any ──> DELETING
 */
export const PHASES = [
  'PENDING',
  'RUNNING',
  'PARKED',
  'COMPLETED',
  'STOPPING',
  'STOPPED',
  'DEGRADED',
  'FAILING',
  'FAILED',
  'DELETING',
] as const
export type StatementPhase = (typeof PHASES)[number]

export const SCALING_STATES = ['OK', 'PENDING_SCALE_UP', 'PENDING_SCALE_DOWN', 'POOL_EXHAUSTED'] as const
export type ScalingState = (typeof SCALING_STATES)[number]

/** The one table of legal transitions. A phase may always stay what it is. */
export const PHASE_TRANSITIONS: Readonly<Record<StatementPhase, readonly StatementPhase[]>> = {
  PENDING: ['RUNNING', 'COMPLETED', 'STOPPING', 'STOPPED', 'DEGRADED', 'FAILING', 'FAILED', 'DELETING'],
  RUNNING: ['PENDING', 'PARKED', 'COMPLETED', 'STOPPING', 'STOPPED', 'DEGRADED', 'FAILING', 'FAILED', 'DELETING'],
  PARKED: ['PENDING', 'RUNNING', 'STOPPING', 'STOPPED', 'FAILED', 'DELETING'],
  COMPLETED: ['PENDING', 'DELETING'],
  STOPPING: ['STOPPED', 'COMPLETED', 'FAILED', 'DELETING'],
  STOPPED: ['PENDING', 'DELETING'],
  DEGRADED: ['PENDING', 'RUNNING', 'COMPLETED', 'STOPPING', 'STOPPED', 'FAILING', 'FAILED', 'DELETING'],
  FAILING: ['PENDING', 'RUNNING', 'COMPLETED', 'STOPPING', 'STOPPED', 'DEGRADED', 'FAILED', 'DELETING'],
  FAILED: ['PENDING', 'STOPPED', 'DELETING'],
  DELETING: [],
}

export function isLegalTransition(from: StatementPhase, to: StatementPhase): boolean {
  return from === to || PHASE_TRANSITIONS[from].includes(to)
}

/** Phases in which a statement should be on a worker. */
export const ACTIVE_PHASES: readonly StatementPhase[] = ['PENDING', 'RUNNING', 'DEGRADED', 'FAILING', 'STOPPING']
