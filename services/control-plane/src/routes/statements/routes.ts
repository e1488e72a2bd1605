import { deleteStatement, findStatement, getStatement, listStatements, type Scope, type Statement } from '@millrace/store'
import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { App } from '../../app.ts'
import type { Context } from '../../context.ts'
import { listOf } from '../../http/envelope.ts'
import { etagOf, requireMatch } from '../../http/etag.ts'
import { principalName } from '../../http/principal.ts'
import { createOrReplace, replacing, requireSameName } from '../../http/put.ts'
import {
  created,
  DryRun,
  N,
  PageQuery,
  pageSize,
  preconditionProblems,
  problems,
  Wait,
  WorkspaceParams,
} from '../../http/schemas.ts'
import { type Answer, read, runChange, send } from '../../http/transactions.ts'
import { addStatement, patchStatement, resumeStatement, stopStatement, wholeSpec } from '../../use-cases/statements/statements.ts'
import { type WaitQuery, waitForPhase } from '../../use-cases/statements/wait.ts'
import { workspaceOf } from '../../use-cases/workspaces/workspaces.ts'
import { CreateStatement, PatchStatement, PutStatement, StatementParams, StatementSchemas } from './schemas.ts'
import { statementView } from './view.ts'

const tags = ['statements']
const COLLECTION = `/v1/workspaces/:ws${N}/statements`
const ONE = `${COLLECTION}/:name${N}`

export function statementRoutes(app: App, ctx: Context): void {
  for (const schema of [StatementSchemas.resource, StatementSchemas.list]) app.addSchema(schema)
  app.post(
    COLLECTION,
    {
      config: { permission: 'statements.write' },
      schema: {
        operationId: 'createStatement',
        summary: 'Create a statement',
        description:
          'DDL, SHOW, DESCRIBE and EXPLAIN are done at once and answer COMPLETED; everything else is PENDING until it is placed.',
        tags,
        params: WorkspaceParams,
        querystring: Type.Object({ ...DryRun, ...Wait }, { additionalProperties: false }),
        body: CreateStatement,
        response: { ...created(Type.Ref('Statement#')), ...problems },
      },
    },
    (request, reply) =>
      changeAndWait(ctx, { request, reply, query: request.query }, async (scope) => {
        const workspace = await workspaceOf(scope, request.params)
        const { metadata, spec } = request.body
        const input = { ...metadata, spec, createdBy: principalName(request.principal) }
        const made = await addStatement(ctx, scope, { workspace, input })
        return { statement: made, answer: answerOf(scope, { workspace, statement: made, status: 201 }) }
      }),
  )
  app.get(
    COLLECTION,
    {
      config: { permission: 'read' },
      schema: {
        operationId: 'listStatements',
        summary: 'List statements, newest first',
        tags,
        params: WorkspaceParams,
        querystring: Type.Object(
          {
            ...PageQuery,
            phase: Type.Optional(Type.String({ pattern: '^[A-Z]{1,32}$' })),
            compute_pool: Type.Optional(Type.String({ maxLength: 100 })),
          },
          { additionalProperties: false },
        ),
        response: { 200: Type.Ref('StatementList#'), ...problems },
      },
    },
    (request) =>
      read(ctx, request, async (scope) => {
        const workspace = await workspaceOf(scope, request.params)
        const { phase, compute_pool: pool } = request.query
        const about = ['statements', workspace.uid, phase ?? '', pool ?? '']
        const after = ctx.pageTokens.read(about, request.query.page_token)
        const page = await listStatements(scope, { workspace: workspace.uid, after, phase, pool, limit: pageSize(request.query) })
        const data = page.items.map((s) => statementView({ org: scope.org, workspace }, s))
        return listOf('Statement', data, ctx.pageTokens.make(about, page.next))
      }),
  )
  oneStatementRoutes(app, ctx)
  putStatementRoute(app, ctx)
  verbRoutes(app, ctx)
}

function oneStatementRoutes(app: App, ctx: Context): void {
  app.get(
    ONE,
    {
      config: { permission: 'read' },
      schema: {
        operationId: 'getStatement',
        summary: 'Get a statement',
        tags,
        params: StatementParams,
        querystring: Type.Object(Wait, { additionalProperties: false }),
        response: { 200: Type.Ref('Statement#'), ...problems },
      },
    },
    async (request, reply) => {
      const { workspace, statement } = await read(ctx, request, (scope) => oneStatement(scope, request.params))
      const at = { org: request.principal.org, workspace: workspace.uid, name: statement.name }
      const seen = request.query.wait ? ((await waitForPhase(ctx, at, request.query)) ?? statement) : statement
      reply.header('etag', etagOf(seen))
      return statementView({ org: request.principal.org, workspace }, seen)
    },
  )
  app.patch(
    ONE,
    {
      config: { permission: 'statements.write' },
      schema: {
        operationId: 'updateStatement',
        summary: 'Change what is wanted of a statement',
        tags,
        params: StatementParams,
        querystring: Type.Object({ ...DryRun, ...Wait }, { additionalProperties: false }),
        body: PatchStatement,
        response: { 200: Type.Ref('Statement#'), ...problems, ...preconditionProblems },
      },
    },
    (request, reply) =>
      changeAndWait(ctx, { request, reply, query: request.query }, async (scope) => {
        const { workspace, statement } = await oneStatement(scope, request.params)
        requireMatch(request.headers['if-match'], statement)
        const made = await patchStatement(ctx, scope, { workspace, statement, patch: request.body })
        return { statement: made, answer: answerOf(scope, { workspace, statement: made, status: 200 }) }
      }),
  )
  deleteRoute(app, ctx)
}

