import { createHash } from 'node:crypto'
import { MillraceError } from '@millrace/protocol'
import {
  type ApiKeyCredential,
  listRoles,
  lookupApiKey,
  lookupSession,
  noteApiKeyUse,
  parseApiKey,
  secretMatches,
} from '@millrace/store'
import type { FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import type { Principal } from '../http/principal.ts'
import { openScope } from '../http/transactions.ts'

export const SESSION_COOKIE = 'millrace_session'
/** Prefix of session tokens that clients other than browsers send as a bearer. */
const SESSION_PREFIX = 'mr_sess_'

export const sessionHash = (token: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(createHash('sha256').update(token).digest())
export const newSessionToken = (ctx: Pick<Context, 'random'>): string =>
  `${SESSION_PREFIX}${Buffer.from(ctx.random(32)).toString('base64url')}`

/** Finds the principal behind a request's credential. */
export type Authenticate = (request: FastifyRequest) => Promise<Principal>

/** Last uses already noted, so that a busy key is written at most once a minute. Bounded: cleared when full. */
type NotedUses = Map<string, number>
const NOTED_MAX = 10_000

/**
 * The principal behind a request's credential: an API key or a session as bearer, or the session cookie. Each request looks it up,
 * so a revoked key is refused at once on every replica. Throws UNAUTHENTICATED, KEY_EXPIRED or KEY_REVOKED.
 */
export function authenticator(ctx: Context): Authenticate {
  const noted: NotedUses = new Map()
  return (request) => authenticate(ctx, { request, noted })
}

async function authenticate(ctx: Context, { request, noted }: { request: FastifyRequest; noted: NotedUses }): Promise<Principal> {
  const header = request.headers.authorization
  if (header !== undefined) {
    const token = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(header)?.[1]
    if (token === undefined)
      throw new MillraceError('UNAUTHENTICATED', { detail: 'The Authorization header is not a bearer credential.' })
    return token.startsWith(SESSION_PREFIX) ? await bySession(ctx, token) : await byApiKey(ctx, { token, noted })
  }
  const cookie = request.cookies?.[SESSION_COOKIE]
  if (cookie !== undefined) {
    requireSameSite(ctx, request)
    return await bySession(ctx, cookie)
  }
  throw new MillraceError('UNAUTHENTICATED', { detail: 'The request has no credential.' })
}

/** A cookie is sent by the browser whoever asked: a change through it must come from our own pages. */
function requireSameSite(ctx: Context, request: FastifyRequest): void {
  if (request.method === 'GET' || request.method === 'HEAD') return
  const site = request.headers['sec-fetch-site']
  const origin = request.headers.origin
  const own = new URL(ctx.settings.publicUrl).origin
  if (site === 'same-origin' || origin === own) return
  throw new MillraceError('UNAUTHENTICATED', { detail: 'A change with a session cookie has to come from the same origin.' })
}

async function byApiKey(ctx: Context, { token, noted }: { token: string; noted: NotedUses }): Promise<Principal> {
  const parsed = parseApiKey(token)
  if (!parsed) throw new MillraceError('UNAUTHENTICATED', { detail: 'The credential is not an API key of this service.' })
  const found = await ctx.store.withoutTenant((tx) => lookupApiKey(tx, parsed.id))
  const key = found.find((k) => secretMatches(ctx.keys.peppers, parsed.secret, { hash: k.secretHash, version: k.pepperVersion }))
  if (!key) throw new MillraceError('UNAUTHENTICATED', { detail: 'The API key is not known.' })
  requireLive(ctx, key, parsed.id)
  noteUse(ctx, { key, noted })
  return { org: key.org, kind: 'api_key', uid: key.uid, name: key.name, role: key.role }
}

function requireLive(ctx: Context, key: ApiKeyCredential, id: string): void {
  if (key.revokedAt) throw new MillraceError('KEY_REVOKED', { id })
  if (key.expiresAt && key.expiresAt.getTime() <= ctx.clock.now())
    throw new MillraceError('KEY_EXPIRED', { id, at: key.expiresAt.toISOString() })
}

function noteUse(ctx: Context, { key, noted }: { key: ApiKeyCredential; noted: NotedUses }): void {
  const now = ctx.clock.now()
  if (now - (noted.get(key.uid) ?? Number.NEGATIVE_INFINITY) < 60_000) return
  if (noted.size >= NOTED_MAX) noted.clear()
  noted.set(key.uid, now)
  openScope(ctx, key.org, (scope) => noteApiKeyUse(scope, key.uid)).catch((error) =>
    ctx.log.warn({ err: error, key: key.uid }, 'last use of an API key was not noted'),
  )
}

async function bySession(ctx: Context, token: string): Promise<Principal> {
  const session = await ctx.store.withoutTenant((tx) => lookupSession(tx, sessionHash(token)))
  if (!session || session.expiresAt.getTime() <= ctx.clock.now())
    throw new MillraceError('UNAUTHENTICATED', { detail: 'The session has ended.' })
  const roles = await openScope(ctx, session.org, (scope) => listRoles(scope, session.user))
  return {
    org: session.org,
    kind: 'user',
    uid: session.user,
    name: session.email,
    role: roles[0] ?? 'viewer',
    session: session.uid,
  }
}
