import { MillraceError, SQL_LENGTH_MAX, type StatementPhase, type StatementSpec } from '@millrace/protocol'
import {
  type ComputePool,
  changeStatement,
  countStatements,
  createStatement,
  findComputePool,
  type Labels,
  listComputePools,
  noteStatementEvent,
  type Scope,
  type Statement,
  type Workspace,
} from '@millrace/store'
import type { Context } from '../../context.ts'
import { type MetadataPatch, mergeLabels } from '../merge.ts'
import { requireQuota } from '../quota.ts'

export type SpecInput = Partial<Omit<StatementSpec, 'sql'>>

export interface NewStatementInput {
  readonly name: string
  readonly labels?: Labels
  readonly annotations?: Labels
  readonly spec: SpecInput & { readonly sql: string }
  readonly createdBy: string
}

const DEFAULTS = {
  properties: {},
  compute_pool: '',
  desired: 'RUNNING',
  runtime: 'auto',
  parallelism: { min: 1, max: 16 },
  priority: 0,
  start: { from: 'default' },
} as const satisfies Omit<StatementSpec, 'sql'>

/** Phases in which nothing of a statement runs any more. */
export const RESTING: readonly StatementPhase[] = ['COMPLETED', 'STOPPED', 'FAILED']

/**
 * Compiles and creates a statement. What the control plane can do alone (DDL, SHOW, DESCRIBE, EXPLAIN) is done in this transaction
 * and the statement is COMPLETED; the rest is PENDING until the scheduler places it.
 */
export async function addStatement(
  ctx: Context,
  scope: Scope,
  at: { workspace: Workspace; input: NewStatementInput },
): Promise<Statement> {
  const { workspace, input } = at
  checkLength(input.spec.sql)
  const spec: StatementSpec = { ...DEFAULTS, ...input.spec }
  checkParallelism(spec)
  await requireQuota(scope, 'statements', () => countStatements(scope))
  const compiled = await ctx.sql.compile(scope, spec.sql, environmentOf(workspace, spec.properties))
  const common = {
    workspace: workspace.uid,
    name: input.name,
    labels: input.labels ?? {},
    annotations: input.annotations ?? {},
    traits: compiled.traits,
    createdBy: input.createdBy,
  }
  if (compiled.kind === 'done')
    return await createStatement(scope, {
      ...common,
      pool: null,
      spec,
      phase: 'COMPLETED',
      program: null,
      plan: null,
      results: compiled.results,
    })
  const pool = await choosePool(scope, workspace, spec.compute_pool)
  return await createStatement(scope, {
    ...common,
    pool: pool.uid,
    spec: { ...spec, compute_pool: pool.name },
    phase: spec.desired === 'RUNNING' ? 'PENDING' : 'STOPPED',
    program: compiled.program,
    plan: compiled.plan,
    results: null,
  })
}

export function environmentOf(workspace: Workspace, properties: Readonly<Record<string, string>>) {
  return {
    workspace: { uid: workspace.uid, name: workspace.name },
    database: properties['sql.current-database'] ?? 'default',
    properties,
  }
}

export function checkLength(sql: string): void {
  const length = [...sql].length
  if (length > SQL_LENGTH_MAX) throw new MillraceError('SQL_TOO_LONG', { length, limit: SQL_LENGTH_MAX })
}

function checkParallelism(spec: StatementSpec): void {
  if (spec.parallelism.min > spec.parallelism.max)
    throw new MillraceError('REQUEST_INVALID', { detail: 'parallelism.min must not be above parallelism.max.' })
}

/** The named pool; without a name the only one there is, or the free one. */
async function choosePool(scope: Scope, workspace: Workspace, name: string): Promise<ComputePool> {
  if (name !== '') {
    const pool = await findComputePool(scope, { workspace: workspace.uid, name })
    if (!pool) throw new MillraceError('REQUEST_INVALID', { detail: `There is no compute pool ${name} in this workspace.` })
    return pool
  }
  const { items } = await listComputePools(scope, { workspace: workspace.uid, limit: 2 })
  const only = items.length === 1 ? items[0] : await findComputePool(scope, { workspace: workspace.uid, name: 'free' })
  if (!only)
    throw new MillraceError('REQUEST_INVALID', { detail: 'State spec.compute_pool: the workspace has none, or several.' })
  return only
}

