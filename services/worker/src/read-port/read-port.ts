import { timingSafeEqual } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { MillraceError, type ResultsPage, type WorkerStatus } from '@millrace/protocol'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { HostedJob } from '../jobs/hosted-job.ts'
import type { JobHost } from '../jobs/job-host.ts'

export interface ReadPortOptions {
  readonly host: JobHost
  readonly worker: { readonly uid: string; readonly incarnation: string; readonly pid: number }
  readonly lastReportMs: () => number | null
}

const PAGE_DEFAULT = 100
const PAGE_MAX = 1000
/** How long a page or a stream's turn waits for its first row, ms. */
const WAIT_MS = 1000

/**
 * What others read from a worker: its slots, its health, and the rows of foreground queries. Results need the assignment's read
 * token, which ends with its epoch.
 */
export function readPort(options: ReadPortOptions): FastifyInstance {
  const app = Fastify({ logger: false, forceCloseConnections: true })
  app.get('/healthz', async () => ({ status: 'ok' }))
  app.get('/status', async () => status(options))
  app.get('/results/:version', async (request, reply) => {
    const found = authorized(options.host, request)
    if (!found) return problem(reply, new MillraceError('NOT_FOUND', { what: 'result of this statement here' }))
    const asked = readQuery(request, found.assignment.epoch)
    if (request.headers.accept?.includes('text/event-stream')) return await stream(found, asked.after ?? 0, reply)
    if (asked.after === null) return problem(reply, new MillraceError('RESULTS_GONE'))
    const page = await readPage(found, asked.after, asked.limit)
    return page === 'gone' ? problem(reply, new MillraceError('RESULTS_GONE')) : page
  })
  return app
}

function status({ host, worker, lastReportMs }: ReadPortOptions): WorkerStatus {
  return {
    worker: worker.uid,
    incarnation: worker.incarnation,
    pid: worker.pid,
    last_report_at_ms: lastReportMs(),
    slots: host.jobs.map((job) => ({
      statement_version: job.assignment.statement_version,
      epoch: job.assignment.epoch,
      cu: job.assignment.cu,
      parallelism: job.assignment.parallelism,
      state: job.state,
      granted_at_ms: job.assignment.granted_at_ms,
    })),
  }
}

/** The run that the path names, if the caller shows its token. An unknown run and a wrong token look alike. */
function authorized(host: JobHost, request: FastifyRequest): HostedJob | null {
  const { version } = request.params as { version: string }
  const job = host.find(version)
  const shown = Buffer.from(request.headers.authorization?.replace(/^Bearer /, '') ?? '')
  const expected = Buffer.from(job?.assignment.read_token ?? '')
  return job && shown.length === expected.length && shown.length > 0 && timingSafeEqual(shown, expected) ? job : null
}

/** `after` is null when it names another epoch. */
function readQuery(request: FastifyRequest, epoch: number): { readonly after: number | null; readonly limit: number } {
  const query = request.query as Record<string, string | undefined>
  const limit = Math.min(PAGE_MAX, Math.max(1, Number(query['limit']) || PAGE_DEFAULT))
  const text = query['after'] ?? (request.headers['last-event-id'] as string | undefined)
  if (text === undefined || text === '') return { after: 0, limit }
  const match = /^(\d{1,15})-(\d{1,15})$/.exec(text)
  return { after: match && Number(match[1]) === epoch ? Number(match[2]) : null, limit }
}

async function readPage(job: HostedJob, after: number, limit: number): Promise<ResultsPage | 'gone'> {
  const { epoch } = job.assignment
  const page = await job.results(after, limit, WAIT_MS)
  if (!page) return { epoch, rows: [], next: `${epoch}-${after}`, ended: false }
  if (after > 0 && after + 1 < page.oldest) return 'gone'
  const rows = page.rows.map((r) => ({ id: `${epoch}-${r.seq}`, op: r.op, row: r.row }))
  return { epoch, rows, next: rows.at(-1)?.id ?? `${epoch}-${after}`, ended: page.ended }
}

/** Server-Sent Events until the rows end or the reader leaves; a reader that fell behind is told so and goes on with the oldest row. */
async function stream(job: HostedJob, from: number, reply: FastifyReply): Promise<FastifyReply> {
  reply.hijack()
  const out = reply.raw
  out.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  let after = from
  while (!out.destroyed) {
    const page = await readPage(job, after, PAGE_MAX)
    if (page === 'gone') {
      after = 0
      await send(out, `event: reset\ndata: ${JSON.stringify({ next: `${job.assignment.epoch}-0` })}\n\n`)
      continue
    }
    await send(out, page.rows.map((r) => `id: ${r.id}\nevent: row\ndata: ${JSON.stringify(r)}\n\n`).join('') || ': waiting\n\n')
    after = Number(page.next.split('-')[1])
    if (page.ended) {
      await send(out, 'event: end\ndata: {}\n\n')
      break
    }
  }
  out.end()
  return reply
}

/** Writes and waits until the reader has taken it: an unread stream holds the query back, not this process's memory. */
function send(out: ServerResponse, text: string): Promise<void> {
  if (out.destroyed || out.write(text)) return Promise.resolve()
  return new Promise((resolve) => {
    const done = () => {
      out.off('drain', done)
      out.off('close', done)
      resolve()
    }
    out.on('drain', done)
    out.on('close', done)
  })
}

function problem(reply: FastifyReply, error: MillraceError): FastifyReply {
  return reply
    .code(error.entry.status)
    .type('application/problem+json')
    .send({ type: 'about:blank', title: error.entry.title, status: error.entry.status, code: error.code, detail: error.message })
}
