import os from 'node:os'
import path from 'node:path'
import type { Profile } from './profile.ts'

export interface CliEnvironment {
  readonly profile: Partial<Profile>
  readonly profileFile: string
  readonly color: boolean
}

/** The one place that reads the environment: MILLRACE_ENDPOINT, MILLRACE_API_KEY, MILLRACE_WORKSPACE, XDG_CONFIG_HOME, NO_COLOR. */
export function cliEnvironment(env: Readonly<Record<string, string | undefined>> = process.env): CliEnvironment {
  const { MILLRACE_ENDPOINT: endpoint, MILLRACE_API_KEY: key, MILLRACE_WORKSPACE: workspace } = env
  return {
    profile: {
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(key === undefined ? {} : { api_key: key }),
      ...(workspace === undefined ? {} : { workspace }),
    },
    profileFile: path.join(env['XDG_CONFIG_HOME'] ?? path.join(os.homedir(), '.config'), 'millrace', 'profile.json'),
    color: env['NO_COLOR'] === undefined && process.stdout.isTTY === true,
  }
}
