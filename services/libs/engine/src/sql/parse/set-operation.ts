import type { Expression, NumericLiteral } from '../ast/expression.ts'
import type { Query, SetOp } from '../ast/query.ts'
import { ExpressionContext } from './expression-context.ts'
import { unsignedNumber } from './literal.ts'
import { orderBy } from './order-by.ts'
import { checkQuery, queryOf } from './query-node.ts'
import type { TokenCursor } from './token-cursor.ts'

const SET_OPERATORS: ReadonlyMap<string, number> = new Map([
  ['UNION', 12],
  ['EXCEPT', 12],
  ['MINUS', 12],
  ['INTERSECT', 14],
])

type SetLevel = Readonly<{ context: ExpressionContext; min: number }>

/** Set operations behind a first leaf: INTERSECT binds tighter than UNION and EXCEPT. */
export function setOperations(p: TokenCursor, first: Query | Expression, level: SetLevel): Query | Expression {
  let left = first
  for (;;) {
    const precedence = SET_OPERATORS.get(p.token.key)
    if (precedence === undefined) {
      p.note('UNION')
      return left
    }
    if (precedence < level.min) return left
    const query = queryOf(left)
    if (query === undefined) return p.fail('Only queries can be combined.', { code: 'SQL_QUERY_EXPECTED' })
    checkQuery(p, level.context)
    p.grow()
    left = setOperation(p, query, precedence)
  }
}

function setOperation(p: TokenCursor, left: Query, precedence: number): SetOp {
  const word = p.token.key
  if (word === 'MINUS') p.fail('MINUS is not supported.', { hint: 'Write EXCEPT.' })
  p.advance()
  const all = p.acceptOne(['ALL', 'DISTINCT']) === 'ALL'
  const height = p.height
  const leaf = p.rules.leafOrExpression(p, ExpressionContext.query)
  const operand = queryOf(setOperations(p, leaf, { context: ExpressionContext.query, min: precedence + 1 }))
  if (operand === undefined) return p.fail('A query is expected here.', { code: 'SQL_QUERY_EXPECTED' })
  p.height = Math.max(height, p.height)
  return { kind: 'SetOp', op: word as SetOp['op'], all, left, right: operand, span: p.spanFrom(left.span.start) }
}

/** ORDER BY, LIMIT, OFFSET and FETCH behind a query. */
export function withOrder(p: TokenCursor, node: Query | Expression, start: number): Query | Expression {
  const { key } = p.token
  if (key !== 'ORDER' && key !== 'LIMIT' && key !== 'OFFSET' && key !== 'FETCH') {
    p.note('ORDER BY')
    p.note('LIMIT')
    return node
  }
  const query = queryOf(node)
  if (query === undefined) {
    return p.fail(`${key === 'ORDER' ? 'ORDER BY' : key} cannot follow an expression.`, { code: 'SQL_QUERY_EXPECTED' })
  }
  const order = key === 'ORDER' ? (p.guard(orderBy, LIMITS) ?? []) : []
  const bounds = limits(p)
  if (order.length === 0 && bounds.limit === undefined && bounds.offset === undefined) return node
  return { kind: 'Ordered', query, orderBy: order, ...bounds, span: p.spanFrom(start) }
}

const LIMITS: ReadonlySet<string> = new Set(['LIMIT', 'OFFSET', 'FETCH'])

type Limits = { offset?: Expression; limit?: Expression }

function limits(p: TokenCursor): Limits {
  if (p.accept('LIMIT')) {
    const limit = p.accept('ALL') ? {} : { limit: count(p) }
    if (p.at(',')) p.fail('LIMIT start, count is not supported.', { hint: 'Write LIMIT count OFFSET start.' })
    return { ...limit, ...offset(p) }
  }
  const skipped = offset(p)
  if (p.at('LIMIT') && skipped.offset !== undefined) {
    p.fail('OFFSET before LIMIT is not supported.', { hint: 'Write LIMIT count OFFSET start.' })
  }
  return { ...skipped, ...fetch(p) }
}

function offset(p: TokenCursor): Limits {
  if (!p.accept('OFFSET')) return {}
  const value = count(p)
  p.acceptOne(['ROW', 'ROWS'])
  return { offset: value }
}

function fetch(p: TokenCursor): Limits {
  if (!p.accept('FETCH')) return {}
  p.expectOne(['FIRST', 'NEXT'])
  const limit = count(p)
  p.expectOne(['ROW', 'ROWS'])
  p.expect('ONLY')
  return { limit }
}

function count(p: TokenCursor): NumericLiteral | Expression {
  if (!p.at('?')) return unsignedNumber(p)
  const { start, end } = p.advance()
  return { kind: 'DynamicParam', index: p.parameters++, span: { start, end } }
}
