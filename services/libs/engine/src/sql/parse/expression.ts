import type { BinaryOperator, Expression, IsTest, Like, PeriodPredicate, Quantified, UnaryOperator } from '../ast/expression.ts'
import type { Query } from '../ast/query.ts'
import { methodCall } from './call.ts'
import { ExpressionContext } from './expression-context.ts'
import { withSign } from './literal.ts'
import { parenthesizedList, primary } from './primary.ts'
import { asExpression, checkNonQuery, queryOf } from './query-node.ts'
import type { TokenCursor } from './token-cursor.ts'

/**
 * Operator precedence parsing after Pratt, with the precedences of Calcite (left, right): a right operand takes
 * operators whose left precedence is at least its own minimum.
 */
const BINARY: ReadonlyMap<string, Readonly<{ op: BinaryOperator; left: number; right: number }>> = new Map(
  (
    [
      ['OR', 'OR', 22],
      ['AND', 'AND', 24],
      ['=', '=', 30],
      ['<>', '<>', 30],
      ['<', '<', 30],
      ['<=', '<=', 30],
      ['>', '>', 30],
      ['>=', '>=', 30],
      ['+', '+', 40],
      ['-', '-', 40],
      ['*', '*', 60],
      ['/', '/', 60],
      ['%', '%', 60],
      ['||', '||', 60],
    ] as const
  ).map(([key, op, left]) => [key, { op, left, right: left + 1 }]),
)

const COMPARISONS: ReadonlySet<string> = new Set(['=', '<>', '<', '<=', '>', '>='])
const PERIOD_OPERATORS: ReadonlySet<string> = new Set(['CONTAINS', 'OVERLAPS', 'EQUALS', 'PRECEDES', 'SUCCEEDS'])
const PREFIX: ReadonlyMap<string, Readonly<{ op: UnaryOperator; right: number }>> = new Map([
  ['-', { op: '-', right: 81 }],
  ['+', { op: '+', right: 81 }],
  ['NOT', { op: 'NOT', right: 27 }],
  ['EXISTS', { op: 'EXISTS', right: 40 }],
  ['UNIQUE', { op: 'UNIQUE', right: 40 }],
])

/**
 * What one level of precedence parsing knows. `floor`: a list of operands that ended below keeps operators that bind weaker.
 * `stopAtAnd`: the AND of a BETWEEN comes. Flink reads no BETWEEN where `noBetween`, and no ESCAPE where `noEscape` holds.
 */
type Level = Readonly<{
  context: ExpressionContext
  min: number
  floor: number
  stopAtAnd: boolean
  noBetween: boolean
  noEscape: boolean
}>

/** An operator's place: the level it was met on, and where its left operand starts. */
type Site = Readonly<{ level: Level; start: number }>

const TOP = { min: 0, floor: 0, stopAtAnd: false, noBetween: false, noEscape: false } as const

export function expression(p: TokenCursor, context: ExpressionContext): Expression {
  return climb(p, { ...TOP, context })
}

function climb(p: TokenCursor, level: Level): Expression {
  const outer = p.height
  p.height = 0
  p.enter()
  const start = p.token.start
  const result = climbFrom(p, operand(p, level), { level, start })
  p.height = Math.max(p.height, outer)
  p.leave()
  return result
}

/** Takes the operators of a level behind an operand that is there. */
function climbFrom(p: TokenCursor, first: Expression, site: Site): Expression {
  let left = first
  for (;;) {
    const before = p.height
    p.height = 0
    const next = infix(p, left, site)
    p.height = Math.max(p.height, before)
    if (next === undefined) return left
    p.grow()
    left = next
  }
}

function right(p: TokenCursor, min: number, level: Level): Expression {
  return climb(p, { ...level, context: ExpressionContext.subQuery, min: Math.max(min, level.floor) })
}

/** Prefix operators, then a primary expression with its fields. */
function operand(p: TokenCursor, level: Level): Expression {
  const prefix = PREFIX.get(p.token.key)
  if (prefix !== undefined) return prefixed(p, prefix, level)
  let result = asExpression(primary(p, level.context))
  while (p.token.key === '.' && p.isName(p.peek(1))) {
    p.advance()
    const field = methodCall(p)
    p.grow()
    result = { kind: 'FieldAccess', operand: result, field, span: p.spanFrom(result.span.start) }
  }
  return result
}

