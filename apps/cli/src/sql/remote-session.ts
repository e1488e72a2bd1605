import { randomBytes } from 'node:crypto'
import { LineMap } from '@millrace/engine/sql'
import { ApiError } from '../api-client.ts'
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
  if (data.status.phase === 'COMPLETED') {
    const page = await client.get<ResultPage>(`${path}/${name}/results`)
    printPage(ctx, page)
    return
  }
  if (data.status.traits.sql_kind !== 'QUERY' && data.status.traits.sql_kind !== 'SELECT') {
    ctx.out(renderOne(data, STATEMENT_COLUMNS, ctx.format()))
    return
  }
  try {
    await followResults({ ...ctx, signal }, name)
  } finally {
    const { etag } = await client.request('GET', `${path}/${name}`)
    await client.request('DELETE', `${path}/${name}`, { headers: { 'if-match': etag ?? '*' } })
  }
}

function printPage(ctx: CliContext, page: ResultPage): void {
  if (page.data.length === 0) {
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
