export interface LeaseFact {
  readonly worker: string
  /** When its last report came, by this scheduler's clock. */
  readonly lastReportMs: number
}

/**
 * Workers whose lease has run out. Only time during which this scheduler was able to take reports counts: `listeningSinceMs` is
 * when it last became able to (start, or the end of its own or the database's outage), so an outage never ends a lease.
 */
export function decideLease(
  leases: readonly LeaseFact[],
  now: number,
  rule: { readonly listeningSinceMs: number; readonly lostAfterMs: number },
): string[] {
  return leases
    .filter((lease) => now - Math.max(lease.lastReportMs, rule.listeningSinceMs) > rule.lostAfterMs)
    .map((lease) => lease.worker)
}
