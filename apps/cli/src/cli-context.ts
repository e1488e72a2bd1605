import type { ApiClient } from './api-client.ts'
import type { OutputFormat } from './output/render.ts'
import type { Profile } from './profile.ts'

/** What every command gets. */
export interface CliContext {
  /** Connects with the profile in force; throws a CliError when something is missing. */
  client(): ApiClient
  readonly profile: () => Partial<Profile>
  readonly profileFile: string
  readonly format: () => OutputFormat
  readonly out: (text: string) => void
  readonly note: (text: string) => void
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal
}

export const workspacePath = (client: ApiClient): string => `/v1/workspaces/${encodeURIComponent(client.profile.workspace)}`
