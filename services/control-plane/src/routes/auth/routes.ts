import { MillraceError } from '@millrace/protocol'
import { revokeSession } from '@millrace/store'
import Type from 'typebox'
import type { App } from '../../app.ts'
import { authenticator, SESSION_COOKIE } from '../../auth/authenticate.ts'
import type { LoginFlow, OidcLogin } from '../../auth/oidc.ts'
import { sealedCookie } from '../../auth/sealed-cookie.ts'
import type { Context } from '../../context.ts'
import { problems } from '../../http/schemas.ts'
import { openScope } from '../../http/transactions.ts'
import { signIn } from '../../use-cases/sign-up/sign-in.ts'

const tags = ['session']
const FLOW_COOKIE = 'millrace_login'
const FLOW_MS = 600_000

interface Flow extends LoginFlow {
  readonly returnTo: string
}

/** Sign-in with the organization's identity provider: code and PKCE; the session is a cookie, or a bearer for clients that ask. */
export function authRoutes(app: App, ctx: Context): void {
  const cookies = sealedCookie<Flow>(ctx.keys.readKey, 'login', ctx.random)
  const callbackUrl = `${ctx.settings.publicUrl}/v1/auth/callback`
  const secure = callbackUrl.startsWith('https:')
  const cookieOptions = { httpOnly: true, sameSite: 'lax', secure, path: '/' } as const
  app.get(
    '/v1/auth/login',
    {
      schema: {
        operationId: 'login',
        summary: 'Go to the identity provider',
        tags,
        security: [],
        querystring: Type.Object(
          { return_to: Type.Optional(Type.String({ pattern: '^/([^/\\\\].*)?$', maxLength: 2048 })) },
          { additionalProperties: false },
        ),
        response: { 302: Type.Null({ description: 'To the identity provider.' }), ...problems },
      },
    },
    async (request, reply) => {
      const { url, flow } = await provider(ctx).begin(callbackUrl)
      const kept = cookies.seal({ ...flow, returnTo: request.query.return_to ?? '/' }, ctx.clock.now() + FLOW_MS)
      reply.setCookie(FLOW_COOKIE, kept, { ...cookieOptions, maxAge: FLOW_MS / 1000 })
      return reply.redirect(url, 302)
    },
  )
  app.get(
    '/v1/auth/callback',
    {
      schema: {
        operationId: 'loginCallback',
        summary: 'Back from the identity provider',
        tags,
        security: [],
        response: {
          200: Type.Object({ token: Type.String(), expires_at: Type.String() }),
          302: Type.Null({ description: 'To where the sign-in began.' }),
          ...problems,
        },
      },
    },
    async (request, reply) => {
      const flow = cookies.open(request.cookies[FLOW_COOKIE], ctx.clock.now())
      if (!flow) throw new MillraceError('UNAUTHENTICATED', { detail: 'The sign-in took too long or began in another browser.' })
      const identity = await provider(ctx).finish(new URL(request.url, ctx.settings.publicUrl), flow)
      const session = await signIn(ctx, identity)
      if (!session) throw new MillraceError('UNAUTHENTICATED', { detail: 'The identity belongs to no organization here.' })
      reply.clearCookie(FLOW_COOKIE, cookieOptions)
      reply.setCookie(SESSION_COOKIE, session.token, { ...cookieOptions, expires: session.expiresAt })
      if (request.headers.accept?.includes('application/json'))
        return reply.send({ token: session.token, expires_at: session.expiresAt.toISOString() })
      return reply.redirect(flow.returnTo, 302)
    },
  )
  logoutRoute(app, ctx)
}

function logoutRoute(app: App, ctx: Context): void {
  const authenticate = authenticator(ctx)
  app.post(
    '/v1/auth/logout',
    {
      schema: {
        operationId: 'logout',
        summary: 'End the session',
        tags,
        response: { 204: Type.Null({ description: 'The session has ended.' }), ...problems },
      },
    },
    async (request, reply) => {
      const principal = await authenticate(request)
      const { session } = principal
      if (session !== undefined) await openScope(ctx, principal.org, (scope) => revokeSession(scope, session))
      return reply.clearCookie(SESSION_COOKIE, { path: '/' }).code(204).send(null)
    },
  )
}

function provider(ctx: Context): OidcLogin {
  if (!ctx.oidc) throw new MillraceError('NOT_FOUND', { what: 'identity provider here' })
  return ctx.oidc
}
