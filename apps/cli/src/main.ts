#!/usr/bin/env node
import { ApiClient } from './api-client.ts'
import { CliError } from './cli-error.ts'
import { cliEnvironment } from './config.ts'
import type { OutputFormat } from './output/render.ts'
import { readProfile, requireProfile } from './profile.ts'
import { createProgram } from './program.ts'

interface GlobalOptions {
  readonly endpoint?: string
  readonly apiKey?: string
  readonly workspace?: string
  readonly output: OutputFormat
}

const environment = cliEnvironment()
const interrupt = new AbortController()
process.on('SIGINT', () => {
  if (interrupt.signal.aborted) process.exit(130)
  interrupt.abort()
})
// A reader that closes early (| head) ends the command quietly.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

const program = createProgram((root) => {
  const flags = () => root.opts<GlobalOptions>()
  const profile = () => readProfile({ flags: flags(), environment: environment.profile, file: environment.profileFile })
  return {
    client: () => new ApiClient(requireProfile(profile())),
    profile,
    profileFile: environment.profileFile,
    format: () => flags().output,
    out: (text) => process.stdout.write(text),
    note: (text) => process.stderr.write(text),
    signal: interrupt.signal,
  }
})

try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof CliError)) throw error
  process.stderr.write(`${error.message}\n${error.hint === undefined ? '' : `${error.hint}\n`}`)
  process.exitCode = error.exitCode
}
