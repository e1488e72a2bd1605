import {
  type Hold,
  isLegalTransition,
  MillraceError,
  type ScalingState,
  type StatementPhase,
  type StatementReport,
  type StatementSpec,
} from '@millrace/protocol'
import { announce } from './announcements.ts'
import { fromBigint, fromMillicu, rows } from './rows.ts'
import { type Labels, notFound, orNameTaken, type Page, type PageRequest, pageOf, type Scope } from './scope.ts'

/** What the compiler found out about a statement. */
export interface StatementTraits {
  readonly sql_kind: string
  readonly is_bounded: boolean
  readonly is_append_only: boolean
  readonly upsert_columns: readonly string[]
  readonly schema: readonly { readonly name: string; readonly type: string; readonly nullable: boolean }[]
  readonly connections: readonly string[]
}

/** The finished answer of a statement that the control plane ran by itself (DDL, SHOW, DESCRIBE, EXPLAIN). */
export interface ImmediateResults {
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly rows: readonly Readonly<Record<string, unknown>>[]
}

export interface Statement {
  readonly uid: string
  readonly workspace: string
  readonly name: string
  readonly pool: { readonly uid: string; readonly name: string } | null
  readonly spec: StatementSpec
  readonly labels: Labels
  readonly annotations: Labels
  readonly generation: number
  readonly observedGeneration: number
  readonly version: { readonly uid: string; readonly number: number; readonly traits: StatementTraits; readonly createdAt: Date }
  readonly phase: StatementPhase
  readonly phaseSince: Date
  readonly scalingState: ScalingState
  readonly detail: string | null
  readonly detailCode: string | null
  readonly results: ImmediateResults | null
  readonly holds: readonly Hold[]
  readonly assignment: StandingAssignment | null
  /** Where the rows of a foreground query are: the run that stands, or one that finished and whose worker may still keep them. */
  readonly resultsAt: { readonly worker: string; readonly epoch: number; readonly readUrl: string } | null
  readonly report: { readonly report: StatementReport; readonly reportedAt: Date } | null
  readonly checkpoint: { readonly number: number; readonly committedAt: Date; readonly stateBytes: number } | null
  readonly createdBy: string
  readonly createdAt: Date
  readonly updatedAt: Date
}

export interface StandingAssignment {
  readonly worker: string
  readonly epoch: number
  readonly cu: number
  readonly parallelism: number
  readonly readUrl: string
  readonly grantedAt: Date
}

interface Raw {
  uid: string
  workspace_uid: string
  name: string
  pool_uid: string | null
  pool_name: string | null
  spec: StatementSpec
  labels: Labels
  annotations: Labels
  generation: number
  observed_generation: number
  version_uid: string
  number: number
  traits: StatementTraits
  version_created_at: Date
  phase: StatementPhase
  phase_since: Date
  scaling_state: ScalingState
  detail: string | null
  detail_code: string | null
  results: ImmediateResults | null
  holds: { reason: string; since: string; released_by: string }[]
  worker_uid: string | null
  epoch: bigint | null
  millicu: number | null
  parallelism: number | null
  read_url: string | null
  granted_at: Date | null
  results_worker: string | null
  results_epoch: bigint | null
  results_url: string | null
  report: StatementReport | null
  reported_at: Date | null
  checkpoint_number: bigint | null
  checkpoint_at: Date | null
  checkpoint_bytes: bigint | null
  created_by: string
  created_at: Date
  updated_at: Date
}

