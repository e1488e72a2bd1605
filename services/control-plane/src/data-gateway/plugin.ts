import { MillraceError } from '@millrace/protocol'
import { audit, findResultsHolder, type Statement } from '@millrace/store'
import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { App } from '../app.ts'
import type { Context } from '../context.ts'
import { API_VERSION, resourceName } from '../http/envelope.ts'
import { startEventStream } from '../http/event-stream.ts'
import { principalName } from '../http/principal.ts'
import { N, problems } from '../http/schemas.ts'
import { openScope, read } from '../http/transactions.ts'
import { oneStatement } from '../routes/statements/routes.ts'
import { StatementParams } from '../routes/statements/schemas.ts'
import { type WorkerReader, workerReader } from './worker-reader.ts'

const Row = Type.Object({
  id: Type.Optional(Type.String()),
  op: Type.String({ description: '+I, -U, +U or -D' }),
  row: Type.Record(Type.String(), Type.Unknown()),
})
const ResultPage = Type.Object(
  {
    api_version: Type.String(),
    kind: Type.Literal('ResultPage'),
    metadata: Type.Object({ next: Type.Union([Type.String(), Type.Null()]) }),
    columns: Type.Array(Type.Object({ name: Type.String(), type: Type.String() })),
    data: Type.Array(Row),
  },
  { $id: 'ResultPage', description: 'Rows with their change kind. Values are encoded as in the SDKs.' },
)
const Position = Type.String({ pattern: '^\\d{1,15}-\\d{1,15}$', description: '<epoch>-<sequence number>' })
const STREAMS_MAX = 1000

/** Record contents: results as pages and as a stream. Nothing of them is stored on the way. */
export function dataGateway(app: App, ctx: Context): void {
  const streams = { open: 0, closing: app.closing }
  app.addSchema(ResultPage)
  app.get(
    `/v1/workspaces/:ws${N}/statements/:name${N}/results`,
    {
      config: { permission: 'results.read' },
      schema: {
        operationId: 'getStatementResults',
        summary: 'Rows of a statement: a page, or Server-Sent Events when text/event-stream is accepted',
        tags: ['results'],
        params: StatementParams,
        querystring: Type.Object(
          {
            page_token: Type.Optional(Position),
            page_size: Type.Optional(Type.String({ pattern: '^([1-9][0-9]{0,2}|1000)$' })),
          },
          { additionalProperties: false },
        ),
        response: { 200: Type.Ref('ResultPage#'), ...problems },
      },
    },
    async (request, reply) => {
      const { workspace, statement } = await read(ctx, request, async (scope) => {
        const found = await oneStatement(scope, request.params)
        // A finished query holds no slot any more; its worker keeps the rows for a while.
        const assignment = found.statement.assignment ?? (await findResultsHolder(scope, found.statement.version.uid))
        return { ...found, statement: { ...found.statement, assignment } }
      })
      const place = { kind: 'Statement', region: workspace.region, org: request.principal.org, workspace: workspace.uid }
      await noteRead(ctx, request, resourceName(place, statement.uid))
      const stream = request.headers.accept?.includes('text/event-stream') === true
      if (statement.results) return stream ? await streamImmediate(reply, statement, app.closing) : immediatePage(statement)
      const reader = workerReader(ctx, statement)
      if (stream) return await streamRows(ctx, { request, reply, reader, streams })
      const page = await reader.page(request.query.page_token, Number(request.query.page_size ?? 100))
      return pageOf(statement, page)
    },
  )
}

/** A read of results is an audit event of its own; later reads of the same stream are not. */
async function noteRead(ctx: Context, request: FastifyRequest, resource: string): Promise<void> {
  if ((request.query as { page_token?: string }).page_token !== undefined || request.headers['last-event-id'] !== undefined)
    return
  await openScope(ctx, request.principal.org, (scope) =>
    audit(scope, {
      actor: principalName(request.principal),
      action: 'getStatementResults',
      resourceName: resource,
      outcome: 'SUCCESS',
      requestId: request.id,
    }),
  )
}

function pageOf(statement: Statement, page: { readonly data: readonly object[]; readonly next: string | null }) {
  const columns = statement.results?.columns ?? statement.version.traits.schema.map((c) => ({ name: c.name, type: c.type }))
  return { api_version: API_VERSION, kind: 'ResultPage', metadata: { next: page.next }, columns, data: page.data }
}

function immediatePage(statement: Statement) {
  return pageOf(statement, { data: (statement.results?.rows ?? []).map((row) => ({ op: '+I', row })), next: null })
}

async function streamImmediate(reply: FastifyReply, statement: Statement, closing: AbortSignal): Promise<FastifyReply> {
  const out = startEventStream(reply, closing)
  for (const row of statement.results?.rows ?? []) await out.send(`event: row\ndata: ${JSON.stringify({ op: '+I', row })}`)
  await out.send('event: end\ndata: {}')
  out.end()
  return reply
}

/** Passes the worker's events on as fast as the reader takes them; a slow reader slows the worker's stream, nothing piles up here. */
async function streamRows(
  ctx: Context,
  s: {
    readonly request: FastifyRequest
    readonly reply: FastifyReply
    readonly reader: WorkerReader
    readonly streams: { open: number; readonly closing: AbortSignal }
  },
): Promise<FastifyReply> {
  if (s.streams.open >= STREAMS_MAX)
    throw new MillraceError('RATE_LIMITED', { limit: `${STREAMS_MAX} streams`, window: 'this moment' })
  const last = s.request.headers['last-event-id']
  const after =
    typeof last === 'string' && /^\d{1,15}-\d{1,15}$/.test(last) ? last : (s.request.query as { page_token?: string }).page_token
  const left = new AbortController()
  s.reply.raw.on('close', () => left.abort())
  const events = resumable(s.reader, after, AbortSignal.any([left.signal, s.streams.closing]))
  // The first event is awaited before the answer begins, so that a refusal still has its status.
  const first = await events.next()
  s.streams.open += 1
  const out = startEventStream(s.reply, s.streams.closing)
  try {
    for (let event = first; !event.done && !out.signal.aborted; event = await events.next()) await out.send(event.value)
  } catch (error) {
    if (!out.signal.aborted) ctx.log.warn({ err: error, request_id: s.request.id }, 'a stream of results broke off')
  } finally {
    s.streams.open -= 1
    out.end()
  }
  return s.reply
}

/** A resume that fell out of the ring or met a new epoch is told by a `reset` event and goes on with the oldest kept row. */
async function* resumable(reader: WorkerReader, after: string | undefined, signal: AbortSignal): AsyncGenerator<string> {
  try {
    yield* reader.events(after, signal)
  } catch (error) {
    if ((error as { code?: string }).code !== 'RESULTS_GONE' || after === undefined) throw error
    yield 'event: reset\ndata: {}'
    yield* reader.events(undefined, signal)
  }
}
