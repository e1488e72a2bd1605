import fs from 'node:fs'
import readline from 'node:readline/promises'
import { splitStatements } from '@millrace/engine/sql'
import type { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { CliError } from '../cli-error.ts'
import { remoteSession } from '../sql/remote-session.ts'
import type { ScriptPart, SqlSession } from '../sql/sql-session.ts'

interface SqlOptions {
  readonly file?: string
  readonly execute?: string
  readonly local: boolean
  readonly pool?: string
  readonly parallelism: string
}

export function sqlCommand(program: Command, ctx: CliContext): void {
  program
    .command('sql')
    .description('Run SQL: an interactive shell, or a script with -f or -e')
    .option('-f, --file <file>', 'run a script, - for standard input')
    .option('-e, --execute <sql>', 'run this SQL')
    .option('--local', 'run the engine in this process, without a service', false)
    .option('--pool <name>', 'compute pool for the statements')
    .option('--parallelism <n>', 'threads of a local statement', '1')
    .addHelpText('after', "\nExample: millrace sql --local -e \"SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS t(id, name)\"")
    .action(async (options: SqlOptions) => {
      const session = await openSession(ctx, options)
      try {
        const script = options.execute ?? (options.file === undefined ? undefined : readScript(options.file))
        if (script === undefined) await shell(ctx, session)
        else await runScript(session, { script, file: options.file, signal: ctx.signal })
      } finally {
        await session.close()
      }
    })
}

async function openSession(ctx: CliContext, options: SqlOptions): Promise<SqlSession> {
  if (!options.local) return remoteSession(ctx, options.pool)
  const parallelism = Number(options.parallelism)
  if (!Number.isInteger(parallelism) || parallelism < 1)
    throw new CliError('--parallelism is not a positive whole number.', { exitCode: 2 })
  // The engine is large: commands against the service never load it.
  const { localSession } = await import('../sql/local-session.ts')
  return localSession({ format: ctx.format, out: ctx.out, note: ctx.note, parallelism })
}

function readScript(file: string): string {
  try {
    return fs.readFileSync(file === '-' ? 0 : file, 'utf8')
  } catch (error) {
    throw new CliError(`${file} cannot be read: ${(error as Error).message}`, { exitCode: 2 })
  }
}

interface Script {
  readonly script: string
  readonly file: string | undefined
  readonly signal: AbortSignal
}

/** In order; the first statement that fails ends the script. */
async function runScript(session: SqlSession, { script, file, signal }: Script): Promise<void> {
  for (const { text, span } of splitStatements(script)) {
    if (signal.aborted) return
    await session.execute({ text, script, offset: span.start, file }, signal)
  }
}

async function shell(ctx: CliContext, session: SqlSession): Promise<void> {
  const interactive = process.stdin.isTTY === true
  const input = readline.createInterface({
    input: process.stdin,
    output: process.stderr,
    terminal: interactive,
    historySize: 500,
  })
  const prompt = (open: boolean) => {
    input.setPrompt(interactive ? (open ? '      -> ' : 'millrace> ') : '')
    input.prompt()
  }
  let running: AbortController | undefined
  input.on('SIGINT', () => (running ? running.abort() : input.close()))
  if (interactive) ctx.note("Statements end with ';'. Ctrl-C ends a query, \\q or Ctrl-D the shell.\n")
  let buffer = ''
  prompt(false)
  for await (const line of input) {
    if (/^\s*(\\q|quit|exit)\s*;?\s*$/i.test(line) && buffer.trim() === '') break
    buffer += `${line}\n`
    const statements = splitStatements(buffer)
    const complete = statements.filter((s) => s.terminated)
    for (const { text, span } of complete) {
      running = new AbortController()
      await runShown(ctx, {
        session,
        part: { text, script: buffer, offset: span.start, file: undefined },
        signal: running.signal,
      })
      running = undefined
    }
    const open = statements.at(-1)
    buffer = open && !open.terminated ? buffer.slice(open.span.start) : ''
    prompt(buffer !== '')
  }
  input.close()
}

/** In a shell a mistake is shown and the next statement is taken. */
async function runShown(
  ctx: CliContext,
  { session, part, signal }: { session: SqlSession; part: ScriptPart; signal: AbortSignal },
): Promise<void> {
  try {
    await session.execute(part, signal)
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    ctx.note(`${error.message}\n${error.hint === undefined ? '' : `${error.hint}\n`}`)
  }
}
