/** How one run of a statement ended; `failed` covers its own errors and the loss of its worker, not stops and moves. */
export interface EndedRun {
  readonly grantedAtMs: number
  readonly releasedAtMs: number
  readonly failed: boolean
}

export interface RestartPolicy {
  readonly baseMs: number
  readonly capMs: number
  /** A run this long clears the count. */
  readonly stableAfterMs: number
}

export const RESTART_POLICY: RestartPolicy = { baseMs: 1000, capMs: 60_000, stableAfterMs: 60_000 }

/** Failed runs in a row, newest last; a long run starts the count anew. */
export function failuresInARow(runs: readonly EndedRun[], policy: RestartPolicy = RESTART_POLICY): number {
  let count = 0
  for (const run of [...runs].sort((a, b) => b.releasedAtMs - a.releasedAtMs)) {
    if (!run.failed) break
    count++
    if (run.releasedAtMs - run.grantedAtMs >= policy.stableAfterMs) break
  }
  return count
}

/** When the next run may start: at once after the first failure, then 1, 2, 4, … seconds after the last one, at most a minute. */
export function nextStartMs(runs: readonly EndedRun[], policy: RestartPolicy = RESTART_POLICY): number {
  const failures = failuresInARow(runs, policy)
  if (failures < 2) return 0
  const last = Math.max(...runs.map((r) => r.releasedAtMs))
  return last + Math.min(policy.capMs, policy.baseMs * 2 ** Math.min(failures - 2, 30))
}