const SELECT = `
  SELECT s.uid, s.workspace_uid, s.name, p.uid AS pool_uid, p.name AS pool_name, s.spec, s.labels, s.annotations, s.generation,
         s.observed_generation, v.uid AS version_uid, v.number, v.traits, v.created_at AS version_created_at, s.phase, s.phase_since,
         s.scaling_state, s.detail, s.detail_code, s.results, s.created_by, s.created_at, s.updated_at,
         a.worker_uid, a.epoch, a.millicu, a.parallelism, a.read_url, a.granted_at, k.results_worker, k.results_epoch, k.results_url, r.report, r.reported_at,
         c.number AS checkpoint_number, c.committed_at AS checkpoint_at, c.state_bytes AS checkpoint_bytes,
         COALESCE((SELECT jsonb_agg(jsonb_build_object('reason', h.reason, 'since', h.since, 'released_by', h.released_by) ORDER BY h.since)
                     FROM millrace.holds h WHERE h.org_id = s.org_id AND h.statement_uid = s.uid AND h.released_at IS NULL), '[]') AS holds
    FROM millrace.statements s
    JOIN millrace.statement_versions v ON v.org_id = s.org_id AND v.statement_uid = s.uid AND v.number = s.current_version
    LEFT JOIN millrace.compute_pools p ON p.org_id = s.org_id AND p.uid = s.compute_pool_uid
    LEFT JOIN millrace.assignments a ON a.org_id = s.org_id AND a.version_uid = v.uid AND a.released_at IS NULL
    LEFT JOIN LATERAL (SELECT k.worker_uid AS results_worker, k.epoch AS results_epoch, k.read_url AS results_url FROM millrace.assignments k
      WHERE k.org_id = s.org_id AND k.version_uid = v.uid AND (k.released_at IS NULL OR k.release_reason = 'FINISHED')
      ORDER BY k.epoch DESC LIMIT 1) k ON true
    LEFT JOIN LATERAL (SELECT r.report, r.reported_at FROM millrace.assignment_reports r
      WHERE r.org_id = s.org_id AND r.statement_uid = s.uid ORDER BY r.epoch DESC LIMIT 1) r ON true
    LEFT JOIN LATERAL (SELECT c.number, c.committed_at, c.state_bytes FROM millrace.checkpoints c
      WHERE c.org_id = s.org_id AND c.version_uid = v.uid ORDER BY c.number DESC LIMIT 1) c ON true
   WHERE s.org_id = $1::uuid AND s.workspace_uid = $2::uuid`
const LIVE = `${SELECT} AND s.deleted_at IS NULL`
const DELETED = `${SELECT} AND s.deleted_at IS NOT NULL`

const toStatement = (r: Raw): Statement => ({
  uid: r.uid,
  workspace: r.workspace_uid,
  name: r.name,
  pool: r.pool_uid !== null && r.pool_name !== null ? { uid: r.pool_uid, name: r.pool_name } : null,
  spec: r.spec,
  labels: r.labels,
  annotations: r.annotations,
  generation: r.generation,
  observedGeneration: r.observed_generation,
  version: { uid: r.version_uid, number: r.number, traits: r.traits, createdAt: r.version_created_at },
  phase: r.phase,
  phaseSince: r.phase_since,
  scalingState: r.scaling_state,
  detail: r.detail,
  detailCode: r.detail_code,
  results: r.results,
  holds: r.holds.map((h) => ({ ...h, since: new Date(h.since).toISOString() })),
  assignment: toAssignment(r),
  resultsAt:
    r.results_worker !== null && r.results_epoch !== null && r.results_url !== null
      ? { worker: r.results_worker, epoch: fromBigint(r.results_epoch), readUrl: r.results_url }
      : null,
  report: r.report && r.reported_at ? { report: r.report, reportedAt: r.reported_at } : null,
  checkpoint:
    r.checkpoint_number !== null && r.checkpoint_at !== null
      ? {
          number: fromBigint(r.checkpoint_number),
          committedAt: r.checkpoint_at,
          stateBytes: fromBigint(r.checkpoint_bytes ?? 0n),
        }
      : null,
  createdBy: r.created_by,
  createdAt: r.created_at,
  updatedAt: r.updated_at,
})

function toAssignment(r: Raw): StandingAssignment | null {
  if (r.worker_uid === null || r.epoch === null || r.millicu === null || r.parallelism === null) return null
  if (r.read_url === null || r.granted_at === null) return null
  return {
    worker: r.worker_uid,
    epoch: fromBigint(r.epoch),
    cu: fromMillicu(r.millicu),
    parallelism: r.parallelism,
    readUrl: r.read_url,
    grantedAt: r.granted_at,
  }
}

