/** The stack's PostgreSQL: durable (fsync stays on), data in the stack's folder. */
import fs from 'node:fs'
import path from 'node:path'
import { endPostgresServer, initPostgres, startPostgresServer } from '../postgres.mjs'

export interface RunningPostgres {
  readonly adminUrl: string
  url(user: string, password: string): string
  stop(): Promise<void>
  /** Ends it as a crash does; `start` brings it back. */
  kill(): Promise<void>
  start(): Promise<void>
  pid(): number
}

export interface PostgresOptions {
  readonly dir: string
  readonly port: number
  readonly password: string
  readonly log: string
}

export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const { dir, port, password } = options
  if (!fs.existsSync(path.join(dir, 'PG_VERSION'))) await initPostgres({ dir, password })
  const launch = () => startPostgresServer({ ...options, settings: { max_connections: '200' } })
  let server = await launch()
  return {
    adminUrl: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    url: (user, secret) => `postgres://${user}:${secret}@127.0.0.1:${port}/millrace`,
    pid: () => server.pid!,
    stop: () => endPostgresServer(server, 'SIGINT'),
    kill: () => endPostgresServer(server, 'SIGQUIT'),
    start: async () => {
      server = await launch()
    },
  }
}