function prefixed(p: TokenCursor, prefix: Readonly<{ op: UnaryOperator; right: number }>, level: Level): Expression {
  checkNonQuery(p, level.context)
  const start = p.advance().start
  const { op } = prefix
  const inner = climb(p, { ...level, min: prefix.right })
  if ((op === '-' || op === '+') && inner.kind === 'NumericLiteral') return withSign(inner, op, start)
  const span = p.spanFrom(start)
  if (op === 'EXISTS' || op === 'UNIQUE') {
    const query = queryOf(inner)
    if (query !== undefined) return { kind: 'Exists', op, query, span }
  }
  return { kind: 'Unary', op, operand: inner, span }
}

/** Reads one operator behind `left` with its right side; undefined where none of this level follows. */
function infix(p: TokenCursor, left: Expression, at: Site): Expression | undefined {
  const { level } = at
  const { key } = p.token
  const binary = BINARY.get(key)
  if (binary !== undefined) {
    if (binary.left < level.min && !(COMPARISONS.has(key) && isQuantifier(p.peek(1).key))) return undefined
    if (key === 'AND' && level.stopAtAnd) return undefined
    checkNonQuery(p, level.context)
    if (COMPARISONS.has(key) && isQuantifier(p.peek(1).key) && p.peek(2).key === '(') return quantified(p, left, at)
    if (binary.left < level.min) return undefined
    p.advance()
    const operand = right(p, binary.right, level)
    return { kind: 'Binary', op: binary.op, left, right: operand, span: p.spanFrom(at.start) }
  }
  if (p.token.type === 'end' || key === ')' || key === ',') {
    p.note('an operator')
    return undefined
  }
  return key === '[' ? itemAccess(p, left, at.start) : keywordInfix(p, left, at)
}

function isQuantifier(key: string): boolean {
  return key === 'SOME' || key === 'ANY' || key === 'ALL'
}

function quantified(p: TokenCursor, left: Expression, at: Site): Expression | undefined {
  if (at.level.min > 32) return undefined
  const op = p.advance().key as Quantified['op']
  const quantifier = p.advance().key === 'ALL' ? 'ALL' : 'SOME'
  const { items, query } = listOperand(p)
  const span = p.spanFrom(at.start)
  if (query !== undefined) return { kind: 'Quantified', op, quantifier, operand: left, query, span }
  return { kind: 'Quantified', op, quantifier, operand: left, items, span }
}

function keywordInfix(p: TokenCursor, left: Expression, at: Site): Expression | undefined {
  const { min, context } = at.level
  const negated = p.token.key === 'NOT'
  const key = negated ? p.peek(1).key : p.token.key
  switch (key) {
    case 'IN':
      if (min > 32 || p.peek(negated ? 2 : 1).key !== '(') return undefined
      checkNonQuery(p, context)
      return inPredicate(p, left, { negated, start: at.start })
    case 'BETWEEN':
      if (min > 32) return undefined
      checkNonQuery(p, context)
      return between(p, left, { negated, at })
    case 'LIKE':
    case 'ILIKE':
    case 'RLIKE':
    case 'SIMILAR':
      if (min > 33) return undefined
      checkNonQuery(p, context)
      return like(p, left, { negated, at })
    case 'SUBMULTISET':
      if (min > 30) return undefined
      checkNonQuery(p, context)
      return multisetPredicate(p, left, at)
  }
  return negated ? undefined : laterKeywordInfix(p, left, at)
}

function laterKeywordInfix(p: TokenCursor, left: Expression, at: Site): Expression | undefined {
  const { min, context } = at.level
  const { key } = p.token
  switch (key) {
    case 'IS':
      return isTest(p, left, at)
    case 'FORMAT':
      if (min > 28 || p.peek(1).key !== 'JSON') return undefined
      checkNonQuery(p, context)
      p.advance()
      jsonRepresentation(p)
      return { kind: 'Unary', op: 'FORMAT JSON', operand: left, span: p.spanFrom(at.start) }
    case 'MEMBER':
      if (min > 30) return undefined
      checkNonQuery(p, context)
      return multisetPredicate(p, left, at)
    case 'MULTISET':
      return multisetOperation(p, left, at)
    case 'IMMEDIATELY':
      if (p.peek(1).key !== 'PRECEDES' && p.peek(1).key !== 'SUCCEEDS') return undefined
      return periodPredicate(p, left, at)
  }
  if (PERIOD_OPERATORS.has(key)) return periodPredicate(p, left, at)
  noteInfix(p)
  return undefined
}

