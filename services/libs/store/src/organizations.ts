import { must } from '@millrace/kit'
import { MillraceError } from '@millrace/protocol'
import type { Scope } from './scope.ts'

export interface Organization {
  readonly uid: string
  readonly name: string
  readonly displayName: string
  readonly plan: string
  readonly homeRegion: string
  readonly quotas: Readonly<Record<string, number>>
  readonly generation: number
  readonly createdAt: Date
  readonly updatedAt: Date
}

interface Raw {
  org_id: string
  name: string
  display_name: string
  plan: string
  home_region: string
  quotas: unknown
  generation: number
  created_at: Date
  updated_at: Date
}

const toOrganization = (r: Raw): Organization => ({
  uid: r.org_id,
  name: r.name,
  displayName: r.display_name,
  plan: r.plan,
  homeRegion: r.home_region,
  quotas: r.quotas as Record<string, number>,
  generation: r.generation,
  createdAt: r.created_at,
  updatedAt: r.updated_at,
})

/** Makes the organization that `scope` was opened for. */
export async function createOrganization(
  scope: Scope,
  input: {
    readonly name: string
    readonly displayName: string
    readonly plan: string
    readonly homeRegion: string
    readonly quotas: Readonly<Record<string, number>>
  },
): Promise<Organization> {
  return toOrganization(
    await scope.tx.organizations.create({
      data: {
        org_id: scope.org,
        name: input.name,
        display_name: input.displayName,
        plan: input.plan,
        home_region: input.homeRegion,
        quotas: { ...input.quotas },
        created_at: scope.now,
        updated_at: scope.now,
      },
    }),
  )
}

/** The organization of the scope; a credential only ever leads to one that exists. */
export async function getOrganization(scope: Scope): Promise<Organization> {
  return toOrganization(
    must(await scope.tx.organizations.findFirst({ where: { org_id: scope.org } }), 'the organization of the credential'),
  )
}

/** Throws PRECONDITION_FAILED when the organization changed meanwhile. */
export async function updateOrganization(
  scope: Scope,
  change: { readonly generation: number; readonly displayName: string },
): Promise<Organization> {
  const { count } = await scope.tx.organizations.updateMany({
    where: { org_id: scope.org, generation: change.generation },
    data: { display_name: change.displayName, generation: { increment: 1 }, updated_at: scope.now },
  })
  if (count === 0) throw new MillraceError('PRECONDITION_FAILED')
  return await getOrganization(scope)
}

/** How much of each quota is used. */
export async function countAgainstQuotas(scope: Scope): Promise<Readonly<Record<string, number>>> {
  const live = { org_id: scope.org, deleted_at: null }
  return {
    workspaces: await scope.tx.workspaces.count({ where: live }),
    compute_pools: await scope.tx.compute_pools.count({ where: live }),
    statements: await scope.tx.statements.count({ where: { ...live, compute_pool_uid: { not: null } } }),
    connections: await scope.tx.connections.count({ where: live }),
    api_keys: await scope.tx.api_keys.count({ where: live }),
  }
}
