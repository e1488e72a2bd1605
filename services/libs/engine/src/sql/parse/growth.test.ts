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

const SMALL = 300
const TIMES = 10

/** Milliseconds of CPU time, so that other processes do not count; of the fastest of some rounds. */
function cpuMs(times: number, run: () => void): number {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < 4; round++) {
    const start = process.threadCpuUsage()
    for (let i = 0; i < times; i++) run()
    const { user, system } = process.threadCpuUsage(start)
    best = Math.min(best, (user + system) / 1000)
  }
  return best
}

test.each(Object.entries(SHAPES))('time grows no faster than the text: %s', { timeout: 60_000 }, (_, shape) => {
  const small = shape(SMALL)
  const large = shape(SMALL * TIMES)
  expect(large.length).toBeLessThanOrEqual(SQL_LENGTH_MAX)
  const work = (text: string): void => {
    parseStatements(text)
    splitStatements(text)
    formatSql(text)
  }
  cpuMs(TIMES, () => work(small))
  // The same amount of text in small pieces and in one: linear work takes as long, quadratic work ten times as long.
  const inPieces = cpuMs(TIMES, () => work(small))
  const inOne = cpuMs(1, () => work(large))
  expect(inOne).toBeLessThan(inPieces * 4 + 20)
})
