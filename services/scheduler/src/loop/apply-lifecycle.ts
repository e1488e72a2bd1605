import type { NewUid } from '@millrace/kit'
import type { RunError, RunState, StatementPhase } from '@millrace/protocol'
import {
  type AssignmentRow,
  appendStatementEvent,
  type RunnableStatement,
  releaseAssignment,
  requestOnAssignment,
  type SystemTx,
  setStatementStatus,
} from '@millrace/store'
import { decideLifecycle, type LifecycleDecision, type StopReason } from '../decide/decide-lifecycle.ts'

export interface LifecycleInput {
  readonly statement: RunnableStatement
  readonly standing: AssignmentRow | null
  readonly report: { readonly state: RunState; readonly error: RunError | null } | null
}

export interface Moment {
  readonly now: Date
  readonly newUid: NewUid
}

/** Decides what follows for a statement and writes it. Returns the decision, after it stands in the store. */
export async function applyLifecycle(tx: SystemTx, input: LifecycleInput, at: Moment): Promise<LifecycleDecision> {
  const { statement, standing } = input
  const decision = decideLifecycle(factsOf(input), at.now.getTime())
  if (decision.stop && standing) await askToStop(tx, standing, { ...decision.stop, now: at.now })
  if (decision.release && standing) {
    const { version, epoch } = standing
    await releaseAssignment(tx, { version, epoch, reason: decision.release, now: at.now })
    const message = `The slot was given back: ${decision.release}.`
    await event(
      { tx, statement, at },
      { kind: 'ASSIGNMENT', reason: 'RELEASED', message, data: { epoch, why: decision.release } },
    )
  }
  await applyPhases({ tx, statement, at }, decision)
  return decision
}

function factsOf({ statement, standing, report }: LifecycleInput): Parameters<typeof decideLifecycle>[0] {
  const held = statement.heldBy.length > 0
  return {
    phase: statement.phase,
    wanted: statement.desired === 'RUNNING' && !held && !statement.deleting,
    deleting: statement.deleting,
    held,
    standing: standing && {
      currentVersion: standing.version === statement.version,
      stop: standing.request.stop
        ? {
            sinceMs: Date.parse(standing.request.since ?? '') || standing.grantedAt.getTime(),
            checkpoint: standing.request.savepoint ?? false,
            reason: (standing.request.reason ?? 'STOP') as StopReason,
          }
        : null,
    },
    report,
  }
}

/** Asks the worker to end a run; what the slot is to become afterwards stays noted on it. */
export async function askToStop(
  tx: SystemTx,
  slot: AssignmentRow,
  ask: {
    readonly reason: StopReason
    readonly checkpoint: boolean
    readonly now: Date
    readonly next?: { readonly cu: number; readonly parallelism: number }
    readonly scaling?: NonNullable<AssignmentRow['request']['scaling']>
  },
): Promise<void> {
  const standing = slot.request.stop ? slot.request : {}
  const request = {
    ...standing,
    stop: true,
    savepoint: ask.checkpoint,
    reason: ask.reason,
    since: standing.since ?? ask.now.toISOString(),
    ...(ask.next ? { next: ask.next } : {}),
    ...(ask.scaling ? { scaling: ask.scaling } : {}),
  }
  await requestOnAssignment(tx, { version: slot.version, epoch: slot.epoch, request })
}

/** A statement about to be written, in a transaction at a moment. */
export interface StatementWrite<S = { readonly org: string; readonly uid: string }> {
  readonly tx: SystemTx
  readonly statement: S
  readonly at: Moment
}

async function applyPhases(write: StatementWrite<RunnableStatement>, decision: LifecycleDecision): Promise<void> {
  const { tx, statement, at } = write
  const { detail } = decision
  const told = detail === undefined ? {} : { detail: detail?.message ?? null, detailCode: detail?.code ?? null }
  for (const phase of decision.phases) {
    const atRest = phase === 'STOPPED' || phase === 'COMPLETED' || phase === 'FAILED'
    const from = await setStatementStatus(tx, {
      statement: statement.uid,
      phase,
      now: at.now,
      observedGeneration: statement.generation,
      ...told,
      ...(atRest ? { scalingState: 'OK' as const } : {}),
    })
    if (from !== null && from !== phase) await phaseEvent(write, { from, to: phase, detail: detail ?? null })
  }
  if (decision.phases.length === 0 && detail) await setStatementStatus(tx, { statement: statement.uid, ...told, now: at.now })
}

interface PhaseChange {
  readonly from: StatementPhase
  readonly to: StatementPhase
  readonly detail: { readonly code: string; readonly message: string } | null
}

async function phaseEvent(write: StatementWrite, { from, to, detail }: PhaseChange): Promise<void> {
  const bad = to === 'FAILED' || to === 'FAILING'
  await event(write, {
    kind: 'PHASE',
    severity: to === 'FAILED' ? 'ERROR' : bad || to === 'DEGRADED' ? 'WARNING' : 'INFO',
    reason: to,
    message: detail?.message ?? `${from} -> ${to}`,
    data: { from, to, ...(detail ? { code: detail.code } : {}) },
  })
  if (bad && detail) {
    await event(write, {
      kind: 'EXCEPTION',
      severity: 'ERROR',
      reason: detail.code,
      message: detail.message,
      data: { phase: to },
    })
  }
}

export interface EventInput {
  readonly kind: string
  readonly severity?: 'INFO' | 'WARNING' | 'ERROR'
  readonly reason: string
  readonly message: string
  readonly data?: Readonly<Record<string, unknown>>
}

/** Appends to the statement's events. */
export async function event({ tx, statement, at }: StatementWrite, input: EventInput): Promise<void> {
  const { kind, severity = 'INFO', reason, message, data } = input
  const about = { uid: at.newUid(), org: statement.org, statement: statement.uid, now: at.now }
  await appendStatementEvent(tx, { ...about, kind, severity, reason, message, ...(data ? { data } : {}) })
}
