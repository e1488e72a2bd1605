import { getComputePool, getStatement, queryUsage, type Scope } from '@millrace/store'
import Type from 'typebox'
import type { App } from '../../app.ts'
import type { Context } from '../../context.ts'
import { problems } from '../../http/schemas.ts'
import { read } from '../../http/transactions.ts'
import { usageSpan } from '../../use-cases/usage/span.ts'
import { workspaceOf } from '../../use-cases/workspaces/workspaces.ts'
import { UsageFilters, UsageQuery, UsageSchema } from './schemas.ts'
import { usageView } from './view.ts'

export function usageRoutes(app: App, ctx: Context): void {
  app.addSchema(UsageSchema)
  app.get(
    '/v1/usage',
    {
      config: { permission: 'usage.read' },
      schema: {
        operationId: 'getUsage',
        summary: 'What the organization used, in units and money',
        tags: ['usage'],
        querystring: Type.Object({ ...UsageQuery, ...UsageFilters }, { additionalProperties: false }),
        response: { 200: Type.Ref('Usage#'), ...problems },
      },
    },
    (request) =>
      read(ctx, request, async (scope) => {
        const query = usageSpan(request.query, scope.now)
        return usageView(query, await queryUsage(scope, { ...query, ...(await filters(scope, request.query)) }))
      }),
  )
}

/** Filters by name; a pool or statement is named within its workspace. */
async function filters(scope: Scope, q: { workspace?: string; compute_pool?: string; statement?: string }) {
  if (q.workspace === undefined) return {}
  const workspace = (await workspaceOf(scope, { ws: q.workspace })).uid
  return {
    workspace,
    ...(q.compute_pool === undefined ? {} : { pool: (await getComputePool(scope, { workspace, name: q.compute_pool })).uid }),
    ...(q.statement === undefined ? {} : { statement: (await getStatement(scope, { workspace, name: q.statement })).uid }),
  }
}
