import type { UsageCounters } from '@millrace/protocol'
import type { SystemTx } from '../open-store.ts'
import { fromBigint, rows } from '../rows.ts'
import { BILLED_UNTIL_SQL, SKU_HELD, UNBILLED_LOOK_BACK_MS, unbilledMsSql } from '../unbilled-sql.ts'

/** An assignment of which minutes are not in the ledger yet, as capacity that was held. */
export interface HeldInterval {
  readonly org: string
  readonly version: string
  readonly worker: string
  readonly epoch: number
  readonly milliCu: number
  readonly grantedAt: Date
  readonly releasedAt: Date | null
  readonly lastHeartbeat: Date | null
  /** Start of the last minute that is in the ledger; null when none is. */
  readonly billedMinute: Date | null
}

/** Assignments that stand, or ended after `since`, and are not billed to their end; oldest first. */
export async function listUnbilled(tx: SystemTx, ask: { readonly since: Date; readonly limit: number }): Promise<HeldInterval[]> {
  const found = await rows<{
    org_id: string
    version_uid: string
    worker_uid: string
    epoch: bigint
    millicu: number
    granted_at: Date
    released_at: Date | null
    last_heartbeat: Date | null
    billed: Date | null
  }>(
    tx,
    `SELECT a.org_id, a.version_uid, a.worker_uid, a.epoch, a.millicu, a.granted_at, a.released_at, a.last_heartbeat, b.billed
       FROM millrace.assignments a
       LEFT JOIN LATERAL (SELECT max(l.minute) AS billed FROM millrace.ledger l
         WHERE l.org_id = a.org_id AND l.version_uid = a.version_uid AND l.epoch = a.epoch AND l.sku = $3
           AND l.minute >= date_trunc('minute', a.granted_at)) b ON true
      WHERE (a.released_at IS NULL OR (a.released_at > $1 AND a.released_at > a.granted_at))
        AND (a.released_at IS NULL OR b.billed IS NULL OR b.billed < date_trunc('minute', a.released_at - interval '1 millisecond'))
      ORDER BY a.granted_at, a.uid LIMIT $2`,
    ask.since,
    ask.limit,
    SKU_HELD,
  )
  return found.map((r) => ({
    org: r.org_id,
    version: r.version_uid,
    worker: r.worker_uid,
    epoch: fromBigint(r.epoch),
    milliCu: r.millicu,
    grantedAt: r.granted_at,
    releasedAt: r.released_at,
    lastHeartbeat: r.last_heartbeat,
    billedMinute: r.billed,
  }))
}

export interface CounterReading {
  readonly incarnation: string
  readonly at: Date
  readonly counters: UsageCounters
}

/** The last reading of each incarnation in each minute of (from, to], oldest first. A reading at a minute's end belongs to it. */
export async function listMinuteReadings(
  tx: SystemTx,
  of: { readonly org: string; readonly version: string; readonly epoch: number; readonly from: Date; readonly to: Date },
): Promise<CounterReading[]> {
  const found = await rows<{ incarnation: string; at: Date; counters: UsageCounters }>(
    tx,
    `SELECT incarnation, at, counters FROM (
       SELECT DISTINCT ON (incarnation, date_trunc('minute', at - interval '1 millisecond')) incarnation, at, counters
         FROM millrace.usage_samples
        WHERE org_id = $1::uuid AND version_uid = $2::uuid AND epoch = $3 AND at > $4 AND at <= $5
        ORDER BY incarnation, date_trunc('minute', at - interval '1 millisecond'), at DESC) s
      ORDER BY at LIMIT 100000`,
    of.org,
    of.version,
    BigInt(of.epoch),
    of.from,
    of.to,
  )
  return found
}

/** What the ledger already holds of an epoch: quantities by incarnation and sku. */
export async function sumBilled(
  tx: SystemTx,
  of: { readonly org: string; readonly version: string; readonly epoch: number; readonly since: Date },
): Promise<{ readonly incarnation: string; readonly sku: string; readonly quantity: number }[]> {
  const found = await rows<{ incarnation: string; sku: string; quantity: string }>(
    tx,
    `SELECT incarnation, sku, sum(quantity)::text AS quantity FROM millrace.ledger
      WHERE org_id = $1::uuid AND version_uid = $2::uuid AND epoch = $3 AND minute >= date_trunc('minute', $4::timestamptz) GROUP BY 1, 2`,
    of.org,
    of.version,
    BigInt(of.epoch),
    of.since,
  )
  return found.map((r) => ({ incarnation: r.incarnation, sku: r.sku, quantity: fromBigint(BigInt(r.quantity)) }))
}

/**
 * Capacity held in minutes of [since, now) and not in the ledger yet, in thousandths of a CU times milliseconds: what budgets add to
 * the ledger's sums. Read in the same transaction as these only under REPEATABLE READ; else a minute may be in both or in neither.
 */
export async function sumUnbilledHeld(
  tx: SystemTx,
  ask: { readonly org: string; readonly statement?: string; readonly pool?: string; readonly since: Date; readonly now: Date },
): Promise<number> {
  const found = await rows<{ held: string | null }>(
    tx,
    `SELECT sum(a.millicu * ${unbilledMsSql({ from: '$4', to: '$5' })})::text AS held
       FROM millrace.assignments a ${BILLED_UNTIL_SQL}
      WHERE a.org_id = $1::uuid AND ($2::uuid IS NULL OR a.statement_uid = $2::uuid)
        AND ($3::uuid IS NULL OR a.compute_pool_uid = $3::uuid) AND (a.released_at IS NULL OR a.released_at > $6)`,
    ask.org,
    ask.statement ?? null,
    ask.pool ?? null,
    ask.since,
    ask.now,
    new Date(ask.now.getTime() - UNBILLED_LOOK_BACK_MS),
  )
  return Math.trunc(Number(found[0]?.held ?? 0))
}
