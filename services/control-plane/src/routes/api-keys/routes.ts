import { MillraceError } from '@millrace/protocol'
import { type ApiKey, countApiKeys, findApiKey, listApiKeys, revokeApiKey, type Scope } from '@millrace/store'
import Type from 'typebox'
import type { App } from '../../app.ts'
import { ROLES } from '../../auth/permissions.ts'
import type { Context } from '../../context.ts'
import { envelope, listOf } from '../../http/envelope.ts'
import { etagOf, requireMatch } from '../../http/etag.ts'
import {
  createBody,
  created,
  DryRun,
  N,
  Name,
  PageQuery,
  pageSize,
  preconditionProblems,
  problems,
  resourceSchemas,
} from '../../http/schemas.ts'
import { change, read } from '../../http/transactions.ts'
import { mintKey } from '../../use-cases/api-keys/mint-key.ts'
import { requireQuota } from '../../use-cases/quota.ts'

const tags = ['API keys']
const text = Type.Union([Type.String(), Type.Null()])

const ApiKeySchemas = resourceSchemas('ApiKey', {
  spec: Type.Object({ role: Type.String(), expires_at: text }),
  status: Type.Object({
    phase: Type.String(),
    id: Type.String({ description: 'The part of the key that is no secret.' }),
    last_used_at: text,
    key: Type.Optional(Type.String({ description: 'The whole key; only in the answer that created it.' })),
  }),
})
const CreateApiKey = createBody(
  Type.Object(
    {
      role: Type.Enum([...ROLES]),
      expires_at: Type.Optional(Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,3})?Z$' })),
    },
    { additionalProperties: false },
  ),
)

function view(ctx: Context, key: ApiKey, { org, secret }: { readonly org: string; readonly secret?: string }) {
  const place = { kind: 'ApiKey', region: ctx.settings.region, org, workspace: '', self: `/v1/api-keys/${key.name}` }
  const expired = key.expiresAt !== null && key.expiresAt.getTime() <= ctx.clock.now()
  return envelope(place, key, {
    spec: { role: key.role, expires_at: key.expiresAt?.toISOString() ?? null },
    status: {
      phase: expired ? 'EXPIRED' : 'ACTIVE',
      id: key.keyId,
      last_used_at: key.lastUsedAt?.toISOString() ?? null,
      ...(secret === undefined ? {} : { key: secret }),
    },
  })
}

async function oneKey(scope: Scope, name: string): Promise<ApiKey> {
  const key = await findApiKey(scope, name)
  if (!key) throw new MillraceError('NOT_FOUND', { what: `API key ${name}` })
  return key
}

export function apiKeyRoutes(app: App, ctx: Context): void {
  for (const schema of [ApiKeySchemas.resource, ApiKeySchemas.list]) app.addSchema(schema)
  app.post(
    '/v1/api-keys',
    {
      config: { permission: 'keys.write' },
      schema: {
        operationId: 'createApiKey',
        summary: 'Create an API key; its secret is in this answer only',
        tags,
        querystring: Type.Object(DryRun, { additionalProperties: false }),
        body: CreateApiKey,
        response: { ...created(Type.Ref('ApiKey#')), ...problems },
      },
    },
    (request, reply) =>
      change(ctx, { request, reply }, async (scope) => {
        const { metadata, spec } = request.body
        const expiresAt = spec.expires_at === undefined ? null : new Date(spec.expires_at)
        if (expiresAt && !(expiresAt > scope.now))
          throw new MillraceError('REQUEST_INVALID', { detail: 'spec.expires_at is not in the future.' })
        await requireQuota(scope, 'api_keys', () => countApiKeys(scope))
        const { key, text: secret } = await mintKey(ctx, scope, { name: metadata.name, role: spec.role, expiresAt })
        const body = view(ctx, key, { org: scope.org, secret })
        const headers = { location: body.metadata.self, etag: etagOf(key) }
        return { status: 201, secret: true, body, headers, resourceName: body.metadata.resource_name }
      }),
  )
  app.get(
    '/v1/api-keys',
    {
      config: { permission: 'read' },
      schema: {
        operationId: 'listApiKeys',
        summary: 'List API keys',
        tags,
        querystring: Type.Object(PageQuery, { additionalProperties: false }),
        response: { 200: Type.Ref('ApiKeyList#'), ...problems },
      },
    },
    (request) =>
      read(ctx, request, async (scope) => {
        const about = ['api-keys', scope.org]
        const after = ctx.pageTokens.read(about, request.query.page_token)
        const page = await listApiKeys(scope, { after, limit: pageSize(request.query) })
        return listOf(
          'ApiKey',
          page.items.map((k) => view(ctx, k, { org: scope.org })),
          ctx.pageTokens.make(about, page.next),
        )
      }),
  )
  oneKeyRoutes(app, ctx)
}

function oneKeyRoutes(app: App, ctx: Context): void {
  const path = `/v1/api-keys/:name${N}`
  const params = Type.Object({ name: Name })
  app.get(
    path,
    {
      config: { permission: 'read' },
      schema: {
        operationId: 'getApiKey',
        summary: 'Get an API key',
        tags,
        params,
        response: { 200: Type.Ref('ApiKey#'), ...problems },
      },
    },
    (request, reply) =>
      read(ctx, request, async (scope) => {
        const key = await oneKey(scope, request.params.name)
        reply.header('etag', etagOf(key))
        return view(ctx, key, { org: scope.org })
      }),
  )
  app.delete(
    path,
    {
      config: { permission: 'keys.write' },
      schema: {
        operationId: 'deleteApiKey',
        summary: 'Revoke an API key',
        tags,
        params,
        querystring: Type.Object(DryRun, { additionalProperties: false }),
        response: { 204: Type.Null({ description: 'Revoked.' }), ...problems, ...preconditionProblems },
      },
    },
    (request, reply) =>
      change(ctx, { request, reply }, async (scope) => {
        const key = await oneKey(scope, request.params.name)
        requireMatch(request.headers['if-match'], key)
        await revokeApiKey(scope, key.uid)
        return { status: 204, body: null, resourceName: view(ctx, key, { org: scope.org }).metadata.resource_name }
      }),
  )
}
