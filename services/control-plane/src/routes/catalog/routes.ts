import { MillraceError } from '@millrace/protocol'
import {
  type CatalogKind,
  type CatalogObject,
  findCatalogObject,
  getDatabase,
  listCatalogObjects,
  listDatabases,
  type Workspace,
} from '@millrace/store'
import Type from 'typebox'
import type { App } from '../../app.ts'
import type { Context } from '../../context.ts'
import { envelope, listOf } from '../../http/envelope.ts'
import { etagOf } from '../../http/etag.ts'
import { N, Name, PageQuery, pageSize, problems, resourceSchemas, WorkspaceParams } from '../../http/schemas.ts'
import { read } from '../../http/transactions.ts'
import { workspaceOf } from '../../use-cases/workspaces/workspaces.ts'

const tags = ['catalog']
const DATABASES = `/v1/workspaces/:ws${N}/databases`
/** SQL identifiers keep their spelling: anything, percent-encoded. */
const Identifier = Type.String({ minLength: 1, maxLength: 255 })

const DatabaseSchemas = resourceSchemas('Database', {
  spec: Type.Object({ comment: Type.Union([Type.String(), Type.Null()]) }),
  status: Type.Object({ phase: Type.String() }),
})
const CatalogSchemas = resourceSchemas('CatalogObject', {
  spec: Type.Object({
    kind: Type.String({ description: 'table, view, function or model' }),
    ddl: Type.String(),
    definition: Type.Unknown(),
  }),
  status: Type.Object({ phase: Type.String() }),
})

const KINDS: readonly { readonly path: string; readonly kind: CatalogKind; readonly title: string }[] = [
  { path: 'tables', kind: 'table', title: 'Table' },
  { path: 'views', kind: 'view', title: 'View' },
  { path: 'functions', kind: 'function', title: 'Function' },
]

function objectView(
  at: { readonly org: string; readonly workspace: Workspace; readonly database: string; readonly path: string },
  o: CatalogObject,
) {
  const self = `/v1/workspaces/${at.workspace.name}/databases/${encodeURIComponent(at.database)}/${at.path}/${encodeURIComponent(o.name)}`
  const place = { kind: 'CatalogObject', region: at.workspace.region, org: at.org, workspace: at.workspace.uid, self }
  return envelope(place, o, { spec: { kind: o.kind, ddl: o.ddl, definition: o.definition }, status: { phase: 'READY' } })
}

/** What DDL created, as resources: read here, changed by statements. */
export function catalogRoutes(app: App, ctx: Context): void {
  for (const schema of [DatabaseSchemas.resource, DatabaseSchemas.list, CatalogSchemas.resource, CatalogSchemas.list])
    app.addSchema(schema)
  app.get(
    DATABASES,
    {
      config: { permission: 'read' },
      schema: {
        operationId: 'listDatabases',
        summary: 'List databases',
        tags,
        params: WorkspaceParams,
        response: { 200: Type.Ref('DatabaseList#'), ...problems },
      },
    },
    (request) =>
      read(ctx, request, async (scope) => {
        const workspace = await workspaceOf(scope, request.params)
        const databases = await listDatabases(scope, workspace.uid)
        const data = databases.map((d) => {
          const self = `/v1/workspaces/${workspace.name}/databases/${encodeURIComponent(d.name)}`
          const place = { kind: 'Database', region: workspace.region, org: scope.org, workspace: workspace.uid, self }
          const source = { ...d, generation: 1, labels: {}, annotations: {}, updatedAt: d.createdAt }
          return envelope(place, source, { spec: { comment: d.comment }, status: { phase: 'READY' } })
        })
        return listOf('Database', data, null)
      }),
  )
  for (const kind of KINDS) objectRoutes(app, ctx, kind)
}

function objectRoutes(app: App, ctx: Context, of: (typeof KINDS)[number]): void {
  app.get(
    `${DATABASES}/:db/${of.path}`,
    {
      config: { permission: 'read' },
      schema: {
        operationId: `list${of.title}s`,
        summary: `List ${of.path}`,
        tags,
        params: Type.Object({ ws: Name, db: Identifier }),
        querystring: Type.Object(PageQuery, { additionalProperties: false }),
        response: { 200: Type.Ref('CatalogObjectList#'), ...problems },
      },
    },
    (request) =>
      read(ctx, request, async (scope) => {
        const workspace = await workspaceOf(scope, request.params)
        const database = await getDatabase(scope, { workspace: workspace.uid, name: request.params.db })
        const about = ['catalog', of.kind, database.uid]
        const after = ctx.pageTokens.read(about, request.query.page_token)
        const page = await listCatalogObjects(scope, {
          database: database.uid,
          kind: of.kind,
          limit: pageSize(request.query),
          ...(after ? { after } : {}),
        })
        const at = { org: scope.org, workspace, database: database.name, path: of.path }
        return listOf(
          'CatalogObject',
          page.items.map((o) => objectView(at, o)),
          ctx.pageTokens.make(about, page.next),
        )
      }),
  )
  app.get(
    `${DATABASES}/:db/${of.path}/:object`,
    {
      config: { permission: 'read' },
      schema: {
        operationId: `get${of.title}`,
        summary: `Get one of the ${of.path}`,
        tags,
        params: Type.Object({ ws: Name, db: Identifier, object: Identifier }),
        response: { 200: Type.Ref('CatalogObject#'), ...problems },
      },
    },
    (request, reply) =>
      read(ctx, request, async (scope) => {
        const workspace = await workspaceOf(scope, request.params)
        const database = await getDatabase(scope, { workspace: workspace.uid, name: request.params.db })
        const found = await findCatalogObject(scope, { database: database.uid, kinds: [of.kind], name: request.params.object })
        if (!found) throw new MillraceError('NOT_FOUND', { what: `${of.kind} ${request.params.object}` })
        reply.header('etag', etagOf(found))
        return objectView({ org: scope.org, workspace, database: database.name, path: of.path }, found)
      }),
  )
}
