import { expect, test } from 'vitest'
import { expectedAt } from './parser.ts'

function at(sql: string): ReturnType<typeof expectedAt> {
  const offset = sql.indexOf('|')
  return expectedAt(sql.replace('|', ''), offset)
}

test('at the start of a statement stand the words that begin one', () => {
  expect(at('|').keywords).toEqual(expect.arrayContaining(['SELECT', 'CREATE', 'INSERT']))
  expect(at('SELECT 1; sel|').keywords).toContain('SELECT')
  expect(at('SELECT 1; sel|').prefix).toEqual({ start: 10, end: 13 })
})

test('behind a table stand joins and clauses, behind WHERE an expression', () => {
  expect(at('SELECT a FROM t |').keywords).toEqual(expect.arrayContaining(['LEFT', 'WHERE', 'GROUP', 'ORDER BY']))
  expect(at('SELECT a FROM t WHERE |').classes).toContain('an expression')
  expect(at('SELECT a FROM t WHERE |').keywords).not.toContain('GROUP BY')
})

test('only what stands before the place counts', () => {
  expect(at('CREATE TABLE t (a |) WITH (').classes).toContain('a type')
  expect(at('ALTER TABLE t | SELECT').keywords).toEqual(
    expect.arrayContaining(['ADD', 'DROP', 'MODIFY', 'RENAME', 'SET', 'RESET']),
  )
})
