import { readFile } from 'node:fs/promises'
import { seededRandom, uidMaker } from '@millrace/kit'
import type { StatementReport } from '@millrace/protocol'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createComputePool } from './compute-pools.ts'
import { listScalingDecisions, listStatementEvents } from './history.ts'
import { beginIdempotent, storeAnswer } from './idempotency.ts'
import { createOrganization } from './organizations.ts'
import type { Scope } from './scope.ts'
import { masterKeyFrom } from './sealing.ts'
import { createDataKey, openSecrets, putSecrets } from './secrets.ts'
import { createStatement, deleteStatement, getStatement } from './statements.ts'
import { confirmEpoch, grantAssignment, latestCheckpoint, listAssignmentsForWorker, saveReport } from './system/assignments.ts'
import { claimOutbox, markOutboxSent } from './system/outbox.ts'
import { recordScalingDecision } from './system/scaling-decisions.ts'
import { appendStatementEvent, listRunnableStatements, setStatementStatus } from './system/statements.ts'
import { insertLedgerRows, listCounterReadings, sumUsage } from './system/usage.ts'
import { bindWorker, endWorker, upsertWorker } from './system/workers.ts'
import { openTestStore, type TestStore } from './testing/open-test-store.ts'
import { queryUsage } from './usage.ts'
import { createWorkspace } from './workspaces.ts'

const seed = 20260301
const draw = seededRandom(seed)
const random = (n: number) => Uint8Array.from({ length: n }, () => Math.floor(draw() * 256))
let nowMs = Date.UTC(2026, 2, 1, 12)
const newUid = uidMaker({ now: () => nowMs, monotonic: () => nowMs, sleep: async () => {} }, random)
const master = masterKeyFrom('11'.repeat(32))
const org = newUid()
let t: TestStore
let workspace = ''
let pool = ''
const worker = newUid()

const at = () => new Date(nowMs)
const tenant = <T>(fn: (scope: Scope) => Promise<T>) => t.store.withTenant(org, (tx) => fn({ tx, org, now: at(), newUid }))
const traits = { sql_kind: 'INSERT', is_bounded: false, is_append_only: true, upsert_columns: [], schema: [], connections: [] }

const addStatement = (name: string) =>
  tenant((s) =>
    createStatement(s, {
      workspace,
      pool,
      name,
      spec: {
        sql: 'INSERT INTO a SELECT * FROM b',
        properties: {},
        compute_pool: 'p',
        desired: 'RUNNING',
        runtime: 'auto',
        parallelism: { min: 1, max: 4 },
        priority: 0,
        start: { from: 'default' },
      },
      labels: {},
      annotations: {},
      phase: 'PENDING',
      program: '{"x":9007199254740993}',
      plan: null,
      traits,
      results: null,
      createdBy: 'test',
    }),
  )

const report = (version: string, epoch: number, cpu: number): StatementReport => ({
  statement_version: version,
  epoch,
  state: 'RUNNING',
  error: null,
  lag: { records: 5, time_ms: 10 },
  freshness_ms: 3,
  rates: { records_in: 1, records_out: 1, bytes_in: 1 },
  busy: 0.5,
  true_rate: 100,
  watermark_ms: null,
  state_bytes: 10,
  state_limit_state: 'OK',
  checkpoint: { number: cpu, epoch, manifest: `m-${cpu}`, committed_at_ms: nowMs, duration_ms: 1, bytes: 10, savepoint: false },
  counters: {
    cpu_us: cpu,
    records_in: cpu,
    records_out: 0,
    bytes_in: 0,
    bytes_out: 0,
    late_records_dropped: 0,
    errors_ignored: 0,
  },
  offsets: {},
  source_splits: 4,
  parallelism: 1,
})

const grant = (s: { uid: string; version: { uid: string } }, to = worker) =>
  t.store.withSystem((tx) =>
    grantAssignment(tx, {
      org,
      uid: newUid(),
      statement: s.uid,
      version: s.version.uid,
      worker: to,
      pool,
      cu: 0.05,
      parallelism: 1,
      readUrl: 'http://127.0.0.1:1',
      now: at(),
    }),
  )

beforeAll(async () => {
  console.log(`seed ${seed}`)
  t = await openTestStore(at())
  await tenant(async (s) => {
    await createOrganization(s, { name: 'o', displayName: 'O', plan: 'free', homeRegion: 'local', quotas: {} })
    await createDataKey(s, { master, random })
    workspace = (await createWorkspace(s, { name: 'main', region: 'local', conditions: [] })).uid
    pool = (await createComputePool(s, { workspace, name: 'p', spec: { max_cu: 2, min_cu: 0, runtimes: ['embedded'] } })).uid
  })
  await t.store.withSystem((tx) =>
    upsertWorker(tx, {
      uid: worker,
      region: 'local',
      readUrl: 'http://127.0.0.1:1',
      totalCu: 1,
      state: 'READY',
      process: {},
      now: at(),
      leaseMs: 5000,
    }),
  )
}, 60_000)
afterAll(() => t?.stop())

