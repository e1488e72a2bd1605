import { expect, test } from 'vitest'
import { formatSql } from '../format/format.ts'
import { splitStatements } from '../split/split.ts'
import { parseStatements, SQL_LENGTH_MAX } from './parser.ts'

/** Texts that grow with n: wide ones, deep ones, and ones that invite backtracking. */
const SHAPES: Readonly<Record<string, (n: number) => string>> = {
  'select items': (n) => `SELECT ${Array.from({ length: n }, (_, i) => `f(a${i}, 1) AS x${i}`).join(', ')} FROM t`,
  statements: (n) => 'INSERT INTO t SELECT a; '.repeat(n),
  'statement sets without end': (n) => 'EXECUTE STATEMENT SET BEGIN x; '.repeat(n),
  'broken statements': (n) => 'SELECT a FROM t GROUP x; '.repeat(n),
  parentheses: (n) => `SELECT ${'('.repeat(n)}1${')'.repeat(n)}`,
  'parentheses in FROM': (n) => `SELECT * FROM ${'('.repeat(n)}SELECT 1${')'.repeat(n)}`,
  'unclosed calls': (n) => `SELECT ${'f('.repeat(n)}`,
  'dotted names': (n) => `SELECT a${'.b'.repeat(n)} FROM t`,
  operators: (n) => `SELECT 1${' + a'.repeat(n)}`,
  cases: (n) => `SELECT ${'CASE WHEN a THEN '.repeat(n)}`,
  comments: (n) => `SELECT 1 ${'/* c */ -- d\n'.repeat(n)}`,
  'column definitions': (n) =>
    `CREATE TABLE t (${Array.from({ length: n }, (_, i) => `c${i} ROW<a INT, b ARRAY<STRING>>`).join(', ')})`,
}

/** Milliseconds of CPU time of the fastest of some runs: other processes do not count. */
function fastestMs(run: () => void): number {
  let best = Number.POSITIVE_INFINITY
  for (let i = 0; i < 10; i++) {
    const start = process.threadCpuUsage()
    run()
    const { user, system } = process.threadCpuUsage(start)
    best = Math.min(best, (user + system) / 1000)
  }
  return best
}

test.each(Object.entries(SHAPES))('time grows no faster than the text: %s', (_, shape) => {
  const small = shape(300)
  const large = shape(3000)
  expect(large.length).toBeLessThanOrEqual(SQL_LENGTH_MAX)
  const work = (text: string): void => {
    parseStatements(text)
    splitStatements(text)
    formatSql(text)
  }
  fastestMs(() => work(small))
  const before = fastestMs(() => work(small))
  const after = fastestMs(() => work(large))
  // Ten times the text: linear is 10, quadratic is 100.
  expect(after).toBeLessThan(Math.max(before, 0.4) * 60)
})
