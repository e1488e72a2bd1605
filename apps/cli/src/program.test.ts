import fs from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import type { Command } from 'commander'
import { afterEach, describe, expect, test } from 'vitest'
import { ApiClient } from './api-client.ts'
import type { OutputFormat } from './output/render.ts'
import { type ProfileSources, readProfile, requireProfile } from './profile.ts'
import { createProgram } from './program.ts'

interface Request {
  readonly method: string
  readonly path: string
  readonly headers: http.IncomingHttpHeaders
  readonly body: unknown
}
interface Reply {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: unknown
}

const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

/** A real HTTP server that answers by `METHOD path`, with a list one after the other and its last one again; text bodies go as event streams. */
async function service(
  replies: Readonly<Record<string, Reply | readonly Reply[]>>,
): Promise<{ endpoint: string; requests: Request[] }> {
  const requests: Request[] = []
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString()
      const url = request.url ?? ''
      requests.push({
        method: request.method ?? '',
        path: url,
        headers: request.headers,
        body: text === '' ? undefined : JSON.parse(text),
      })
      const route = `${request.method} ${url}`
      const given = [replies[route] ?? []].flat()
      const turn = requests.filter((r) => `${r.method} ${r.path}` === route).length - 1
      const found = given[Math.min(turn, given.length - 1)] ?? {
        status: 404,
        body: { code: 'NOT_FOUND', detail: `There is no ${url}.` },
      }
      const stream = typeof found.body === 'string'
      response.writeHead(found.status ?? 200, {
        'content-type': stream ? 'text/event-stream' : 'application/json',
        ...found.headers,
      })
      response.end(stream ? found.body : JSON.stringify(found.body))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  ends.push(() => server.close())
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests }
}

function profileFile(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'millrace-cli-'))
  ends.push(() => fs.rmSync(folder, { recursive: true, force: true }))
  return path.join(folder, 'profile.json')
}

/** Runs the command line in this process with the surroundings that `main.ts` would give. */
async function run(args: readonly string[], given: { endpoint?: string; file?: string } = {}) {
  const shown = { out: '', note: '' }
  const program = createProgram((root) => {
    const flags = () => root.opts<ProfileSources['flags'] & { output: OutputFormat }>()
    const environment = given.endpoint === undefined ? {} : { endpoint: given.endpoint, api_key: 'key-1' }
    const file = given.file ?? profileFile()
    const profile = () => readProfile({ flags: flags(), environment, file })
    return {
      client: () => new ApiClient(requireProfile(profile())),
      profile,
      profileFile: file,
      format: () => flags().output,
      out: (text) => {
        shown.out += text
      },
      note: (text) => {
        shown.note += text
      },
      signal: new AbortController().signal,
    }
  })
  await program.parseAsync(['node', 'millrace', ...args])
  return shown
}

const statement = (name: string, phase: string, sql_kind = 'INSERT_INTO') => ({
  kind: 'Statement',
  metadata: { name, uid: 'u', created_at: '', generation: 1 },
  spec: { sql: 'SELECT 1', compute_pool: 'default', desired: 'RUNNING' },
  status: {
    phase,
    detail: null,
    parallelism: 1,
    cu: 0.05,
    lag: { records: 0, time: '12ms' },
    rates: { records_in: 499.6, records_out: 1 },
    traits: { sql_kind, schema: [{ name: 'id' }] },
  },
})
const S = '/v1/workspaces/default/statements'

describe('every command', () => {
  const all = (command: Command): Command[] => [command, ...command.commands.flatMap(all)]
  const commands = all(createProgram(() => ({}) as never))

  test.each(commands.map((c) => [c.name(), c] as const))('%s says what it does and what its options mean', (_name, command) => {
    expect(command.description()).toMatch(/^[A-Z].*[^.]$/)
    for (const option of command.options.filter((o) => o.long !== '--help')) expect(option.description, option.flags).not.toBe('')
  })
})

