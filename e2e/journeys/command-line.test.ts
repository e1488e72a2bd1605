import { type ChildProcess, spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { ROOT } from '@millrace/launch/stack'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Tenant, until } from '../demo/service.ts'
import { type JourneyStack, openStack } from './open-stack.ts'

interface Done {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

let stack: JourneyStack
let tenant: Tenant

beforeAll(async () => {
  stack = await openStack({ kafka: false })
  tenant = await Tenant.signUp(stack.api, 'acme')
})
afterAll(() => stack?.close())

interface Running {
  readonly child: ChildProcess
  readonly shown: () => string
  readonly done: Promise<Done>
}

/** `millrace …` as a process; where the service is comes from what `login` kept. */
function start(args: readonly string[]): Running {
  const child = spawn(process.execPath, [path.join(ROOT, 'apps/cli/src/main.ts'), ...args], {
    env: { PATH: process.env['PATH'] ?? '', HOME: stack.dataDir, XDG_CONFIG_HOME: path.join(stack.dataDir, 'config') },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  child.stdout.on('data', (text: Buffer) => {
    out += text.toString()
  })
  child.stderr.on('data', (text: Buffer) => {
    err += text.toString()
  })
  const done = new Promise<Done>((resolve) => child.on('close', (code) => resolve({ code, out, err })))
  return { child, shown: () => out, done }
}

async function millrace(...args: readonly string[]): Promise<Done> {
  const running = start(args)
  const timer = setTimeout(() => running.child.kill('SIGKILL'), 60_000)
  const done = await running.done
  clearTimeout(timer)
  if (done.code === null) throw new Error(`millrace ${args.join(' ')} did not end within 60 s: ${done.out}${done.err}`)
  return done
}

async function names(): Promise<string[]> {
  const { out } = await millrace('--output', 'jsonl', 'statements', 'list')
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { metadata: { name: string } }).metadata.name)
}

const BIDS = `CREATE TABLE bids (auction BIGINT, price BIGINT, channel STRING)
WITH ('connector' = 'nexmark', 'entity' = 'bid', 'next-event.rate' = '200');
CREATE TABLE some_bids (auction BIGINT, price BIGINT)
WITH ('connector' = 'nexmark', 'entity' = 'bid', 'max-emit-speed' = 'true', 'events.num' = '5000');
CREATE TABLE big_bids (auction BIGINT, price BIGINT)
WITH ('connector' = 'filesystem', 'path' = 'big', 'format' = 'json');
`

describe('the command line on a running service', () => {
  test('before login it says what to do', async () => {
    const { code, err } = await millrace('statements', 'list')
    expect(code).toBe(1)
    expect(err).toBe('There is no endpoint or API key.\nRun: millrace login --endpoint URL --api-key KEY\n')
  })

  test('a key that is none is refused by the service and not kept', async () => {
    const { code, err } = await millrace('--endpoint', stack.api, '--api-key', 'mr_live_none', 'login')
    expect(code).toBe(1)
    expect(err).toMatch(/^UNAUTHENTICATED: /)
    expect((await millrace('statements', 'list')).err).toContain('There is no endpoint or API key.')
  })

  test('login keeps endpoint, key and workspace for the next commands', async () => {
    const given = ['--endpoint', stack.api, '--api-key', tenant.key, '--workspace', tenant.workspace]
    const { code, out } = await millrace(...given, 'login')
    expect({ code, out }).toEqual({
      code: 0,
      out: `Signed in to ${stack.api} for organization acme, workspace ${tenant.workspace}.\n`,
    })
    expect((await millrace('workspaces', 'list')).out).toContain(tenant.workspace)
    expect((await millrace('pools', 'list')).code).toBe(0)
  })

  test('a script makes tables, and SHOW TABLES lists them', async () => {
    const script = path.join(stack.dataDir, 'tables.sql')
    fs.writeFileSync(script, BIDS)
    const made = await millrace('sql', '-f', script)
    expect(made).toMatchObject({ code: 0, err: 'OK\nOK\nOK\n' })
    expect((await millrace('--output', 'jsonl', 'sql', '-e', 'SHOW TABLES')).out).toBe(
      ['bids', 'big_bids', 'some_bids'].map((name) => `{"op":"+I","row":{"table name":"${name}"}}\n`).join(''),
    )
  })

  test('a query that ends prints its rows and leaves no statement behind', async () => {
    const { code, out } = await millrace('--output', 'jsonl', 'sql', '-e', 'SELECT auction, price FROM some_bids WHERE price > 0')
    expect(code).toBe(0)
    expect(out.split('\n').filter((line) => line !== '')).toHaveLength(4600)
    expect((await names()).filter((name) => name.startsWith('cli-'))).toEqual([])
  })

  test('Ctrl-C ends a query that does not end by itself, and its statement', async () => {
    const running = start(['--output', 'jsonl', 'sql', '-e', 'SELECT channel, COUNT(*) AS n FROM bids GROUP BY channel'])
    await until('a first updated row', 60_000, async () => (running.shown().includes('"+U"') ? true : undefined))
    running.child.kill('SIGINT')
    const { code, err } = await running.done
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect((await names()).filter((name) => name.startsWith('cli-'))).toEqual([])
  })

  test('a statement is created, stopped, resumed, told of and deleted', async () => {
    const insert = 'INSERT INTO big_bids SELECT auction, price FROM bids WHERE price > 1000000'
    expect((await millrace('statements', 'create', 'my-filter', insert, '--wait', '30s')).out).toMatch(/^PHASE +RUNNING$/m)
    expect((await millrace('statements', 'stop', 'my-filter')).code).toBe(0)
    await tenant.waitForPhase('my-filter', ['STOPPED'], 60_000)
    expect((await millrace('statements', 'resume', 'my-filter')).code).toBe(0)
    await tenant.waitForPhase('my-filter', ['RUNNING'], 60_000)
    const events = await millrace('statements', 'events', 'my-filter')
    for (const reason of ['GRANTED', 'RUNNING', 'STOPPED']) expect(events.out).toMatch(new RegExp(`\\b${reason}\\b`))
    expect(await names()).toContain('my-filter')
    expect((await millrace('statements', 'delete', 'my-filter')).err).toBe('Deleted my-filter.\n')
    expect(await names()).not.toContain('my-filter')
  })

  test('a mistake in SQL is shown in its place, with the hint', async () => {
    const { code, err } = await millrace('sql', '-e', 'SELECT price FROM bids_;')
    expect(code).toBe(1)
    expect(err).toMatch(/^sql:1:19 error SQL_UNKNOWN_TABLE: .*\n {2}1 \| SELECT price FROM bids_;\n {4}\| {19}\^/)
    expect(err).toContain('hint: ')
  })

  test('usage shows what statements held, in units and money', async () => {
    const { code, out } = await millrace('usage')
    expect(code).toBe(0)
    expect(out).toMatch(/^FROM +FOR +SKU +QUANTITY +AMOUNT$/m)
  })
})
