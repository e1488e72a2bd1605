import type { Scope } from '@millrace/store'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestService, type TestService } from '../testing/open-test-service.ts'
import { signUpTenant, type TenantClient } from '../testing/tenant-client.ts'
import { engineSql } from './engine-sql.ts'

let t: TestService
let tenant: TenantClient

beforeAll(async () => {
  t = await openTestService(61)
  tenant = await signUpTenant(t.app, 'acme')
  await run(
    "CREATE TABLE bids (auction BIGINT, price BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'datagen')",
  )
  await run(
    "CREATE TABLE sums (auction BIGINT, n BIGINT NOT NULL, PRIMARY KEY (auction) NOT ENFORCED) WITH ('connector' = 'blackhole')",
  )
}, 60_000)
afterAll(() => t?.stop())

const scoped = <T>(fn: (s: Scope) => Promise<T>): Promise<T> =>
  t.database.store.withTenant(tenant.org, (tx) => fn({ tx, org: tenant.org, now: new Date(t.clock.now()), newUid: t.ctx.newUid }))
const environment = (properties: Record<string, string> = {}, database = 'default') => ({
  workspace: { uid: tenant.workspace, name: 'main' },
  database,
  properties,
})
const run = (sql: string, properties: Record<string, string> = {}) =>
  scoped((s) => engineSql.compile(s, sql, environment(properties)))
const codes = (sql: string) =>
  run(sql).then(
    () => [],
    (e: { details?: { code: string }[]; code: string }) => [e.code, ...(e.details ?? []).map((d) => d.code)],
  )

describe('what a statement becomes', () => {
  test('a query has a program with its traits, and an INSERT none of a result', async () => {
    const query = await run('SELECT auction, COUNT(*) AS n FROM bids GROUP BY auction')
    expect(query).toMatchObject({
      kind: 'program',
      traits: {
        sql_kind: 'SELECT',
        is_bounded: false,
        is_append_only: false,
        upsert_columns: ['auction'],
        schema: [
          { name: 'auction', type: 'BIGINT', nullable: true },
          { name: 'n', nullable: false },
        ],
      },
    })
    const insert = await run('INSERT INTO sums SELECT auction, COUNT(*) FROM bids GROUP BY auction')
    expect(insert).toMatchObject({ kind: 'program', traits: { sql_kind: 'INSERT_INTO', schema: [] } })
    const set = await run(
      'EXECUTE STATEMENT SET BEGIN INSERT INTO sums SELECT auction, 1 FROM bids; INSERT INTO sums SELECT 1, 2; END',
    )
    expect(set).toMatchObject({ kind: 'program', traits: { sql_kind: 'STATEMENT_SET' } })
  })

  test('properties are the session’s configuration', async () => {
    const compiled = await run('SELECT auction, COUNT(*) FROM bids GROUP BY auction', { 'table.exec.state.ttl': '1 h' })
    expect(compiled.kind === 'program' && compiled.program).toContain('"ttlMs":3600000')
  })

  test('EXPLAIN shows the plan and runs nothing', async () => {
    const explained = await run('EXPLAIN SELECT auction FROM bids WHERE price > 1')
    expect(explained).toMatchObject({ kind: 'done', traits: { sql_kind: 'EXPLAIN' } })
    expect(JSON.stringify(explained)).toContain('Physical plan')
  })

  test('a view, a database and ALTER change the catalog; what is renamed is found under its new name', async () => {
    await run('CREATE VIEW cheap AS SELECT auction FROM bids WHERE price < 10')
    expect((await run('SELECT * FROM cheap')).kind).toBe('program')
    await run('CREATE DATABASE other')
    await run("CREATE TABLE other.t (x INT) WITH ('connector' = 'datagen')")
    await run('ALTER TABLE other.t RENAME TO u')
    expect((await run('SELECT x FROM other.u')).kind).toBe('program')
    expect((await scoped((s) => engineSql.compile(s, 'SELECT x FROM u', environment({}, 'other')))).kind).toBe('program')
    await run("ALTER TABLE other.u SET ('rows-per-second' = '5')")
    const shown = await run('SHOW CREATE TABLE other.u')
    expect(JSON.stringify(shown)).toContain("'rows-per-second' = '5'")
    expect(await codes('DROP DATABASE other')).toContainEqual(expect.stringMatching('NOT_EMPTY'))
    await run('DROP DATABASE other CASCADE')
    expect(await codes('SELECT x FROM other.u')).toContain('SQL_INVALID')
  })

  test('CREATE TABLE AS makes the table and a program in one transaction', async () => {
    const made = await run("CREATE TABLE copied WITH ('connector' = 'blackhole') AS SELECT auction FROM bids")
    expect(made).toMatchObject({ kind: 'program' })
    expect(JSON.stringify(await run('DESCRIBE copied'))).toContain('auction')
  })
})

