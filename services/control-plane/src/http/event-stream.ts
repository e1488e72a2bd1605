import { once } from 'node:events'
import type { FastifyReply } from 'fastify'

export interface EventSink {
  /** Writes one event and waits until the reader has taken what lies before it. */
  send(event: string): Promise<void>
  /** Aborts when the reader leaves or the service closes. */
  readonly signal: AbortSignal
  end(): void
}

/** Takes the reply over as Server-Sent Events. `closing` ends it with the service. */
export function startEventStream(reply: FastifyReply, closing: AbortSignal): EventSink {
  const gone = new AbortController()
  reply.raw.on('close', () => gone.abort())
  closing.addEventListener('abort', () => gone.abort(), { once: true, signal: gone.signal })
  reply.hijack()
  reply.raw.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'private, no-store',
    vary: 'Authorization',
    'x-request-id': reply.request.id,
  })
  return {
    signal: gone.signal,
    send: async (event) => {
      if (!gone.signal.aborted && !reply.raw.write(`${event}\n\n`)) await once(reply.raw, 'drain', { signal: gone.signal })
    },
    end: () => void reply.raw.end(),
  }
}
