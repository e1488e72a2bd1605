import type { OrderItem } from '../ast/expression.ts'
import { subQueryExpression } from './query-node.ts'
import { commaList, type TokenCursor } from './token-cursor.ts'

/** `ORDER BY a, b DESC`. */
export function orderBy(p: TokenCursor): OrderItem[] {
  p.expectSequence('ORDER', 'BY')
  return commaList(p, orderItem)
}

export function orderItem(p: TokenCursor): OrderItem {
  const start = p.token.start
  const expr = subQueryExpression(p)
  const descending = p.acceptOne(['ASC', 'DESC']) === 'DESC'
  const nulls = nullsOrder(p)
  return { kind: 'OrderItem', expr, descending, ...nulls, span: p.spanFrom(start) }
}

function nullsOrder(p: TokenCursor): Readonly<{ nulls?: 'FIRST' | 'LAST' }> {
  if (p.acceptSequence('NULLS', 'FIRST')) return { nulls: 'FIRST' }
  if (p.acceptSequence('NULLS', 'LAST')) return { nulls: 'LAST' }
  return {}
}
