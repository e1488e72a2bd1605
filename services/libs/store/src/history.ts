import { fromBigint } from './rows.ts'
import { type Page, type PageRequest, pageOf, type Scope } from './scope.ts'

export interface StatementEvent {
  readonly uid: string
  readonly kind: string
  readonly severity: string
  readonly reason: string
  readonly message: string
  readonly data: Readonly<Record<string, unknown>>
  readonly at: Date
}

/** Oldest first after `after`; without it, the newest page in that order too. `kind` narrows, for exceptions. */
export async function listStatementEvents(
  scope: Scope,
  page: PageRequest & { readonly statement: string; readonly kind?: string | undefined },
): Promise<Page<StatementEvent>> {
  const found = await scope.tx.statement_events.findMany({
    where: {
      org_id: scope.org,
      statement_uid: page.statement,
      ...(page.kind ? { kind: page.kind } : {}),
      ...(page.after ? { uid: { gt: page.after } } : {}),
    },
    orderBy: { uid: 'asc' },
    take: page.limit + 1,
  })
  return pageOf(
    found.map((e) => ({
      uid: e.uid,
      kind: e.kind,
      severity: e.severity,
      reason: e.reason,
      message: e.message,
      data: e.data as Record<string, unknown>,
      at: e.at,
    })),
    page.limit,
  )
}

/** An event that the API itself causes, such as a user asking to stop. */
export async function noteStatementEvent(
  scope: Scope,
  event: { readonly statement: string; readonly kind: string; readonly reason: string; readonly message: string },
): Promise<void> {
  await scope.tx.statement_events.create({
    data: {
      org_id: scope.org,
      uid: scope.newUid(),
      statement_uid: event.statement,
      kind: event.kind,
      severity: 'INFO',
      reason: event.reason,
      message: event.message,
      data: {},
      at: scope.now,
    },
    select: { uid: true },
  })
}

export interface ScalingDecision {
  readonly uid: string
  readonly statement: string | null
  readonly action: string
  readonly applied: boolean
  readonly from: Readonly<Record<string, number>>
  readonly to: Readonly<Record<string, number>>
  readonly reasons: readonly string[]
  readonly facts: Readonly<Record<string, unknown>>
  readonly firstAt: Date
  readonly lastAt: Date
  readonly times: number
}

/** Newest first, of a statement or of a pool with all its statements. */
export async function listScalingDecisions(
  scope: Scope,
  page: PageRequest & { readonly statement?: string; readonly pool?: string },
): Promise<Page<ScalingDecision>> {
  const found = await scope.tx.scaling_decisions.findMany({
    where: {
      org_id: scope.org,
      ...(page.statement ? { statement_uid: page.statement } : {}),
      ...(page.pool ? { compute_pool_uid: page.pool } : {}),
      ...(page.after ? { uid: { lt: page.after } } : {}),
    },
    orderBy: { uid: 'desc' },
    take: page.limit + 1,
  })
  return pageOf(
    found.map((d) => ({
      uid: d.uid,
      statement: d.statement_uid,
      action: d.action,
      applied: d.applied,
      from: d.from_value as Record<string, number>,
      to: d.to_value as Record<string, number>,
      reasons: d.reasons,
      facts: d.facts as Record<string, unknown>,
      firstAt: d.first_at,
      lastAt: d.last_at,
      times: d.times,
    })),
    page.limit,
  )
}

export interface CheckpointRow {
  readonly number: number
  readonly epoch: number
  readonly stateBytes: number
  readonly committedAt: Date
}

/** Newest first. */
export async function listCheckpoints(scope: Scope, version: string): Promise<CheckpointRow[]> {
  const found = await scope.tx.checkpoints.findMany({
    where: { org_id: scope.org, version_uid: version },
    orderBy: { number: 'desc' },
    take: 100,
  })
  return found.map((c) => ({
    number: fromBigint(c.number),
    epoch: fromBigint(c.epoch),
    stateBytes: fromBigint(c.state_bytes),
    committedAt: c.committed_at,
  }))
}
