import type { Expression } from '../ast/expression.ts'
import type { Query } from '../ast/query.ts'
import { ExpressionContext } from './expression-context.ts'
import type { TokenCursor } from './token-cursor.ts'

const QUERY_KINDS: ReadonlySet<string> = new Set(['With', 'Select', 'SetOp', 'Values', 'TableQuery', 'Ordered'])

/** Whether a node is a query by itself, not one in parentheses. */
export function isQuery(node: Query | Expression): node is Query {
  return QUERY_KINDS.has(node.kind)
}

/** The query of a node that is one, with or without parentheses. */
export function queryOf(node: Query | Expression): Query | undefined {
  if (node.kind === 'SubQuery') return node.query
  return isQuery(node) ? node : undefined
}

/** A node where only an expression fits: a bare query becomes a sub-query. */
export function asExpression(node: Query | Expression): Expression {
  return isQuery(node) ? { kind: 'SubQuery', query: node, span: node.span } : node
}

/** Flink's rule: an expression that is no query cannot stand where only a query may. */
export function checkNonQuery(p: TokenCursor, context: ExpressionContext): void {
  if (context === ExpressionContext.query) p.fail('A query is expected here, not an expression.', { code: 'SQL_QUERY_EXPECTED' })
}

/** Flink's rule: here a query needs parentheses, or cannot stand at all. */
export function checkQuery(p: TokenCursor, context: ExpressionContext): void {
  if (context === ExpressionContext.nonQuery || context === ExpressionContext.subQuery || context === ExpressionContext.cursor) {
    p.fail('A query cannot stand here.', {
      code: 'SQL_QUERY_NOT_ALLOWED',
      ...(context === ExpressionContext.subQuery ? { hint: 'Put the query in parentheses.' } : {}),
    })
  }
}

/** A query, with or without parentheses around it. */
export function requireQuery(p: TokenCursor): Query {
  const start = p.index
  const node = p.rules.queryOrExpression(p, ExpressionContext.query)
  const query = queryOf(node)
  if (query === undefined) {
    p.seek(start)
    p.fail('A query is expected here.', { code: 'SQL_QUERY_EXPECTED' })
  }
  return query
}

/** A condition or value: no bare query. */
export function subQueryExpression(p: TokenCursor): Expression {
  return p.rules.expression(p, ExpressionContext.subQuery)
}

/** `a, b`: Flink takes a sub-query in every place but the first. */
export function nonQueryFirst(p: TokenCursor): Expression[] {
  const items = [nonQueryExpression(p)]
  while (p.accept(',')) items.push(subQueryExpression(p))
  return items
}

export function nonQueryExpression(p: TokenCursor): Expression {
  return p.rules.expression(p, ExpressionContext.nonQuery)
}
