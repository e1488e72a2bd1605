import { isLegalTransition, type ScalingState, type StatementPhase, type StatementSpec } from '@millrace/protocol'
import type { SystemTx } from '../open-store.ts'
import { execute, fromBigint, fromMillicu, rows } from '../rows.ts'

/** What the scheduler has to know of a statement to place and scale it. */
export interface RunnableStatement {
  readonly org: string
  readonly orgPlan: string
  readonly workspace: string
  readonly region: string
  readonly uid: string
  readonly name: string
  readonly version: string
  readonly versionNumber: number
  readonly epoch: number
  readonly pool: string
  readonly poolName: string
  readonly poolMaxCu: number
  readonly spec: StatementSpec
  /** What holds without a hold; `heldBy` names the standing holds, and any of them means STOPPED. */
  readonly desired: 'RUNNING' | 'STOPPED'
  readonly heldBy: readonly string[]
  readonly priority: number
  readonly phase: StatementPhase
  readonly phaseSince: Date
  readonly scalingState: ScalingState
  readonly generation: number
  readonly observedGeneration: number
  readonly deleting: boolean
  readonly traits: Readonly<Record<string, unknown>>
  readonly labels: Readonly<Record<string, string>>
  readonly principal: string
  readonly createdAt: Date
}

interface RawRunnable {
  org_id: string
  plan: string
  workspace_uid: string
  region: string
  uid: string
  name: string
  version_uid: string
  number: number
  epoch: bigint
  pool_uid: string
  pool_name: string
  max_millicu: number
  spec: StatementSpec
  desired: 'RUNNING' | 'STOPPED'
  held_by: string[]
  priority: number
  phase: StatementPhase
  phase_since: Date
  scaling_state: ScalingState
  generation: number
  observed_generation: number
  deleted_at: Date | null
  traits: Record<string, unknown>
  labels: Record<string, string>
  created_by: string
  created_at: Date
}

const toRunnable = (r: RawRunnable): RunnableStatement => ({
  org: r.org_id,
  orgPlan: r.plan,
  workspace: r.workspace_uid,
  region: r.region,
  uid: r.uid,
  name: r.name,
  version: r.version_uid,
  versionNumber: r.number,
  epoch: fromBigint(r.epoch),
  pool: r.pool_uid,
  poolName: r.pool_name,
  poolMaxCu: fromMillicu(r.max_millicu),
  spec: r.spec,
  desired: r.desired,
  heldBy: r.held_by,
  priority: r.priority,
  phase: r.phase,
  phaseSince: r.phase_since,
  scalingState: r.scaling_state,
  generation: r.generation,
  observedGeneration: r.observed_generation,
  deleting: r.deleted_at !== null,
  traits: r.traits,
  labels: r.labels,
  principal: r.created_by,
  createdAt: r.created_at,
})

const RUNNABLE = `
  SELECT s.org_id, o.plan, s.workspace_uid, w.region, s.uid, s.name, v.uid AS version_uid, v.number, v.epoch, p.uid AS pool_uid,
         p.name AS pool_name, p.max_millicu, s.spec, s.desired, s.priority, s.phase, s.phase_since, s.scaling_state, s.generation,
         s.observed_generation, s.deleted_at, v.traits, s.labels, s.created_by, s.created_at,
         ARRAY(SELECT h.reason FROM millrace.holds h
                WHERE h.org_id = s.org_id AND h.statement_uid = s.uid AND h.released_at IS NULL ORDER BY h.since) AS held_by
    FROM millrace.statements s
    JOIN millrace.organizations o ON o.org_id = s.org_id
    JOIN millrace.workspaces w ON w.org_id = s.org_id AND w.uid = s.workspace_uid
    JOIN millrace.statement_versions v ON v.org_id = s.org_id AND v.statement_uid = s.uid AND v.number = s.current_version
    JOIN millrace.compute_pools p ON p.org_id = s.org_id AND p.uid = s.compute_pool_uid`

/**
 * Statements of a region that the scheduler has something to do with: not at rest, or wanting something else than they are, or
 * deleted and not yet let go of. Highest priority first, then oldest.
 */
