import type { SystemTx } from '../open-store.ts'
import { execute, fromMillicu, rows, toMillicu } from '../rows.ts'

export interface WorkerRow {
  readonly uid: string
  readonly region: string
  /** The organization and pool it serves, or null for an unbound spare. A worker that served one tenant never serves another. */
  readonly boundOrg: string | null
  readonly boundPool: string | null
  readonly readUrl: string
  readonly totalCu: number
  readonly state: string
  readonly process: WorkerProcess
  readonly startedAt: Date
  readonly lastHeartbeat: Date
  readonly leaseExpiresAt: Date
  readonly endedAt: Date | null
  readonly endReason: string | null
}

/** Facts about the process from its last report. */
export interface WorkerProcess {
  readonly incarnation?: string
  readonly pid?: number
  readonly rss_bytes?: number
  readonly cpu_us?: number
}

export interface NewWorker {
  readonly uid: string
  readonly region: string
  readonly readUrl: string
  readonly totalCu: number
  readonly state: string
  readonly process: WorkerProcess
  readonly now: Date
  readonly leaseMs: number
}

interface RawWorker {
  uid: string
  region: string
  bound_org_id: string | null
  bound_pool_uid: string | null
  read_url: string
  total_millicu: number
  state: string
  process: WorkerProcess
  started_at: Date
  last_heartbeat: Date
  lease_expires_at: Date
  ended_at: Date | null
  end_reason: string | null
}

const toWorker = (r: RawWorker): WorkerRow => ({
  uid: r.uid,
  region: r.region,
  boundOrg: r.bound_org_id,
  boundPool: r.bound_pool_uid,
  readUrl: r.read_url,
  totalCu: fromMillicu(r.total_millicu),
  state: r.state,
  process: r.process,
  startedAt: r.started_at,
  lastHeartbeat: r.last_heartbeat,
  leaseExpiresAt: r.lease_expires_at,
  endedAt: r.ended_at,
  endReason: r.end_reason,
})

/** Makes a worker known, or renews it when it is known and not ended. Returns false when it has ended: a dead worker stays dead. */
export async function upsertWorker(tx: SystemTx, worker: NewWorker): Promise<boolean> {
  const changed = await execute(
    tx,
    `INSERT INTO millrace.workers AS w
       (uid, region, read_url, total_millicu, state, process, started_at, last_heartbeat, lease_expires_at)
     VALUES ($1::uuid, $2, $3, $4, $5, $6::jsonb, $7, $7, $8)
     ON CONFLICT (uid) DO UPDATE SET read_url = EXCLUDED.read_url, state = EXCLUDED.state, process = EXCLUDED.process,
       last_heartbeat = EXCLUDED.last_heartbeat, lease_expires_at = EXCLUDED.lease_expires_at
     WHERE w.ended_at IS NULL`,
    worker.uid,
    worker.region,
    worker.readUrl,
    toMillicu(worker.totalCu),
    worker.state,
    JSON.stringify(worker.process),
    worker.now,
    new Date(worker.now.getTime() + worker.leaseMs),
  )
  return changed === 1
}

/** Renews the lease. Returns false when the worker is unknown or has ended. */
export async function heartbeat(
  tx: SystemTx,
  beat: { readonly worker: string; readonly process: WorkerProcess; readonly now: Date; readonly leaseMs: number },
): Promise<boolean> {
  const changed = await execute(
    tx,
    `UPDATE millrace.workers SET last_heartbeat = $2, lease_expires_at = $3, process = $4::jsonb
      WHERE uid = $1::uuid AND ended_at IS NULL`,
    beat.worker,
    beat.now,
    new Date(beat.now.getTime() + beat.leaseMs),
    JSON.stringify(beat.process),
  )
  return changed === 1
}

/** Sets a worker's state (STARTING, READY, DRAINING, …), which placement reads. */
export async function setWorkerState(tx: SystemTx, worker: string, state: string): Promise<void> {
  await execute(tx, `UPDATE millrace.workers SET state = $2 WHERE uid = $1::uuid AND ended_at IS NULL`, worker, state)
}

/** Ties a spare to a tenant's pool for good. Returns false when it is bound to another or has ended. */
export async function bindWorker(
  tx: SystemTx,
  bind: { readonly worker: string; readonly org: string; readonly pool: string },
): Promise<boolean> {
  const changed = await execute(
    tx,
    `UPDATE millrace.workers SET bound_org_id = $2::uuid, bound_pool_uid = $3::uuid
      WHERE uid = $1::uuid AND ended_at IS NULL
        AND (bound_org_id IS NULL OR (bound_org_id = $2::uuid AND bound_pool_uid = $3::uuid))`,
    bind.worker,
    bind.org,
    bind.pool,
  )
  return changed === 1
}

/** One worker by uid, ended or not; null when it was never known. */
export async function findWorker(tx: SystemTx, uid: string): Promise<WorkerRow | null> {
  const found = await rows<RawWorker>(tx, `SELECT * FROM millrace.workers WHERE uid = $1::uuid`, uid)
  return found[0] ? toWorker(found[0]) : null
}

/** Every worker that has not ended, oldest first. */
export async function listWorkers(tx: SystemTx, region: string): Promise<WorkerRow[]> {
  const found = await rows<RawWorker>(
    tx,
    `SELECT * FROM millrace.workers WHERE ended_at IS NULL AND region = $1 ORDER BY started_at, uid LIMIT 10000`,
    region,
  )
  return found.map(toWorker)
}

/**
 * Ends a worker and releases what it holds. A dead worker's slots are charged up to its last heartbeat, so the release time is
 * the earlier of `now` and each slot's last heartbeat when `reason` is a loss; a drained worker releases at `now`.
 */
export async function endWorker(
  tx: SystemTx,
  end: { readonly worker: string; readonly reason: string; readonly lost: boolean; readonly now: Date },
): Promise<{ readonly releasedVersions: string[] }> {
  await execute(
    tx,
    `UPDATE millrace.workers SET ended_at = $2, end_reason = $3, state = 'ENDED' WHERE uid = $1::uuid AND ended_at IS NULL`,
    end.worker,
    end.now,
    end.reason,
  )
  const released = await rows<{ version_uid: string }>(
    tx,
    `UPDATE millrace.assignments
        SET released_at = CASE WHEN $4 THEN LEAST($2::timestamptz, COALESCE(last_heartbeat, granted_at)) ELSE $2::timestamptz END,
            release_reason = $3
      WHERE worker_uid = $1::uuid AND released_at IS NULL RETURNING version_uid`,
    end.worker,
    end.now,
    end.reason,
    end.lost,
  )
  return { releasedVersions: released.map((r) => r.version_uid) }
}
