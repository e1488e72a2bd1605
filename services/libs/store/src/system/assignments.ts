import type { StatementReport } from '@millrace/protocol'
import type { SystemTx } from '../open-store.ts'
import { execute, fromBigint, fromMillicu, rows, toMillicu } from '../rows.ts'

export interface AssignmentRow {
  readonly org: string
  readonly uid: string
  readonly statement: string
  readonly version: string
  readonly worker: string
  readonly pool: string
  readonly epoch: number
  readonly cu: number
  readonly parallelism: number
  readonly readUrl: string
  /** What the worker is asked to do with it; an empty object means: run. */
  readonly request: AssignmentRequest
  readonly grantedAt: Date
  readonly confirmedAt: Date | null
  readonly lastHeartbeat: Date | null
  readonly releasedAt: Date | null
  readonly releaseReason: string | null
}

export interface AssignmentRequest {
  readonly stop?: boolean
  readonly savepoint?: boolean
  readonly reason?: string
  /** When the stop was asked for, ISO time. */
  readonly since?: string
  /** Size of the run that follows the stop. */
  readonly next?: { readonly cu: number; readonly parallelism: number }
  /** The scaling decision that the stop carries out; kept on the run that follows it, with what was before. */
  readonly scaling?: {
    readonly decision: string
    readonly action: string
    readonly at: string
    readonly cu: number
    readonly parallelism: number
    /** Records a second read before. */
    readonly rate: number | null
  }
}

export interface Grant {
  readonly org: string
  readonly uid: string
  readonly statement: string
  readonly version: string
  readonly worker: string
  readonly pool: string
  readonly cu: number
  readonly parallelism: number
  readonly readUrl: string
  readonly now: Date
}

interface RawAssignment {
  org_id: string
  uid: string
  statement_uid: string
  version_uid: string
  worker_uid: string
  compute_pool_uid: string
  epoch: bigint
  millicu: number
  parallelism: number
  read_url: string
  request: AssignmentRequest
  granted_at: Date
  confirmed_at: Date | null
  last_heartbeat: Date | null
  released_at: Date | null
  release_reason: string | null
}

const toAssignment = (r: RawAssignment): AssignmentRow => ({
  org: r.org_id,
  uid: r.uid,
  statement: r.statement_uid,
  version: r.version_uid,
  worker: r.worker_uid,
  pool: r.compute_pool_uid,
  epoch: fromBigint(r.epoch),
  cu: fromMillicu(r.millicu),
  parallelism: r.parallelism,
  readUrl: r.read_url,
  request: r.request,
  grantedAt: r.granted_at,
  confirmedAt: r.confirmed_at,
  lastHeartbeat: r.last_heartbeat,
  releasedAt: r.released_at,
  releaseReason: r.release_reason,
})

/**
 * Gives a statement version to a worker under the next epoch, which fences every earlier one. Returns the epoch, or null when the
 * version already has a standing assignment or the worker has ended: two deciders cannot both win.
 */
export async function grantAssignment(tx: SystemTx, grant: Grant): Promise<number | null> {
  const alive = await rows<{ uid: string }>(
    tx,
    `SELECT uid FROM millrace.workers WHERE uid = $1::uuid AND ended_at IS NULL FOR SHARE`,
    grant.worker,
  )
  if (alive.length === 0) return null
  const version = await rows<{ epoch: bigint }>(
    tx,
    `UPDATE millrace.statement_versions SET epoch = epoch + 1
      WHERE org_id = $1::uuid AND uid = $2::uuid
        AND NOT EXISTS (SELECT 1 FROM millrace.assignments a WHERE a.org_id = $1::uuid AND a.version_uid = $2::uuid AND a.released_at IS NULL)
      RETURNING epoch`,
    grant.org,
    grant.version,
  )
  const epoch = version[0]?.epoch
  if (epoch === undefined) return null
  const made = await execute(
    tx,
    `INSERT INTO millrace.assignments
       (org_id, uid, statement_uid, version_uid, worker_uid, compute_pool_uid, epoch, millicu, parallelism, read_url, granted_at)
     VALUES ($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::uuid, $6::uuid, $7, $8, $9, $10, $11)
     ON CONFLICT DO NOTHING`,
    grant.org,
    grant.uid,
    grant.statement,
    grant.version,
    grant.worker,
    grant.pool,
    epoch,
    toMillicu(grant.cu),
    grant.parallelism,
    grant.readUrl,
    grant.now,
  )
  return made === 1 ? fromBigint(epoch) : null
}

