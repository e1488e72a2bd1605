import { expect, test } from 'vitest'
import { treeDifference } from '../../fuzz/tree-difference.ts'
import { parseStatements } from '../parse/parser.ts'
import { unparseStatement } from './unparse.ts'

test.each(['AND', 'OR', '+', '- b +', '* b /', '|| b %', '=', '< b >='])(
  'a chain of hundreds of %s is printed so that it can be read again as the same tree',
  (operators) => {
    const [statement] = parseStatements(`SELECT a${` ${operators} b`.repeat(400)} FROM t`).statements
    if (statement === undefined) throw new Error('the statement is accepted')
    const again = parseStatements(unparseStatement(statement))
    expect(again.diagnostics).toEqual([])
    expect(treeDifference(statement, again.statements[0])).toBeUndefined()
  },
)

test('short chains have the parentheses that Flink prints', () => {
  const [statement] = parseStatements('SELECT a + b - c').statements
  expect(statement && unparseStatement(statement)).toBe('SELECT ((`a` + `b`) - `c`)')
})

test.each(["FLOOR((INTERVAL '1' DAY) TO HOUR)", "CEIL((- INTERVAL '1' DAY) TO MINUTE)", 'FLOOR(ts TO DAY)'])(
  '%s reads back as the same tree',
  (text) => {
    const [statement] = parseStatements(`SELECT ${text}`).statements
    if (statement === undefined) throw new Error('the statement is accepted')
    const again = parseStatements(unparseStatement(statement))
    expect(treeDifference(statement, again.statements[0])).toBeUndefined()
  },
)
