import { MillraceError, SLOT_CU_MIN } from '@millrace/protocol'
import {
  type ComputePool,
  type ComputePoolSpec,
  countComputePools,
  countPoolStatements,
  createComputePool,
  deleteComputePool,
  type Labels,
  type Scope,
  updateComputePool,
} from '@millrace/store'
import { type MetadataPatch, mergeLabels } from '../merge.ts'
import { requireQuota } from '../quota.ts'

export const POOL_CU_MAX = 1000

export async function addComputePool(
  scope: Scope,
  input: {
    readonly workspace: string
    readonly name: string
    readonly spec: Partial<ComputePoolSpec> & { readonly max_cu: number }
    readonly labels?: Labels
    readonly annotations?: Labels
  },
): Promise<ComputePool> {
  const spec = checkSpec({ min_cu: 0, runtimes: ['embedded'], ...input.spec })
  await requireQuota(scope, 'compute_pools', () => countComputePools(scope))
  return await createComputePool(scope, { ...input, spec })
}

export async function patchComputePool(
  scope: Scope,
  pool: ComputePool,
  patch: { readonly spec?: Partial<ComputePoolSpec>; readonly metadata?: MetadataPatch },
): Promise<ComputePool> {
  return await updateComputePool(scope, {
    uid: pool.uid,
    generation: pool.generation,
    spec: checkSpec({ ...pool.spec, ...patch.spec }),
    labels: mergeLabels(pool.labels, patch.metadata?.labels),
    annotations: mergeLabels(pool.annotations, patch.metadata?.annotations),
  })
}

export async function removeComputePool(scope: Scope, pool: ComputePool): Promise<void> {
  const statements = await countPoolStatements(scope, pool.uid)
  if (statements > 0) throw new MillraceError('CONFLICT', { detail: `The pool ${pool.name} still has ${statements} statements.` })
  await deleteComputePool(scope, pool.uid)
}

function checkSpec(spec: ComputePoolSpec): ComputePoolSpec {
  const slots = (cu: number): boolean => Math.abs(cu / SLOT_CU_MIN - Math.round(cu / SLOT_CU_MIN)) < 1e-9
  const wrong =
    spec.max_cu < SLOT_CU_MIN || spec.max_cu > POOL_CU_MAX
      ? `max_cu must lie between ${SLOT_CU_MIN} and ${POOL_CU_MAX}.`
      : !slots(spec.max_cu) || !slots(spec.min_cu)
        ? `max_cu and min_cu are multiples of ${SLOT_CU_MIN}.`
        : spec.min_cu < 0 || spec.min_cu > spec.max_cu
          ? 'min_cu must lie between 0 and max_cu.'
          : null
  if (wrong !== null) throw new MillraceError('REQUEST_INVALID', { detail: wrong })
  return spec
}