/** Ends an assignment, which frees its slot and stops its meter. Returns false when it was not standing. */
export async function releaseAssignment(
  tx: SystemTx,
  release: { readonly version: string; readonly epoch: number; readonly reason: string; readonly now: Date },
): Promise<boolean> {
  const changed = await execute(
    tx,
    `UPDATE millrace.assignments SET released_at = $3, release_reason = $4
      WHERE version_uid = $1::uuid AND epoch = $2 AND released_at IS NULL`,
    release.version,
    BigInt(release.epoch),
    release.now,
    release.reason,
  )
  return changed === 1
}

/** Changes what the worker is asked to do with a standing assignment; its next report is answered with it. */
export async function requestOnAssignment(
  tx: SystemTx,
  ask: { readonly version: string; readonly epoch: number; readonly request: AssignmentRequest },
): Promise<boolean> {
  const changed = await execute(
    tx,
    `UPDATE millrace.assignments SET request = $3::jsonb WHERE version_uid = $1::uuid AND epoch = $2 AND released_at IS NULL`,
    ask.version,
    BigInt(ask.epoch),
    JSON.stringify(ask.request),
  )
  return changed === 1
}

/** Changes size or parallelism of a standing assignment in place: same worker, same epoch, so no fencing. */
export async function resizeAssignment(
  tx: SystemTx,
  size: { readonly version: string; readonly epoch: number; readonly cu: number },
): Promise<boolean> {
  const changed = await execute(
    tx,
    `UPDATE millrace.assignments SET millicu = $3 WHERE version_uid = $1::uuid AND epoch = $2 AND released_at IS NULL`,
    size.version,
    BigInt(size.epoch),
    toMillicu(size.cu),
  )
  return changed === 1
}

/** Whether (version, epoch) is still the standing assignment of `worker`; notes the first confirmation. */
export async function confirmEpoch(
  tx: SystemTx,
  confirm: { readonly version: string; readonly epoch: number; readonly worker: string; readonly now: Date },
): Promise<boolean> {
  const changed = await execute(
    tx,
    `UPDATE millrace.assignments SET confirmed_at = COALESCE(confirmed_at, $4)
      WHERE version_uid = $1::uuid AND epoch = $2 AND worker_uid = $3::uuid AND released_at IS NULL`,
    confirm.version,
    BigInt(confirm.epoch),
    confirm.worker,
    confirm.now,
  )
  return changed === 1
}

export async function listAssignmentsForWorker(tx: SystemTx, worker: string): Promise<AssignmentRow[]> {
  const found = await rows<RawAssignment>(
    tx,
    `SELECT * FROM millrace.assignments WHERE worker_uid = $1::uuid AND released_at IS NULL ORDER BY granted_at, uid LIMIT 10000`,
    worker,
  )
  return found.map(toAssignment)
}

/** Every standing assignment on workers of `region`. */
export async function listStandingAssignments(tx: SystemTx, region: string): Promise<AssignmentRow[]> {
  const found = await rows<RawAssignment>(
    tx,
    `SELECT a.* FROM millrace.assignments a JOIN millrace.workers w ON w.uid = a.worker_uid
      WHERE a.released_at IS NULL AND w.region = $1 ORDER BY a.granted_at, a.uid LIMIT 100000`,
    region,
  )
  return found.map(toAssignment)
}

/** Assignments that overlap [from, to): standing ones and those released after `from`. What metering computes held capacity from. */
export async function listAssignmentIntervals(
  tx: SystemTx,
  span: { readonly from: Date; readonly to: Date },
): Promise<AssignmentRow[]> {
  const found = await rows<RawAssignment>(
    tx,
    `SELECT * FROM millrace.assignments
      WHERE granted_at < $2 AND (released_at IS NULL OR released_at > $1) ORDER BY granted_at, uid LIMIT 100000`,
    span.from,
    span.to,
  )
  return found.map(toAssignment)
}

/**
 * Keeps a worker's report of one assignment: newest report, heartbeat, cumulative counters for metering and the committed checkpoint,
 * in one go. Returns false, storing nothing, when the epoch is not standing on that worker: a zombie's report changes nothing.
 */