describe('assignments', () => {
  test('of many deciders exactly one grants, and each grant raises the epoch', async () => {
    const s = await addStatement('race')
    const won = await Promise.all(Array.from({ length: 6 }, () => grant(s)))
    expect(won.filter((e) => e !== null)).toEqual([1])
    expect(await t.store.withSystem((tx) => confirmEpoch(tx, { version: s.version.uid, epoch: 1, worker, now: at() }))).toBe(true)
    expect(await t.store.withSystem((tx) => confirmEpoch(tx, { version: s.version.uid, epoch: 2, worker, now: at() }))).toBe(
      false,
    )
    const held = await t.store.withSystem((tx) => listAssignmentsForWorker(tx, worker))
    expect(held).toMatchObject([{ version: s.version.uid, epoch: 1, cu: 0.05 }])
  })

  test('a report of a past epoch changes nothing; a dead worker is charged to its last heartbeat', async () => {
    const s = await addStatement('zombie')
    const second = newUid()
    await t.store.withSystem((tx) =>
      upsertWorker(tx, {
        uid: second,
        region: 'local',
        readUrl: 'x',
        totalCu: 1,
        state: 'READY',
        process: {},
        now: at(),
        leaseMs: 1,
      }),
    )
    expect(await grant(s, second)).toBe(1)
    nowMs += 1000
    const save = (epoch: number, cpu: number, by: string) =>
      t.store.withSystem((tx) =>
        saveReport(tx, { worker: by, incarnation: 'i1', report: report(s.version.uid, epoch, cpu), now: at() }),
      )
    expect(await save(1, 7, second)).toBe(true)
    const heartbeatAt = at()
    nowMs += 60_000
    await t.store.withSystem((tx) => endWorker(tx, { worker: second, reason: 'LOST', lost: true, now: at() }))
    expect(await save(1, 8, second)).toBe(false)
    expect(await grant(s, second)).toBeNull()
    expect(await grant(s)).toBe(2)
    expect(await save(1, 9, second)).toBe(false)
    const released = await tenant((x) => x.tx.assignments.findFirstOrThrow({ where: { version_uid: s.version.uid, epoch: 1n } }))
    expect(released.released_at).toEqual(heartbeatAt)
    expect(await t.store.withSystem((tx) => latestCheckpoint(tx, s.version.uid))).toMatchObject({ number: 7, manifest: 'm-7' })
    const view = await tenant((x) => getStatement(x, { workspace, name: 'zombie' }))
    expect(view).toMatchObject({
      assignment: { epoch: 2 },
      report: { report: { counters: { cpu_us: 7 } } },
      checkpoint: { number: 7 },
    })
  })

  test('a worker bound to a tenant is never bound to another', async () => {
    const bind = (o: string) => t.store.withSystem((tx) => bindWorker(tx, { worker, org: o, pool }))
    expect([await bind(org), await bind(org), await bind(newUid())]).toEqual([true, true, false])
  })
})

describe('statements', () => {
  test('the phase moves only along the transition table', async () => {
    const s = await addStatement('phases')
    const move = (phase: 'RUNNING' | 'STOPPED' | 'COMPLETED' | 'FAILING') =>
      t.store.withSystem((tx) => setStatementStatus(tx, { statement: s.uid, phase, now: at() }))
    expect([await move('RUNNING'), await move('STOPPED'), await move('FAILING')]).toEqual(['PENDING', 'RUNNING', null])
  })

  test('deleting frees the name in the same transaction, and the scheduler still sees the old one until it lets go', async () => {
    const s = await addStatement('again')
    await grant(s)
    await tenant((x) => deleteStatement(x, s))
    const second = await addStatement('again')
    expect(second.uid).not.toBe(s.uid)
    const seen = await t.store.withSystem((tx) => listRunnableStatements(tx, 'local'))
    expect(seen.find((r) => r.uid === s.uid)).toMatchObject({ deleting: true, phase: 'DELETING' })
    await expect(addStatement('again')).rejects.toMatchObject({ code: 'NAME_TAKEN' })
  })

  test('events come in order and pages do not overlap', async () => {
    const s = await addStatement('events')
    for (let i = 0; i < 5; i++) {
      nowMs += 10
      await t.store.withSystem((tx) =>
        appendStatementEvent(tx, {
          uid: newUid(),
          org,
          statement: s.uid,
          kind: 'PHASE',
          severity: 'INFO',
          reason: `R${i}`,
          message: '',
          now: at(),
        }),
      )
    }
    const one = await tenant((x) => listStatementEvents(x, { statement: s.uid, limit: 3 }))
    const two = await tenant((x) => listStatementEvents(x, { statement: s.uid, limit: 3, after: one.next ?? '' }))
    expect([...one.items, ...two.items].map((e) => e.reason)).toEqual(['R0', 'R1', 'R2', 'R3', 'R4'])
    expect(two.next).toBeNull()
  })
})

