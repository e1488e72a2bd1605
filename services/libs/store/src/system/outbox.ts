import type { SystemTx } from '../open-store.ts'
import { execute, rows } from '../rows.ts'

export interface OutboxRow {
  readonly org: string
  readonly uid: string
  /** statement.changed, workspace.created, pool.changed, … */
  readonly topic: string
  readonly resource: string
  readonly payload: Readonly<Record<string, unknown>>
  readonly createdAt: Date
}

/**
 * Claims unsent rows, oldest first, for `leaseMs`; rows that another relay holds are skipped. A claim that is not followed by
 * markOutboxSent runs out and the rows are claimed again: each is published at least once.
 */
export async function claimOutbox(
  tx: SystemTx,
  claim: { readonly limit: number; readonly now: Date; readonly leaseMs: number },
): Promise<OutboxRow[]> {
  const found = await rows<{
    org_id: string
    uid: string
    topic: string
    resource_uid: string
    payload: Record<string, unknown>
    created_at: Date
  }>(
    tx,
    `UPDATE millrace.outbox o SET claimed_until = $3
       FROM (SELECT org_id, uid, created_at FROM millrace.outbox
              WHERE sent_at IS NULL AND (claimed_until IS NULL OR claimed_until <= $2)
              ORDER BY created_at, uid LIMIT $1 FOR UPDATE SKIP LOCKED) c
      WHERE o.org_id = c.org_id AND o.uid = c.uid AND o.created_at = c.created_at
      RETURNING o.org_id, o.uid, o.topic, o.resource_uid, o.payload, o.created_at`,
    claim.limit,
    claim.now,
    new Date(claim.now.getTime() + claim.leaseMs),
  )
  return found
    .map((r) => ({
      org: r.org_id,
      uid: r.uid,
      topic: r.topic,
      resource: r.resource_uid,
      payload: r.payload,
      createdAt: r.created_at,
    }))
    .sort((a, b) => (a.uid < b.uid ? -1 : 1))
}

/** Marks rows as published and numbers them in that order. */
export async function markOutboxSent(tx: SystemTx, sent: readonly OutboxRow[], now: Date): Promise<void> {
  if (sent.length === 0) return
  await execute(
    tx,
    `UPDATE millrace.outbox o SET sent_at = $1, claimed_until = NULL, publish_order = nextval('millrace.outbox_publish_order')
      WHERE o.uid = ANY($2::uuid[]) AND o.created_at = ANY($3::timestamptz[]) AND o.sent_at IS NULL`,
    now,
    sent.map((r) => r.uid),
    sent.map((r) => r.createdAt),
  )
}

/** Makes today's and the next days' partitions and drops those past their retention. Run at start and once an hour. */
export async function maintainPartitions(tx: SystemTx, now: Date): Promise<{ readonly made: number; readonly dropped: number }> {
  const day = 86_400_000
  const iso = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
  const made = await rows<{ n: number }>(
    tx,
    `SELECT millrace.ensure_partitions($1::date, $2::date) AS n`,
    iso(now.getTime() - day),
    iso(now.getTime() + 7 * day),
  )
  const dropped = await rows<{ n: number }>(tx, `SELECT millrace.drop_expired_partitions($1::date) AS n`, iso(now.getTime()))
  return { made: made[0]?.n ?? 0, dropped: dropped[0]?.n ?? 0 }
}
