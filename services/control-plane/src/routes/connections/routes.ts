import {
  type Connection,
  deleteConnection,
  findConnection,
  getConnection,
  listConnections,
  type Scope,
  type Workspace,
} from '@millrace/store'
import Type from 'typebox'
import type { App } from '../../app.ts'
import type { Context } from '../../context.ts'
import { envelope, listOf } from '../../http/envelope.ts'
import { etagOf, requireMatch } from '../../http/etag.ts'
import { createOrReplace, replacing, requireSameName } from '../../http/put.ts'
import { created, DryRun, N, PageQuery, pageSize, preconditionProblems, problems, WorkspaceParams } from '../../http/schemas.ts'
import { change, read } from '../../http/transactions.ts'
import { addConnection, patchConnection } from '../../use-cases/connections/connections.ts'
import { workspaceOf } from '../../use-cases/workspaces/workspaces.ts'
import { ConnectionParams, ConnectionSchemas, CreateConnection, PatchConnection, PutConnection } from './schemas.ts'

const tags = ['connections']
const COLLECTION = `/v1/workspaces/:ws${N}/connections`
const ONE = `${COLLECTION}/:name${N}`

function view(at: { readonly org: string; readonly workspace: Workspace }, c: Connection) {
  const self = `/v1/workspaces/${at.workspace.name}/connections/${c.name}`
  const place = { kind: 'Connection', region: at.workspace.region, org: at.org, workspace: at.workspace.uid, self }
  return envelope(place, c, {
    spec: { type: c.type, ...c.spec },
    status: { phase: c.phase, observed_generation: c.generation, detail: c.detail },
  })
}

async function oneConnection(scope: Scope, params: { readonly ws: string; readonly name: string }) {
  const workspace = await workspaceOf(scope, params)
  return { workspace, connection: await getConnection(scope, { workspace: workspace.uid, name: params.name }) }
}

export function connectionRoutes(app: App, ctx: Context): void {
  for (const schema of [ConnectionSchemas.resource, ConnectionSchemas.list]) app.addSchema(schema)
  app.post(
    COLLECTION,
    {
      config: { permission: 'connections.write' },
      schema: {
        operationId: 'createConnection',
        summary: 'Create a connection; its secrets are never answered again',
        tags,
        params: WorkspaceParams,
        querystring: Type.Object(DryRun, { additionalProperties: false }),
        body: CreateConnection,
        response: { ...created(Type.Ref('Connection#')), ...problems },
      },
    },
    (request, reply) =>
      change(ctx, { request, reply }, async (scope) => {
        const workspace = await workspaceOf(scope, request.params)
        const made = await addConnection(ctx, scope, {
          workspace: workspace.uid,
          ...request.body.metadata,
          spec: request.body.spec,
        })
        const body = view({ org: scope.org, workspace }, made)
        const headers = { location: body.metadata.self, etag: etagOf(made) }
        return { status: 201, body, headers, resourceName: body.metadata.resource_name }
      }),
  )
  app.get(
    COLLECTION,
    {
      config: { permission: 'read' },
      schema: {
        operationId: 'listConnections',
        summary: 'List connections',
        tags,
        params: WorkspaceParams,
        querystring: Type.Object(PageQuery, { additionalProperties: false }),
        response: { 200: Type.Ref('ConnectionList#'), ...problems },
      },
    },
    (request) =>
      read(ctx, request, async (scope) => {
        const workspace = await workspaceOf(scope, request.params)
        const about = ['connections', workspace.uid]
        const after = ctx.pageTokens.read(about, request.query.page_token)
        const page = await listConnections(scope, { workspace: workspace.uid, after, limit: pageSize(request.query) })
        const data = page.items.map((c) => view({ org: scope.org, workspace }, c))
        return listOf('Connection', data, ctx.pageTokens.make(about, page.next))
      }),
  )
  oneConnectionRoutes(app, ctx)
  putConnectionRoute(app, ctx)
}

