import { expect, test } from 'vitest'
import { splitStatements } from './split.ts'

function texts(script: string): string[] {
  return splitStatements(script).map(({ text }) => text)
}

test('semicolons end statements, empty ones are none', () => {
  expect(texts('SELECT 1;; ;SELECT 2')).toEqual(['SELECT 1', 'SELECT 2'])
})

test('semicolons in strings, quoted names and comments end nothing', () => {
  expect(texts("SELECT ';', `a;b` -- c;d\n /* e;f */ FROM t; SELECT 2")).toEqual([
    "SELECT ';', `a;b` -- c;d\n /* e;f */ FROM t",
    'SELECT 2',
  ])
})

test('a statement set is one statement', () => {
  const set = 'EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT CASE WHEN x THEN 1 END FROM t; INSERT INTO b SELECT 2; END'
  expect(texts(`${set}; SELECT 1`)).toEqual([set, 'SELECT 1'])
})

test('BEGIN STATEMENT SET is a statement of its own', () => {
  expect(texts('BEGIN STATEMENT SET; INSERT INTO a SELECT 1; END;')).toEqual([
    'BEGIN STATEMENT SET',
    'INSERT INTO a SELECT 1',
    'END',
  ])
})

test('a set without END ends at its first semicolon', () => {
  expect(texts('EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; SELECT 2')).toEqual([
    'EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1',
    'SELECT 2',
  ])
})

test('a shell sees whether the last statement is finished', () => {
  expect(splitStatements('SELECT 1; SELECT 2').map(({ terminated }) => terminated)).toEqual([true, false])
  expect(splitStatements('-- nothing\n')).toEqual([])
})
