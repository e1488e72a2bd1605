import { getOrganization } from '@millrace/store'
import Type from 'typebox'
import type { App } from '../../app.ts'
import type { Context } from '../../context.ts'
import { problems } from '../../http/schemas.ts'
import { read } from '../../http/transactions.ts'

const Me = Type.Object(
  {
    principal: Type.Object({ kind: Type.String(), uid: Type.String(), name: Type.String() }),
    organization: Type.Object({ uid: Type.String(), name: Type.String(), plan: Type.String(), home_region: Type.String() }),
    roles: Type.Array(Type.String()),
    quotas: Type.Record(Type.String(), Type.Number()),
  },
  { $id: 'Me' },
)

export function meRoutes(app: App, ctx: Context): void {
  app.addSchema(Me)
  app.get(
    '/v1/me',
    {
      config: { permission: 'read' },
      schema: {
        operationId: 'getMe',
        summary: 'Who the credential belongs to',
        tags: ['session'],
        response: { 200: Type.Ref('Me#'), ...problems },
      },
    },
    async (request) => {
      const org = await read(ctx, request, getOrganization)
      const { kind, uid, name, role } = request.principal
      return {
        principal: { kind, uid, name },
        organization: { uid: org.uid, name: org.name, plan: org.plan, home_region: org.homeRegion },
        roles: [role],
        quotas: org.quotas,
      }
    },
  )
}
