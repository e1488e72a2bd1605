import { listStatementEvents } from '@millrace/store'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../../context.ts'
import { startEventStream } from '../../http/event-stream.ts'
import { read } from '../../http/transactions.ts'
import { statementEventView } from './view.ts'

const BATCH = 100
const LOOK_MS = 500
const UID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** A statement's events as they happen, from after Last-Event-ID on; a comment line keeps a silent stream alive. */
export async function streamEvents(
  ctx: Context,
  s: {
    readonly request: FastifyRequest
    readonly reply: FastifyReply
    readonly statement: string
    readonly kind: string | undefined
    readonly closing: AbortSignal
  },
): Promise<FastifyReply> {
  const last = s.request.headers['last-event-id']
  let after = typeof last === 'string' && UID.test(last) ? last : undefined
  const out = startEventStream(s.reply, s.closing)
  try {
    while (!out.signal.aborted) {
      const page = await read(ctx, s.request, (scope) =>
        listStatementEvents(scope, { statement: s.statement, kind: s.kind, after, limit: BATCH }),
      )
      for (const e of page.items) await out.send(`id: ${e.uid}\nevent: event\ndata: ${JSON.stringify(statementEventView(e))}`)
      after = page.items.at(-1)?.uid ?? after
      if (page.items.length === 0) {
        await out.send(': waiting')
        await ctx.clock.sleep(LOOK_MS, out.signal)
      }
    }
  } catch (error) {
    if (!out.signal.aborted) ctx.log.warn({ err: error, request_id: s.request.id }, 'a stream of events broke off')
  } finally {
    out.end()
  }
  return s.reply
}
