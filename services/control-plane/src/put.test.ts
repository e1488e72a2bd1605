import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestService, type TestService } from './testing/open-test-service.ts'
import { signUpTenant, type TenantClient } from './testing/tenant-client.ts'

let t: TestService
let tenant: TenantClient
const W = '/v1/workspaces/main'

beforeAll(async () => {
  t = await openTestService(81)
  tenant = await signUpTenant(t.app, 'acme')
  const sql = "CREATE TABLE bids (auction BIGINT) WITH ('connector' = 'datagen')"
  await tenant.call('POST', `${W}/statements`, { body: { metadata: { name: 'ddl' }, spec: { sql } } })
})
afterAll(() => t?.stop())

const RESOURCES = [
  { url: `${W}/compute-pools/p`, spec: { max_cu: 2 }, other: { max_cu: 3 } },
  {
    url: `${W}/statements/s`,
    spec: { sql: 'SELECT auction FROM bids', priority: 3 },
    other: { sql: 'SELECT auction FROM bids' },
  },
  {
    url: `${W}/connections/c`,
    spec: {
      type: 'kafka',
      kafka: {
        bootstrap_servers: 'a.example:1',
        security_protocol: 'SASL_SSL',
        sasl_mechanism: 'PLAIN',
        sasl_username: 'u',
        sasl_password: 'p',
      },
    },
    other: { type: 'kafka', kafka: { bootstrap_servers: 'b.example:1', security_protocol: 'PLAINTEXT' } },
  },
]

test.each(RESOURCES)(
  'PUT $url creates, takes back what GET gave, and replaces under If-Match only',
  async ({ url, spec, other }) => {
    const put = (body: unknown, headers: Record<string, string> = {}) => tenant.call('PUT', url, { body, headers })
    expect((await put({ spec }, { 'if-match': '*' })).statusCode).toBe(412)
    const made = await put({ metadata: { labels: { team: 'a', tier: '1' } }, spec }, { 'if-none-match': '*' })
    expect([made.statusCode, made.headers.location]).toEqual([201, url])
    expect((await put({ spec }, { 'if-none-match': '*' })).statusCode).toBe(412)
    expect((await put({ spec })).statusCode).toBe(428)
    expect((await put({ metadata: { name: 'another' }, spec }, { 'if-match': '*' })).statusCode).toBe(400)

    const shown = await tenant.call('GET', url)
    const back = await put(shown.json(), { 'if-match': String(shown.headers.etag) })
    expect(back.statusCode).toBe(200)
    expect(back.json().spec).toEqual(shown.json().spec)
    expect(back.json().metadata.labels).toEqual({ team: 'a', tier: '1' })

    const replaced = await put({ metadata: { labels: { team: 'b' } }, spec: other }, { 'if-match': String(back.headers.etag) })
    expect(replaced.json().metadata).toMatchObject({ uid: made.json().metadata.uid, generation: 3, labels: { team: 'b' } })
    expect(replaced.json().spec).toMatchObject(other)
    expect(replaced.json().spec.priority ?? 0).toBe(0)
    expect(replaced.json().spec.kafka?.sasl_username).toBeUndefined()
  },
)
