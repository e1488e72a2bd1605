import { expect, test } from 'vitest'
import { analyzeScript } from './analyze-script.ts'
import { sessionOf } from './bind-fixture.ts'

const session = sessionOf('CREATE TABLE t (a INT, b STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)')
const list = (count: number, item: (i: number) => string) => Array.from({ length: count }, (_, i) => item(i))
const codes = (sql: string) => [...new Set(analyzeScript(sql, session).diagnostics.map((diagnostic) => diagnostic.code))]

test('queries nest to a depth that any stack holds', () => {
  expect(codes(`${'SELECT * FROM ('.repeat(70)}SELECT a FROM t${')'.repeat(70)}`)).toEqual(['SQL_QUERY_TOO_DEEP'])
})

test('common tables that double do not grow without bound', () => {
  const doubling = list(40, (i) => `c${i + 1} AS (SELECT x.a FROM c${i} x, c${i} y)`)
  expect(codes(`WITH c0 AS (SELECT a FROM t), ${doubling.join(', ')} SELECT * FROM c40`)).toEqual(['SQL_QUERY_TOO_LARGE'])
})

test('views that double do not grow without bound', () => {
  const views = list(40, (i) => `CREATE VIEW v${i + 1} AS SELECT x.a FROM v${i} x, v${i} y`)
  const script = `CREATE VIEW v0 AS SELECT a FROM t; ${views.join('; ')}; SELECT * FROM v40`
  expect(codes(script)).toContain('SQL_QUERY_TOO_LARGE')
})

test('different OVER windows are counted', () => {
  const calls = list(200, (i) => `SUM(a) OVER (PARTITION BY a + ${i} ORDER BY ts)`)
  expect(codes(`SELECT ${calls.join(', ')} FROM t`)).toEqual(['SQL_OVER_WINDOWS'])
  expect(codes(`SET 'execution.runtime-mode' = 'batch'; SELECT ${calls.join(', ')} FROM t`)).toEqual(['SQL_TOO_MANY_WINDOWS'])
})

test('CUBE of many columns is refused before it is expanded', () => {
  expect(codes(`SELECT COUNT(*) FROM t GROUP BY CUBE (${list(30, (i) => `a + ${i}`).join(', ')})`)).toEqual([
    'SQL_TOO_MANY_GROUPING_SETS',
  ])
})

test('twice the text takes about twice the time', { timeout: 60_000 }, () => {
  const wide = (count: number) =>
    `SELECT ${list(count, (i) => `CASE WHEN a > ${i} THEN UPPER(b) ELSE b END AS c${i}`).join(', ')} FROM t WHERE a > 1`
  const cost = (sql: string) => {
    const runs = list(5, () => '').map(() => {
      const start = process.cpuUsage()
      analyzeScript(sql, session)
      const { user, system } = process.cpuUsage(start)
      return user + system
    })
    return Math.min(...runs)
  }
  cost(wide(200))
  expect(cost(wide(1200)) / cost(wide(600))).toBeLessThan(5)
})
