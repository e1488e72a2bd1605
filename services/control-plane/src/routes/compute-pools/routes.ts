import { findComputePool, getComputePool, listComputePools, listScalingDecisions, readPoolUse, type Scope } from '@millrace/store'
import Type from 'typebox'
import type { App } from '../../app.ts'
import type { Context } from '../../context.ts'
import { listOf } from '../../http/envelope.ts'
import { etagOf, requireMatch } from '../../http/etag.ts'
import { createOrReplace, replacing, requireSameName } from '../../http/put.ts'
import {
  created,
  DryRun,
  listSchema,
  N,
  PageQuery,
  pageSize,
  preconditionProblems,
  problems,
  WorkspaceParams,
} from '../../http/schemas.ts'
import { change, read } from '../../http/transactions.ts'
import { addComputePool, patchComputePool, removeComputePool } from '../../use-cases/compute-pools/compute-pools.ts'
import { workspaceOf } from '../../use-cases/workspaces/workspaces.ts'
import {
  ComputePoolSchemas,
  CreateComputePool,
  PatchComputePool,
  PoolParams,
  PutComputePool,
  ScalingDecisionSchema,
} from './schemas.ts'
import { computePoolView, scalingDecisionView } from './view.ts'

const tags = ['compute pools']
const COLLECTION = `/v1/workspaces/:ws${N}/compute-pools`

export function computePoolRoutes(app: App, ctx: Context): void {
  for (const schema of [
    ComputePoolSchemas.resource,
    ComputePoolSchemas.list,
    ScalingDecisionSchema,
    listSchema('ScalingDecision'),
  ])
    app.addSchema(schema)
  app.post(
    COLLECTION,
    {
      config: { permission: 'pools.write' },
      schema: {
        operationId: 'createComputePool',
        summary: 'Create a compute pool',
        tags,
        params: WorkspaceParams,
        querystring: Type.Object(DryRun, { additionalProperties: false }),
        body: CreateComputePool,
        response: { ...created(Type.Ref('ComputePool#')), ...problems },
      },
    },
    (request, reply) =>
      change(ctx, { request, reply }, async (scope) => {
        const workspace = await workspaceOf(scope, request.params)
        const pool = await addComputePool(scope, { workspace: workspace.uid, ...request.body.metadata, spec: request.body.spec })
        const body = computePoolView({ org: scope.org, workspace, use: undefined }, pool)
        const headers = { location: body.metadata.self, etag: etagOf(pool) }
        return { status: 201, body, headers, resourceName: body.metadata.resource_name }
      }),
  )
  app.get(
    COLLECTION,
    {
      config: { permission: 'read' },
      schema: {
        operationId: 'listComputePools',
        summary: 'List compute pools',
        tags,
        params: WorkspaceParams,
        querystring: Type.Object(PageQuery, { additionalProperties: false }),
        response: { 200: Type.Ref('ComputePoolList#'), ...problems },
      },
    },
    (request) =>
      read(ctx, request, async (scope) => {
        const workspace = await workspaceOf(scope, request.params)
        const about = ['compute-pools', workspace.uid]
        const after = ctx.pageTokens.read(about, request.query.page_token)
        const page = await listComputePools(scope, { workspace: workspace.uid, after, limit: pageSize(request.query) })
        const uses = await readPoolUse(
          scope,
          page.items.map((p) => p.uid),
        )
        const data = page.items.map((p) => computePoolView({ org: scope.org, workspace, use: uses.get(p.uid) }, p))
        return listOf('ComputePool', data, ctx.pageTokens.make(about, page.next))
      }),
  )
  onePoolRoutes(app, ctx)
  putPoolRoute(app, ctx)
  poolHistoryRoutes(app, ctx)
}

async function onePool(scope: Scope, params: { readonly ws: string; readonly pool: string }) {
  const workspace = await workspaceOf(scope, params)
  const pool = await getComputePool(scope, { workspace: workspace.uid, name: params.pool })
  return { workspace, pool }
}

