import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestService, type TestService } from './testing/open-test-service.ts'
import { signUpTenant, type TenantClient } from './testing/tenant-client.ts'

let t: TestService
let tenant: TenantClient
const S = '/v1/workspaces/main/statements'

beforeAll(async () => {
  t = await openTestService(31)
  tenant = await signUpTenant(t.app, 'acme')
}, 60_000)
afterAll(() => t?.stop())

const post = (sql: string, spec: object = {}) =>
  tenant.call('POST', S, { body: { metadata: { name: 'bad' }, spec: { sql, ...spec } } })
const raw = (payload: string, contentType: string) =>
  t.app.inject({
    method: 'POST',
    url: S,
    payload,
    headers: { authorization: `Bearer ${tenant.key}`, 'content-type': contentType },
  })

describe('a request that is wrong is told so and changes nothing', () => {
  test('a body that is not JSON, is of another type, or is too large', async () => {
    expect((await raw('{"metadata":', 'application/json')).json()).toMatchObject({ status: 400, code: 'BODY_NOT_JSON' })
    expect((await raw('', 'application/json')).json()).toMatchObject({ status: 400, code: 'BODY_NOT_JSON' })
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/json\t; charset=x',
      'multipart/form-data',
    ])
      expect([type, (await raw('{"metadata":{"name":"x"},"spec":{}}', type)).statusCode]).toEqual([
        type,
        expect.toSatisfy((s) => s === 415 || s === 400),
      ])
    expect((await raw(`"${'x'.repeat(1_100_000)}"`, 'application/json')).json()).toMatchObject({
      status: 413,
      code: 'BODY_TOO_LARGE',
    })
    expect((await raw('{"__proto__":{"x":1}}', 'application/json')).json()).toMatchObject({ status: 400 })
  })

  test('unknown fields and wrong types are refused, never dropped or coerced', async () => {
    const unknown = await tenant.call('POST', S, {
      body: { metadata: { name: 'x' }, spec: { sql: 'SELECT 1', org_id: tenant.org } },
    })
    expect(unknown.json()).toMatchObject({ status: 400, code: 'REQUEST_INVALID', errors: [{ pointer: '/spec/org_id' }] })
    expect((await post('SELECT 1', { priority: '1' })).json()).toMatchObject({ code: 'REQUEST_INVALID' })
    expect((await tenant.call('GET', `${S}?page_size=1000`)).json()).toMatchObject({ code: 'REQUEST_INVALID' })
    expect((await tenant.call('GET', `${S}?colour=red`)).json()).toMatchObject({ code: 'REQUEST_INVALID' })
    const name = await tenant.call('POST', S, { body: { metadata: { name: 'Bad_Name' }, spec: { sql: 'SELECT 1' } } })
    expect(name.json()).toMatchObject({ code: 'REQUEST_INVALID', errors: [{ pointer: '/metadata/name' }] })
  })

  test('a statement of 131,073 characters', async () => {
    const answer = await post(`SELECT '${'x'.repeat(131_073 - 9)}'`)
    expect(answer.json()).toMatchObject({ status: 400, code: 'SQL_TOO_LONG', detail: expect.stringContaining('131073') })
  })

  test('broken SQL has its place and a hint', async () => {
    const answer = await post('SELECT *\nFORM bids')
    expect(answer.json()).toMatchObject({ status: 400, code: 'SQL_INVALID' })
    expect(answer.json().errors[0].position).toMatchObject({ line: 2, end_line: 2 })
  })

  test('an unknown table is named, with what was meant', async () => {
    await tenant.call('POST', S, {
      body: { metadata: { name: 'ddl' }, spec: { sql: "CREATE TABLE orders (id INT) WITH ('connector' = 'datagen')" } },
    })
    const answer = await post('SELECT * FROM ordres')
    expect(answer.json().errors[0]).toMatchObject({ position: { line: 1, column: 15 }, hint: expect.stringContaining('orders') })
    const checked = await tenant.call('POST', '/v1/workspaces/main/sql:validate', { body: { sql: 'SELECT ida FROM orders' } })
    expect(checked.json()).toMatchObject({ valid: false, diagnostics: [{ hint: expect.stringContaining('id') }] })
  })

  test('a secret in SQL is refused and neither stored nor shown', async () => {
    const secret = 'hunter2-in-sql'
    const answer = await post(`CREATE TABLE k (x INT) WITH ('connector' = 'datagen', 'properties.sasl.password' = '${secret}')`)
    expect(answer.json()).toMatchObject({
      status: 400,
      code: 'SECRET_IN_SQL',
      detail: expect.stringContaining('properties.sasl.password'),
    })
    expect(answer.body).not.toContain(secret)
    const stored = await t.database.store.withTenant(tenant.org, (tx) =>
      tx.statement_versions.findMany({ select: { sql: true } }),
    )
    expect(JSON.stringify(stored)).not.toContain(secret)
  })

  test.each(['/etc/passwd', '../other', 'a/../../b', 'file:///etc/passwd', 's3://bucket/key', '\\\\host\\share', ''])(
    'the path %j leaves the workspace',
    async (path) => {
      const answer = await post(`CREATE TABLE f (x INT) WITH ('connector' = 'filesystem', 'format' = 'json', 'path' = '${path}')`)
      expect(answer.json()).toMatchObject({ status: 400, code: 'PATH_NOT_CONFINED' })
    },
  )

  test('what has no meaning here says so', async () => {
    for (const sql of [
      "SET 'rest.port' = '1'",
      "ADD JAR '/x.jar'",
      'CREATE CATALOG c',
      'CREATE TEMPORARY TABLE x (a INT)',
      'USE other',
    ])
      expect([sql, (await post(sql)).statusCode]).toEqual([sql, 400])
    expect((await post('SELECT 1; SELECT 2')).json().errors[0]).toMatchObject({ code: 'SQL_SINGLE_STATEMENT' })
    expect((await post("CREATE TABLE u (a INT) WITH ('connector' = 'jdbc')")).json().errors[0]).toMatchObject({
      code: 'SQL_CONNECTOR_UNKNOWN',
    })
    expect(
      (await post("CREATE TABLE u (a INT) WITH ('connector' = 'datagen', 'colour' = 'red')")).json().errors[0],
    ).toMatchObject({ code: 'SQL_OPTION_UNKNOWN' })
  })

  test('the database away is 503, and the service goes on when it is back', async () => {
    const away = new Error('Connection terminated unexpectedly')
    const broken = await openTestServiceLike(t, async () => Promise.reject(away))
    expect(broken.json()).toMatchObject({ status: 503, code: 'SERVICE_UNAVAILABLE' })
    expect((await tenant.call('GET', S)).statusCode).toBe(200)
  })

  test('over the limit a principal is told when to come back, and another one is not held up', async () => {
    const { buildApp } = await import('./app.ts')
    const app = await buildApp({ ...t.ctx, settings: { ...t.ctx.settings, requestsPerMinute: 3 } })
    const other = await tenant.call('POST', '/v1/api-keys', { body: { metadata: { name: 'second' }, spec: { role: 'viewer' } } })
    const ask = (key: string) => app.inject({ url: S, headers: { authorization: `Bearer ${key}` } })
    for (let i = 0; i < 3; i++) expect((await ask(tenant.key)).statusCode).toBe(200)
    const over = await ask(tenant.key)
    expect(over.json()).toMatchObject({ status: 429, code: 'RATE_LIMITED' })
    expect(Number(over.headers['retry-after'])).toBeGreaterThan(0)
    expect(over.headers).toMatchObject({ 'ratelimit-limit': '3', 'ratelimit-remaining': '0' })
    expect((await ask(other.json().status.key)).statusCode).toBe(200)
    await app.close()
  })

  test('a method that a resource has not is told which it has', async () => {
    const answer = await tenant.call('POST', `${S}/sel`)
    expect(answer.json()).toMatchObject({ status: 405, code: 'METHOD_NOT_ALLOWED' })
    expect(answer.headers['allow']).toBe('DELETE, GET, HEAD, PATCH, PUT')
    expect((await tenant.call('GET', `${S}/sel:stop`)).headers['allow']).toBe('POST')
    expect((await tenant.call('GET', '/v1/workspaces/main/sql:nothing')).statusCode).toBe(404)
  })

  test('an unknown path is a problem too, and every answer carries its request id and is not cached', async () => {
    const answer = await tenant.call('GET', '/v1/nothing', { headers: { 'x-request-id': 'abc-1' } })
    expect(answer.json()).toMatchObject({ status: 404, code: 'NOT_FOUND', request_id: 'abc-1' })
    expect(answer.headers).toMatchObject({ 'x-request-id': 'abc-1', 'cache-control': 'private, no-store', vary: 'Authorization' })
    expect(answer.headers['content-type']).toContain('application/problem+json')
  })
})

/** The same service with a store that cannot be reached. */
async function openTestServiceLike(from: TestService, fail: () => Promise<never>) {
  const { buildApp } = await import('./app.ts')
  const store = { ...from.ctx.store, withTenant: fail, withoutTenant: fail }
  const app = await buildApp({ ...from.ctx, store })
  const answer = await app.inject({ url: S, headers: { authorization: `Bearer ${tenant.key}` } })
  await app.close()
  return answer
}