describe('against a service', () => {
  test('statements list follows the pages and shows a table', async () => {
    const { endpoint, requests } = await service({
      [`GET ${S}`]: { body: { metadata: { next: 'p2' }, data: [statement('a', 'RUNNING')] } },
      [`GET ${S}?page_token=p2`]: { body: { metadata: { next: null }, data: [statement('b', 'STOPPED')] } },
    })
    const { out } = await run(['statements', 'list'], { endpoint })
    expect(out).toBe(
      [
        'NAME  PHASE    POOL     PAR  CU    IN/S  OUT/S  LAG',
        'a     RUNNING  default  1    0.05  500   1      12ms',
        'b     STOPPED  default  1    0.05  500   1      12ms',
        '',
      ].join('\n'),
    )
    expect(requests.map((r) => r.headers.authorization)).toEqual(['Bearer key-1', 'Bearer key-1'])
  })

  test('statements create sends pool, properties and objective', async () => {
    const { endpoint, requests } = await service({ [`POST ${S}`]: { status: 201, body: statement('a', 'PENDING') } })
    await run(['statements', 'create', 'a', 'SELECT 1', '--pool', 'big', '--set', 'k=v=w', '--freshness', '2s'], { endpoint })
    expect(requests[0]?.body).toEqual({
      metadata: { name: 'a' },
      spec: { sql: 'SELECT 1', compute_pool: 'big', properties: { k: 'v=w' }, objective: { freshness: '2s' } },
    })
  })

  test('delete is bound to the state that was seen', async () => {
    const { endpoint, requests } = await service({
      [`GET ${S}/a`]: { headers: { etag: '"u.1"' }, body: statement('a', 'RUNNING') },
      [`DELETE ${S}/a`]: { status: 202, body: {} },
    })
    expect((await run(['statements', 'delete', 'a'], { endpoint })).note).toBe('Deleted a.\n')
    expect(requests[1]).toMatchObject({ method: 'DELETE', headers: { 'if-match': '"u.1"' } })
  })

  test('login keeps what works, and nothing when it does not', async () => {
    const { endpoint } = await service({ 'GET /v1/me': { body: { organization: { name: 'acme' } } } })
    const file = profileFile()
    const { out } = await run(['--workspace', 'prod', 'login'], { endpoint, file })
    expect(out).toBe(`Signed in to ${endpoint} for organization acme, workspace prod.\n`)
    expect(JSON.parse(fs.readFileSync(file, 'utf8'))).toEqual({ endpoint, api_key: 'key-1', workspace: 'prod' })
    const refusing = await service({ 'GET /v1/me': { status: 401, body: { code: 'KEY_EXPIRED', detail: 'It expired.' } } })
    const unused = profileFile()
    await expect(run(['login'], { endpoint: refusing.endpoint, file: unused })).rejects.toThrow('KEY_EXPIRED: It expired.')
    expect(fs.existsSync(unused)).toBe(false)
  })

  test('usage shows the lines of the ledger, then what is not billed yet', async () => {
    const cu = { group: { statement: 'live' }, sku: 'cu', unit: 'milli_cu_ms' }
    const line = {
      ...cu,
      start: '2026-03-01T00:00:00.000Z',
      quantity: '60000000',
      cu_minutes: 1,
      amount: '0.003000',
      currency: 'USD',
    }
    const body = { lines: [line], totals: [], unbilled: [{ ...cu, quantity: '15000000', cu_minutes: 0.25 }] }
    const { endpoint } = await service({ 'GET /v1/usage?granularity=total&group_by=statement': { body } })
    const rows = (await run(['usage'], { endpoint })).out.trimEnd().split('\n')
    expect(rows.slice(1).map((row) => row.split(/ {2,}/))).toEqual([
      ['2026-03-01T00:00:00.000Z', 'live', 'cu', '1.000 CU-minutes', '0.003000 USD'],
      ['-', 'live', 'cu', '0.250 CU-minutes', 'not billed yet'],
    ])
    const json = (await run(['usage', '--output', 'jsonl'], { endpoint })).out.trimEnd().split('\n')
    expect(json.map((text) => JSON.parse(text).estimated)).toEqual([undefined, true])
  })

  test('a service that is away is named', async () => {
    await expect(run(['statements', 'list'], { endpoint: 'http://127.0.0.1:1' })).rejects.toThrow(
      /^http:\/\/127\.0\.0\.1:1 does not answer/,
    )
  })

  test('a mistake in the middle of a script is shown at its place in the script, and the rest does not run', async () => {
    const errors = [{ code: 'SQL_UNKNOWN_COLUMN', detail: "Column 'nme' is not found", position: { line: 1, column: 8 } }]
    const { endpoint, requests } = await service({
      [`POST ${S}`]: { status: 400, body: { code: 'SQL_INVALID', detail: '1 mistake', errors } },
    })
    const script = "SET 'a' = 'b';\n\nSELECT nme FROM t;\nSELECT 2;"
    await expect(run(['sql', '-e', script], { endpoint })).rejects.toThrow(
      "sql:3:8 error SQL_UNKNOWN_COLUMN: Column 'nme' is not found\n  3 | SELECT nme FROM t;",
    )
    expect(requests).toHaveLength(1)
    expect(requests[0]?.body).toMatchObject({ spec: { sql: 'SELECT nme FROM t', properties: { a: 'b' } } })
  })

  test('the rows of a result stream come as they are, through a reset, to its end', async () => {
    const stream = [
      'event: row\nid: 1-1\ndata: {"op":"+I","row":{"id":1}}\n\n',
      'event: reset\ndata: {}\n\n: keep-alive\n\n',
      'event: row\nid: 2-1\ndata: {"op":"-D","row":{"id":1}}\n\n',
      'event: end\ndata: {}\n\n',
    ].join('')
    const { endpoint } = await service({
      [`GET ${S}/q`]: { body: statement('q', 'RUNNING', 'QUERY') },
      [`GET ${S}/q/results`]: { body: stream },
    })
    const { out, note } = await run(['--output', 'jsonl', 'statements', 'results', 'q'], { endpoint })
    expect(out).toBe('{"op":"+I","row":{"id":1}}\n{"op":"-D","row":{"id":1}}\n')
    expect(note).toContain('The statement restarted')
  })
})

