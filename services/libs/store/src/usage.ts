import { rows } from './rows.ts'
import type { Scope } from './scope.ts'
import { BILLED_UNTIL_SQL, SKU_HELD, UNBILLED_LOOK_BACK_MS, unbilledMsSql } from './unbilled-sql.ts'

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

/** Capacity that was held and is not in the ledger yet: an estimate, without a price, of what the next minutes' rows will hold. */
export interface UnbilledLine {
  readonly group: Readonly<Record<string, string>>
  readonly sku: string
  readonly unit: string
  readonly quantity: string
}

export interface Usage {
  readonly lines: readonly UsageLine[]
  readonly unbilled: readonly UnbilledLine[]
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

interface RawLine {
  readonly open: boolean
  readonly start: Date
  readonly grp: Record<string, string>
  readonly sku: string
  readonly unit: string
  readonly quantity: string
  readonly amount: string
  readonly currency: string
}

/**
 * Sums of the ledger over minutes in [from, to), in time order: the same rows the invoice is made of. Beside them what slots held
 * in these minutes and the ledger lacks. One statement reads both, so that no minute is in both or in neither.
 */
export async function queryUsage(scope: Scope, query: UsageQuery): Promise<Usage> {
  const found = await rows<RawLine>(
    scope.tx,
    usageSql(query),
    scope.org,
    query.from,
    query.to,
    query.workspace ?? null,
    query.pool ?? null,
    query.statement ?? null,
    query.limit,
    new Date(scope.now.getTime() - UNBILLED_LOOK_BACK_MS),
  )
  return {
    lines: found
      .filter((r) => !r.open)
      .map(({ start, grp, sku, unit, quantity, amount, currency }) => ({
        start,
        group: grp,
        sku,
        unit,
        quantity,
        amountMicros: amount,
        currency,
      })),
    unbilled: found.filter((r) => r.open).map(({ grp, sku, unit, quantity }) => ({ group: grp, sku, unit, quantity })),
  }
}

function usageSql({ groupBy, granularity }: UsageQuery): string {
  const groups = groupBy.filter((g) => g !== 'sku')
  const labels = groups.length > 0 ? `jsonb_build_object(${groups.map((g) => GROUP_SQL[g]).join(', ')})` : `'{}'::jsonb`
  const columns = groups.length > 0 ? ['l.org_id', ...groups.map((g) => COLUMN_SQL[g])] : []
  const start =
    granularity === 'total' ? '$2::timestamptz' : `date_trunc('${granularity}', l.minute AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'`
  const filter = `($4::uuid IS NULL OR l.workspace_uid = $4::uuid) AND ($5::uuid IS NULL OR l.compute_pool_uid = $5::uuid)
        AND ($6::uuid IS NULL OR l.statement_uid = $6::uuid)`
  return `
    WITH held AS (
      SELECT a.org_id, s.workspace_uid, a.compute_pool_uid, a.statement_uid, s.created_by AS principal, '${SKU_HELD}' AS sku,
             a.millicu * ${unbilledMsSql({ from: '$2', to: '$3' })} AS quantity
        FROM millrace.assignments a
        JOIN millrace.statements s ON s.org_id = a.org_id AND s.uid = a.statement_uid
        ${BILLED_UNTIL_SQL}
       WHERE a.org_id = $1::uuid AND (a.released_at IS NULL OR a.released_at > $8::timestamptz))
    SELECT * FROM (
      SELECT false AS open, ${start} AS start, ${labels} AS grp, l.sku, l.unit, sum(l.quantity)::text AS quantity,
             sum(l.amount_micros)::text AS amount, l.currency
        FROM millrace.ledger l
       WHERE l.org_id = $1::uuid AND l.minute >= $2::timestamptz AND l.minute < $3::timestamptz AND ${filter}
       GROUP BY ${['2', 'l.sku', 'l.unit', 'l.currency', ...columns].join(', ')} ORDER BY 2, l.sku LIMIT $7) billed
    UNION ALL
    SELECT * FROM (
      SELECT true, $2::timestamptz, ${labels}, l.sku, 'milli_cu_ms', trunc(sum(l.quantity))::text, '0', ''
        FROM held l WHERE ${filter}
       GROUP BY ${['l.sku', ...columns].join(', ')} HAVING sum(l.quantity) > 0 LIMIT $7) unbilled`
}
