import type { ResultsPage, ResultsRow } from '@millrace/protocol'
import { MillraceError } from '@millrace/protocol'
import { readToken, type Statement } from '@millrace/store'
import type { Context } from '../context.ts'

const PAGE_TIMEOUT_MS = 10_000
/** Longest event of a stream that is still parsed; a row is never longer than its record. */
const EVENT_BYTES_MAX = 17 * 1024 * 1024

export interface ApiRow {
  readonly id: string
  readonly op: string
  readonly row: Readonly<Record<string, unknown>>
}

/** A statement's rows at the worker that runs it, as the API shows them. */
export interface WorkerReader {
  page(after: string | undefined, limit: number): Promise<{ readonly data: readonly ApiRow[]; readonly next: string | null }>
  /** Server-Sent Events from after `after`: `row`, `reset` and `end`, one string an event. */
  events(after: string | undefined, signal: AbortSignal): AsyncGenerator<string>
}

/** Opens the read port of the statement's worker with the token of the current epoch. Throws RESULTS_UNAVAILABLE when nothing runs. */
export function workerReader(ctx: Context, statement: Statement): WorkerReader {
  const { resultsAt, version } = statement
  if (!resultsAt)
    throw new MillraceError('RESULTS_UNAVAILABLE', { detail: `The statement is ${statement.phase} and on no worker.` })
  const token = readToken(ctx.keys.readKey, { worker: resultsAt.worker, version: version.uid, epoch: resultsAt.epoch })
  const columns = version.traits.schema.map((c) => c.name)
  const toApi = (r: ResultsRow): ApiRow => ({
    id: r.id,
    op: r.op,
    row: Object.fromEntries(columns.map((name, i) => [name, r.row[i] ?? null])),
  })
  const open = (query: URLSearchParams, init: { accept: string; signal: AbortSignal }): Promise<Response> =>
    fetch(`${resultsAt.readUrl}/results/${version.uid}?${query}`, {
      headers: { authorization: `Bearer ${token}`, accept: init.accept },
      signal: init.signal,
      redirect: 'error',
    }).catch((cause: unknown) => {
      throw new MillraceError('RESULTS_UNAVAILABLE', { detail: 'The worker does not answer.' }, { cause })
    })
  return {
    page: async (after, limit) => {
      const query = new URLSearchParams({ limit: String(limit), ...(after === undefined ? {} : { after }) })
      const answer = await open(query, { accept: 'application/json', signal: AbortSignal.timeout(PAGE_TIMEOUT_MS) })
      requireRows(answer)
      const page = (await answer.json()) as ResultsPage
      return { data: page.rows.map(toApi), next: page.ended ? null : page.next }
    },
    events: async function* (after, signal) {
      const answer = await open(new URLSearchParams(after === undefined ? {} : { after }), {
        accept: 'text/event-stream',
        signal,
      })
      requireRows(answer)
      for await (const event of splitEvents(answer)) yield rewriteEvent(event, toApi)
    },
  }
}

function requireRows(answer: Response): void {
  if (answer.status === 410) throw new MillraceError('RESULTS_GONE')
  if (!answer.ok) throw new MillraceError('RESULTS_UNAVAILABLE', { detail: 'The statement has no results at its worker now.' })
}

async function* splitEvents(answer: Response): AsyncGenerator<string> {
  if (!answer.body) return
  let rest = ''
  for await (const text of answer.body.pipeThrough(new TextDecoderStream())) {
    rest += text
    if (rest.length > EVENT_BYTES_MAX)
      throw new MillraceError('RESULTS_UNAVAILABLE', { detail: 'A row is longer than this gateway passes on.' })
    for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
      yield rest.slice(0, end)
      rest = rest.slice(end + 2)
    }
  }
}

/** Rows get their column names here: the worker sends values by position. */
function rewriteEvent(event: string, toApi: (row: ResultsRow) => ApiRow): string {
  if (!/^event: row$/m.test(event)) return event
  const data = /^data: (.*)$/m.exec(event)?.[1]
  if (data === undefined) return event
  const row = toApi(JSON.parse(data) as ResultsRow)
  return `id: ${row.id}\nevent: row\ndata: ${JSON.stringify({ op: row.op, row: row.row })}`
}
