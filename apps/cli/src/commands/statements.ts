import fs from 'node:fs'
import type { Command } from 'commander'
import { type CliContext, workspacePath } from '../cli-context.ts'
import { CliError } from '../cli-error.ts'
import { renderList, renderOne } from '../output/render.ts'
import { EVENT_COLUMNS, STATEMENT_COLUMNS, STATEMENT_DETAIL, type StatementEvent, type StatementResource } from '../resources.ts'
import { followResults } from '../sql/follow-results.ts'

interface CreateOptions {
  readonly file?: string
  readonly pool?: string
  readonly set: readonly string[]
  readonly freshness?: string
  readonly wait?: string
}

const one = (base: string, name: string): string => `${base}/statements/${encodeURIComponent(name)}`

export function statementCommands(program: Command, ctx: CliContext): void {
  const group = program.command('statements').description('Work with statements')
  readCommands(group, ctx)
  writeCommands(group, ctx)
}

function readCommands(group: Command, ctx: CliContext): void {
  group
    .command('list')
    .description('List the statements of the workspace')
    .option('--phase <phase>', 'only this phase')
    .action(async (options: { phase?: string }) => {
      const client = ctx.client()
      const all = await client.list<StatementResource>(`${workspacePath(client)}/statements`, { phase: options.phase })
      ctx.out(renderList(all, STATEMENT_COLUMNS, ctx.format()))
    })
  group
    .command('get <name>')
    .description('Show one statement')
    .action(async (name: string) => {
      const client = ctx.client()
      ctx.out(renderOne(await client.get<StatementResource>(one(workspacePath(client), name)), STATEMENT_DETAIL, ctx.format()))
    })
  group
    .command('events <name>')
    .description('Show what happened to a statement')
    .action(async (name: string) => {
      const client = ctx.client()
      ctx.out(
        renderList(await client.list<StatementEvent>(`${one(workspacePath(client), name)}/events`), EVENT_COLUMNS, ctx.format()),
      )
    })
  group
    .command('results <name>')
    .description('Show the rows of a foreground statement as they come, until it ends or Ctrl-C')
    .option('--limit <rows>', 'stop after this many rows', Number)
    .action(async (name: string, options: { limit?: number }) => {
      await followResults(ctx, name, options.limit)
    })
}

function writeCommands(group: Command, ctx: CliContext): void {
  group
    .command('create <name> [sql]')
    .description('Create a statement from SQL or a file')
    .option('-f, --file <file>', 'read the SQL from a file, - for standard input')
    .option('--pool <name>', 'compute pool')
    .option('--set <key=value>', 'a property; repeatable', (value: string, all: string[]) => [...all, value], [])
    .option('--freshness <duration>', 'objective, for example 2s')
    .option('--wait <duration>', 'wait for RUNNING or COMPLETED this long, for example 30s')
    .action((name: string, sql: string | undefined, options: CreateOptions) => createStatement(ctx, { name, sql, options }))
  for (const verb of ['stop', 'resume'] as const) {
    group
      .command(`${verb} <name>`)
      .description(
        verb === 'stop'
          ? 'Stop a statement with a last checkpoint'
          : 'Let a stopped or failed statement run again from its checkpoint',
      )
      .action(async (name: string) => {
        const client = ctx.client()
        const { data } = await client.request<StatementResource>('POST', `${one(workspacePath(client), name)}:${verb}`, {
          body: {},
        })
        ctx.out(renderOne(data, STATEMENT_DETAIL, ctx.format()))
      })
  }
  group
    .command('delete <name>')
    .description('Delete a statement; its name is free at once')
    .action(async (name: string) => {
      const client = ctx.client()
      const path = one(workspacePath(client), name)
      const { etag } = await client.request('GET', path)
      await client.request('DELETE', path, { headers: { 'if-match': etag ?? '*' } })
      ctx.note(`Deleted ${name}.\n`)
    })
}

async function createStatement(
  ctx: CliContext,
  { name, sql, options }: { name: string; sql: string | undefined; options: CreateOptions },
): Promise<void> {
  const text = options.file === undefined ? sql : fs.readFileSync(options.file === '-' ? 0 : options.file, 'utf8')
  if (text === undefined) throw new CliError('There is no SQL.', { hint: 'Give it as an argument or with --file.', exitCode: 2 })
  const properties = Object.fromEntries(
    options.set.map((pair) => {
      const at = pair.indexOf('=')
      if (at < 1) throw new CliError(`--set ${pair} is not key=value.`, { exitCode: 2 })
      return [pair.slice(0, at), pair.slice(at + 1)]
    }),
  )
  const spec = {
    sql: text,
    ...(Object.keys(properties).length > 0 ? { properties } : {}),
    ...(options.pool === undefined ? {} : { compute_pool: options.pool }),
    ...(options.freshness === undefined ? {} : { objective: { freshness: options.freshness } }),
  }
  const client = ctx.client()
  const query = options.wait === undefined ? {} : { wait: options.wait, for: 'RUNNING' }
  const { data } = await client.request<StatementResource>('POST', `${workspacePath(client)}/statements`, {
    body: { metadata: { name }, spec },
    query,
  })
  ctx.out(renderOne(data, STATEMENT_DETAIL, ctx.format()))
}
