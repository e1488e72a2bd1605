import { expect, test } from 'vitest'
import { parseStatements } from '../sql/parse/parser.ts'
import { treeDifference } from './tree-difference.ts'

const tree = (text: string): unknown => parseStatements(text).statements[0]

test('writing makes no difference', () => {
  expect(treeDifference(tree('SELECT a, (b, c) FROM t'), tree('select  `a`,\nROW(b, c) FROM `t`'))).toBeUndefined()
})

test('meaning does, and the path says where', () => {
  expect(treeDifference(tree('SELECT a FROM t'), tree('SELECT b FROM t'))).toBe('.items.0.expr.parts.0.value: "a" and "b"')
  expect(treeDifference(tree('SELECT a FROM t'), tree('SELECT a FROM t WHERE b'))).toMatch(/^\.where/)
  expect(treeDifference(tree('SELECT a FROM t'), tree('SELECT a, b FROM t'))).toMatch(/^\.items\.1/)
  expect(treeDifference(tree('SELECT a, b FROM t'), tree('SELECT a FROM t'))).toMatch(/^\.items\.1/)
})

test('functions have any case, names have their own', () => {
  expect(treeDifference(tree('SELECT max(a) FROM t'), tree('SELECT MAX(a) FROM t'))).toBeUndefined()
  expect(treeDifference(tree('SELECT max(a) FROM t'), tree('SELECT max(A) FROM t'))).toMatch(/"a" and "A"$/)
})
