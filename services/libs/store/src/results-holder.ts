import { fromBigint, fromMillicu } from './rows.ts'
import type { Scope } from './scope.ts'
import type { StandingAssignment } from './statements.ts'

/** Rows of a finished query stay readable on its worker for this long. */
const KEPT_MS = 600_000

/** The slot that a finished query had: its worker still serves the rows for a while. null when there is none, or too long ago. */
export async function findResultsHolder(scope: Scope, version: string): Promise<StandingAssignment | null> {
  const found = await scope.tx.assignments.findFirst({
    where: {
      org_id: scope.org,
      version_uid: version,
      release_reason: 'FINISHED',
      released_at: { gt: new Date(scope.now.getTime() - KEPT_MS) },
    },
    orderBy: { epoch: 'desc' },
  })
  if (!found) return null
  return {
    worker: found.worker_uid,
    epoch: fromBigint(found.epoch),
    cu: fromMillicu(found.millicu),
    parallelism: found.parallelism,
    readUrl: found.read_url,
    grantedAt: found.granted_at,
  }
}
