import { fromBigint, rows } from './rows.ts'
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

export const USAGE_GROUPS = ['workspace', 'compute_pool', 'statement', 'principal', 'sku'] as const
export type UsageGroup = (typeof USAGE_GROUPS)[number]
export const GRANULARITIES = ['minute', 'hour', 'day', 'month', 'total'] as const
export type Granularity = (typeof GRANULARITIES)[number]

export interface UsageQuery {
  readonly from: Date
  readonly to: Date
  readonly groupBy: readonly UsageGroup[]
  readonly granularity: Granularity
  readonly workspace?: string | undefined
  readonly pool?: string | undefined
  readonly statement?: string | undefined
  readonly limit: number
}

export interface UsageLine {
  readonly start: Date
  readonly group: Readonly<Record<string, string>>
  readonly sku: string
  readonly unit: string
  readonly quantity: string
  readonly amountMicros: string
  readonly currency: string
}

const GROUP_SQL: Readonly<Record<UsageGroup, string>> = {
  workspace: `'workspace', COALESCE((SELECT w.name FROM millrace.workspaces w WHERE w.org_id = l.org_id AND w.uid = l.workspace_uid), l.workspace_uid::text)`,
  compute_pool: `'compute_pool', COALESCE((SELECT p.name FROM millrace.compute_pools p WHERE p.org_id = l.org_id AND p.uid = l.compute_pool_uid), l.compute_pool_uid::text)`,
  statement: `'statement', COALESCE((SELECT s.name FROM millrace.statements s WHERE s.org_id = l.org_id AND s.uid = l.statement_uid), l.statement_uid::text)`,
  principal: `'principal', l.principal`,
  sku: `'sku', l.sku`,
}
const COLUMN_SQL: Readonly<Record<UsageGroup, string>> = {
  workspace: 'l.workspace_uid',
  compute_pool: 'l.compute_pool_uid',
  statement: 'l.statement_uid',
  principal: 'l.principal',
  sku: 'l.sku',
}

/** Sums of the ledger over minutes in [from, to), in time order. The same rows the invoice is made of. */
export async function queryUsage(scope: Scope, query: UsageQuery): Promise<UsageLine[]> {
  const groups = query.groupBy.filter((g) => g !== 'sku')
  const labels = groups.length > 0 ? `jsonb_build_object(${groups.map((g) => GROUP_SQL[g]).join(', ')})` : `'{}'::jsonb`
  const start =
    query.granularity === 'total'
      ? '$2::timestamptz'
      : `date_trunc('${query.granularity}', l.minute AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'`
  const by = [
    '1',
    'l.sku',
    'l.unit',
    'l.currency',
    ...(groups.length > 0 ? ['l.org_id'] : []),
    ...groups.map((g) => COLUMN_SQL[g]),
  ]
  const found = await rows<{
    start: Date
    grp: Record<string, string>
    sku: string
    unit: string
    quantity: string
    amount: string
    currency: string
  }>(
    scope.tx,
    `SELECT ${start} AS start, ${labels} AS grp, l.sku, l.unit, sum(l.quantity)::text AS quantity, sum(l.amount_micros)::text AS amount, l.currency
       FROM millrace.ledger l
      WHERE l.org_id = $1::uuid AND l.minute >= $2::timestamptz AND l.minute < $3::timestamptz
        AND ($4::uuid IS NULL OR l.workspace_uid = $4::uuid) AND ($5::uuid IS NULL OR l.compute_pool_uid = $5::uuid)
        AND ($6::uuid IS NULL OR l.statement_uid = $6::uuid)
      GROUP BY ${by.join(', ')} ORDER BY 1, l.sku LIMIT $7`,
    scope.org,
    query.from,
    query.to,
    query.workspace ?? null,
    query.pool ?? null,
    query.statement ?? null,
    query.limit,
  )
  return found.map((r) => ({
    start: r.start,
    group: r.grp,
    sku: r.sku,
    unit: r.unit,
    quantity: r.quantity,
    amountMicros: r.amount,
    currency: r.currency,
  }))
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
