import { audit, createSession, lookupIdentity, type Scope } from '@millrace/store'
import { newSessionToken, sessionHash } from '../../auth/authenticate.ts'
import type { Identity } from '../../auth/oidc.ts'
import type { Context } from '../../context.ts'
import { openScope } from '../../http/transactions.ts'
import { signUp } from './sign-up.ts'

export interface SignedIn {
  readonly token: string
  readonly org: string
  readonly expiresAt: Date
}

/**
 * A session for an identity. One that is not known yet gets an organization of its own where sign-up is open; null where it is not.
 */
export async function signIn(ctx: Context, identity: Identity): Promise<SignedIn | null> {
  const member = (await ctx.store.withoutTenant((tx) => lookupIdentity(tx, identity)))[0]
  if (member) return await openScope(ctx, member.org, (scope) => startSession(ctx, scope, member.user))
  if (!ctx.settings.developmentSignUp) return null
  const local = identity.email
    .split('@')[0]!
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60)
  return await openScope(ctx, ctx.newUid(), async (scope) => {
    const made = await signUp(ctx, scope, {
      organization: local || 'organization',
      email: identity.email,
      workspace: 'default',
      identity,
    })
    return await startSession(ctx, scope, made.user.uid)
  })
}

async function startSession(ctx: Context, scope: Scope, user: string): Promise<SignedIn> {
  const token = newSessionToken(ctx)
  const expiresAt = new Date(scope.now.getTime() + ctx.settings.sessionMs)
  const session = await createSession(scope, { user, tokenHash: sessionHash(token), expiresAt })
  await audit(scope, {
    actor: `user:${user}`,
    action: 'login',
    resourceName: `session/${session}`,
    outcome: 'SUCCESS',
    requestId: '',
  })
  return { token, org: scope.org, expiresAt }
}
