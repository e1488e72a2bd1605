import { countAgainstQuotas, getOrganization, type Organization, updateOrganization } from '@millrace/store'
import Type from 'typebox'
import type { App } from '../../app.ts'
import type { Context } from '../../context.ts'
import { envelope } from '../../http/envelope.ts'
import { etagOf, requireMatch } from '../../http/etag.ts'
import { DryRun, patchBody, preconditionProblems, problems, resourceSchemas } from '../../http/schemas.ts'
import { change, read } from '../../http/transactions.ts'

const tags = ['organization']

const OrganizationSchemas = resourceSchemas('Organization', {
  spec: Type.Object({ display_name: Type.String() }),
  status: Type.Object({ plan: Type.String(), home_region: Type.String() }),
})
const PatchOrganization = patchBody(
  Type.Object({ display_name: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })) }, { additionalProperties: false }),
)
const Quotas = Type.Object({
  quotas: Type.Array(Type.Object({ name: Type.String(), limit: Type.Number(), usage: Type.Integer(), scope: Type.String() })),
})

function view(o: Organization) {
  const place = { kind: 'Organization', region: o.homeRegion, org: o.uid, workspace: '', self: '/v1/organization' }
  const source = { ...o, labels: {}, annotations: {} }
  return envelope(place, source, { spec: { display_name: o.displayName }, status: { plan: o.plan, home_region: o.homeRegion } })
}

/** The organization of the credential, and how much of its quotas is used. */
export function organizationRoutes(app: App, ctx: Context): void {
  for (const schema of [OrganizationSchemas.resource, OrganizationSchemas.list]) app.addSchema(schema)
  app.get(
    '/v1/organization',
    {
      config: { permission: 'read' },
      schema: {
        operationId: 'getOrganization',
        summary: 'Get the organization of the credential',
        tags,
        response: { 200: Type.Ref('Organization#'), ...problems },
      },
    },
    async (request, reply) => {
      const found = await read(ctx, request, getOrganization)
      reply.header('etag', etagOf(found))
      return view(found)
    },
  )
  app.patch(
    '/v1/organization',
    {
      config: { permission: 'organization.write' },
      schema: {
        operationId: 'updateOrganization',
        summary: 'Change the organization',
        tags,
        querystring: Type.Object(DryRun, { additionalProperties: false }),
        body: PatchOrganization,
        response: { 200: Type.Ref('Organization#'), ...problems, ...preconditionProblems },
      },
    },
    (request, reply) =>
      change(ctx, { request, reply }, async (scope) => {
        const found = await getOrganization(scope)
        requireMatch(request.headers['if-match'], found)
        const displayName = request.body.spec?.display_name ?? found.displayName
        const made = await updateOrganization(scope, { generation: found.generation, displayName })
        const body = view(made)
        return { status: 200, body, headers: { etag: etagOf(made) }, resourceName: body.metadata.resource_name }
      }),
  )
  app.get(
    '/v1/quotas',
    {
      config: { permission: 'read' },
      schema: {
        operationId: 'listQuotas',
        summary: 'Limits of the organization and what is used of them',
        tags,
        response: { 200: Quotas, ...problems },
      },
    },
    (request) =>
      read(ctx, request, async (scope) => {
        const [organization, used] = [await getOrganization(scope), await countAgainstQuotas(scope)]
        const names = Object.keys(organization.quotas).sort()
        return {
          quotas: names.map((name) => ({
            name,
            limit: organization.quotas[name] ?? 0,
            usage: used[name] ?? 0,
            scope: 'organization',
          })),
        }
      }),
  )
}
