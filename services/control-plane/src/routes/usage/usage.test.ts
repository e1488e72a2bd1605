import type { StatementReport } from '@millrace/protocol'
import { grantAssignment, saveReport, upsertWorker } from '@millrace/store'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestService, type TestService } from '../../testing/open-test-service.ts'
import { signUpTenant, type TenantClient } from '../../testing/tenant-client.ts'

let t: TestService
let tenant: TenantClient
let other: TenantClient

beforeAll(async () => {
  t = await openTestService(61)
  tenant = await signUpTenant(t.app, 'acme')
  other = await signUpTenant(t.app, 'other')
}, 60_000)
afterAll(() => t?.stop())

const report = (version: string): StatementReport => ({
  statement_version: version,
  epoch: 1,
  state: 'RUNNING',
  error: null,
  lag: { records: 0, time_ms: 0 },
  freshness_ms: null,
  rates: { records_in: 0, records_out: 0, bytes_in: 0 },
  busy: 0,
  true_rate: null,
  watermark_ms: null,
  state_bytes: 0,
  state_limit_state: 'OK',
  checkpoint: null,
  counters: {
    cpu_us: 0,
    records_in: 0,
    records_out: 0,
    bytes_in: 0,
    bytes_out: 0,
    late_records_dropped: 0,
    errors_ignored: 0,
  },
  offsets: {},
  source_splits: 1,
  parallelism: 1,
})

/** A running statement `live` on a slot of half a CU. */
async function run() {
  const submit = async (name: string, sql: string) => {
    const body = { metadata: { name }, spec: { sql, compute_pool: 'free' } }
    const made = await tenant.call('POST', '/v1/workspaces/main/statements', { body })
    expect(made.statusCode, made.body).toBe(201)
  }
  await submit('source', `CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen')`)
  await submit('sink', `CREATE TABLE nothing (n BIGINT) WITH ('connector' = 'blackhole')`)
  await submit('live', 'INSERT INTO nothing SELECT n FROM numbers')
  return await t.database.store.withSystem(async (tx) => {
    const statement = await tx.statements.findFirstOrThrow({ where: { name: 'live' } })
    const version = await tx.statement_versions.findFirstOrThrow({ where: { statement_uid: statement.uid } })
    const [worker, now] = [t.ctx.newUid(), new Date(t.clock.now())]
    const readUrl = 'http://127.0.0.1:1'
    await upsertWorker(tx, { uid: worker, region: 'local', readUrl, totalCu: 1, state: 'READY', process: {}, now, leaseMs: 5000 })
    const slot = { org: tenant.org, uid: t.ctx.newUid(), statement: statement.uid, version: version.uid, worker, readUrl, now }
    await grantAssignment(tx, { ...slot, pool: statement.compute_pool_uid!, cu: 0.5, parallelism: 1 })
    return { worker, version: version.uid }
  })
}

test('what a running statement holds shows at once, beside the ledger, to its own organization alone', async () => {
  const { worker, version } = await run()
  t.clock.advance(30_000)
  const now = new Date(t.clock.now())
  await t.database.store.withSystem((tx) => saveReport(tx, { worker, incarnation: 'i', report: report(version), now }))
  const held = { sku: 'cu', quantity: String(30_000 * 500), unit: 'milli_cu_ms', cu_minutes: 0.25 }
  const all = await tenant.call('GET', '/v1/usage?group_by=statement')
  expect(all.json()).toMatchObject({ lines: [], totals: [], unbilled: [{ ...held, group: { statement: 'live' } }] })
  const own = await tenant.call('GET', '/v1/workspaces/main/statements/live/usage')
  expect(own.json()).toMatchObject({ lines: [], unbilled: [{ ...held, group: {} }] })
  const before = await tenant.call('GET', '/v1/usage?from=2026-02-01&to=2026-03-01')
  expect(before.json()).toMatchObject({ lines: [], unbilled: [] })
  expect((await other.call('GET', '/v1/usage')).json()).toMatchObject({ lines: [], unbilled: [] })
})