function noteInfix(p: TokenCursor): void {
  p.note('an operator')
}

function inPredicate(p: TokenCursor, operand: Expression, at: Readonly<{ negated: boolean; start: number }>): Expression {
  const { negated } = at
  if (negated) p.advance()
  p.expect('IN')
  const { items, query } = listOperand(p)
  const span = p.spanFrom(at.start)
  if (query !== undefined) return { kind: 'InQuery', operand, query, negated, span }
  return { kind: 'InList', operand, items, negated, span }
}

/**
 * The list or query behind IN or ANY. As in Flink, an operator that binds tighter takes the whole list as its left side:
 * `a IN (1, 2) + 3` is `a IN ((1, 2) + 3)`.
 */
function listOperand(p: TokenCursor): { items: Expression[]; query?: Query } {
  const { start } = p.token
  const list = parenthesizedList(p, ExpressionContext.nonCursor)
  const [first] = list as [Query | Expression]
  const items = list.map(asExpression)
  const span = p.spanFrom(start)
  const whole: Expression =
    list.length === 1 ? (items[0] as Expression) : { kind: 'RowConstructor', items, explicit: false, span }
  const level = { ...TOP, context: ExpressionContext.subQuery, min: 33, floor: 33 }
  const result = climbFrom(p, whole, { level, start })
  if (result !== whole) return { items: [result] }
  const query = list.length === 1 ? queryOf(first) : undefined
  return query === undefined ? { items } : { items, query }
}

function between(p: TokenCursor, operand: Expression, site: OperatorSite): Expression {
  const { negated, at } = site
  if (at.level.noBetween) p.fail('BETWEEN cannot stand here.', { hint: 'Put it in parentheses.' })
  if (negated) p.advance()
  p.expect('BETWEEN')
  const symmetric = p.acceptOne(['SYMMETRIC', 'ASYMMETRIC']) === 'SYMMETRIC'
  const context = ExpressionContext.subQuery
  const low = climb(p, { ...TOP, context, stopAtAnd: true, noBetween: true })
  p.expect('AND')
  // NOT binds weaker than BETWEEN: Flink needs parentheses here.
  if (p.token.key === 'NOT') p.fail(undefined, { hint: 'Put NOT … in parentheses.' })
  const high = climb(p, { ...TOP, context, min: 33, floor: 33, noEscape: true })
  return { kind: 'Between', operand, low, high, symmetric, negated, span: p.spanFrom(at.start) }
}

type OperatorSite = Readonly<{ negated: boolean; at: Site }>

function like(p: TokenCursor, operand: Expression, site: OperatorSite): Expression | undefined {
  const { negated, at } = site
  if ((negated ? p.peek(1) : p.token).key === 'SIMILAR' && p.peek(negated ? 2 : 1).key !== 'TO') return undefined
  if (negated) p.advance()
  const word = p.advance().key
  if (word === 'SIMILAR') p.expect('TO')
  const op: Like['op'] = word === 'SIMILAR' ? 'SIMILAR TO' : (word as Like['op'])
  const pattern = right(p, 32, { ...at.level, noBetween: true })
  const escaped =
    !at.level.noEscape && p.accept('ESCAPE') ? { escape: right(p, 32, { ...at.level, noBetween: true, noEscape: true }) } : {}
  return { kind: 'Like', op, operand, pattern, ...escaped, negated, span: p.spanFrom(at.start) }
}

const IS_TESTS = ['NULL', 'TRUE', 'FALSE', 'UNKNOWN', 'EMPTY'] as const