export interface NewStatement {
  readonly workspace: string
  readonly pool: string | null
  readonly name: string
  readonly spec: StatementSpec
  readonly labels: Labels
  readonly annotations: Labels
  readonly phase: StatementPhase
  readonly program: string | null
  readonly plan: string | null
  readonly traits: StatementTraits
  readonly results: ImmediateResults | null
  readonly createdBy: string
}

/** Makes a statement with its version 1. Throws NAME_TAKEN. */
export async function createStatement(scope: Scope, input: NewStatement): Promise<Statement> {
  const uid = scope.newUid()
  const insert = scope.tx.statements.create({
    data: {
      org_id: scope.org,
      uid,
      workspace_uid: input.workspace,
      compute_pool_uid: input.pool,
      name: input.name,
      spec: input.spec as object,
      desired: input.spec.desired,
      priority: input.spec.priority,
      labels: { ...input.labels },
      annotations: { ...input.annotations },
      phase: input.phase,
      phase_since: scope.now,
      observed_generation: input.phase === 'COMPLETED' ? 1 : 0,
      ...(input.results ? { results: input.results as object } : {}),
      created_by: input.createdBy,
      created_at: scope.now,
      updated_at: scope.now,
    },
    select: { uid: true },
  })
  await orNameTaken('statement', input.name, insert)
  await addVersion(scope, { statement: uid, number: 1, ...input })
  if (input.phase !== 'COMPLETED') await announce(scope, 'statement.changed', uid)
  return await getStatement(scope, { workspace: input.workspace, name: input.name })
}

async function addVersion(
  scope: Scope,
  v: Pick<NewStatement, 'spec' | 'program' | 'plan' | 'traits'> & { readonly statement: string; readonly number: number },
): Promise<void> {
  await scope.tx.statement_versions.create({
    data: {
      org_id: scope.org,
      uid: scope.newUid(),
      statement_uid: v.statement,
      number: v.number,
      sql: v.spec.sql,
      program: v.program,
      plan: v.plan,
      traits: v.traits as object,
      created_at: scope.now,
    },
    select: { uid: true },
  })
}

export async function findStatement(
  scope: Scope,
  at: { readonly workspace: string; readonly name: string },
): Promise<Statement | null> {
  const found = await rows<Raw>(scope.tx, `${LIVE} AND s.name = $3`, scope.org, at.workspace, at.name)
  return found[0] ? toStatement(found[0]) : null
}

/** Throws NOT_FOUND. */
export async function getStatement(scope: Scope, at: { readonly workspace: string; readonly name: string }): Promise<Statement> {
  const found = await findStatement(scope, at)
  if (!found) throw notFound(`statement ${at.name}`)
  return found
}

export interface StatementFilter extends PageRequest {
  readonly workspace: string
  readonly phase?: string | undefined
  readonly pool?: string | undefined
}

/** Newest first. */
export async function listStatements(scope: Scope, filter: StatementFilter): Promise<Page<Statement>> {
  const found = await rows<Raw>(
    scope.tx,
    `${LIVE} AND ($3::uuid IS NULL OR s.uid < $3::uuid) AND ($4::text IS NULL OR s.phase = $4) AND ($5::text IS NULL OR p.name = $5)
     ORDER BY s.uid DESC LIMIT $6`,
    scope.org,
    filter.workspace,
    filter.after ?? null,
    filter.phase ?? null,
    filter.pool ?? null,
    filter.limit + 1,
  )
  return pageOf(found.map(toStatement), filter.limit)
}

export interface StatementChange {
  readonly statement: Statement
  readonly spec: StatementSpec
  readonly labels: Labels
  readonly annotations: Labels
  /** A new version, when the SQL changed. */
  readonly version?: Pick<NewStatement, 'program' | 'plan' | 'traits'>
  /** The phase that the API itself may set: PENDING when asked to run again, STOPPING when asked to stop. */
  readonly phase?: StatementPhase
}