test('equal consecutive decisions extend one row', async () => {
  const decide = (action: string) =>
    t.store.withSystem((tx) =>
      recordScalingDecision(tx, {
        uid: newUid(),
        org,
        pool,
        statement: null,
        action,
        applied: true,
        from: { workers: 1 },
        to: { workers: 2 },
        reasons: ['LAG_ABOVE_OBJECTIVE'],
        facts: { lag_ms: nowMs },
        now: at(),
      }),
    )
  for (const action of ['ADD', 'ADD', 'ADD', 'HOLD', 'ADD']) {
    nowMs += 1000
    await decide(action)
  }
  const found = await tenant((s) => listScalingDecisions(s, { pool, limit: 10 }))
  expect(found.items.map((d) => [d.action, d.times])).toEqual([
    ['ADD', 1],
    ['HOLD', 1],
    ['ADD', 3],
  ])
})

test('outbox: two relays share the rows, none is taken twice, a lost claim comes back', async () => {
  for (let i = 0; i < 3; i++) await addStatement(`outbox-${i}`)
  const claim = () => t.store.withSystem((tx) => claimOutbox(tx, { limit: 4, now: at(), leaseMs: 1000 }))
  const taken = await Promise.all([claim(), claim(), claim()])
  const uids = taken.flat().map((r) => r.uid)
  expect(new Set(uids).size).toBe(uids.length)
  await t.store.withSystem((tx) => markOutboxSent(tx, taken[0]!, at()))
  let rest = await claim()
  while (rest.length > 0) rest = await claim()
  nowMs += 1001
  const again = (await Promise.all([claim(), claim(), claim(), claim(), claim(), claim(), claim(), claim()]))
    .flat()
    .map((r) => r.uid)
  expect(again).not.toContain(taken[0]![0]!.uid)
  expect(again).toContain(taken[1]![0]!.uid)
})

test('usage: a repeated ledger row is not doubled, and sums agree between service and tenant', async () => {
  const s = await addStatement('metered')
  const minute = new Date(Math.floor(nowMs / 60_000) * 60_000)
  const row = {
    org,
    workspace,
    pool,
    statement: s.uid,
    version: s.version.uid,
    epoch: 1,
    incarnation: 'i',
    minute,
    revision: 0,
    unit: 'milli_cu_ms',
    currency: 'USD',
    rateCard: 'test',
    labels: {},
    principal: 'test',
  }
  const ledger = ['cu', 'cpu'].map((sku) => ({ ...row, uid: newUid(), sku, quantity: 3000, amountMicros: 17 }))
  expect(await t.store.withSystem((tx) => insertLedgerRows(tx, ledger, at()))).toBe(2)
  expect(await t.store.withSystem((tx) => insertLedgerRows(tx, ledger, at()))).toBe(0)
  const span = { from: minute, to: new Date(minute.getTime() + 60_000) }
  const sum = await t.store.withSystem((tx) => sumUsage(tx, { statement: s.uid, ...span }))
  expect(sum).toMatchObject([
    { sku: 'cpu', quantity: 3000, amountMicros: 17 },
    { sku: 'cu', quantity: 3000 },
  ])
  const lines = await tenant((x) =>
    queryUsage(x, { ...span, groupBy: ['statement', 'workspace'], granularity: 'hour', limit: 10 }),
  )
  expect(lines.lines).toMatchObject([
    { sku: 'cpu', quantity: '3000', group: { statement: 'metered', workspace: 'main' } },
    { sku: 'cu', quantity: '3000' },
  ])
  const totals = await tenant((x) => queryUsage(x, { ...span, groupBy: [], granularity: 'total', limit: 10 }))
  expect(totals.lines).toHaveLength(2)
})

