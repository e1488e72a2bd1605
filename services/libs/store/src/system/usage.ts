import type { UsageCounters } from '@millrace/protocol'
import type { SystemTx } from '../open-store.ts'
import { execute, fromBigint, rows } from '../rows.ts'

/** One cumulative reading of an (version, epoch, incarnation). `state_bytes` is a level, not a counter. */
export interface UsageSample {
  readonly org: string
  readonly version: string
  readonly assignment: string
  readonly epoch: number
  readonly incarnation: string
  readonly at: Date
  readonly counters: UsageCounters & { readonly state_bytes: number }
}

/**
 * For each (version, epoch, incarnation) with readings up to `to`: its last reading at or before `from` (if any) and its last at
 * or before `to`. Their difference is the use of (from, to].
 */
export async function listCounterReadings(
  tx: SystemTx,
  span: { readonly from: Date; readonly to: Date },
): Promise<{ readonly before: UsageSample | null; readonly at: UsageSample }[]> {
  const found = await rows<RawSample & { before_at: Date | null; before_counters: RawSample['counters'] | null }>(
    tx,
    `SELECT l.*, b.at AS before_at, b.counters AS before_counters
       FROM (SELECT DISTINCT ON (org_id, version_uid, epoch, incarnation) * FROM millrace.usage_samples
              WHERE at > $1 AND at <= $2 ORDER BY org_id, version_uid, epoch, incarnation, at DESC LIMIT 100000) l
       LEFT JOIN LATERAL (SELECT at, counters FROM millrace.usage_samples s
              WHERE s.org_id = l.org_id AND s.version_uid = l.version_uid AND s.epoch = l.epoch AND s.incarnation = l.incarnation
                AND s.at <= $1 ORDER BY s.at DESC LIMIT 1) b ON true`,
    span.from,
    span.to,
  )
  return found.map((r) => ({
    before: r.before_at && r.before_counters ? toSample({ ...r, at: r.before_at, counters: r.before_counters }) : null,
    at: toSample(r),
  }))
}

interface RawSample {
  org_id: string
  version_uid: string
  assignment_uid: string
  epoch: bigint
  incarnation: string
  at: Date
  counters: UsageCounters & { state_bytes: number }
}

const toSample = (r: RawSample): UsageSample => ({
  org: r.org_id,
  version: r.version_uid,
  assignment: r.assignment_uid,
  epoch: fromBigint(r.epoch),
  incarnation: r.incarnation,
  at: r.at,
  counters: r.counters,
})

export interface LedgerRow {
  readonly uid: string
  readonly org: string
  readonly workspace: string
  readonly pool: string
  readonly statement: string
  readonly version: string
  readonly epoch: number
  readonly incarnation: string
  /** Start of a UTC minute. */
  readonly minute: Date
  /** cu_ms (held capacity, thousandths of a CU times milliseconds is `milli_cu_ms`), cpu_us, records_in, … */
  readonly sku: string
  readonly revision: number
  readonly quantity: number
  readonly unit: string
  readonly amountMicros: number
  readonly currency: string
  readonly rateCard: string
  readonly labels: Readonly<Record<string, string>>
  readonly principal: string
}

/**
 * Adds ledger rows; one that is already there under its key (version, epoch, incarnation, minute, sku, revision) stays as it is,
 * so a repeat after a crash neither loses nor doubles usage. Returns how many were new.
 */
export async function insertLedgerRows(tx: SystemTx, ledger: readonly LedgerRow[], now: Date): Promise<number> {
  let inserted = 0
  for (let i = 0; i < ledger.length; i += 500) {
    const chunk = ledger.slice(i, i + 500)
    inserted += await execute(
      tx,
      `INSERT INTO millrace.ledger (org_id, uid, workspace_uid, compute_pool_uid, statement_uid, version_uid, epoch, incarnation, minute, sku,
         revision, quantity, unit, amount_micros, currency, rate_card, labels, principal, created_at)
       SELECT org_id, uid, workspace_uid, compute_pool_uid, statement_uid, version_uid, epoch, incarnation, minute, sku,
         revision, quantity, unit, amount_micros, currency, rate_card, labels, principal, $2
       FROM jsonb_to_recordset($1::jsonb) AS r (org_id uuid, uid uuid, workspace_uid uuid, compute_pool_uid uuid, statement_uid uuid,
         version_uid uuid, epoch bigint, incarnation text, minute timestamptz, sku text, revision integer, quantity bigint, unit text,
         amount_micros bigint, currency text, rate_card text, labels jsonb, principal text)
       ON CONFLICT DO NOTHING`,
      JSON.stringify(chunk.map(toRecord)),
      now,
    )
  }
  return inserted
}