function onePoolRoutes(app: App, ctx: Context): void {
  const path = `${COLLECTION}/:pool${N}`
  app.get(
    path,
    {
      config: { permission: 'read' },
      schema: {
        operationId: 'getComputePool',
        summary: 'Get a compute pool',
        tags,
        params: PoolParams,
        response: { 200: Type.Ref('ComputePool#'), ...problems },
      },
    },
    (request, reply) =>
      read(ctx, request, async (scope) => {
        const { workspace, pool } = await onePool(scope, request.params)
        reply.header('etag', etagOf(pool))
        const use = (await readPoolUse(scope, [pool.uid])).get(pool.uid)
        return computePoolView({ org: scope.org, workspace, use }, pool)
      }),
  )
  app.patch(
    path,
    {
      config: { permission: 'pools.write' },
      schema: {
        operationId: 'updateComputePool',
        summary: 'Change a compute pool',
        tags,
        params: PoolParams,
        querystring: Type.Object(DryRun, { additionalProperties: false }),
        body: PatchComputePool,
        response: { 200: Type.Ref('ComputePool#'), ...problems, ...preconditionProblems },
      },
    },
    (request, reply) =>
      change(ctx, { request, reply }, async (scope) => {
        const { workspace, pool } = await onePool(scope, request.params)
        requireMatch(request.headers['if-match'], pool)
        const made = await patchComputePool(scope, pool, request.body)
        const use = (await readPoolUse(scope, [pool.uid])).get(pool.uid)
        const body = computePoolView({ org: scope.org, workspace, use }, made)
        return { status: 200, body, headers: { etag: etagOf(made) }, resourceName: body.metadata.resource_name }
      }),
  )
  app.delete(
    path,
    {
      config: { permission: 'pools.write' },
      schema: {
        operationId: 'deleteComputePool',
        summary: 'Delete an empty compute pool',
        tags,
        params: PoolParams,
        querystring: Type.Object(DryRun, { additionalProperties: false }),
        response: { 204: Type.Null({ description: 'Deleted.' }), ...problems, ...preconditionProblems },
      },
    },
    (request, reply) =>
      change(ctx, { request, reply }, async (scope) => {
        const { workspace, pool } = await onePool(scope, request.params)
        requireMatch(request.headers['if-match'], pool)
        await removeComputePool(scope, pool)
        const view = computePoolView({ org: scope.org, workspace, use: undefined }, pool)
        return { status: 204, body: null, resourceName: view.metadata.resource_name }
      }),
  )
}

function putPoolRoute(app: App, ctx: Context): void {
  app.put(
    `${COLLECTION}/:pool${N}`,
    {
      config: { permission: 'pools.write' },
      schema: {
        operationId: 'putComputePool',
        summary: 'Create or replace a compute pool',
        tags,
        params: PoolParams,
        querystring: Type.Object(DryRun, { additionalProperties: false }),
        body: PutComputePool,
        response: { ...created(Type.Ref('ComputePool#')), ...problems, ...preconditionProblems },
      },
    },
    (request, reply) =>
      change(ctx, { request, reply }, async (scope) => {
        const { metadata, spec } = request.body
        const name = request.params.pool
        requireSameName(name, metadata?.name)
        const workspace = await workspaceOf(scope, request.params)
        const found = await findComputePool(scope, { workspace: workspace.uid, name })
        const labels = { labels: metadata?.labels ?? {}, annotations: metadata?.annotations ?? {} }
        const { made, status } = await createOrReplace(request, found, {
          create: () => addComputePool(scope, { workspace: workspace.uid, name, ...labels, spec }),
          replace: (pool) =>
            patchComputePool(scope, pool, {
              spec: { min_cu: 0, runtimes: ['embedded'], ...spec },
              metadata: {
                labels: replacing(pool.labels, labels.labels),
                annotations: replacing(pool.annotations, labels.annotations),
              },
            }),
        })
        const use = (await readPoolUse(scope, [made.uid])).get(made.uid)
        const body = computePoolView({ org: scope.org, workspace, use }, made)
        const headers = { etag: etagOf(made), ...(status === 201 ? { location: body.metadata.self } : {}) }
        return { status, body, headers, resourceName: body.metadata.resource_name }
      }),
  )
}

function poolHistoryRoutes(app: App, ctx: Context): void {
  app.get(
    `${COLLECTION}/:pool${N}/scaling-decisions`,
    {
      config: { permission: 'read' },
      schema: {
        operationId: 'listComputePoolScalingDecisions',
        summary: 'Why the pool and its statements did or did not scale, newest first',
        tags,
        params: PoolParams,
        querystring: Type.Object(PageQuery, { additionalProperties: false }),
        response: { 200: Type.Ref('ScalingDecisionList#'), ...problems },
      },
    },
    (request) =>
      read(ctx, request, async (scope) => {
        const { pool } = await onePool(scope, request.params)
        const about = ['pool-decisions', pool.uid]
        const after = ctx.pageTokens.read(about, request.query.page_token)
        const page = await listScalingDecisions(scope, {
          pool: pool.uid,
          limit: pageSize(request.query),
          ...(after ? { after } : {}),
        })
        return listOf('ScalingDecision', page.items.map(scalingDecisionView), ctx.pageTokens.make(about, page.next))
      }),
  )
}
