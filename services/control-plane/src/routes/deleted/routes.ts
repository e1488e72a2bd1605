import { getDeletedStatement, listDeletedStatements } from '@millrace/store'
import Type from 'typebox'
import type { App } from '../../app.ts'
import type { Context } from '../../context.ts'
import { listOf } from '../../http/envelope.ts'
import { N, Name, PageQuery, pageSize, problems, WorkspaceParams } from '../../http/schemas.ts'
import { read } from '../../http/transactions.ts'
import { workspaceOf } from '../../use-cases/workspaces/workspaces.ts'
import { statementView } from '../statements/view.ts'

const tags = ['deleted']
const COLLECTION = `/v1/workspaces/:ws${N}/deleted`
const Uid = Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' })

/** Deleted statements by uid, until they are purged: their name may belong to another one already. */
export function deletedRoutes(app: App, ctx: Context): void {
  app.get(
    COLLECTION,
    {
      config: { permission: 'read' },
      schema: {
        operationId: 'listDeletedStatements',
        summary: 'List deleted statements, newest first',
        tags,
        params: WorkspaceParams,
        querystring: Type.Object(PageQuery, { additionalProperties: false }),
        response: { 200: Type.Ref('StatementList#'), ...problems },
      },
    },
    (request) =>
      read(ctx, request, async (scope) => {
        const workspace = await workspaceOf(scope, request.params)
        const about = ['deleted', workspace.uid]
        const after = ctx.pageTokens.read(about, request.query.page_token)
        const page = await listDeletedStatements(scope, { workspace: workspace.uid, after, limit: pageSize(request.query) })
        const data = page.items.map((s) => statementView({ org: scope.org, workspace }, s))
        return listOf('Statement', data, ctx.pageTokens.make(about, page.next))
      }),
  )
  app.get(
    `${COLLECTION}/:uid`,
    {
      config: { permission: 'read' },
      schema: {
        operationId: 'getDeletedStatement',
        summary: 'Get a deleted statement',
        tags,
        params: Type.Object({ ws: Name, uid: Uid }),
        response: { 200: Type.Ref('Statement#'), ...problems },
      },
    },
    (request) =>
      read(ctx, request, async (scope) => {
        const workspace = await workspaceOf(scope, request.params)
        const found = await getDeletedStatement(scope, { workspace: workspace.uid, uid: request.params.uid })
        return statementView({ org: scope.org, workspace }, found)
      }),
  )
}
