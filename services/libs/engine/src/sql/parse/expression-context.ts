/**
 * What may stand where an expression is parsed: Flink allows a query in some places and refuses it in others.
 * `subQuery` takes a query in parentheses only, `query` nothing but a query.
 */
export const ExpressionContext = {
  nonQuery: 0,
  subQuery: 1,
  nonCursor: 2,
  all: 3,
  cursor: 4,
  query: 5,
  queryOrJoin: 6,
} as const

export type ExpressionContext = (typeof ExpressionContext)[keyof typeof ExpressionContext]

/** The context of the first item behind an opening parenthesis. */
export function insideParentheses(context: ExpressionContext): ExpressionContext {
  if (context === ExpressionContext.subQuery) return ExpressionContext.nonCursor
  if (context === ExpressionContext.cursor) return ExpressionContext.all
  return context
}
