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
    await event(
      tx,
      statement,
      {
        kind: 'ASSIGNMENT',
        reason: 'RELEASED',
        message: `The slot was given back: ${decision.release}.`,
        data: { epoch, why: decision.release },
      },
      at,
    )
  }
  await applyPhases(tx, statement, decision, at)
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

async function applyPhases(tx: SystemTx, statement: RunnableStatement, decision: LifecycleDecision, at: Moment): Promise<void> {
  const { detail } = decision
  for (const phase of decision.phases) {
    const from = await setStatementStatus(tx, {
      statement: statement.uid,
      phase,
      now: at.now,
      observedGeneration: statement.generation,
      ...(detail === undefined ? {} : { detail: detail?.message ?? null, detailCode: detail?.code ?? null }),
      ...(phase === 'STOPPED' || phase === 'COMPLETED' || phase === 'FAILED' ? { scalingState: 'OK' as const } : {}),
    })
    if (from !== null && from !== phase) await phaseEvent(tx, statement, { from, to: phase, detail: detail ?? null }, at)
  }
  if (decision.phases.length === 0 && detail) await noteDetail(tx, statement, detail, at)
}

async function noteDetail(
  tx: SystemTx,
  statement: RunnableStatement,
  detail: { readonly code: string; readonly message: string },
  at: Moment,
): Promise<void> {
  await setStatementStatus(tx, { statement: statement.uid, detail: detail.message, detailCode: detail.code, now: at.now })
}

async function phaseEvent(
  tx: SystemTx,
  statement: RunnableStatement,
  change: {
    readonly from: StatementPhase
    readonly to: StatementPhase
    readonly detail: { readonly code: string; readonly message: string } | null
  },
  at: Moment,
): Promise<void> {
  const { from, to, detail } = change
  const bad = to === 'FAILED' || to === 'FAILING'
  await event(
    tx,
    statement,
    {
      kind: 'PHASE',
      severity: to === 'FAILED' ? 'ERROR' : bad || to === 'DEGRADED' ? 'WARNING' : 'INFO',
      reason: to,
      message: detail?.message ?? `${from} -> ${to}`,
      data: { from, to, ...(detail ? { code: detail.code } : {}) },
    },
    at,
  )
  if (bad && detail) {
    await event(
      tx,
      statement,
      { kind: 'EXCEPTION', severity: 'ERROR', reason: detail.code, message: detail.message, data: { phase: to } },
      at,
    )
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
export async function event(
  tx: SystemTx,
  statement: { readonly org: string; readonly uid: string },
  input: EventInput,
  at: Moment,
): Promise<void> {
  await appendStatementEvent(tx, {
    uid: at.newUid(),
    org: statement.org,
    statement: statement.uid,
    kind: input.kind,
    severity: input.severity ?? 'INFO',
    reason: input.reason,
    message: input.message,
    now: at.now,
    ...(input.data ? { data: input.data } : {}),
  })
}