/** Writes what the user wants now: one generation more, and a wake-up. Throws PRECONDITION_FAILED when the statement changed meanwhile. */
export async function changeStatement(scope: Scope, change: StatementChange): Promise<Statement> {
  const { statement } = change
  const number = statement.version.number + (change.version ? 1 : 0)
  const { count } = await scope.tx.statements.updateMany({
    where: { org_id: scope.org, uid: statement.uid, generation: statement.generation, deleted_at: null },
    data: {
      spec: change.spec as object,
      desired: change.spec.desired,
      priority: change.spec.priority,
      labels: { ...change.labels },
      annotations: { ...change.annotations },
      generation: { increment: 1 },
      current_version: number,
      updated_at: scope.now,
    },
  })
  if (count === 0) throw new MillraceError('PRECONDITION_FAILED')
  if (change.version) await addVersion(scope, { statement: statement.uid, number, spec: change.spec, ...change.version })
  if (change.phase) await movePhase(scope, statement.uid, change.phase)
  await announce(scope, 'statement.changed', statement.uid)
  return await getStatement(scope, { workspace: statement.workspace, name: statement.name })
}

/** Moves the phase where the transition table allows it; where it does not, the scheduler's view stands. */
async function movePhase(scope: Scope, uid: string, to: StatementPhase): Promise<void> {
  const found = await rows<{ phase: StatementPhase }>(
    scope.tx,
    `SELECT phase FROM millrace.statements WHERE org_id = $1::uuid AND uid = $2::uuid FOR UPDATE`,
    scope.org,
    uid,
  )
  const from = found[0]?.phase
  if (from === undefined || from === to || !isLegalTransition(from, to)) return
  await scope.tx.statements.updateMany({
    where: { org_id: scope.org, uid },
    data: { phase: to, phase_since: scope.now, ...(to === 'PENDING' ? { detail: null, detail_code: null } : {}) },
  })
}

/** Frees the name in this transaction; the scheduler lets go of the workers and the row keeps its uid. */
export async function deleteStatement(scope: Scope, statement: Statement): Promise<void> {
  const { count } = await scope.tx.statements.updateMany({
    where: { org_id: scope.org, uid: statement.uid, generation: statement.generation, deleted_at: null },
    data: { deleted_at: scope.now, updated_at: scope.now, desired: 'STOPPED', generation: { increment: 1 } },
  })
  if (count === 0) throw new MillraceError('PRECONDITION_FAILED')
  await movePhase(scope, statement.uid, 'DELETING')
  await announce(scope, 'statement.changed', statement.uid)
}

export interface StatementVersion {
  readonly uid: string
  readonly number: number
  readonly sql: string
  readonly plan: string | null
  readonly program: string | null
  readonly traits: StatementTraits
  readonly createdAt: Date
}

/** Newest first, at most 1000. */
export async function listStatementVersions(scope: Scope, statement: string): Promise<StatementVersion[]> {
  const found = await scope.tx.statement_versions.findMany({
    where: { org_id: scope.org, statement_uid: statement },
    orderBy: { number: 'desc' },
    take: 1000,
  })
  return found.map((v) => ({
    uid: v.uid,
    number: v.number,
    sql: v.sql,
    plan: v.plan,
    program: v.program,
    traits: v.traits as unknown as StatementTraits,
    createdAt: v.created_at,
  }))
}

export async function countStatements(scope: Scope): Promise<number> {
  return await scope.tx.statements.count({ where: { org_id: scope.org, deleted_at: null, compute_pool_uid: { not: null } } })
}

/** Newest first: statements whose name is free again but which are kept until they are purged. */
export async function listDeletedStatements(
  scope: Scope,
  page: PageRequest & { readonly workspace: string },
): Promise<Page<Statement>> {
  const found = await rows<Raw>(
    scope.tx,
    `${DELETED} AND ($3::uuid IS NULL OR s.uid < $3::uuid) ORDER BY s.uid DESC LIMIT $4`,
    scope.org,
    page.workspace,
    page.after ?? null,
    page.limit + 1,
  )
  return pageOf(found.map(toStatement), page.limit)
}

/** Throws NOT_FOUND. */
export async function getDeletedStatement(
  scope: Scope,
  at: { readonly workspace: string; readonly uid: string },
): Promise<Statement> {
  const found = await rows<Raw>(scope.tx, `${DELETED} AND s.uid = $3::uuid`, scope.org, at.workspace, at.uid)
  if (!found[0]) throw notFound(`deleted statement ${at.uid}`)
  return toStatement(found[0])
}
