import { afterAll, beforeAll, expect, test } from 'vitest'
import { openApiDocument } from './openapi/document.ts'
import { openTestService, type TestService } from './testing/open-test-service.ts'
import { signUpTenant, type TenantClient } from './testing/tenant-client.ts'

let t: TestService
let a: TenantClient
let b: TenantClient
/** uids and names that only tenant A has. */
const ofA: string[] = []

beforeAll(async () => {
  t = await openTestService(23)
  a = await signUpTenant(t.app, 'alpha')
  b = await signUpTenant(t.app, 'beta')
  ofA.push(a.org, a.workspace)
  const make = async (url: string, body: object) => {
    const answer = await a.call('POST', url, { body })
    if (answer.statusCode !== 201) throw new Error(answer.body)
    ofA.push(answer.json().metadata.uid)
  }
  await make('/v1/workspaces', { metadata: { name: 'secret-space' }, spec: {} })
  const w = '/v1/workspaces/secret-space'
  const ddl = "CREATE TABLE alpha_table (x INT) WITH ('connector' = 'datagen')"
  await make(`${w}/compute-pools`, { metadata: { name: 'alpha-pool' }, spec: { max_cu: 1 } })
  await make(`${w}/statements`, { metadata: { name: 'alpha-statement' }, spec: { sql: ddl } })
  const kafka = { bootstrap_servers: 'alpha.example:9092', security_protocol: 'PLAINTEXT' }
  await make(`${w}/connections`, { metadata: { name: 'alpha-connection' }, spec: { type: 'kafka', kafka } })
  await make('/v1/api-keys', { metadata: { name: 'alpha-key' }, spec: { role: 'viewer' } })
}, 60_000)
afterAll(() => t?.stop())

const NAMES: Readonly<Record<string, string>> = {
  ws: 'secret-space',
  pool: 'alpha-pool',
  db: 'default',
  object: 'alpha_table',
  uid: '01950000-0000-7000-8000-000000000001',
}
const lastName = (path: string): string =>
  path.includes('/connections') ? 'alpha-connection' : path.includes('/api-keys') ? 'alpha-key' : 'alpha-statement'

interface Operation {
  readonly method: string
  readonly path: string
}

async function operations(): Promise<Operation[]> {
  const document = (await openApiDocument()) as { paths: Record<string, Record<string, { security?: unknown[] }>> }
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, operation]) => operation.security?.length !== 0)
      .map(([method]) => ({ method: method.toUpperCase(), path })),
  )
}

const fill = (path: string): string => path.replace(/\{(\w+)\}/g, (_whole, name: string) => NAMES[name] ?? lastName(path))
const kafkaSpec = { type: 'kafka', kafka: { bootstrap_servers: 'x:1', security_protocol: 'PLAINTEXT' } }
const body = (o: Operation): object | undefined => {
  if (o.method === 'GET' || o.method === 'DELETE' || /:(stop|resume)$/.test(o.path)) return undefined
  if (o.path.includes('/sql:')) return { sql: 'SELECT * FROM alpha_table' }
  if (o.method === 'PATCH') return { metadata: { labels: { stolen: 'yes' } } }
  if (o.method === 'PUT' && o.path.includes('/statements')) return { spec: { sql: 'SELECT * FROM alpha_table' } }
  if (o.method === 'PUT' && o.path.includes('/connections')) return { spec: kafkaSpec }
  if (o.method === 'PUT') return { spec: { max_cu: 1 } }
  if (o.path.endsWith('/statements')) return { metadata: { name: 'theft' }, spec: { sql: 'SELECT * FROM alpha_table' } }
  if (o.path.endsWith('/connections'))
    return {
      metadata: { name: 'theft' },
      spec: { type: 'kafka', kafka: { bootstrap_servers: 'x:1', security_protocol: 'PLAINTEXT' } },
    }
  return { metadata: { name: 'theft' }, spec: { max_cu: 1 } }
}

test('tenant B’s key on every path of tenant A is refused and shows nothing of A', async () => {
  const all = await operations()
  const inWorkspace = all.filter((o) => o.path.includes('{ws}') || o.path.includes('/api-keys/{name}'))
  expect(inWorkspace.length).toBeGreaterThan(30)
  for (const o of inWorkspace) {
    const answer = await b.call(o.method, fill(o.path), { body: body(o), headers: { 'if-match': '*' } })
    expect([o.method, o.path, answer.statusCode]).toEqual([o.method, o.path, 404])
    for (const mark of ofA) expect(answer.body, `${o.method} ${o.path}`).not.toContain(mark)
  }
  const stillThere = await a.call('GET', '/v1/workspaces/secret-space/statements/alpha-statement')
  expect(stillThere.json().metadata).toMatchObject({ generation: 1, labels: {} })
})

