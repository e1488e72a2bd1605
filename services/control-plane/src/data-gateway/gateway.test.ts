import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createStatement, grantAssignment, noteStatementEvent, readToken, type Statement, upsertWorker } from '@millrace/store'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildApp } from '../app.ts'
import { openTestService, type TestService } from '../testing/open-test-service.ts'
import { signUpTenant, type TenantClient } from '../testing/tenant-client.ts'

let t: TestService
let tenant: TenantClient
let statement: Statement
let base = ''
/** What the worker's read port does with the next requests; each test sets it. */
let answer: (request: IncomingMessage, response: ServerResponse) => void = (_request, response) => response.writeHead(404).end()
const port = createServer((request, response) => answer(request, response))
const R = '/v1/workspaces/main/statements/live/results'

beforeAll(async () => {
  await new Promise<void>((resolve) => port.listen(0, '127.0.0.1', resolve))
  t = await openTestService(51)
  tenant = await signUpTenant(t.app, 'acme')
  const now = new Date(t.clock.now())
  const worker = t.ctx.newUid()
  const readUrl = `http://127.0.0.1:${(port.address() as AddressInfo).port}`
  statement = await t.database.store.withTenant(tenant.org, async (tx) => {
    const scope = { tx, org: tenant.org, now, newUid: t.ctx.newUid }
    const pool = await tx.compute_pools.findFirstOrThrow({ where: { org_id: tenant.org } })
    const schema = [
      { name: 'auction', type: 'BIGINT', nullable: true },
      { name: 'price', type: 'BIGINT', nullable: true },
    ]
    const traits = { sql_kind: 'SELECT', is_bounded: false, is_append_only: true, upsert_columns: [], schema, connections: [] }
    const spec = {
      sql: 'SELECT 1',
      properties: {},
      compute_pool: 'free',
      desired: 'RUNNING',
      runtime: 'auto',
      parallelism: { min: 1, max: 1 },
      priority: 0,
      start: { from: 'default' },
    } as const
    const common = {
      workspace: tenant.workspace,
      pool: pool.uid,
      labels: {},
      annotations: {},
      traits,
      spec,
      createdBy: 'test',
      program: '{}',
      plan: '',
      results: null,
    }
    return await createStatement(scope, { ...common, name: 'live', phase: 'PENDING' })
  })
  const grant = {
    org: tenant.org,
    uid: t.ctx.newUid(),
    statement: statement.uid,
    version: statement.version.uid,
    worker,
    cu: 0.05,
    parallelism: 1,
    readUrl,
    now,
  }
  await t.database.store.withSystem(async (tx) => {
    await upsertWorker(tx, { uid: worker, region: 'local', readUrl, totalCu: 1, state: 'READY', process: {}, now, leaseMs: 5000 })
    expect(await grantAssignment(tx, { ...grant, pool: statement.pool!.uid })).toBe(1)
  })
  expected = `Bearer ${readToken(t.ctx.keys.readKey, { worker, version: statement.version.uid, epoch: 1 })}`
  base = await t.app.listen({ host: '127.0.0.1', port: 0 })
}, 60_000)
afterAll(async () => {
  await t?.stop()
  port.closeAllConnections()
  port.close()
})
let expected = ''

test('a page is asked for with the epoch’s token and gets its column names', async () => {
  const seen: (string | undefined)[] = []
  answer = (request, response) => {
    seen.push(request.headers.authorization, request.url)
    response.setHeader('content-type', 'application/json')
    response.end(
      JSON.stringify({ epoch: 1, rows: [{ id: '1-7', op: '+I', row: ['9007199254740993', 5] }], next: '1-7', ended: false }),
    )
  }
  const page = await tenant.call('GET', `${R}?page_token=1-6&page_size=10`)
  expect(page.json()).toMatchObject({
    kind: 'ResultPage',
    metadata: { next: '1-7' },
    columns: [{ name: 'auction', type: 'BIGINT' }, { name: 'price' }],
    data: [{ id: '1-7', op: '+I', row: { auction: '9007199254740993', price: 5 } }],
  })
  expect(seen[0]).toBe(expected)
  expect(seen[1]).toBe(`/results/${statement.version.uid}?limit=10&after=1-6`)
})

test('a page that fell out of the ring is 410, a worker that does not answer is 503', async () => {
  answer = (_request, response) => response.writeHead(410).end()
  expect((await tenant.call('GET', `${R}?page_token=0-6`)).json()).toMatchObject({ status: 410, code: 'RESULTS_GONE' })
  answer = (request) => request.socket.destroy()
  expect((await tenant.call('GET', R)).json()).toMatchObject({ status: 503, code: 'RESULTS_UNAVAILABLE' })
})

