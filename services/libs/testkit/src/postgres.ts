import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { freePort } from '@millrace/launch/kafka'
import { endPostgresServer, initPostgres, startPostgresServer } from '@millrace/launch/postgres'
import pg from 'pg'

export interface TestPostgres {
  /** Superuser URL of the database `millrace`. */
  readonly url: string
  readonly port: number
  /** Every connection breaks and none can be made, until `restart`. */
  kill(): Promise<void>
  /** Starts it again with the same data and address. */
  restart(): Promise<void>
  stop(): Promise<void>
}

/** What a test may do without and the product may not. */
const FAST = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '100' }
const PASSWORD = 'postgres'

/** A real PostgreSQL of its own for one test file: fresh data folder, free port, fsync off. */
export async function startPostgres(): Promise<TestPostgres> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'millrace-pg-'))
  // The server runs as its own user where this process is root, and must be able to enter the folder.
  fs.chmodSync(folder, 0o755)
  const dir = path.join(folder, 'data')
  const port = await freePort()
  await initPostgres({ dir, password: PASSWORD, sync: false })
  const launch = () => startPostgresServer({ dir, port, log: path.join(folder, 'postgres.log'), settings: FAST })
  let server = await launch()
  await createDatabase(`postgres://postgres:${PASSWORD}@127.0.0.1:${port}/postgres`)
  return {
    url: `postgres://postgres:${PASSWORD}@127.0.0.1:${port}/millrace`,
    port,
    kill: () => endPostgresServer(server, 'SIGQUIT'),
    restart: async () => {
      server = await launch()
    },
    stop: async () => {
      await endPostgresServer(server, 'SIGINT')
      fs.rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function createDatabase(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  await client.query('CREATE DATABASE millrace')
  await client.end()
}