export async function listRunnableStatements(tx: SystemTx, region: string): Promise<RunnableStatement[]> {
  const found = await rows<RawRunnable>(
    tx,
    `${RUNNABLE}
      WHERE w.region = $1
        AND (s.phase NOT IN ('COMPLETED', 'STOPPED', 'FAILED', 'DELETING')
             OR (s.phase = 'STOPPED' AND s.desired = 'RUNNING' AND s.deleted_at IS NULL)
             OR EXISTS (SELECT 1 FROM millrace.assignments a WHERE a.org_id = s.org_id AND a.statement_uid = s.uid AND a.released_at IS NULL))
      ORDER BY s.priority DESC, s.created_at, s.uid LIMIT 100000`,
    region,
  )
  return found.map(toRunnable)
}

/** One statement by uid as the scheduler sees it, at rest or not; null when it has no pool (DDL and the like) or does not exist. */
export async function findRunnableStatement(tx: SystemTx, uid: string): Promise<RunnableStatement | null> {
  const found = await rows<RawRunnable>(tx, `${RUNNABLE} WHERE s.uid = $1::uuid`, uid)
  return found[0] ? toRunnable(found[0]) : null
}

/** The serialised program of a version, as the control plane compiled it; null when the version is not there. */
export async function loadProgram(tx: SystemTx, version: string): Promise<string | null> {
  const found = await rows<{ program: string | null }>(
    tx,
    `SELECT program FROM millrace.statement_versions WHERE uid = $1::uuid`,
    version,
  )
  return found[0]?.program ?? null
}

export interface StatusChange {
  readonly statement: string
  readonly phase?: StatementPhase
  readonly scalingState?: ScalingState
  /** What a person should know about the phase; null clears it. */
  readonly detail?: string | null
  readonly detailCode?: string | null
  readonly observedGeneration?: number
  readonly now: Date
}

/**
 * Writes what was seen of a statement. A phase moves only along the transition table. Returns the phase before when something
 * was written, or null when the transition is not legal (somebody else moved it first) or the statement is gone.
 */
export async function setStatementStatus(tx: SystemTx, change: StatusChange): Promise<StatementPhase | null> {
  const found = await rows<{ phase: StatementPhase }>(
    tx,
    `SELECT phase FROM millrace.statements WHERE uid = $1::uuid FOR UPDATE`,
    change.statement,
  )
  const from = found[0]?.phase
  if (from === undefined) return null
  const to = change.phase ?? from
  if (!isLegalTransition(from, to)) return null
  await execute(
    tx,
    `UPDATE millrace.statements
        SET phase = $2, phase_since = CASE WHEN phase = $2 THEN phase_since ELSE $3 END,
            scaling_state = COALESCE($4, scaling_state),
            detail = CASE WHEN $5 THEN $6 ELSE detail END, detail_code = CASE WHEN $7 THEN $8 ELSE detail_code END,
            observed_generation = GREATEST(observed_generation, $9)
      WHERE uid = $1::uuid`,
    change.statement,
    to,
    change.now,
    change.scalingState ?? null,
    change.detail !== undefined,
    change.detail ?? null,
    change.detailCode !== undefined,
    change.detailCode ?? null,
    change.observedGeneration ?? 0,
  )
  return from
}

export interface StatementEventInput {
  readonly uid: string
  readonly org: string
  readonly statement: string
  /** PHASE, ASSIGNMENT, CHECKPOINT, SCALING, EXCEPTION, HOLD, … */
  readonly kind: string
  readonly severity: 'INFO' | 'WARNING' | 'ERROR'
  readonly reason: string
  readonly message: string
  readonly data?: Readonly<Record<string, unknown>>
  readonly now: Date
}

/** Appends to a statement's events; those of kind EXCEPTION are also listed under /exceptions. */
export async function appendStatementEvent(tx: SystemTx, event: StatementEventInput): Promise<void> {
  await execute(
    tx,
    `INSERT INTO millrace.statement_events (org_id, uid, statement_uid, kind, severity, reason, message, data, at)
     VALUES ($1::uuid, $2::uuid, $3::uuid, $4, $5, $6, $7, $8::jsonb, $9)`,
    event.org,
    event.uid,
    event.statement,
    event.kind,
    event.severity,
    event.reason,
    event.message.slice(0, 8192),
    JSON.stringify(event.data ?? {}),
    event.now,
  )
}