function oneConnectionRoutes(app: App, ctx: Context): void {
  app.get(
    ONE,
    {
      config: { permission: 'read' },
      schema: {
        operationId: 'getConnection',
        summary: 'Get a connection',
        tags,
        params: ConnectionParams,
        response: { 200: Type.Ref('Connection#'), ...problems },
      },
    },
    (request, reply) =>
      read(ctx, request, async (scope) => {
        const { workspace, connection } = await oneConnection(scope, request.params)
        reply.header('etag', etagOf(connection))
        return view({ org: scope.org, workspace }, connection)
      }),
  )
  app.patch(
    ONE,
    {
      config: { permission: 'connections.write' },
      schema: {
        operationId: 'updateConnection',
        summary: 'Change a connection; secrets that are not sent stay',
        tags,
        params: ConnectionParams,
        querystring: Type.Object(DryRun, { additionalProperties: false }),
        body: PatchConnection,
        response: { 200: Type.Ref('Connection#'), ...problems, ...preconditionProblems },
      },
    },
    (request, reply) =>
      change(ctx, { request, reply }, async (scope) => {
        const { workspace, connection } = await oneConnection(scope, request.params)
        requireMatch(request.headers['if-match'], connection)
        const made = await patchConnection(ctx, scope, { connection, patch: request.body })
        const body = view({ org: scope.org, workspace }, made)
        return { status: 200, body, headers: { etag: etagOf(made) }, resourceName: body.metadata.resource_name }
      }),
  )
  app.delete(
    ONE,
    {
      config: { permission: 'connections.write' },
      schema: {
        operationId: 'deleteConnection',
        summary: 'Delete a connection',
        tags,
        params: ConnectionParams,
        querystring: Type.Object(DryRun, { additionalProperties: false }),
        response: { 204: Type.Null({ description: 'Deleted.' }), ...problems, ...preconditionProblems },
      },
    },
    (request, reply) =>
      change(ctx, { request, reply }, async (scope) => {
        const { workspace, connection } = await oneConnection(scope, request.params)
        requireMatch(request.headers['if-match'], connection)
        await deleteConnection(scope, connection.uid)
        return { status: 204, body: null, resourceName: view({ org: scope.org, workspace }, connection).metadata.resource_name }
      }),
  )
}

function putConnectionRoute(app: App, ctx: Context): void {
  app.put(
    ONE,
    {
      config: { permission: 'connections.write' },
      schema: {
        operationId: 'putConnection',
        summary: 'Create or replace a connection; secrets that are not sent stay',
        tags,
        params: ConnectionParams,
        querystring: Type.Object(DryRun, { additionalProperties: false }),
        body: PutConnection,
        response: { ...created(Type.Ref('Connection#')), ...problems, ...preconditionProblems },
      },
    },
    (request, reply) =>
      change(ctx, { request, reply }, async (scope) => {
        const { metadata, spec } = request.body
        const { name } = request.params
        requireSameName(name, metadata?.name)
        const workspace = await workspaceOf(scope, request.params)
        const labels = { labels: metadata?.labels ?? {}, annotations: metadata?.annotations ?? {} }
        const found = await findConnection(scope, { workspace: workspace.uid, name })
        const { made, status } = await createOrReplace(request, found, {
          create: () => addConnection(ctx, scope, { workspace: workspace.uid, name, ...labels, spec }),
          replace: (connection) => {
            const replaced = {
              labels: replacing(connection.labels, labels.labels),
              annotations: replacing(connection.annotations, labels.annotations),
            }
            return patchConnection(ctx, scope, { connection, patch: { spec, metadata: replaced }, whole: true })
          },
        })
        const body = view({ org: scope.org, workspace }, made)
        const headers = { etag: etagOf(made), ...(status === 201 ? { location: body.metadata.self } : {}) }
        return { status, body, headers, resourceName: body.metadata.resource_name }
      }),
  )
}