describe('a query against a service', () => {
  /** Names of statements that `sql` makes are random: the server answers for any. */
  async function query(replies: (path: string) => Readonly<Record<string, Reply | readonly Reply[]>>) {
    const known: Record<string, Reply | readonly Reply[]> = {
      [`POST ${S}`]: { status: 201, body: statement('q', 'PENDING', 'SELECT') },
    }
    const opened = await service(
      new Proxy(known, {
        get: (all, key) => {
          const [method = '', path = ''] = String(key).split(' ')
          return all[String(key)] ?? replies(S)[`${method} ${path.replace(/cli-[0-9a-f]+/, 'q')}`]
        },
      }),
    )
    const shown = run(['--output', 'jsonl', 'sql', '-e', 'SELECT 1'], { endpoint: opened.endpoint })
    return { shown, requests: opened.requests }
  }
  const late = { status: 409, body: { code: 'RESULTS_UNAVAILABLE', detail: 'It is on no worker.' } }
  const rows = { body: 'event: row\ndata: {"op":"+I","row":{"id":1}}\n\nevent: end\ndata: {}\n\n' }
  const running = { headers: { etag: '"u.1"' }, body: statement('q', 'RUNNING', 'SELECT') }
  const deleted = { status: 202, body: {} }

  test('it waits until a worker has the query, and deletes the statement when its rows end', async () => {
    const completed = { headers: { etag: '"u.1"' }, body: statement('q', 'COMPLETED', 'SELECT') }
    const { shown, requests } = await query((path) => ({
      [`GET ${path}/q/results`]: [late, late, rows],
      [`GET ${path}/q`]: [running, running, running, completed],
      [`DELETE ${path}/q`]: deleted,
    }))
    expect((await shown).out).toBe('{"op":"+I","row":{"id":1}}\n')
    expect(requests.at(-1)).toMatchObject({ method: 'DELETE', headers: { 'if-match': '"u.1"' } })
  })

  test('a query that fails is a mistake with its code, and is deleted as well', async () => {
    const failed = statement('q', 'FAILED', 'SELECT')
    const told = { ...failed, status: { ...failed.status, detail: 'Division by zero.', detail_code: 'VALUE_INVALID' } }
    const { shown, requests } = await query((path) => ({
      [`GET ${path}/q/results`]: rows,
      [`GET ${path}/q`]: [running, running, { body: told }],
      [`DELETE ${path}/q`]: deleted,
    }))
    await expect(shown).rejects.toThrow('VALUE_INVALID: Division by zero.')
    expect(requests.at(-1)?.method).toBe('DELETE')
  })
})

describe('sql --local', () => {
  const local = (format: string, sql: string) => run(['--output', format, 'sql', '--local', '-e', sql])
  const VALUES = "SELECT k, COUNT(*) AS n FROM (VALUES ('x'), ('y'), ('x')) AS t(k) GROUP BY k"

  test('table', async () => {
    expect((await local('table', VALUES)).out).toBe(['op  k  n', '+I  x  1', '+I  y  1', '-U  x  1', '+U  x  2', ''].join('\n'))
  })

  test('jsonl: one {op, row} a line', async () => {
    expect((await local('jsonl', 'SELECT * FROM (VALUES (1, CAST(NULL AS STRING))) AS t(id, name)')).out).toBe(
      '{"op":"+I","row":{"id":1,"name":null}}\n',
    )
  })

  test('json: one array', async () => {
    expect(JSON.parse((await local('json', VALUES)).out)).toHaveLength(4)
  })

  test('tables live as long as the script; SHOW and DESCRIBE see them', async () => {
    const { out, note } = await local(
      'jsonl',
      "CREATE TABLE t (id INT) WITH ('connector' = 'datagen', 'number-of-rows' = '1'); SHOW TABLES; DROP TABLE t; SHOW TABLES",
    )
    expect(out.split('\n').filter((line) => line.includes('"t"'))).toHaveLength(1)
    expect(note).toBe('OK\nOK\n')
  })

  test('a mistake is shown with its place and a hint', async () => {
    await expect(local('table', "SELECT nme FROM (VALUES ('a')) AS t(name)")).rejects.toThrow(
      [
        "sql:1:8 error SQL_UNKNOWN_COLUMN: Column 'nme' is not found",
        "  1 | SELECT nme FROM (VALUES ('a')) AS t(name)",
        '    |        ^^^',
        "  hint: Did you mean 'name'?",
      ].join('\n'),
    )
  })

  test('a parallelism that is no number is a wrong use', async () => {
    await expect(run(['sql', '--local', '--parallelism', 'many', '-e', 'SELECT 1'])).rejects.toMatchObject({ exitCode: 2 })
  })
})