test('lists, usage and /me of B hold nothing of A', async () => {
  for (const url of ['/v1/workspaces', '/v1/api-keys', '/v1/usage?group_by=workspace,statement', '/v1/me']) {
    const answer = await b.call('GET', url)
    expect(answer.statusCode).toBe(200)
    for (const mark of ofA) expect(answer.body, url).not.toContain(mark)
  }
})

test('B’s SQL reaches neither A’s tables nor A’s connection', async () => {
  const post = (name: string, sql: string) =>
    b.call('POST', '/v1/workspaces/main/statements', { body: { metadata: { name }, spec: { sql } } })
  for (const table of ['alpha_table', 'default.alpha_table', '`secret-space`.`default`.alpha_table']) {
    const answer = await post('steal', `SELECT * FROM ${table}`)
    expect(answer.json(), table).toMatchObject({ status: 400, code: 'SQL_INVALID' })
  }
  const shown = await post('show', 'SHOW CATALOGS')
  expect((await b.call('GET', '/v1/workspaces/main/statements/show/results')).json().data).toEqual([
    { op: '+I', row: { 'catalog name': 'main' } },
  ])
  expect(shown.statusCode).toBe(201)
})

test('without a credential, with a wrong, an expired or a revoked one nothing is answered', async () => {
  const ask = async (authorization?: string) =>
    (await t.app.inject({ url: '/v1/workspaces', headers: authorization === undefined ? {} : { authorization } })).json()
  expect(await ask()).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' })
  expect(await ask('Basic eDp5')).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' })
  expect(await ask(`Bearer ${a.key.slice(0, -1)}${a.key.endsWith('x') ? 'y' : 'x'}`)).toMatchObject({
    status: 401,
    code: 'UNAUTHENTICATED',
  })
  const expires_at = new Date(t.clock.now() + 1000).toISOString().replace(/\.\d+Z/, 'Z')
  const made = await a.call('POST', '/v1/api-keys', {
    body: { metadata: { name: 'short' }, spec: { role: 'viewer', expires_at } },
  })
  const short = `Bearer ${made.json().status.key}`
  expect(await ask(short)).toMatchObject({ kind: 'WorkspaceList' })
  t.clock.advance(2000)
  expect(await ask(short)).toMatchObject({ status: 401, code: 'KEY_EXPIRED' })
  const other = await a.call('POST', '/v1/api-keys', { body: { metadata: { name: 'gone' }, spec: { role: 'viewer' } } })
  await a.call('DELETE', '/v1/api-keys/gone', { headers: { 'if-match': String(other.headers.etag) } })
  expect(await ask(`Bearer ${other.json().status.key}`)).toMatchObject({ status: 401, code: 'KEY_REVOKED' })
})

test('a viewer reads, and is told which permission is missing for the rest', async () => {
  const made = await a.call('POST', '/v1/api-keys', { body: { metadata: { name: 'eyes' }, spec: { role: 'viewer' } } })
  const headers = { authorization: `Bearer ${made.json().status.key}` }
  const read = await t.app.inject({ url: '/v1/workspaces/secret-space/statements', headers })
  expect(read.statusCode).toBe(200)
  const write = await t.app.inject({
    method: 'POST',
    url: '/v1/api-keys',
    headers,
    payload: { metadata: { name: 'x' }, spec: { role: 'viewer' } },
  })
  expect(write.json()).toMatchObject({ status: 403, code: 'PERMISSION_DENIED', detail: expect.stringContaining('keys.write') })
  const denied = await t.database.store.withTenant(a.org, (tx) => tx.audit_events.findMany({ where: { outcome: 'DENIED' } }))
  expect(denied).toMatchObject([{ action: 'createApiKey' }])
  const results = await t.app.inject({ url: '/v1/workspaces/secret-space/statements/alpha-statement/results', headers })
  expect(results.json()).toMatchObject({ status: 403, code: 'PERMISSION_DENIED' })
})
