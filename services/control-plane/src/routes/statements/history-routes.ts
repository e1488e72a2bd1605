import { listScalingDecisions, listStatementEvents, listStatementVersions, queryUsage } from '@millrace/store'
import Type from 'typebox'
import type { App } from '../../app.ts'
import type { Context } from '../../context.ts'
import { listOf } from '../../http/envelope.ts'
import { listSchema, N, PageQuery, pageSize, problems } from '../../http/schemas.ts'
import { read } from '../../http/transactions.ts'
import { usageSpan } from '../../use-cases/usage/span.ts'
import { scalingDecisionView } from '../compute-pools/view.ts'
import { UsageQuery } from '../usage/schemas.ts'
import { usageView } from '../usage/view.ts'
import { streamEvents } from './event-stream.ts'
import { oneStatement } from './routes.ts'
import { StatementEventSchema, StatementParams, StatementPlanSchema, StatementVersionSchema } from './schemas.ts'
import { statementEventView, statementVersionView } from './view.ts'

const tags = ['statements']
const ONE = `/v1/workspaces/:ws${N}/statements/:name${N}`

/** What is read of a statement's past and inside: versions, plan, events, exceptions, decisions, usage. */
export function statementHistoryRoutes(app: App, ctx: Context): void {
  for (const schema of [
    StatementVersionSchema,
    listSchema('StatementVersion'),
    StatementEventSchema,
    listSchema('StatementEvent'),
    StatementPlanSchema,
  ])
    app.addSchema(schema)
  versionRoutes(app, ctx)
  eventRoutes(app, ctx)
  app.get(
    `${ONE}/scaling-decisions`,
    {
      config: { permission: 'read' },
      schema: {
        operationId: 'listStatementScalingDecisions',
        summary: 'Why the statement did or did not scale, newest first',
        tags,
        params: StatementParams,
        querystring: Type.Object(PageQuery, { additionalProperties: false }),
        response: { 200: Type.Ref('ScalingDecisionList#'), ...problems },
      },
    },
    (request) =>
      read(ctx, request, async (scope) => {
        const { statement } = await oneStatement(scope, request.params)
        const about = ['statement-decisions', statement.uid]
        const after = ctx.pageTokens.read(about, request.query.page_token)
        const page = await listScalingDecisions(scope, {
          statement: statement.uid,
          limit: pageSize(request.query),
          ...(after ? { after } : {}),
        })
        return listOf('ScalingDecision', page.items.map(scalingDecisionView), ctx.pageTokens.make(about, page.next))
      }),
  )
  app.get(
    `${ONE}/usage`,
    {
      config: { permission: 'usage.read' },
      schema: {
        operationId: 'getStatementUsage',
        summary: 'What the statement used',
        tags,
        params: StatementParams,
        querystring: Type.Object(UsageQuery, { additionalProperties: false }),
        response: { 200: Type.Ref('Usage#'), ...problems },
      },
    },
    (request) =>
      read(ctx, request, async (scope) => {
        const { statement } = await oneStatement(scope, request.params)
        const query = usageSpan(request.query, scope.now)
        return usageView(query, await queryUsage(scope, { ...query, statement: statement.uid }))
      }),
  )
}

function versionRoutes(app: App, ctx: Context): void {
  app.get(
    `${ONE}/versions`,
    {
      config: { permission: 'read' },
      schema: {
        operationId: 'listStatementVersions',
        summary: 'The versions of a statement, newest first',
        tags,
        params: StatementParams,
        response: { 200: Type.Ref('StatementVersionList#'), ...problems },
      },
    },
    (request) =>
      read(ctx, request, async (scope) => {
        const { statement } = await oneStatement(scope, request.params)
        const versions = await listStatementVersions(scope, statement.uid)
        return listOf('StatementVersion', versions.map(statementVersionView), null)
      }),
  )
  app.get(
    `${ONE}/plan`,
    {
      config: { permission: 'read' },
      schema: {
        operationId: 'getStatementPlan',
        summary: 'The compiled plan of the current version',
        tags,
        params: StatementParams,
        response: { 200: Type.Ref('StatementPlan#'), ...problems },
      },
    },
    (request) =>
      read(ctx, request, async (scope) => {
        const { statement } = await oneStatement(scope, request.params)
        const versions = await listStatementVersions(scope, statement.uid)
        const current = versions.find((v) => v.number === statement.version.number)
        const graph: unknown = current?.program ? JSON.parse(current.program) : null
        return { version: statement.version.number, text: current?.plan ?? '', graph }
      }),
  )
}

function eventRoutes(app: App, ctx: Context): void {
  const lists = [
    {
      path: 'events',
      operationId: 'listStatementEvents',
      summary: 'What happened to the statement, oldest first; as a stream when text/event-stream is accepted',
      kind: undefined,
    },
    {
      path: 'exceptions',
      operationId: 'listStatementExceptions',
      summary: 'Errors of the statement, oldest first',
      kind: 'EXCEPTION',
    },
  ]
  for (const { path, operationId, summary, kind } of lists) {
    app.get(
      `${ONE}/${path}`,
      {
        config: { permission: 'read' },
        schema: {
          operationId,
          summary,
          tags,
          params: StatementParams,
          querystring: Type.Object(PageQuery, { additionalProperties: false }),
          response: { 200: Type.Ref('StatementEventList#'), ...problems },
        },
      },
      async (request, reply) => {
        if (request.headers.accept?.includes('text/event-stream')) {
          const { statement } = await read(ctx, request, (scope) => oneStatement(scope, request.params))
          return await streamEvents(ctx, { request, reply, statement: statement.uid, kind, closing: app.closing })
        }
        return await read(ctx, request, async (scope) => {
          const { statement } = await oneStatement(scope, request.params)
          const about = [operationId, statement.uid]
          const after = ctx.pageTokens.read(about, request.query.page_token)
          const page = await listStatementEvents(scope, {
            statement: statement.uid,
            kind,
            limit: pageSize(request.query),
            ...(after ? { after } : {}),
          })
          return listOf('StatementEvent', page.items.map(statementEventView), ctx.pageTokens.make(about, page.next))
        })
      },
    )
  }
}