/** What a spec is that states only some fields. */
export const wholeSpec = (spec: SpecInput & { readonly sql: string }, before: StatementSpec): StatementSpec => ({
  ...DEFAULTS,
  compute_pool: before.compute_pool,
  ...spec,
})

export interface StatementPatch {
  readonly spec?: SpecInput & { readonly sql?: string; readonly evolution?: { readonly strategy: string } }
  readonly metadata?: MetadataPatch
  /** The spec is whole: what it does not state falls away. */
  readonly whole?: boolean
}

/** Changes what the user wants. Other SQL makes a new version, which takes an evolution strategy and a statement at rest. */
export async function patchStatement(
  ctx: Context,
  scope: Scope,
  at: { readonly workspace: Workspace; readonly statement: Statement; readonly patch: StatementPatch },
): Promise<Statement> {
  const { workspace, statement, patch } = at
  const { evolution, ...wanted } = patch.spec ?? {}
  const spec: StatementSpec = { ...(patch.whole ? {} : statement.spec), ...wanted } as StatementSpec
  checkParallelism(spec)
  const labels = mergeLabels(statement.labels, patch.metadata?.labels)
  const annotations = mergeLabels(statement.annotations, patch.metadata?.annotations)
  if (spec.compute_pool !== statement.spec.compute_pool)
    throw new MillraceError('CONFLICT', { detail: 'A statement stays in its compute pool; create it in the other one.' })
  if (spec.sql === statement.spec.sql) {
    const phase = desiredPhase(statement, spec)
    return await changeStatement(scope, { statement, spec, labels, annotations, ...(phase ? { phase } : {}) })
  }
  if (!evolution) throw new MillraceError('REQUEST_INVALID', { detail: 'A change of spec.sql needs spec.evolution.strategy.' })
  if (!RESTING.includes(statement.phase))
    throw new MillraceError('CONFLICT', { detail: 'Stop the statement before its SQL is changed.' })
  checkLength(spec.sql)
  const compiled = await ctx.sql.compile(scope, spec.sql, environmentOf(workspace, spec.properties))
  if (compiled.kind === 'done')
    throw new MillraceError('REQUEST_INVALID', { detail: 'The new SQL is not one that runs on a worker.' })
  const { program, plan, traits } = compiled
  const phase = spec.desired === 'RUNNING' ? 'PENDING' : undefined
  return await changeStatement(scope, {
    statement,
    spec,
    labels,
    annotations,
    version: { program, plan, traits },
    ...(phase ? { phase } : {}),
  })
}

/** The phase that a changed wish moves a statement to at once; the rest is the scheduler's. */
function desiredPhase(statement: Statement, spec: StatementSpec): StatementPhase | undefined {
  if (spec.desired === statement.spec.desired) return undefined
  return spec.desired === 'STOPPED' ? 'STOPPING' : 'PENDING'
}

/** Asks a statement to stop with a last checkpoint. Stopping what rests is no error. */
export async function stopStatement(scope: Scope, statement: Statement): Promise<Statement> {
  if (RESTING.includes(statement.phase) && statement.spec.desired === 'STOPPED') return statement
  if (statement.phase === 'COMPLETED') return statement
  await noteStatementEvent(scope, {
    statement: statement.uid,
    kind: 'REQUEST',
    reason: 'STOP_REQUESTED',
    message: 'A user asked to stop.',
  })
  const resting = RESTING.includes(statement.phase)
  return await changeStatement(scope, {
    ...unchanged(statement),
    spec: { ...statement.spec, desired: 'STOPPED' },
    phase: resting ? 'STOPPED' : 'STOPPING',
  })
}

/** Asks a statement to run again from its last checkpoint. A hold stands until its owner lifts it. */
export async function resumeStatement(scope: Scope, statement: Statement): Promise<Statement> {
  if (statement.pool === null)
    throw new MillraceError('CONFLICT', { detail: 'The statement was done when it was created; there is nothing to resume.' })
  if (!RESTING.includes(statement.phase) && statement.spec.desired === 'RUNNING') return statement
  await noteStatementEvent(scope, {
    statement: statement.uid,
    kind: 'REQUEST',
    reason: 'RESUME_REQUESTED',
    message: 'A user asked to resume.',
  })
  return await changeStatement(scope, {
    ...unchanged(statement),
    spec: { ...statement.spec, desired: 'RUNNING' },
    phase: 'PENDING',
  })
}

const unchanged = (statement: Statement) => ({ statement, labels: statement.labels, annotations: statement.annotations })
