import type { Command } from 'commander'
import { ApiClient } from '../api-client.ts'
import type { CliContext } from '../cli-context.ts'
import { requireProfile, saveProfile } from '../profile.ts'

interface Me {
  readonly organization: { readonly name: string }
}

export function loginCommand(program: Command, ctx: CliContext): void {
  program
    .command('login')
    .description('Check an endpoint and API key and keep them for the next commands')
    .action(async () => {
      const profile = requireProfile(ctx.profile())
      const me = await new ApiClient(profile).get<Me>('/v1/me')
      saveProfile(ctx.profileFile, profile)
      ctx.out(`Signed in to ${profile.endpoint} for organization ${me.organization.name}, workspace ${profile.workspace}.\n`)
    })
}
