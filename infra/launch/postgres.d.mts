import type { ChildProcess } from 'node:child_process'

export function initPostgres(options: { dir: string; password: string; sync?: boolean }): Promise<void>
export function startPostgresServer(options: {
  dir: string
  port: number
  log: string
  settings?: Readonly<Record<string, string>>
}): Promise<ChildProcess>
export function endPostgresServer(server: ChildProcess, signal: 'SIGINT' | 'SIGQUIT'): Promise<void>
