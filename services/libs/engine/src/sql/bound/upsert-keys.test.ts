import { describe, expect, test } from 'vitest'
import { analyzeScript } from '../bind/analyze-script.ts'
import { sessionOf } from '../bind/bind-fixture.ts'
import { findTable } from '../catalog/lookup.ts'
import { upsertKeys } from './upsert-keys.ts'

const session = sessionOf(`
  CREATE TABLE a (id INT, k INT, v STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts, PRIMARY KEY (id) NOT ENFORCED);
  CREATE TABLE b (id INT, k INT, PRIMARY KEY (k) NOT ENFORCED);
  CREATE TABLE plain (x INT, y INT);
`)

function keysOf(sql: string): string {
  const bound = analyzeScript(sql, session).statements[0]?.bound
  if (bound?.kind !== 'Query') throw new Error(`does not bind: ${sql}`)
  const keys = upsertKeys(bound.query, (path) => {
    const table = findTable(session, path)
    if (table?.kind !== 'table') return undefined
    return table.primaryKey?.columns.map((name) => table.columns.findIndex((column) => column.name === name))
  })
  return keys.map((key) => [...key].map((column) => bound.query.schema[column]!.name).join('+') || '()').join(', ')
}

describe('upsert keys', () => {
  test('come from primary keys and grouping, and survive projections that keep them', () => {
    expect(keysOf('SELECT v, id FROM a WHERE k > 1')).toBe('id')
    expect(keysOf('SELECT CAST(id AS BIGINT) AS wide, v FROM a')).toBe('wide')
    expect(keysOf('SELECT id + 1, v FROM a')).toBe('')
    expect(keysOf('SELECT x, COUNT(*) FROM plain GROUP BY x')).toBe('x')
    expect(keysOf('SELECT UPPER(v), COUNT(*) FROM a GROUP BY v')).toBe('')
    expect(keysOf('SELECT COUNT(*) FROM plain')).toBe('()')
    expect(keysOf('SELECT DISTINCT x, y FROM plain')).toBe('x+y')
    expect(keysOf('SELECT id FROM a UNION ALL SELECT id FROM a')).toBe('')
  })
  test('of joins: a side that is unique on the join keeps the other one', () => {
    expect(keysOf('SELECT a.id, b.k FROM a JOIN b ON a.k = b.k')).toBe('id, id+k')
    expect(keysOf('SELECT a.id, x FROM a LEFT JOIN plain ON a.k = x')).toBe('')
    expect(keysOf('SELECT a.id, b.k FROM a LEFT JOIN b ON a.k = b.k')).toBe('id')
    expect(keysOf('SELECT a.id FROM a FULL JOIN b ON a.k = b.k')).toBe('')
  })
  test('of Top-N: the partition and the rank', () => {
    const ranked = 'SELECT k, v, ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts) AS rn FROM a'
    expect(keysOf(`SELECT * FROM (${ranked}) WHERE rn <= 3`)).toBe('k+rn')
    expect(keysOf(`SELECT k, v FROM (${ranked}) WHERE rn = 1`)).toBe('k')
    expect(keysOf(`SELECT k, v FROM (${ranked}) WHERE rn <= 3`)).toBe('')
  })
})
