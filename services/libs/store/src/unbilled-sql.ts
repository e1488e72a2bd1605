/** SQL of what a slot (`millrace.assignments a`) held and the ledger does not hold yet. */

/** The sku whose rows mark how far an assignment is billed: each billed minute has exactly one of it. */
export const SKU_HELD = 'cu'

/** Slots that ended longer ago are taken as billed: the ledger is complete seconds after a release, and hours after an outage. */
export const UNBILLED_LOOK_BACK_MS = 86_400_000

/** Joins `b.until`: the end of the last minute in the ledger, null when none is. */
export const BILLED_UNTIL_SQL = `LEFT JOIN LATERAL (SELECT max(m.minute) + interval '1 minute' AS until FROM millrace.ledger m
         WHERE m.org_id = a.org_id AND m.version_uid = a.version_uid AND m.epoch = a.epoch AND m.sku = '${SKU_HELD}'
           AND m.minute >= date_trunc('minute', a.granted_at)) b ON true`

/**
 * Milliseconds of the minutes in [from, to), two parameters, that were held and are not billed. A standing slot counts to its last
 * heartbeat: that much will be charged whatever becomes of its worker, so that an estimate never has to be taken back.
 */
export function unbilledMsSql({ from, to }: { readonly from: string; readonly to: string }): string {
  const nextMinute = (at: string) => `date_trunc('minute', ${at}::timestamptz + interval '59999 milliseconds')`
  const until = `LEAST(COALESCE(a.released_at, a.last_heartbeat, a.granted_at), ${nextMinute(to)})`
  const since = `GREATEST(a.granted_at, b.until, ${nextMinute(from)})`
  return `greatest(0, floor(extract(epoch FROM (${until} - ${since})) * 1000))`
}
