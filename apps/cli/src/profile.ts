/** Where the service is and who we are: flags, then environment, then the file that `millrace login` wrote (readable by its owner alone). */
import fs from 'node:fs'
import path from 'node:path'
import { CliError } from './cli-error.ts'

export interface Profile {
  readonly endpoint: string
  readonly api_key: string
  readonly workspace: string
}

export interface ProfileSources {
  readonly flags: { readonly endpoint?: string; readonly apiKey?: string; readonly workspace?: string }
  readonly environment: Partial<Profile>
  readonly file: string
}

export function readProfile({ flags, environment, file }: ProfileSources): Partial<Profile> {
  const saved: Partial<Profile> = fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, 'utf8')) as Partial<Profile>) : {}
  const pick = (flag: string | undefined, name: keyof Profile) => flag ?? environment[name] ?? saved[name]
  const endpoint = pick(flags.endpoint, 'endpoint')
  const apiKey = pick(flags.apiKey, 'api_key')
  const workspace = pick(flags.workspace, 'workspace')
  return {
    ...(endpoint === undefined ? {} : { endpoint: endpoint.replace(/\/$/, '') }),
    ...(apiKey === undefined ? {} : { api_key: apiKey }),
    ...(workspace === undefined ? {} : { workspace }),
  }
}

export function saveProfile(file: string, profile: Partial<Profile>): void {
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
  fs.writeFileSync(file, `${JSON.stringify(profile, null, 2)}\n`, { mode: 0o600 })
}

/** The profile with all that a request needs. Throws a CliError that names what is missing. */
export function requireProfile(profile: Partial<Profile>): Profile {
  const { endpoint, api_key, workspace } = profile
  if (endpoint === undefined || api_key === undefined) {
    throw new CliError('There is no endpoint or API key.', { hint: 'Run: millrace login --endpoint URL --api-key KEY' })
  }
  return { endpoint, api_key, workspace: workspace ?? 'default' }
}
