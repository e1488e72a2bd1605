import type { ApiClient } from '../api-client.ts'
import { type CliContext, workspacePath } from '../cli-context.ts'
import { type ChangeRow, createRowPrinter } from './row-printer.ts'

/** Prints the rows of a statement's result stream until it ends, `limit` rows were shown or Ctrl-C. Returns how many. */
export async function followResults(ctx: CliContext, name: string, limit = Number.POSITIVE_INFINITY): Promise<number> {
  const client = ctx.client()
  const printer = createRowPrinter(ctx, await columnsOf(client, name))
  const stop = new AbortController()
  const signal = AbortSignal.any([ctx.signal, stop.signal])
  let shown = 0
  for await (const event of client.events(`${workspacePath(client)}/statements/${encodeURIComponent(name)}/results`, signal)) {
    if (event.event === 'end') break
    if (event.event === 'reset') {
      ctx.note('The statement restarted: rows begin again from the oldest one kept.\n')
      continue
    }
    if (event.event !== 'row' && event.event !== 'message') continue
    printer.row(JSON.parse(event.data) as ChangeRow)
    if (++shown >= limit) break
  }
  stop.abort()
  printer.end()
  return shown
}

async function columnsOf(client: ApiClient, name: string): Promise<readonly string[]> {
  const path = `${workspacePath(client)}/statements/${encodeURIComponent(name)}`
  const { status } = await client.get<{ status: { traits: { schema: readonly { name: string }[] } } }>(path)
  return status.traits.schema.map((c) => c.name)
}
