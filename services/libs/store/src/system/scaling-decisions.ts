import { createHash } from 'node:crypto'
import type { SystemTx } from '../open-store.ts'
import { execute, rows } from '../rows.ts'

export interface ScalingDecisionInput {
  readonly uid: string
  readonly org: string
  readonly pool: string
  /** null for a decision about the pool's workers. */
  readonly statement: string | null
  /** SCALE_UP, SCALE_DOWN, HOLD, MOVE, ADD_WORKER, REMOVE_WORKER, … */
  readonly action: string
  readonly applied: boolean
  readonly from: Readonly<Record<string, number>>
  readonly to: Readonly<Record<string, number>>
  readonly reasons: readonly string[]
  /** The measured figures it was decided on. */
  readonly facts: Readonly<Record<string, number | string | null>>
  readonly now: Date
}

/**
 * Keeps a decision. One that equals its predecessor (same subject, action, from, to and reasons) extends that row: `last_at`,
 * `times` and the newest facts change. Returns the uid of the row.
 */
export async function recordScalingDecision(tx: SystemTx, decision: ScalingDecisionInput): Promise<string> {
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([decision.action, decision.applied, decision.from, decision.to, decision.reasons]))
    .digest('base64url')
  const last = await rows<{ uid: string; first_at: Date; fingerprint: string }>(
    tx,
    `SELECT uid, first_at, fingerprint FROM millrace.scaling_decisions
      WHERE org_id = $1::uuid AND compute_pool_uid = $2::uuid AND statement_uid IS NOT DISTINCT FROM $3::uuid
        AND first_at > $4::timestamptz - interval '1 day'
      ORDER BY uid DESC LIMIT 1`,
    decision.org,
    decision.pool,
    decision.statement,
    decision.now,
  )
  const same = last[0]?.fingerprint === fingerprint ? last[0] : undefined
  if (same) {
    await execute(
      tx,
      `UPDATE millrace.scaling_decisions SET last_at = $3, times = times + 1, facts = $4::jsonb
        WHERE org_id = $1::uuid AND uid = $2::uuid AND first_at = $5`,
      decision.org,
      same.uid,
      decision.now,
      JSON.stringify(decision.facts),
      same.first_at,
    )
    return same.uid
  }
  await execute(
    tx,
    `INSERT INTO millrace.scaling_decisions
       (org_id, uid, compute_pool_uid, statement_uid, action, applied, from_value, to_value, reasons, facts, fingerprint, first_at, last_at)
     VALUES ($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5, $6, $7::jsonb, $8::jsonb, $9, $10::jsonb, $11, $12, $12)`,
    decision.org,
    decision.uid,
    decision.pool,
    decision.statement,
    decision.action,
    decision.applied,
    JSON.stringify(decision.from),
    JSON.stringify(decision.to),
    [...decision.reasons],
    JSON.stringify(decision.facts),
    fingerprint,
    decision.now,
  )
  return decision.uid
}
