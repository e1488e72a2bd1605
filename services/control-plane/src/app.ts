import cookie from '@fastify/cookie'
import rateLimit from '@fastify/rate-limit'
import swagger from '@fastify/swagger'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { MillraceError } from '@millrace/protocol'
import { audit } from '@millrace/store'
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import { authenticator } from './auth/authenticate.ts'
import { type Permission, requirePermission } from './auth/permissions.ts'
import type { Context } from './context.ts'
import { dataGateway } from './data-gateway/plugin.ts'
import { allowedMethods } from './http/allowed-methods.ts'
import type { Principal } from './http/principal.ts'
import { principalName } from './http/principal.ts'
import { sendProblem } from './http/problem.ts'
import { ListMetadataSchema, MetadataSchema, ProblemDetailSchema, ProblemSchema } from './http/schemas.ts'
import { openScope } from './http/transactions.ts'
import { apiKeyRoutes } from './routes/api-keys/routes.ts'
import { authRoutes } from './routes/auth/routes.ts'
import { catalogRoutes } from './routes/catalog/routes.ts'
import { computePoolRoutes } from './routes/compute-pools/routes.ts'
import { connectionRoutes } from './routes/connections/routes.ts'
import { deletedRoutes } from './routes/deleted/routes.ts'
import { meRoutes } from './routes/me/routes.ts'
import { organizationRoutes } from './routes/organization/routes.ts'
import { serviceRoutes } from './routes/service/routes.ts'
import { signUpRoutes } from './routes/sign-up/routes.ts'
import { sqlRoutes } from './routes/sql/routes.ts'
import { statementHistoryRoutes } from './routes/statements/history-routes.ts'
import { statementRoutes } from './routes/statements/routes.ts'
import { usageRoutes } from './routes/usage/routes.ts'
import { workspaceRoutes } from './routes/workspaces/routes.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the tenant scope before any handler in it runs. */
    principal: Principal
  }
  interface FastifyInstance {
    /** Aborts when the service begins to close: what is endless ends then. */
    closing: AbortSignal
  }
  interface FastifyContextConfig {
    permission?: Permission
  }
}

export type App = FastifyInstance<
  import('fastify').RawServerDefault,
  import('node:http').IncomingMessage,
  import('node:http').ServerResponse,
  import('fastify').FastifyBaseLogger,
  TypeBoxTypeProvider
>

const BODY_LIMIT = 1_048_576

/** What one process serves: the whole API, or record contents alone. */
export type Parts = 'all' | 'data-gateway'

/** The HTTP application: public routes, the tenant scope with everything that needs a credential, and the data gateway. */
export async function buildApp(ctx: Context, parts: Parts = 'all'): Promise<App> {
  const app = Fastify({
    logger: false,
    bodyLimit: BODY_LIMIT,
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
    routerOptions: { maxParamLength: 1024 },
    forceCloseConnections: true,
    genReqId: (raw) => {
      const given = raw.headers['x-request-id']
      return typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : ctx.newUid()
    },
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false, useDefaults: false, allErrors: false } },
  }).withTypeProvider<TypeBoxTypeProvider>()
  for (const schema of [ProblemDetailSchema, ProblemSchema, MetadataSchema, ListMetadataSchema]) app.addSchema(schema)
  await describe(app)
  await app.register(cookie)
  readBodies(app)
  answerRules(app, ctx)
  finishBeforeClosing(app, ctx)
  await app.register(async (scope) => serviceRoutes(scope as App, ctx))
  if (parts === 'all') await app.register((scope) => publicRoutes(scope as App, ctx))
  await app.register(async (scope) => {
    await tenantScope(scope as App, ctx)
    for (const register of parts === 'all' ? TENANT_ROUTES : [dataGateway]) register(scope as App, ctx)
  })
  return app as App
}

const TENANT_ROUTES = [
  meRoutes,
  organizationRoutes,
  workspaceRoutes,
  computePoolRoutes,
  statementRoutes,
  statementHistoryRoutes,
  deletedRoutes,
  catalogRoutes,
  connectionRoutes,
  apiKeyRoutes,
  usageRoutes,
  sqlRoutes,
  dataGateway,
]

async function publicRoutes(scope: App, ctx: Context): Promise<void> {
  await limitRate(scope, ctx, (request) => request.ip)
  signUpRoutes(scope, ctx)
  authRoutes(scope, ctx)
}

/** JSON alone is read; anything else, also what a browser form can send, is 415. */
function readBodies(app: FastifyInstance): void {
  app.removeContentTypeParser('text/plain')
  const json = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser('application/merge-patch+json', { parseAs: 'string' }, json)
}

