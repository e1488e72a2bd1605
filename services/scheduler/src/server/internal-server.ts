import type { Clock, Logger } from '@millrace/kit'
import type { WorkerReport } from '@millrace/protocol'
import { confirmEpoch, type Store } from '@millrace/store'
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import { type AcceptReportParts, acceptReport } from './accept-report.ts'
import { verifyWorkerToken } from './worker-token.ts'

export interface InternalServerOptions {
  readonly key: Uint8Array
  readonly reports: AcceptReportParts
  readonly store: Store
  readonly clock: Clock
  readonly log: Logger
}

const BODY_MAX_BYTES = 8 * 1024 * 1024
const UID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** The port that workers alone speak to. Every route but the health check needs a worker's own token, and it opens that worker's paths only. */
export function internalServer(options: InternalServerOptions): FastifyInstance {
  const app = Fastify({ logger: false, bodyLimit: BODY_MAX_BYTES, forceCloseConnections: true })
  app.setErrorHandler((error, _request, reply) => {
    options.log.warn({ err: error }, 'a worker could not be answered')
    return reply.code(503).send({ code: 'INTERNAL' })
  })
  app.get('/healthz', async () => ({ status: 'ok' }))
  app.post('/internal/workers/:uid/report', async (request, reply) => {
    const { uid } = request.params as { uid: string }
    const report = request.body as WorkerReport
    if (callerOf(request, options.key) !== uid || report?.worker?.uid !== uid)
      return reply.code(401).send({ code: 'UNAUTHENTICATED' })
    return await acceptReport(options.reports, report)
  })
  app.get('/internal/assignments/:version/:epoch', async (request, reply) => {
    const worker = callerOf(request, options.key)
    if (!worker) return reply.code(401).send({ code: 'UNAUTHENTICATED' })
    const { version, epoch } = request.params as { version: string; epoch: string }
    if (!UID.test(version) || !/^\d{1,15}$/.test(epoch)) return reply.code(404).send({ code: 'NOT_FOUND' })
    const ask = { version, epoch: Number(epoch), worker, now: new Date(options.clock.now()) }
    const current = await options.store.withSystem((tx) => confirmEpoch(tx, ask))
    return current ? { current: true } : reply.code(409).send({ current: false })
  })
  return app
}

const callerOf = (request: FastifyRequest, key: Uint8Array): string | null =>
  verifyWorkerToken(key, request.headers.authorization?.replace(/^Bearer /, '') ?? '')