function deleteRoute(app: App, ctx: Context): void {
  app.delete(
    ONE,
    {
      config: { permission: 'statements.write' },
      schema: {
        operationId: 'deleteStatement',
        summary: 'Delete a statement; its name is free at once',
        tags,
        params: StatementParams,
        querystring: Type.Object(DryRun, { additionalProperties: false }),
        response: { 202: Type.Object({ uid: Type.String() }), ...problems, ...preconditionProblems },
      },
    },
    async (request, reply) => {
      const answer = await runChange(
        ctx,
        { request, org: request.principal.org, principal: request.principal },
        async (scope) => {
          const { workspace, statement } = await oneStatement(scope, request.params)
          requireMatch(request.headers['if-match'], statement)
          await deleteStatement(scope, statement)
          const { resourceName } = answerOf(scope, { workspace, statement, status: 202 })
          const location = `/v1/workspaces/${workspace.name}/deleted/${statement.uid}`
          return { status: 202, body: { uid: statement.uid }, headers: { location }, resourceName }
        },
      )
      return send(reply, answer)
    },
  )
}

function putStatementRoute(app: App, ctx: Context): void {
  app.put(
    ONE,
    {
      config: { permission: 'statements.write' },
      schema: {
        operationId: 'putStatement',
        summary: 'Create or replace a statement',
        tags,
        params: StatementParams,
        querystring: Type.Object({ ...DryRun, ...Wait }, { additionalProperties: false }),
        body: PutStatement,
        response: { ...created(Type.Ref('Statement#')), ...problems, ...preconditionProblems },
      },
    },
    (request, reply) =>
      changeAndWait(ctx, { request, reply, query: request.query }, async (scope) => {
        const { metadata, spec } = request.body
        const { evolution, ...stated } = spec
        const { name } = request.params
        requireSameName(name, metadata?.name)
        const workspace = await workspaceOf(scope, request.params)
        const labels = { labels: metadata?.labels ?? {}, annotations: metadata?.annotations ?? {} }
        const found = await findStatement(scope, { workspace: workspace.uid, name })
        const { made, status } = await createOrReplace(request, found, {
          create: () =>
            addStatement(ctx, scope, {
              workspace,
              input: { name, ...labels, spec: stated, createdBy: principalName(request.principal) },
            }),
          replace: (statement) => {
            const whole = { ...wholeSpec(stated, statement.spec), ...(evolution ? { evolution } : {}) }
            const replaced = {
              labels: replacing(statement.labels, labels.labels),
              annotations: replacing(statement.annotations, labels.annotations),
            }
            return patchStatement(ctx, scope, { workspace, statement, patch: { spec: whole, whole: true, metadata: replaced } })
          },
        })
        return { statement: made, answer: answerOf(scope, { workspace, statement: made, status }) }
      }),
  )
}

function verbRoutes(app: App, ctx: Context): void {
  const verbs = [
    { verb: 'stop', summary: 'Stop with a last checkpoint', run: stopStatement },
    { verb: 'resume', summary: 'Run again from the last checkpoint', run: resumeStatement },
  ] as const
  for (const { verb, summary, run } of verbs) {
    app.post(
      `${ONE}::${verb}`,
      {
        config: { permission: 'statements.operate' },
        schema: {
          operationId: `${verb}Statement`,
          summary,
          tags,
          params: StatementParams,
          querystring: Type.Object({ ...DryRun, ...Wait }, { additionalProperties: false }),
          response: { 200: Type.Ref('Statement#'), ...problems },
        },
      },
      (request, reply) =>
        changeAndWait(ctx, { request, reply, query: request.query }, async (scope) => {
          const { workspace, statement } = await oneStatement(scope, request.params)
          const made = await run(scope, statement)
          return { statement: made, answer: answerOf(scope, { workspace, statement: made, status: 200 }) }
        }),
    )
  }
}

/** The statement named in the path with its workspace. Throws NOT_FOUND. */
export async function oneStatement(scope: Scope, params: { readonly ws: string; readonly name: string }) {
  const workspace = await workspaceOf(scope, params)
  const statement = await getStatement(scope, { workspace: workspace.uid, name: params.name })
  return { workspace, statement }
}

function answerOf(
  scope: Scope,
  made: {
    readonly workspace: Parameters<typeof statementView>[0]['workspace']
    readonly statement: Statement
    readonly status: number
  },
): Answer {
  const body = statementView({ org: scope.org, workspace: made.workspace }, made.statement)
  const headers = { etag: etagOf(made.statement), ...(made.status === 201 ? { location: body.metadata.self } : {}) }
  return { status: made.status, body, headers, resourceName: body.metadata.resource_name }
}

/** Runs the change, then waits outside of its transaction when asked to, and answers the statement as it is then. */
async function changeAndWait(
  ctx: Context,
  http: {
    readonly request: FastifyRequest
    readonly reply: FastifyReply
    readonly query: WaitQuery & { readonly dry_run?: string | undefined }
  },
  fn: (scope: Scope) => Promise<{ readonly statement: Statement; readonly answer: Answer }>,
): Promise<FastifyReply> {
  const { request, reply, query } = http
  const { org } = request.principal
  const answer = await runChange(ctx, { request, org, principal: request.principal }, async (scope) => (await fn(scope)).answer)
  if (!query.wait || query.dry_run === 'true') return send(reply, answer)
  const params = request.params as { ws: string; name?: string }
  const name = params.name ?? (request.body as { metadata: { name: string } }).metadata.name
  const workspace = await read(ctx, request, (scope) => workspaceOf(scope, params))
  const seen = await waitForPhase(ctx, { org, workspace: workspace.uid, name }, query)
  if (!seen) return send(reply, answer)
  const headers = { ...answer.headers, etag: etagOf(seen) }
  return send(reply, { ...answer, headers, body: statementView({ org, workspace }, seen) })
}