export async function saveReport(
  tx: SystemTx,
  save: { readonly worker: string; readonly incarnation: string; readonly report: StatementReport; readonly now: Date },
): Promise<boolean> {
  const { report, now } = save
  const standing = await rows<{ org_id: string; uid: string; statement_uid: string }>(
    tx,
    `UPDATE millrace.assignments SET last_heartbeat = $4
      WHERE version_uid = $1::uuid AND epoch = $2 AND worker_uid = $3::uuid AND released_at IS NULL
      RETURNING org_id, uid, statement_uid`,
    report.statement_version,
    BigInt(report.epoch),
    save.worker,
    now,
  )
  const a = standing[0]
  if (!a) return false
  await execute(
    tx,
    `INSERT INTO millrace.assignment_reports (org_id, assignment_uid, statement_uid, epoch, incarnation, report, reported_at)
     VALUES ($1::uuid, $2::uuid, $3::uuid, $4, $5, $6::jsonb, $7)
     ON CONFLICT (org_id, assignment_uid) DO UPDATE
       SET incarnation = EXCLUDED.incarnation, report = EXCLUDED.report, reported_at = EXCLUDED.reported_at`,
    a.org_id,
    a.uid,
    a.statement_uid,
    BigInt(report.epoch),
    save.incarnation,
    JSON.stringify(report),
    now,
  )
  await execute(
    tx,
    `INSERT INTO millrace.usage_samples (org_id, version_uid, assignment_uid, epoch, incarnation, at, counters)
     VALUES ($1::uuid, $2::uuid, $3::uuid, $4, $5, $6, $7::jsonb) ON CONFLICT DO NOTHING`,
    a.org_id,
    report.statement_version,
    a.uid,
    BigInt(report.epoch),
    save.incarnation,
    now,
    JSON.stringify({ ...report.counters, state_bytes: report.state_bytes }),
  )
  if (report.checkpoint) await keepCheckpoint(tx, a.org_id, report)
  return true
}

/** Keeps the newest committed checkpoint and a short history: the control plane's copy of the number that Kafka's group holds. */
async function keepCheckpoint(tx: SystemTx, org: string, report: StatementReport): Promise<void> {
  const c = report.checkpoint
  if (!c) return
  const made = await execute(
    tx,
    `INSERT INTO millrace.checkpoints (org_id, version_uid, number, epoch, manifest, state_bytes, committed_at)
     VALUES ($1::uuid, $2::uuid, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
    org,
    report.statement_version,
    BigInt(c.number),
    BigInt(c.epoch),
    c.manifest,
    BigInt(Math.trunc(c.bytes)),
    new Date(c.committed_at_ms),
  )
  if (made === 1) {
    await execute(
      tx,
      `DELETE FROM millrace.checkpoints WHERE org_id = $1::uuid AND version_uid = $2::uuid AND number <= $3`,
      org,
      report.statement_version,
      BigInt(c.number - CHECKPOINTS_KEPT),
    )
  }
}

/** How many committed checkpoints of a version stay listed. */
export const CHECKPOINTS_KEPT = 50

export interface CheckpointPointer {
  readonly number: number
  readonly epoch: number
  readonly manifest: string
  readonly committedAt: Date
}

/** The newest committed checkpoint of a version, or null when none was reported. */
export async function latestCheckpoint(tx: SystemTx, version: string): Promise<CheckpointPointer | null> {
  const found = await rows<{ number: bigint; epoch: bigint; manifest: string; committed_at: Date }>(
    tx,
    `SELECT number, epoch, manifest, committed_at FROM millrace.checkpoints WHERE version_uid = $1::uuid ORDER BY number DESC LIMIT 1`,
    version,
  )
  const c = found[0]
  return c
    ? { number: fromBigint(c.number), epoch: fromBigint(c.epoch), manifest: c.manifest, committedAt: c.committed_at }
    : null
}

/** Newest report of each standing assignment, with when it came. */
export async function listReports(
  tx: SystemTx,
  region: string,
): Promise<{ readonly version: string; readonly epoch: number; readonly report: StatementReport; readonly reportedAt: Date }[]> {
  const found = await rows<{ version_uid: string; epoch: bigint; report: StatementReport; reported_at: Date }>(
    tx,
    `SELECT a.version_uid, a.epoch, r.report, r.reported_at
       FROM millrace.assignments a
       JOIN millrace.assignment_reports r ON r.org_id = a.org_id AND r.assignment_uid = a.uid
       JOIN millrace.workers w ON w.uid = a.worker_uid
      WHERE a.released_at IS NULL AND w.region = $1 LIMIT 100000`,
    region,
  )
  return found.map((r) => ({ version: r.version_uid, epoch: fromBigint(r.epoch), report: r.report, reportedAt: r.reported_at }))
}
