import type { Command } from 'commander'
import { type CliContext, workspacePath } from '../cli-context.ts'
import { renderList, renderOne } from '../output/render.ts'
import { POOL_COLUMNS, type Resource, WORKSPACE_COLUMNS } from '../resources.ts'

export function workspaceCommands(program: Command, ctx: CliContext): void {
  const group = program.command('workspaces').description('Work with workspaces')
  group
    .command('list')
    .description('List the workspaces of the organization')
    .action(async () => ctx.out(renderList(await ctx.client().list<Resource>('/v1/workspaces'), WORKSPACE_COLUMNS, ctx.format())))
  group
    .command('get <name>')
    .description('Show one workspace')
    .action(async (name: string) => {
      const found = await ctx.client().get<Resource>(`/v1/workspaces/${encodeURIComponent(name)}`)
      ctx.out(renderOne(found, WORKSPACE_COLUMNS, ctx.format()))
    })
}

export function poolCommands(program: Command, ctx: CliContext): void {
  const group = program.command('pools').description('Work with compute pools')
  group
    .command('list')
    .description('List the compute pools of the workspace')
    .action(async () => {
      const client = ctx.client()
      ctx.out(renderList(await client.list<Resource>(`${workspacePath(client)}/compute-pools`), POOL_COLUMNS, ctx.format()))
    })
  group
    .command('get <name>')
    .description('Show one compute pool')
    .action(async (name: string) => {
      const client = ctx.client()
      const found = await client.get<Resource>(`${workspacePath(client)}/compute-pools/${encodeURIComponent(name)}`)
      ctx.out(renderOne(found, POOL_COLUMNS, ctx.format()))
    })
  group
    .command('create <name>')
    .description('Create a compute pool')
    .requiredOption('--max-cu <cu>', 'upper limit in compute units (1 CU = 1 vCPU + 4 GiB)', Number)
    .action(async (name: string, options: { maxCu: number }) => {
      const client = ctx.client()
      const body = { metadata: { name }, spec: { max_cu: options.maxCu } }
      const { data } = await client.request<Resource>('POST', `${workspacePath(client)}/compute-pools`, { body })
      ctx.out(renderOne(data, POOL_COLUMNS, ctx.format()))
    })
}