const stream = (headers: Record<string, string> = {}) =>
  fetch(base + R, { headers: { authorization: `Bearer ${tenant.key}`, accept: 'text/event-stream', ...headers } })

test('a stream passes rows on as they come, resumes where it was, and is told when it lost its place', async () => {
  const asked: (string | null)[] = []
  answer = (request, response) => {
    const after = new URL(request.url ?? '', 'http://x').searchParams.get('after')
    asked.push(after)
    if (after === '0-9') return void response.writeHead(410).end()
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const row = { id: '1-8', op: '-U', row: ['1', null] }
    const event = `id: 1-8\nevent: row\ndata: ${JSON.stringify(row)}\n\n`
    response.write(event.slice(0, 20))
    response.end(`${event.slice(20)}event: end\ndata: {}\n\n`)
  }
  const resumed = await (await stream({ 'last-event-id': '1-7' })).text()
  expect(resumed).toBe('id: 1-8\nevent: row\ndata: {"op":"-U","row":{"auction":"1","price":null}}\n\nevent: end\ndata: {}\n\n')
  const lost = await (await stream({ 'last-event-id': '0-9' })).text()
  expect(lost.startsWith('event: reset\ndata: {}\n\nid: 1-8\n')).toBe(true)
  expect(asked).toEqual(['1-7', '0-9', null])
})

test('a reader that leaves ends the stream at the worker', async () => {
  const left = Promise.withResolvers<void>()
  answer = (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(': waiting\n\n')
    response.on('close', () => left.resolve())
  }
  const gone = new AbortController()
  const open = await fetch(base + R, {
    headers: { authorization: `Bearer ${tenant.key}`, accept: 'text/event-stream' },
    signal: gone.signal,
  })
  expect(open.status).toBe(200)
  gone.abort()
  await left.promise
})

test('alone in a process the gateway serves results and nothing else', async () => {
  const alone = await buildApp(t.ctx, 'data-gateway')
  const ask = (url: string) => alone.inject({ url, headers: { authorization: `Bearer ${tenant.key}` } })
  answer = (_request, response) => response.end(JSON.stringify({ epoch: 1, rows: [], next: '1-0', ended: true }))
  expect((await ask(R)).json()).toMatchObject({ kind: 'ResultPage', data: [], metadata: { next: null } })
  expect((await ask('/v1/workspaces')).statusCode).toBe(404)
  expect((await ask('/healthz')).statusCode).toBe(200)
  await alone.close()
})

test('reading results is an audit event', async () => {
  const events = await t.database.store.withTenant(tenant.org, (tx) =>
    tx.audit_events.findMany({ where: { action: 'getStatementResults' } }),
  )
  expect(events[0]?.resource_name).toContain(statement.uid)
})

test('events come as a stream too, from where the reader was', async () => {
  const note = (reason: string) =>
    t.database.store.withTenant(tenant.org, (tx) =>
      noteStatementEvent(
        { tx, org: tenant.org, now: new Date(t.clock.now()), newUid: t.ctx.newUid },
        { statement: statement.uid, kind: 'REQUEST', reason, message: '' },
      ),
    )
  await note('FIRST')
  t.clock.advance(10)
  const gone = new AbortController()
  const headers = { authorization: `Bearer ${tenant.key}`, accept: 'text/event-stream' }
  const open = await fetch(base + R.replace('/results', '/events'), { headers, signal: gone.signal })
  const reader = open.body!.pipeThrough(new TextDecoderStream()).getReader()
  let seen = ''
  const until = async (text: string) => {
    while (!seen.includes(text)) seen += (await reader.read()).value ?? ''
  }
  await until('"reason":"FIRST"')
  await note('SECOND')
  await until('"reason":"SECOND"')
  gone.abort()
  const first = /id: (\S+)/.exec(seen)?.[1] ?? ''
  const again = new AbortController()
  const resumed = await fetch(base + R.replace('/results', '/events'), {
    headers: { ...headers, 'last-event-id': first },
    signal: again.signal,
  })
  const text = (await resumed.body!.pipeThrough(new TextDecoderStream()).getReader().read()).value ?? ''
  again.abort()
  expect(text).toContain('SECOND')
  expect(text).not.toContain('FIRST')
})