test('usage: counter readings are the last before and the last within the span', async () => {
  const s = await addStatement('counted')
  await grant(s)
  const t0 = at()
  for (const cpu of [10, 20, 30]) {
    nowMs += 1000
    await t.store.withSystem((tx) =>
      saveReport(tx, { worker, incarnation: 'i9', report: report(s.version.uid, 1, cpu), now: at() }),
    )
  }
  const read = async (fromMs: number, toMs: number) =>
    (await t.store.withSystem((tx) => listCounterReadings(tx, { from: new Date(fromMs), to: new Date(toMs) })))
      .filter((r) => r.at.version === s.version.uid)
      .map((r) => [r.before?.counters.cpu_us ?? null, r.at.counters.cpu_us])
  expect(await read(t0.getTime(), t0.getTime() + 2000)).toEqual([[null, 20]])
  expect(await read(t0.getTime() + 1000, t0.getTime() + 3000)).toEqual([[10, 30]])
})

test('secrets: sealed at rest, opened by the service only with the same organization, resource, field and version', async () => {
  const resource = newUid()
  await tenant((s) => putSecrets(s, resource, { values: { password: 'hunter2' }, master, random }))
  await tenant((s) => putSecrets(s, resource, { values: { password: 'hunter3', token: 'x' }, master, random }))
  expect(await t.store.withSystem((tx) => openSecrets(tx, master, { org, resource }))).toEqual({
    password: 'hunter3',
    token: 'x',
  })
  const other = newUid()
  const owner = new pg.Client({ connectionString: t.urls.owner })
  await owner.connect()
  await owner.query(
    `INSERT INTO millrace.sealed_secrets SELECT org_id, $2, field, version, data_key_version, sealed, created_at FROM millrace.sealed_secrets WHERE resource_uid = $1`,
    [resource, other],
  )
  const plain = await owner.query(
    `SELECT count(*)::int AS n FROM millrace.sealed_secrets WHERE encode(sealed, 'escape') LIKE '%hunter%'`,
  )
  await owner.end()
  expect(plain.rows[0].n).toBe(0)
  await expect(t.store.withSystem((tx) => openSecrets(tx, master, { org, resource: other }))).rejects.toThrow()
})

test('idempotency: the same answer again, another body refused, in flight refused, another day still found', async () => {
  const bytes = (text: string) => Uint8Array.from(Buffer.from(text.padEnd(32, '.')))
  const request = { principal: 'k', keyHash: bytes('key'), requestHash: bytes('body') }
  const answer = { status: 201, headers: { location: '/x' }, body: bytes('{}'), sealed: false }
  await tenant(async (s) => {
    expect(await beginIdempotent(s, request)).toBeNull()
    await expect(tenant((other) => beginIdempotent(other, request))).rejects.toMatchObject({ code: 'IDEMPOTENCY_IN_FLIGHT' })
    await storeAnswer(s, request, answer)
  })
  nowMs += 23 * 3_600_000
  expect(await tenant((s) => beginIdempotent(s, request))).toMatchObject({ status: 201, headers: { location: '/x' } })
  await expect(tenant((s) => beginIdempotent(s, { ...request, requestHash: bytes('other') }))).rejects.toMatchObject({
    code: 'IDEMPOTENCY_KEY_REUSED',
  })
  nowMs += 3_600_001
  expect(await tenant((s) => beginIdempotent(s, request))).toBeNull()
})

test('schema.prisma says what the tables are', async () => {
  const owner = new pg.Client({ connectionString: t.urls.owner })
  await owner.connect()
  const columns = await owner.query<{ line: string }>(
    `SELECT c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN '' ELSE '?' END AS line
       FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      WHERE c.relnamespace = 'millrace'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname <> 'schema_migrations'`,
  )
  await owner.end()
  const types: Record<string, string> = {
    'String @db.Uuid': 'uuid',
    'DateTime @db.Timestamptz(3)': 'timestamp(3) with time zone',
    'String[]': 'text[]',
    String: 'text',
    Int: 'integer',
    BigInt: 'bigint',
    Json: 'jsonb',
    Boolean: 'boolean',
    Bytes: 'bytea',
  }
  const text = await readFile(new URL('../prisma/schema.prisma', import.meta.url), 'utf8')
  const said: string[] = []
  for (const [, model, body] of text.matchAll(/^model (\w+) \{\n(.*?)\n\}/gms)) {
    for (const line of (body ?? '').split('\n')) {
      const m = /^ {2}(\w+) +(\w+(?:\[\])?)(\??)(.*)$/.exec(line)
      if (!m) continue
      const native = /@db\.\w+(\(\d\))?/.exec(m[4] ?? '')?.[0]
      said.push(`${model}.${m[1]} ${types[native ? `${m[2]} ${native}` : (m[2] ?? '')]}${m[3]}`)
    }
  }
  expect(said.sort()).toEqual(columns.rows.map((r) => r.line).sort())
})
