import type { SystemTx } from '../open-store.ts'
import { fromBigint, fromMillicu, rows } from '../rows.ts'
import type { AssignmentRequest } from './assignments.ts'

/** One assignment of a version, standing or ended. */
export interface Run {
  readonly version: string
  readonly epoch: number
  readonly cu: number
  readonly parallelism: number
  readonly request: AssignmentRequest
  readonly grantedAt: Date
  readonly releasedAt: Date | null
  readonly releaseReason: string | null
}

/** The last `limit` runs of each of `versions`, newest first: what sizes, restart back-off and scaling history are read from. */
export async function listRunHistory(tx: SystemTx, versions: readonly string[], limit: number): Promise<Run[]> {
  if (versions.length === 0) return []
  const found = await rows<{
    version_uid: string
    epoch: bigint
    millicu: number
    parallelism: number
    request: AssignmentRequest
    granted_at: Date
    released_at: Date | null
    release_reason: string | null
  }>(
    tx,
    `SELECT a.* FROM millrace.statement_versions v
       JOIN LATERAL (SELECT version_uid, epoch, millicu, parallelism, request, granted_at, released_at, release_reason
                       FROM millrace.assignments a WHERE a.org_id = v.org_id AND a.version_uid = v.uid
                      ORDER BY a.epoch DESC LIMIT $2) a ON true
      WHERE v.uid = ANY($1::uuid[]) ORDER BY a.version_uid, a.epoch DESC`,
    [...versions],
    limit,
  )
  return found.map((r) => ({
    version: r.version_uid,
    epoch: fromBigint(r.epoch),
    cu: fromMillicu(r.millicu),
    parallelism: r.parallelism,
    request: r.request,
    grantedAt: r.granted_at,
    releasedAt: r.released_at,
    releaseReason: r.release_reason,
  }))
}

export interface PoolLimits {
  readonly org: string
  readonly uid: string
  readonly name: string
  readonly maxCu: number
  readonly minCu: number
}

/** Live compute pools of a region with their capacity bounds. */
export async function listPoolLimits(tx: SystemTx, region: string): Promise<PoolLimits[]> {
  const found = await rows<{ org_id: string; uid: string; name: string; max_millicu: number; min_millicu: number }>(
    tx,
    `SELECT p.org_id, p.uid, p.name, p.max_millicu, p.min_millicu FROM millrace.compute_pools p
       JOIN millrace.workspaces w ON w.org_id = p.org_id AND w.uid = p.workspace_uid
      WHERE p.deleted_at IS NULL AND w.region = $1 ORDER BY p.uid LIMIT 100000`,
    region,
  )
  return found.map((r) => ({
    org: r.org_id,
    uid: r.uid,
    name: r.name,
    maxCu: fromMillicu(r.max_millicu),
    minCu: fromMillicu(r.min_millicu),
  }))
}
