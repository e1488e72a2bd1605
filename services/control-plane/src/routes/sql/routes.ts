import Type from 'typebox'
import type { App } from '../../app.ts'
import type { Context } from '../../context.ts'
import { N, problems, WorkspaceParams } from '../../http/schemas.ts'
import { read } from '../../http/transactions.ts'
import { checkLength, environmentOf } from '../../use-cases/statements/statements.ts'
import { workspaceOf } from '../../use-cases/workspaces/workspaces.ts'

const tags = ['SQL']
const Body = Type.Object(
  {
    sql: Type.String({ minLength: 1 }),
    properties: Type.Optional(
      Type.Record(Type.String({ maxLength: 255 }), Type.String({ maxLength: 4096 }), { maxProperties: 100 }),
    ),
  },
  { additionalProperties: false },
)
const Checked = Type.Object(
  {
    valid: Type.Boolean(),
    sql_kind: Type.Union([Type.String(), Type.Null()]),
    schema: Type.Array(Type.Object({ name: Type.String(), type: Type.String(), nullable: Type.Boolean() })),
    diagnostics: Type.Array(Type.Ref('ProblemDetail#')),
  },
  { $id: 'SqlChecked' },
)

/** What can be asked about SQL without running it; needs no pool. Mistakes in the text are answers, not errors. */
export function sqlRoutes(app: App, ctx: Context): void {
  app.addSchema(Checked)
  const path = `/v1/workspaces/:ws${N}/sql`
  app.post(
    `${path}::validate`,
    {
      config: { permission: 'read' },
      schema: {
        operationId: 'validateSql',
        summary: 'Diagnostics of a statement, with places and hints',
        tags,
        params: WorkspaceParams,
        body: Body,
        response: { 200: Type.Ref('SqlChecked#'), ...problems },
      },
    },
    (request) => {
      checkLength(request.body.sql)
      return read(ctx, request, async (scope) => {
        const workspace = await workspaceOf(scope, request.params)
        const checked = await ctx.sql.check(scope, request.body.sql, environmentOf(workspace, request.body.properties ?? {}))
        const valid = checked.diagnostics.every((d) => d.severity !== 'error')
        return { valid, sql_kind: checked.sqlKind, schema: checked.schema, diagnostics: checked.diagnostics }
      })
    },
  )
  app.post(
    `${path}::explain`,
    {
      config: { permission: 'read' },
      schema: {
        operationId: 'explainSql',
        summary: 'The plan of a statement as text',
        tags,
        params: WorkspaceParams,
        body: Body,
        response: { 200: Type.Object({ plan: Type.String() }), ...problems },
      },
    },
    (request) => {
      checkLength(request.body.sql)
      return read(ctx, request, async (scope) => {
        const workspace = await workspaceOf(scope, request.params)
        return { plan: await ctx.sql.explain(scope, request.body.sql, environmentOf(workspace, request.body.properties ?? {})) }
      })
    },
  )
  app.post(
    `${path}::format`,
    {
      config: { permission: 'read' },
      schema: {
        operationId: 'formatSql',
        summary: 'A statement in the standard layout',
        tags,
        params: WorkspaceParams,
        body: Body,
        response: { 200: Type.Object({ sql: Type.String() }), ...problems },
      },
    },
    async (request) => {
      checkLength(request.body.sql)
      await read(ctx, request, (scope) => workspaceOf(scope, request.params))
      return { sql: ctx.sql.format(request.body.sql) }
    },
  )
}
