import { randomBytes } from 'node:crypto'
import { LineMap } from '@millrace/engine/sql'
import { type ApiClient, ApiError } from '../api-client.ts'
import { type CliContext, workspacePath } from '../cli-context.ts'
import { CliError } from '../cli-error.ts'
import { renderOne } from '../output/render.ts'
import { STATEMENT_COLUMNS, type StatementResource } from '../resources.ts'
import { diagnosticText } from './diagnostic-text.ts'
import { followResults } from './follow-results.ts'
import { type ChangeRow, createRowPrinter } from './row-printer.ts'
import type { ScriptPart, SqlSession } from './sql-session.ts'

const SET = /^\s*SET\s+'([^']*)'\s*=\s*'((?:[^']|'')*)'\s*$/i
const RESET = /^\s*RESET\s*('([^']*)')?\s*$/i

interface ResultPage {
  readonly columns: readonly { readonly name: string }[]
  readonly data: readonly ChangeRow[]
}

/** Statements go to the service; SET and RESET stay here and travel as properties of the statements that follow. */
export function remoteSession(ctx: CliContext, pool: string | undefined): SqlSession {
  const properties = new Map<string, string>()
  return {
    execute: async (part, signal) => {
      if (!setOption(part.text, properties, ctx))
        await runStatement(ctx, { part, signal, pool, properties: Object.fromEntries(properties) })
    },
    close: async () => {},
  }
}

function setOption(text: string, properties: Map<string, string>, ctx: CliContext): boolean {
  const set = SET.exec(text)
  if (set) properties.set(set[1]!, set[2]!.replaceAll("''", "'"))
  const reset = RESET.exec(text)
  if (reset?.[2] !== undefined) properties.delete(reset[2])
  else if (reset) properties.clear()
  if (set || reset) ctx.note('OK\n')
  return set !== null || reset !== null
}

interface Running {
  readonly part: ScriptPart
  readonly signal: AbortSignal
  readonly pool: string | undefined
  readonly properties: Readonly<Record<string, string>>
}

async function runStatement(ctx: CliContext, { part, signal, pool, properties }: Running): Promise<void> {
  const client = ctx.client()
  const name = `cli-${randomBytes(5).toString('hex')}`
  const path = `${workspacePath(client)}/statements`
  const spec = { sql: part.text, properties, ...(pool === undefined ? {} : { compute_pool: pool }) }
  const { data } = await client
    .request<StatementResource>('POST', path, { body: { metadata: { name }, spec } })
    .catch((error: unknown) => {
      throw placed(error, part)
    })
  const immediate = data.status.phase === 'COMPLETED'
  if (!immediate && data.status.traits.sql_kind !== 'SELECT') {
    ctx.out(renderOne(data, STATEMENT_COLUMNS, ctx.format()))
    return
  }
  // What only answers leaves no statement behind; what it made stays.
  try {
    if (immediate) printPage(ctx, await client.get<ResultPage>(`${path}/${name}/results`))
    else await follow({ ...ctx, signal }, { client, path: `${path}/${name}`, name })
  } finally {
    const { etag } = await client.request('GET', `${path}/${name}`)
    await client.request('DELETE', `${path}/${name}`, { headers: { 'if-match': etag ?? '*' } })
  }
}

/** How often it is asked whether a query was placed and has begun, or how it ended: two minutes of five questions a second. */
const ASKS_MAX = 600
const ASK_EVERY_MS = 200

/** Waits until a worker has the query, shows its rows to their end, and throws what made it fail. */
async function follow(ctx: CliContext, query: { client: ApiClient; path: string; name: string }): Promise<void> {
  let unavailable: ApiError | undefined = new ApiError(503, { code: 'RESULTS_UNAVAILABLE' })
  for (let asks = 1; ; asks++) {
    if (unavailable !== undefined) unavailable = await tryFollow(ctx, query.name)
    if (ctx.signal.aborted) return
    const { status } = await query.client.get<StatementResource>(query.path)
    if (status.phase === 'FAILED') throw new CliError(`${status['detail_code'] ?? 'FAILED'}: ${status.detail ?? ''}`)
    // The rows end a moment before the service knows how the statement ended.
    if (unavailable === undefined && /COMPLETED|STOPPED/.test(status.phase)) return
    if (asks >= ASKS_MAX) {
      if (unavailable === undefined) return
      throw unavailable
    }
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS))
  }
}

/** Shows all rows; gives back the refusal when no worker has the query yet. */
async function tryFollow(ctx: CliContext, name: string): Promise<ApiError | undefined> {
  try {
    await followResults(ctx, name)
    return undefined
  } catch (error) {
    if (error instanceof ApiError && error.problem.code === 'RESULTS_UNAVAILABLE') return error
    throw error
  }
}

function printPage(ctx: CliContext, page: ResultPage): void {
  const [only] = page.data
  if (page.data.length === 0 || (page.data.length === 1 && page.columns.length === 1 && only?.row['result'] === 'OK')) {
    ctx.note('OK\n')
    return
  }
  const printer = createRowPrinter(
    ctx,
    page.columns.map((c) => c.name),
  )
  for (const row of page.data) printer.row(row)
  printer.end()
}

/** The service's positions are those of the statement alone; the person sees the script. */
function placed(error: unknown, part: ScriptPart): unknown {
  if (!(error instanceof ApiError)) return error
  const found = (error.problem.errors ?? []).filter((e) => e.position !== undefined)
  if (found.length === 0) return error
  const lines = new LineMap(part.text)
  const texts = found.map((e) => {
    const start = lines.offsetAt({ line: e.position!.line, column: e.position!.column }) + part.offset
    const span = { start, end: start + 1 }
    const shown = {
      code: e.code ?? '',
      severity: 'error',
      message: e.detail ?? '',
      span,
      ...(e.hint === undefined ? {} : { hint: e.hint }),
    }
    return diagnosticText(part.script, shown, part.file)
  })
  return new CliError(texts.join('\n'))
}