function answerRules(app: FastifyInstance, ctx: Context): void {
  app.addHook('onSend', async (request, reply) => {
    reply.header('x-request-id', request.id)
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'private, no-store')
    reply.header('vary', 'Authorization')
    reply.header('x-content-type-options', 'nosniff')
  })
  app.setErrorHandler((error, request, reply) => sendProblem(ctx.log, error, { request, reply }))
  const methodsAt = allowedMethods(app)
  app.setNotFoundHandler((request, reply) => {
    const allowed = methodsAt(request.url.split('?', 1)[0] ?? '').join(', ')
    if (allowed !== '') reply.header('allow', allowed)
    const error =
      allowed === ''
        ? new MillraceError('NOT_FOUND', { what: `operation ${request.method} here` })
        : new MillraceError('METHOD_NOT_ALLOWED', { method: request.method, allowed })
    return sendProblem(ctx.log, error, { request, reply })
  })
}

/** Closing waits for answers under way, at most this long; streams end themselves. Then every connection is closed, idle or not. */
const FINISH_MS = 5000

function finishBeforeClosing(app: FastifyInstance, ctx: Context): void {
  let open = 0
  let whenNone: (() => void) | undefined
  app.addHook('onRequest', async (_request, reply) => {
    open += 1
    reply.raw.once('close', () => {
      open -= 1
      if (open === 0) whenNone?.()
    })
  })
  const closing = new AbortController()
  app.decorate('closing', closing.signal)
  app.addHook('preClose', async () => {
    closing.abort()
    if (open === 0) return
    const over = new AbortController()
    const none = new Promise<void>((resolve) => {
      whenNone = resolve
    })
    await Promise.race([none, ctx.clock.sleep(FINISH_MS, over.signal)])
    over.abort()
  })
}

/** Credential, organization, permission and rate limit of everything inside; a route can neither forget nor change them. */
async function tenantScope(app: App, ctx: Context): Promise<void> {
  const authenticate = authenticator(ctx)
  app.decorateRequest('principal', null as unknown as Principal)
  app.addHook('onRoute', (route) => {
    if (route.config?.permission === undefined) throw new Error(`route ${route.method} ${route.url} states no permission`)
    route.schema = { ...route.schema, security: [{ bearer: [] }, { session: [] }] }
  })
  app.addHook('onRequest', async (request) => {
    request.principal = await authenticate(request)
    const permission = request.routeOptions.config.permission
    if (permission) await requireAudited(ctx, request, permission)
  })
  await limitRate(app, ctx, (request) => `${request.principal.org}/${principalName(request.principal)}`)
}

/** A denial is an audit event too, and it is answered whether or not the event could be written. */
async function requireAudited(ctx: Context, request: FastifyRequest, permission: Permission): Promise<void> {
  try {
    requirePermission(request.principal, permission)
  } catch (error) {
    const { org } = request.principal
    const event = {
      actor: principalName(request.principal),
      action: (request.routeOptions.schema as { operationId?: string } | undefined)?.operationId ?? request.method,
      resourceName: request.url.split('?', 1)[0] ?? '',
      outcome: 'DENIED',
      requestId: request.id,
    } as const
    await openScope(ctx, org, (scope) => audit(scope, event)).catch((cause: unknown) =>
      ctx.log.warn({ err: cause, request_id: request.id }, 'a denial was not audited'),
    )
    throw error
  }
}

async function limitRate(app: App, ctx: Context, who: (request: FastifyRequest) => string): Promise<void> {
  await app.register(rateLimit, {
    global: true,
    hook: 'preParsing',
    max: ctx.settings.requestsPerMinute,
    timeWindow: 60_000,
    cache: 10_000,
    enableDraftSpec: true,
    keyGenerator: who,
    errorResponseBuilder: (_request, limit) => new MillraceError('RATE_LIMITED', { limit: limit.max, window: 'a minute' }),
  })
}

async function describe(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Millrace API',
        version: 'v1',
        description: 'Serverless stream processing: Flink SQL statements over Kafka, placed on workers that scale by lag.',
        license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
      },
      servers: [{ url: '/' }],
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', description: 'An API key (mr_live_…) or a session token.' },
          session: { type: 'apiKey', in: 'cookie', name: 'millrace_session' },
        },
      },
    },
    refResolver: { buildLocalReference: (...[json, , , i]) => (typeof json.$id === 'string' ? json.$id : `def-${i}`) },
  })
}
