import { listWorkspaces } from '@millrace/store'
import Type from 'typebox'
import type { App } from '../../app.ts'
import type { Context } from '../../context.ts'
import { listOf } from '../../http/envelope.ts'
import { etagOf, requireMatch } from '../../http/etag.ts'
import { created, DryRun, N, PageQuery, pageSize, preconditionProblems, problems, WorkspaceParams } from '../../http/schemas.ts'
import { change, read } from '../../http/transactions.ts'
import { addWorkspace, patchWorkspace, removeWorkspace, workspaceOf } from '../../use-cases/workspaces/workspaces.ts'
import { ConditionSchema, CreateWorkspace, PatchWorkspace, WorkspaceSchemas } from './schemas.ts'
import { workspaceView } from './view.ts'

const tags = ['workspaces']

export function workspaceRoutes(app: App, ctx: Context): void {
  for (const schema of [ConditionSchema, WorkspaceSchemas.resource, WorkspaceSchemas.list]) app.addSchema(schema)
  app.post(
    '/v1/workspaces',
    {
      config: { permission: 'workspaces.write' },
      schema: {
        operationId: 'createWorkspace',
        summary: 'Create a workspace',
        tags,
        querystring: Type.Object(DryRun, { additionalProperties: false }),
        body: CreateWorkspace,
        response: { ...created(Type.Ref('Workspace#')), ...problems },
      },
    },
    (request, reply) =>
      change(ctx, { request, reply }, async (scope) => {
        const made = await addWorkspace(ctx, scope, { ...request.body.metadata, ...request.body.spec })
        const body = workspaceView(ctx, scope.org, made)
        const headers = { location: body.metadata.self, etag: etagOf(made) }
        return { status: 201, body, headers, resourceName: body.metadata.resource_name }
      }),
  )
  app.get(
    '/v1/workspaces',
    {
      config: { permission: 'read' },
      schema: {
        operationId: 'listWorkspaces',
        summary: 'List workspaces',
        tags,
        querystring: Type.Object(PageQuery, { additionalProperties: false }),
        response: { 200: Type.Ref('WorkspaceList#'), ...problems },
      },
    },
    async (request) => {
      const about = ['workspaces', request.principal.org]
      const after = ctx.pageTokens.read(about, request.query.page_token)
      const page = await read(ctx, request, (scope) => listWorkspaces(scope, { after, limit: pageSize(request.query) }))
      const data = page.items.map((w) => workspaceView(ctx, request.principal.org, w))
      return listOf('Workspace', data, ctx.pageTokens.make(about, page.next))
    },
  )
  oneWorkspaceRoutes(app, ctx)
}

function oneWorkspaceRoutes(app: App, ctx: Context): void {
  const path = `/v1/workspaces/:ws${N}`
  app.get(
    path,
    {
      config: { permission: 'read' },
      schema: {
        operationId: 'getWorkspace',
        summary: 'Get a workspace',
        tags,
        params: WorkspaceParams,
        response: { 200: Type.Ref('Workspace#'), ...problems },
      },
    },
    async (request, reply) => {
      const found = await read(ctx, request, (scope) => workspaceOf(scope, request.params))
      reply.header('etag', etagOf(found))
      return workspaceView(ctx, request.principal.org, found)
    },
  )
  app.patch(
    path,
    {
      config: { permission: 'workspaces.write' },
      schema: {
        operationId: 'updateWorkspace',
        summary: 'Change labels and annotations of a workspace',
        tags,
        params: WorkspaceParams,
        querystring: Type.Object(DryRun, { additionalProperties: false }),
        body: PatchWorkspace,
        response: { 200: Type.Ref('Workspace#'), ...problems, ...preconditionProblems },
      },
    },
    (request, reply) =>
      change(ctx, { request, reply }, async (scope) => {
        const found = await workspaceOf(scope, request.params)
        requireMatch(request.headers['if-match'], found)
        const made = await patchWorkspace(scope, found, request.body)
        const body = workspaceView(ctx, scope.org, made)
        return { status: 200, body, headers: { etag: etagOf(made) }, resourceName: body.metadata.resource_name }
      }),
  )
  app.delete(
    path,
    {
      config: { permission: 'workspaces.write' },
      schema: {
        operationId: 'deleteWorkspace',
        summary: 'Delete a workspace',
        tags,
        params: WorkspaceParams,
        querystring: Type.Object(
          { ...DryRun, cascade: Type.Optional(Type.Enum(['true', 'false'])) },
          { additionalProperties: false },
        ),
        response: { 204: Type.Null({ description: 'Deleted.' }), ...problems, ...preconditionProblems },
      },
    },
    (request, reply) =>
      change(ctx, { request, reply }, async (scope) => {
        const found = await workspaceOf(scope, request.params)
        requireMatch(request.headers['if-match'], found)
        await removeWorkspace(scope, found, request.query.cascade === 'true')
        return { status: 204, body: null, resourceName: workspaceView(ctx, scope.org, found).metadata.resource_name }
      }),
  )
}
