import type { Expression } from '../ast/expression.ts'
import { ExpressionContext } from './expression-context.ts'
import { asExpression, checkNonQuery, isQuery } from './query-node.ts'
import type { TokenCursor } from './token-cursor.ts'

/** `(a, b)`, `ROW(a, b)`, `(ROW(a, b))`, or one value alone. */
export function rowConstructor(p: TokenCursor): Expression[] {
  if (p.atSequence('(', 'ROW', '(')) {
    p.advance()
    p.advance()
    const items = rowItems(p)
    p.expect(')')
    return items
  }
  if (p.atSequence('ROW', '(')) p.advance()
  else if (!p.at('(')) {
    const item = p.rules.expression(p, ExpressionContext.nonCursor)
    return [item]
  }
  return rowItems(p)
}

function rowItems(p: TokenCursor): Expression[] {
  p.expect('(')
  const first = p.at('DEFAULT') ? defaultValue(p) : p.rules.queryOrExpression(p, ExpressionContext.nonCursor)
  const items = [isQuery(first) ? asExpression(first) : first]
  while (p.accept(',')) {
    checkNonQuery(p, ExpressionContext.nonCursor)
    items.push(p.at('DEFAULT') ? defaultValue(p) : p.rules.expression(p, ExpressionContext.nonCursor))
  }
  p.expect(')')
  return items
}

function defaultValue(p: TokenCursor): Expression {
  const { start, end } = p.expect('DEFAULT')
  return { kind: 'DefaultValue', span: { start, end } }
}