describe('rules that hold wherever an option is written', () => {
  test('an OPTIONS hint cannot leave the workspace or carry a secret', async () => {
    await run("CREATE TABLE files (x INT) WITH ('connector' = 'filesystem', 'format' = 'json', 'path' = 'in')")
    expect(await codes("SELECT * FROM files /*+ OPTIONS('path' = '/etc/passwd') */")).toContain('PATH_NOT_CONFINED')
    expect(await codes("INSERT INTO files /*+ OPTIONS('path' = '../x') */ SELECT 1")).toContain('PATH_NOT_CONFINED')
    await run(
      "CREATE TABLE k (x INT) WITH ('connector' = 'kafka', 'topic' = 't', 'format' = 'json', 'scan.startup.mode' = 'earliest-offset')",
    )
    expect(await codes("SELECT * FROM k /*+ OPTIONS('properties.sasl.password' = 'x') */")).toContain('SECRET_IN_SQL')
    expect(await codes("SELECT * FROM k /*+ OPTIONS('properties.sasl.jaas.config' = 'x') */")).toContain('SECRET_IN_SQL')
  })

  test('a secret is referred to only where a secret is expected', async () => {
    const kafka = "'connector' = 'kafka', 'format' = 'json', 'scan.startup.mode' = 'earliest-offset'"
    const table = (options: string) => `CREATE TABLE s (x INT) WITH (${kafka}, ${options})`
    expect(await codes(table("'topic' = '${secret:kafka-password}'"))).toContain('SQL_OPTION_VALUE')
    expect(await codes(table("'topic' = 't', 'properties.sasl.password' = '${secret:../x}'"))).toContain('SECRET_IN_SQL')
    expect(await codes(table("'topic' = 't', 'properties.sasl.password' = '${secret:mine}'"))).toEqual([])
  })

  test('a connection has to be there', async () => {
    await run(
      "CREATE TABLE via (x INT) WITH ('connector' = 'kafka', 'topic' = 't', 'format' = 'json', 'scan.startup.mode' = 'earliest-offset', 'connection' = 'nowhere')",
    )
    expect(await codes('SELECT * FROM via')).toContain('SQL_CONNECTION_NOT_FOUND')
  })
})

test('validation finds what a submission would, formatting keeps the meaning', async () => {
  const check = (sql: string) => scoped((s) => engineSql.check(s, sql, environment()))
  expect((await check('SELECT nope FROM bids')).diagnostics).toMatchObject([
    { severity: 'error', position: { line: 1, column: 8 } },
  ])
  expect(await check('SELECT auction FROM bids')).toMatchObject({
    diagnostics: [],
    sqlKind: 'SELECT',
    schema: [{ name: 'auction' }],
  })
  expect(
    (await check("CREATE TABLE p (x INT) WITH ('connector' = 'filesystem', 'format' = 'json', 'path' = '/etc')")).diagnostics,
  ).toMatchObject([{ code: 'PATH_NOT_CONFINED' }])
  expect(engineSql.format('select   1')).toMatch(/^SELECT\s+1/)
})