const toRecord = (r: LedgerRow) => ({
  org_id: r.org,
  uid: r.uid,
  workspace_uid: r.workspace,
  compute_pool_uid: r.pool,
  statement_uid: r.statement,
  version_uid: r.version,
  epoch: r.epoch,
  incarnation: r.incarnation,
  minute: r.minute.toISOString(),
  sku: r.sku,
  revision: r.revision,
  quantity: r.quantity,
  unit: r.unit,
  amount_micros: r.amountMicros,
  currency: r.currency,
  rate_card: r.rateCard,
  labels: r.labels,
  principal: r.principal,
})

/** Facts of a version that a ledger row carries. */
export interface MeteredVersion {
  readonly org: string
  readonly plan: string
  readonly workspace: string
  readonly pool: string
  readonly statement: string
  readonly version: string
  readonly labels: Readonly<Record<string, string>>
  readonly principal: string
}

export async function listMeteredVersions(tx: SystemTx, versions: readonly string[]): Promise<MeteredVersion[]> {
  const found = await rows<{
    org_id: string
    plan: string
    workspace_uid: string
    compute_pool_uid: string
    statement_uid: string
    version_uid: string
    labels: Record<string, string>
    created_by: string
  }>(
    tx,
    `SELECT s.org_id, o.plan, s.workspace_uid, s.compute_pool_uid, s.uid AS statement_uid, v.uid AS version_uid, s.labels, s.created_by
       FROM millrace.statement_versions v
       JOIN millrace.statements s ON s.org_id = v.org_id AND s.uid = v.statement_uid
       JOIN millrace.organizations o ON o.org_id = s.org_id
      WHERE v.uid = ANY($1::uuid[]) AND s.compute_pool_uid IS NOT NULL`,
    [...versions],
  )
  return found.map((r) => ({
    org: r.org_id,
    plan: r.plan,
    workspace: r.workspace_uid,
    pool: r.compute_pool_uid,
    statement: r.statement_uid,
    version: r.version_uid,
    labels: r.labels,
    principal: r.created_by,
  }))
}

export interface UsageFilter {
  readonly org?: string
  readonly workspace?: string
  readonly pool?: string
  readonly statement?: string
  readonly from: Date
  readonly to: Date
}

export interface UsageSum {
  readonly sku: string
  readonly unit: string
  readonly currency: string
  readonly quantity: number
  readonly amountMicros: number
}

/** Sums of the ledger over minutes in [from, to), by sku, unit and currency. */
export async function sumUsage(tx: SystemTx, filter: UsageFilter): Promise<UsageSum[]> {
  const found = await rows<{ sku: string; unit: string; currency: string; quantity: string; amount: string }>(
    tx,
    `SELECT sku, unit, currency, sum(quantity)::text AS quantity, sum(amount_micros)::text AS amount FROM millrace.ledger
      WHERE minute >= $1 AND minute < $2
        AND ($3::uuid IS NULL OR org_id = $3::uuid) AND ($4::uuid IS NULL OR workspace_uid = $4::uuid)
        AND ($5::uuid IS NULL OR compute_pool_uid = $5::uuid) AND ($6::uuid IS NULL OR statement_uid = $6::uuid)
      GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
    filter.from,
    filter.to,
    filter.org ?? null,
    filter.workspace ?? null,
    filter.pool ?? null,
    filter.statement ?? null,
  )
  return found.map((r) => ({
    sku: r.sku,
    unit: r.unit,
    currency: r.currency,
    quantity: fromBigint(BigInt(r.quantity)),
    amountMicros: fromBigint(BigInt(r.amount)),
  }))
}
