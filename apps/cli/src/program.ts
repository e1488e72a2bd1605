/** The command tree. Pure wiring: `main.ts` hands in the surroundings, tests hand in their own. */
import { Command, Option } from 'commander'
import type { CliContext } from './cli-context.ts'
import { poolCommands, workspaceCommands } from './commands/listings.ts'
import { loginCommand } from './commands/login.ts'
import { sqlCommand } from './commands/sql.ts'
import { statementCommands } from './commands/statements.ts'
import { usageCommand } from './commands/usage.ts'

export function createProgram(makeContext: (program: Command) => CliContext): Command {
  const program = new Command('millrace')
    .description('Stream processing with Flink SQL: the command line client of Millrace')
    .option('--endpoint <url>', 'address of the service (MILLRACE_ENDPOINT)')
    .option('--api-key <key>', 'API key (MILLRACE_API_KEY)')
    .option('--workspace <name>', 'workspace (MILLRACE_WORKSPACE)')
    .addOption(new Option('--output <format>', 'how results are shown').choices(['table', 'json', 'jsonl']).default('table'))
    .showHelpAfterError()
    .configureHelp({ showGlobalOptions: true })
  const ctx = makeContext(program)
  loginCommand(program, ctx)
  workspaceCommands(program, ctx)
  poolCommands(program, ctx)
  statementCommands(program, ctx)
  usageCommand(program, ctx)
  sqlCommand(program, ctx)
  return program
}
