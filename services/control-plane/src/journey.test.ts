import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestService, type TestService } from './testing/open-test-service.ts'
import { signUpTenant, type TenantClient } from './testing/tenant-client.ts'

let t: TestService
let tenant: TenantClient
const W = '/v1/workspaces/main'

beforeAll(async () => {
  t = await openTestService(11)
  tenant = await signUpTenant(t.app, 'acme')
}, 60_000)
afterAll(() => t?.stop())

const statement = (name: string, sql: string, spec: object = {}) =>
  tenant.call('POST', `${W}/statements`, { body: { metadata: { name }, spec: { sql, ...spec } } })

describe('from sign-up to a running statement and back', () => {
  test('a pool is made, shown, changed under its ETag and deleted', async () => {
    const made = await tenant.call('POST', `${W}/compute-pools`, {
      body: { metadata: { name: 'big', labels: { team: 'a' } }, spec: { max_cu: 4 } },
    })
    expect([made.statusCode, made.headers.location]).toEqual([201, `${W}/compute-pools/big`])
    expect(made.json()).toMatchObject({
      kind: 'ComputePool',
      metadata: { generation: 1, labels: { team: 'a' } },
      spec: { max_cu: 4, min_cu: 0 },
    })
    const etag = String(made.headers.etag)
    expect(etag).toBe(`"${made.json().metadata.uid}.1"`)
    const patch = (headers: Record<string, string>) =>
      tenant.call('PATCH', `${W}/compute-pools/big`, {
        headers,
        body: { spec: { max_cu: 2 }, metadata: { labels: { team: null } } },
      })
    expect((await patch({})).json()).toMatchObject({ status: 428, code: 'PRECONDITION_REQUIRED' })
    const changed = await patch({ 'if-match': etag })
    expect(changed.json()).toMatchObject({ metadata: { generation: 2, labels: {} }, spec: { max_cu: 2 } })
    expect((await patch({ 'if-match': etag })).json()).toMatchObject({ status: 412, code: 'PRECONDITION_FAILED' })
    const gone = await tenant.call('DELETE', `${W}/compute-pools/big`, { headers: { 'if-match': String(changed.headers.etag) } })
    expect(gone.statusCode).toBe(204)
    expect((await tenant.call('GET', `${W}/compute-pools/big`)).json()).toMatchObject({ status: 404, code: 'NOT_FOUND' })
  })

  test('DDL is done in the POST and is a resource afterwards', async () => {
    const made = await statement(
      'create-bids',
      "CREATE TABLE bids (auction BIGINT, price BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector' = 'datagen')",
    )
    expect(made.json()).toMatchObject({ status: { phase: 'COMPLETED', traits: { sql_kind: 'CREATE_TABLE' } } })
    const sink = await statement(
      'create-sink',
      "CREATE TABLE nothing (auction BIGINT, price BIGINT) WITH ('connector' = 'blackhole')",
    )
    expect(sink.json().status.phase).toBe('COMPLETED')
    const table = await tenant.call('GET', `${W}/databases/default/tables/bids`)
    expect(table.json()).toMatchObject({ kind: 'CatalogObject', metadata: { name: 'bids' }, spec: { kind: 'table' } })
    expect(table.json().spec.ddl).toContain('WATERMARK FOR')
    const tables = await statement('show', 'SHOW TABLES')
    expect(tables.json().status.phase).toBe('COMPLETED')
    const rows = await tenant.call('GET', `${W}/statements/show/results`)
    expect(rows.json()).toMatchObject({
      columns: [{ name: 'table name' }],
      data: [{ op: '+I', row: { 'table name': 'bids' } }, { row: { 'table name': 'nothing' } }],
    })
    const stream = await tenant.call('GET', `${W}/statements/show/results`, { headers: { accept: 'text/event-stream' } })
    expect(stream.headers['content-type']).toContain('text/event-stream')
    expect(stream.body).toContain('event: row\ndata: {"op":"+I","row":{"table name":"bids"}}')
    expect(stream.body.endsWith('event: end\ndata: {}\n\n')).toBe(true)
    const described = await statement('describe', 'DESCRIBE bids')
    expect(described.json().status.traits.schema.map((c: { name: string }) => c.name)).toEqual([
      'name',
      'type',
      'null',
      'key',
      'extras',
      'watermark',
    ])
    expect((await statement('again', "CREATE TABLE bids (x INT) WITH ('connector' = 'datagen')")).json()).toMatchObject({
      status: 400,
      code: 'SQL_INVALID',
    })
    expect((await statement('drop', 'DROP TABLE nothing')).json().status.phase).toBe('COMPLETED')
    expect((await tenant.call('GET', `${W}/databases/default/tables/nothing`)).statusCode).toBe(404)
    await statement('create-sink-again', "CREATE TABLE nothing (auction BIGINT, price BIGINT) WITH ('connector' = 'blackhole')")
  })

  test('a statement is compiled, waits for a worker, stops, resumes and is deleted with its name free at once', async () => {
    const made = await statement('copy', 'INSERT INTO nothing SELECT auction, price FROM bids WHERE price > 10', {
      objective: { freshness: '2s' },
    })
    expect([made.statusCode, made.headers.location]).toEqual([201, `${W}/statements/copy`])
    expect(made.json()).toMatchObject({
      spec: { desired: 'RUNNING', compute_pool: 'free', parallelism: { min: 1 } },
      status: { phase: 'PENDING', version: 1, traits: { is_bounded: false } },
    })
    const plan = await tenant.call('GET', `${W}/statements/copy/plan`)
    expect(plan.json().graph.operators.length).toBeGreaterThan(1)
    const stopped = await tenant.call('POST', `${W}/statements/copy:stop`)
    expect(stopped.json()).toMatchObject({
      metadata: { generation: 2 },
      spec: { desired: 'STOPPED' },
      status: { phase: 'STOPPING' },
    })
    const events = await tenant.call('GET', `${W}/statements/copy/events`)
    expect(events.json().data).toMatchObject([{ reason: 'STOP_REQUESTED' }])
    const removed = await tenant.call('DELETE', `${W}/statements/copy`, { headers: { 'if-match': String(stopped.headers.etag) } })
    expect([removed.statusCode, removed.headers.location]).toEqual([202, `${W}/deleted/${made.json().metadata.uid}`])
    expect((await tenant.call('GET', `${W}/statements/copy`)).statusCode).toBe(404)
    const kept = await tenant.call('GET', String(removed.headers.location))
    expect(kept.json()).toMatchObject({
      metadata: { name: 'copy', uid: made.json().metadata.uid },
      status: { phase: 'DELETING' },
    })
    const second = await statement('copy', 'SELECT auction FROM bids', { desired: 'STOPPED' })
    expect(second.json().metadata.uid).not.toBe(made.json().metadata.uid)
    expect(second.json().status.phase).toBe('STOPPED')
    expect((await tenant.call('POST', `${W}/statements/copy:resume`)).json().status.phase).toBe('PENDING')
    const unplaced = await tenant.call('GET', `${W}/statements/copy/results`)
    expect(unplaced.json()).toMatchObject({ status: 503, code: 'RESULTS_UNAVAILABLE' })
  })

  test('a changed SQL is a new version of a statement at rest', async () => {
    const made = await statement('evolve', 'SELECT auction FROM bids', { desired: 'STOPPED' })
    const patch = (spec: object) =>
      tenant.call('PATCH', `${W}/statements/evolve`, { headers: { 'if-match': String(made.headers.etag) }, body: { spec } })
    expect((await patch({ sql: 'SELECT price FROM bids' })).json().detail).toContain('evolution')
    const next = await patch({ sql: 'SELECT price FROM bids', evolution: { strategy: 'fresh' } })
    expect(next.json()).toMatchObject({ metadata: { generation: 2 }, status: { version: 2 } })
    const versions = await tenant.call('GET', `${W}/statements/evolve/versions`)
    expect(versions.json().data.map((v: { number: number; sql: string }) => [v.number, v.sql])).toEqual([
      [2, 'SELECT price FROM bids'],
      [1, 'SELECT auction FROM bids'],
    ])
  })

  test('lists come in pages that neither repeat nor skip, and a token serves its own list only', async () => {
    const seen: string[] = []
    let url = `${W}/statements?page_size=2`
    for (;;) {
      const page = (await tenant.call('GET', url)).json()
      seen.push(...page.data.map((s: { metadata: { name: string } }) => s.metadata.name))
      if (page.metadata.next === null) break
      url = `${W}/statements?page_size=2&page_token=${page.metadata.next}`
    }
    const all = (await tenant.call('GET', `${W}/statements?page_size=100`))
      .json()
      .data.map((s: { metadata: { name: string } }) => s.metadata.name)
    expect(seen).toEqual(all)
    expect(all.length).toBeGreaterThan(5)
    const stolen = new URL(url, 'http://x').searchParams.get('page_token')
    expect((await tenant.call('GET', `${W}/statements?phase=RUNNING&page_token=${stolen}`)).json().code).toBe(
      'PAGE_TOKEN_INVALID',
    )
  })

  test('a repeated POST with its Idempotency-Key gives the same answer, also one with a secret; another body is refused', async () => {
    const make = (name: string) =>
      tenant.call('POST', '/v1/api-keys', {
        headers: { 'idempotency-key': 'k1' },
        body: { metadata: { name }, spec: { role: 'viewer' } },
      })
    const first = await make('reader')
    const again = await make('reader')
    expect(again.headers['idempotency-replayed']).toBe('true')
    expect(again.json()).toEqual(first.json())
    expect(first.json().status.key).toMatch(/^mr_live_/)
    expect((await make('other')).json()).toMatchObject({ status: 422, code: 'IDEMPOTENCY_KEY_REUSED' })
    const shown = await tenant.call('GET', '/v1/api-keys/reader')
    expect(shown.json().status.key).toBeUndefined()
  })

  test('a dry run checks everything and writes nothing', async () => {
    const dry = await tenant.call('POST', `${W}/statements?dry_run=true`, {
      body: { metadata: { name: 'dry' }, spec: { sql: "CREATE TABLE dry (x INT) WITH ('connector' = 'datagen')" } },
    })
    expect(dry.statusCode).toBe(200)
    expect((await tenant.call('GET', `${W}/statements/dry`)).statusCode).toBe(404)
    expect((await tenant.call('GET', `${W}/databases/default/tables/dry`)).statusCode).toBe(404)
  })

  test('a wait ends with the phase, or when its time is over', async () => {
    const at = t.clock.now()
    const waited = await tenant.call('GET', `${W}/statements/copy?wait=5s&for=RUNNING`)
    expect(waited.json().status.phase).toBe('PENDING')
    expect(t.clock.now() - at).toBeGreaterThanOrEqual(5000)
    const rested = await tenant.call('GET', `${W}/statements/show?wait=60s&for=RUNNING`)
    expect(rested.json().status.phase).toBe('COMPLETED')
  })

  test('the organization is shown and renamed, its quotas tell what is used', async () => {
    const shown = await tenant.call('GET', '/v1/organization')
    expect(shown.json()).toMatchObject({ kind: 'Organization', metadata: { name: 'acme' }, status: { plan: 'free' } })
    const headers = { 'if-match': String(shown.headers.etag) }
    const changed = await tenant.call('PATCH', '/v1/organization', { headers, body: { spec: { display_name: 'ACME Ltd' } } })
    expect(changed.json()).toMatchObject({ metadata: { generation: 2 }, spec: { display_name: 'ACME Ltd' } })
    expect((await tenant.call('PATCH', '/v1/organization', { headers, body: {} })).statusCode).toBe(412)
    const { quotas } = (await tenant.call('GET', '/v1/quotas')).json()
    expect(quotas).toContainEqual({ name: 'workspaces', limit: 3, usage: 1, scope: 'organization' })
  })

  test('a connection shows everything but its secret', async () => {
    const kafka = {
      bootstrap_servers: 'k.example:9092',
      security_protocol: 'SASL_SSL',
      sasl_mechanism: 'PLAIN',
      sasl_username: 'u',
      sasl_password: 'hunter2',
    }
    const made = await tenant.call('POST', `${W}/connections`, {
      body: { metadata: { name: 'k' }, spec: { type: 'kafka', kafka } },
    })
    expect(made.statusCode).toBe(201)
    expect(
      made.body + (await tenant.call('GET', `${W}/connections/k`)).body + (await tenant.call('GET', `${W}/connections`)).body,
    ).not.toContain('hunter2')
    const { sasl_password: _secret, ...shown } = kafka
    expect(made.json().spec.kafka).toEqual(shown)
    const patched = await tenant.call('PATCH', `${W}/connections/k`, {
      headers: { 'if-match': String(made.headers.etag) },
      body: { spec: { kafka: { sasl_username: 'v' } } },
    })
    expect(patched.json().spec.kafka).toEqual({ ...shown, sasl_username: 'v' })
  })
})
