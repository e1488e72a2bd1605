import { listRegions } from '@millrace/store'
import Type from 'typebox'
import type { App } from '../../app.ts'
import type { Context } from '../../context.ts'
import { problems } from '../../http/schemas.ts'
import { docsPage } from './docs-page.ts'

const tags = ['service']
const Regions = Type.Object({
  regions: Type.Array(Type.Object({ name: Type.String(), display_name: Type.String(), data_endpoint: Type.String() })),
})

/** Health, version and the API's own description; without a credential. */
export function serviceRoutes(app: App, ctx: Context): void {
  app.get('/healthz', { schema: { hide: true } }, async () => ({ status: 'ok' }))
  app.get('/readyz', { schema: { hide: true } }, async () => {
    await ctx.store.withoutTenant(listRegions)
    return { status: 'ready' }
  })
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())
  app.get('/docs', { schema: { hide: true } }, async (_request, reply) => {
    reply.header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
    return reply.type('text/html; charset=utf-8').send(docsPage(app.swagger() as Parameters<typeof docsPage>[0]))
  })
  for (const url of ['/version', '/v1/version']) {
    app.get(
      url,
      {
        schema:
          url === '/version'
            ? { hide: true }
            : {
                operationId: 'getVersion',
                summary: 'The running release',
                tags,
                security: [],
                response: { 200: Type.Object({ version: Type.String() }), ...problems },
              },
      },
      async () => ({ version: ctx.settings.version }),
    )
  }
  app.get(
    '/v1/regions',
    {
      schema: {
        operationId: 'listRegions',
        summary: 'Regions and their data gateways',
        tags,
        security: [],
        response: { 200: Regions, ...problems },
      },
    },
    async () => {
      const regions = await ctx.store.withoutTenant(listRegions)
      return { regions: regions.map((r) => ({ name: r.name, display_name: r.displayName, data_endpoint: r.dataEndpoint })) }
    },
  )
}
