import { MillraceError } from '@millrace/protocol'
import { announce } from './announcements.ts'
import { fromMillicu, rows, toMillicu } from './rows.ts'
import { type Labels, notFound, orNameTaken, type Page, type PageRequest, pageOf, type Scope } from './scope.ts'

export interface ComputePoolSpec {
  readonly max_cu: number
  readonly min_cu: number
  readonly runtimes: readonly string[]
}

export interface ComputePool {
  readonly uid: string
  readonly workspace: string
  readonly name: string
  readonly spec: ComputePoolSpec
  readonly labels: Labels
  readonly annotations: Labels
  readonly generation: number
  readonly phase: string
  readonly createdAt: Date
  readonly updatedAt: Date
}

interface Raw {
  uid: string
  workspace_uid: string
  name: string
  spec: unknown
  labels: unknown
  annotations: unknown
  generation: number
  phase: string
  created_at: Date
  updated_at: Date
}

const toPool = (r: Raw): ComputePool => ({
  uid: r.uid,
  workspace: r.workspace_uid,
  name: r.name,
  spec: r.spec as ComputePoolSpec,
  labels: r.labels as Labels,
  annotations: r.annotations as Labels,
  generation: r.generation,
  phase: r.phase,
  createdAt: r.created_at,
  updatedAt: r.updated_at,
})

const capacity = (spec: ComputePoolSpec) => ({
  spec: { ...spec, runtimes: [...spec.runtimes] },
  max_millicu: toMillicu(spec.max_cu),
  min_millicu: toMillicu(spec.min_cu),
})

export async function createComputePool(
  scope: Scope,
  input: {
    readonly workspace: string
    readonly name: string
    readonly spec: ComputePoolSpec
    readonly labels?: Labels
    readonly annotations?: Labels
  },
): Promise<ComputePool> {
  const insert = scope.tx.compute_pools.create({
    data: {
      org_id: scope.org,
      uid: scope.newUid(),
      workspace_uid: input.workspace,
      name: input.name,
      ...capacity(input.spec),
      labels: { ...input.labels },
      annotations: { ...input.annotations },
      created_at: scope.now,
      updated_at: scope.now,
    },
  })
  const made = await orNameTaken('compute pool', input.name, insert)
  await announce(scope, 'pool.changed', made.uid)
  return toPool(made)
}

export async function findComputePool(
  scope: Scope,
  at: { readonly workspace: string; readonly name: string },
): Promise<ComputePool | null> {
  const found = await scope.tx.compute_pools.findFirst({
    where: { org_id: scope.org, workspace_uid: at.workspace, name: at.name, deleted_at: null },
  })
  return found ? toPool(found) : null
}

/** Throws NOT_FOUND. */
export async function getComputePool(
  scope: Scope,
  at: { readonly workspace: string; readonly name: string },
): Promise<ComputePool> {
  const found = await findComputePool(scope, at)
  if (!found) throw notFound(`compute pool ${at.name}`)
  return found
}

export async function listComputePools(
  scope: Scope,
  page: PageRequest & { readonly workspace: string },
): Promise<Page<ComputePool>> {
  const found = await scope.tx.compute_pools.findMany({
    where: {
      org_id: scope.org,
      workspace_uid: page.workspace,
      deleted_at: null,
      ...(page.after ? { uid: { gt: page.after } } : {}),
    },
    orderBy: { uid: 'asc' },
    take: page.limit + 1,
  })
  return pageOf(found.map(toPool), page.limit)
}

export async function updateComputePool(
  scope: Scope,
  change: {
    readonly uid: string
    readonly generation: number
    readonly spec: ComputePoolSpec
    readonly labels: Labels
    readonly annotations: Labels
  },
): Promise<ComputePool> {
  const { count } = await scope.tx.compute_pools.updateMany({
    where: { org_id: scope.org, uid: change.uid, generation: change.generation, deleted_at: null },
    data: {
      ...capacity(change.spec),
      labels: { ...change.labels },
      annotations: { ...change.annotations },
      generation: { increment: 1 },
      updated_at: scope.now,
    },
  })
  if (count === 0) throw new MillraceError('PRECONDITION_FAILED')
  await announce(scope, 'pool.changed', change.uid)
  return toPool(await scope.tx.compute_pools.findFirstOrThrow({ where: { org_id: scope.org, uid: change.uid } }))
}

/** Live statements of a pool, which keep it from being deleted. */
export async function countPoolStatements(scope: Scope, pool: string): Promise<number> {
  return await scope.tx.statements.count({ where: { org_id: scope.org, compute_pool_uid: pool, deleted_at: null } })
}

export async function deleteComputePool(scope: Scope, uid: string): Promise<void> {
  await scope.tx.compute_pools.updateMany({
    where: { org_id: scope.org, uid },
    data: { deleted_at: scope.now, updated_at: scope.now },
  })
  await announce(scope, 'pool.changed', uid)
}

export interface PoolUse {
  readonly currentCu: number
  readonly workers: number
  readonly statements: number
}

/** Slots standing now, by pool. */
export async function readPoolUse(scope: Scope, pools: readonly string[]): Promise<ReadonlyMap<string, PoolUse>> {
  const found = await rows<{ pool: string; millicu: bigint; workers: bigint; statements: bigint }>(
    scope.tx,
    `SELECT compute_pool_uid AS pool, sum(millicu) AS millicu, count(DISTINCT worker_uid) AS workers, count(*) AS statements
       FROM millrace.assignments
      WHERE org_id = $1::uuid AND compute_pool_uid = ANY($2::uuid[]) AND released_at IS NULL GROUP BY 1`,
    scope.org,
    [...pools],
  )
  return new Map(
    found.map((r) => [
      r.pool,
      { currentCu: fromMillicu(Number(r.millicu)), workers: Number(r.workers), statements: Number(r.statements) },
    ]),
  )
}

export async function countComputePools(scope: Scope): Promise<number> {
  return await scope.tx.compute_pools.count({ where: { org_id: scope.org, deleted_at: null } })
}
