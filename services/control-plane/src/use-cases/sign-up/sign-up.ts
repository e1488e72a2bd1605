import {
  createComputePool,
  createDataKey,
  createOrganization,
  createUser,
  createWorkspace,
  linkIdentity,
  type Scope,
  type User,
  type Workspace,
} from '@millrace/store'
import type { Identity } from '../../auth/oidc.ts'
import type { Context } from '../../context.ts'
import { unknownCondition } from '../../http/conditions.ts'
import { mintKey } from '../api-keys/mint-key.ts'

export interface SignUp {
  readonly organization: string
  readonly email: string
  readonly workspace: string
}

/** What a new organization may use until it asks for more. */
export const FREE_QUOTAS = { workspaces: 3, compute_pools: 5, statements: 200, connections: 50, api_keys: 50 }
export const FREE_POOL = { max_cu: 8, min_cu: 0, runtimes: ['embedded'] }

export interface SignedUp {
  readonly workspace: Workspace
  readonly user: User
  readonly key: { readonly text: string; readonly uid: string; readonly name: string }
}

/** Organization, data key, first user, workspace, free pool and first key: in the transaction of `scope`, all or nothing. */
export async function signUp(ctx: Context, scope: Scope, input: SignUp & { readonly identity?: Identity }): Promise<SignedUp> {
  const region = ctx.settings.region
  await createOrganization(scope, {
    name: input.organization,
    displayName: input.organization,
    plan: 'free',
    homeRegion: region,
    quotas: FREE_QUOTAS,
  })
  await createDataKey(scope, { master: ctx.keys.master, random: ctx.random })
  const user = await createUser(scope, {
    email: input.email,
    displayName: input.identity?.name ?? input.email,
    role: 'organization-admin',
  })
  if (input.identity) await linkIdentity(scope, { ...input.identity, user: user.uid })
  const conditions = [unknownCondition('KafkaReady', scope.now)]
  const workspace = await createWorkspace(scope, { name: input.workspace, region, conditions })
  await createComputePool(scope, { workspace: workspace.uid, name: 'free', spec: FREE_POOL })
  const { key, text } = await mintKey(ctx, scope, { name: 'first', role: 'organization-admin', expiresAt: null })
  return { workspace, user, key: { text, uid: key.uid, name: key.name } }
}
