import type { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { renderList } from '../output/render.ts'
import { USAGE_COLUMNS, type Usage, usageRows } from '../resources.ts'

export function usageCommand(program: Command, ctx: CliContext): void {
  program
    .command('usage')
    .description('Show what was used, in units and money')
    .option('--from <instant>', 'start, for example 2026-03-01T00:00:00Z')
    .option('--to <instant>', 'end')
    .option('--granularity <unit>', 'minute, hour, day, month or total', 'total')
    .option('--group-by <names>', 'workspace, compute_pool, statement, principal', 'statement')
    .action(async (options: { from?: string; to?: string; granularity: string; groupBy: string }) => {
      const query = { from: options.from, to: options.to, granularity: options.granularity, group_by: options.groupBy }
      const usage = await ctx.client().get<Usage>('/v1/usage', query)
      ctx.out(renderList(usageRows(usage), USAGE_COLUMNS, ctx.format()))
    })
}