function isTest(p: TokenCursor, operand: Expression, at: Site): Expression | undefined {
  const not = p.peek(1).key === 'NOT'
  if (p.peek(not ? 2 : 1).key === 'DISTINCT') {
    if (at.level.min > 30) return undefined
    checkNonQuery(p, at.level.context)
    p.advance()
    if (not) p.advance()
    p.advance()
    p.expect('FROM')
    const other = right(p, 31, at.level)
    const op = not ? 'IS NOT DISTINCT FROM' : 'IS DISTINCT FROM'
    return { kind: 'Binary', op, left: operand, right: other, span: p.spanFrom(at.start) }
  }
  if (at.level.min > 28) return undefined
  checkNonQuery(p, at.level.context)
  p.advance()
  const negated = p.accept('NOT')
  return { kind: 'IsTest', test: testName(p), operand, negated, span: p.spanFrom(at.start) }
}

function testName(p: TokenCursor): IsTest['test'] {
  const plain = p.acceptOne(IS_TESTS)
  if (plain !== undefined) return plain
  if (p.accept('A')) {
    p.expect('SET')
    return 'A SET'
  }
  p.expect('JSON')
  const detail = p.acceptOne(['VALUE', 'OBJECT', 'ARRAY', 'SCALAR'])
  return `JSON ${detail ?? 'VALUE'}`
}

function multisetPredicate(p: TokenCursor, left: Expression, at: Site): Expression {
  const not = p.accept('NOT')
  const word = p.advance().key
  p.expect('OF')
  const op: BinaryOperator = word === 'MEMBER' ? 'MEMBER OF' : not ? 'NOT SUBMULTISET OF' : 'SUBMULTISET OF'
  const other = right(p, 31, at.level)
  return { kind: 'Binary', op, left, right: other, span: p.spanFrom(at.start) }
}

function multisetOperation(p: TokenCursor, left: Expression, at: Site): Expression | undefined {
  const word = p.peek(1).key
  if (word !== 'UNION' && word !== 'INTERSECT' && word !== 'EXCEPT') return undefined
  const precedence = word === 'INTERSECT' ? 14 : 12
  if (at.level.min > precedence) return undefined
  checkNonQuery(p, at.level.context)
  p.advance()
  p.advance()
  const quantifier = p.acceptOne(['ALL', 'DISTINCT']) ?? 'ALL'
  const other = right(p, precedence + 1, at.level)
  return { kind: 'Binary', op: `MULTISET ${word} ${quantifier}`, left, right: other, span: p.spanFrom(at.start) }
}

function periodPredicate(p: TokenCursor, left: Expression, at: Site): Expression | undefined {
  if (at.level.min > 30) return undefined
  checkNonQuery(p, at.level.context)
  const first = p.advance().key
  const op = (first === 'IMMEDIATELY' ? `IMMEDIATELY ${p.advance().key}` : first) as PeriodPredicate['op']
  const other = right(p, 31, at.level)
  for (const side of [left, other]) {
    if (side.kind === 'RowConstructor' && side.items.length < 2) p.fail('A period is (start, end).', { span: side.span })
  }
  return { kind: 'PeriodPredicate', op, left, right: other, span: p.spanFrom(at.start) }
}

function itemAccess(p: TokenCursor, operand: Expression, start: number): Expression {
  p.expect('[')
  const access = p.acceptOne(['OFFSET', 'ORDINAL', 'SAFE_OFFSET', 'SAFE_ORDINAL'])
  const index = expression(p, ExpressionContext.subQuery)
  p.expect(']')
  const item = {
    kind: 'ItemAccess',
    operand,
    index,
    ...(access === undefined ? {} : { access }),
    span: p.spanFrom(start),
  } as const
  let result: Expression = item
  while (p.token.key === '.' && p.isName(p.peek(1))) {
    p.advance()
    const field = p.name()
    p.grow()
    result = { kind: 'FieldAccess', operand: result, field, span: p.spanFrom(start) }
  }
  return result
}

const ENCODINGS: ReadonlySet<string> = new Set(['UTF8', 'UTF16', 'UTF32'])

/** JSON [ENCODING UTF8 | UTF16 | UTF32]; the encoding has no effect. */
export function jsonRepresentation(p: TokenCursor): void {
  p.expect('JSON')
  if (p.at('ENCODING') && ENCODINGS.has(p.peek(1).key)) {
    p.advance()
    p.advance()
  }
}
