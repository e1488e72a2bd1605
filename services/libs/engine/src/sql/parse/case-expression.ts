import type { Case, CaseBranch, Expression } from '../ast/expression.ts'
import { subQueryExpression } from './query-node.ts'
import { commaList, type TokenCursor } from './token-cursor.ts'

/**
 * CASE in both forms. As in Flink, `CASE x WHEN a, b THEN …` becomes `CASE WHEN x IN (a, b) THEN …` and `WHEN a` becomes
 * `WHEN x = a`. Such a branch spans from x, so that spans nest.
 */
export function caseExpression(p: TokenCursor): Case {
  const start = p.expect('CASE').start
  const subject = p.at('WHEN') ? undefined : subQueryExpression(p)
  const branches: CaseBranch[] = []
  do branches.push(branch(p, subject))
  while (p.at('WHEN'))
  const otherwise = p.accept('ELSE') ? subQueryExpression(p) : undefined
  p.expect('END')
  // ELSE NULL is the default, so there is one tree for both.
  const otherwiseIfAny = otherwise === undefined || otherwise.kind === 'NullLiteral' ? {} : { otherwise }
  return { kind: 'Case', branches, ...otherwiseIfAny, span: p.spanFrom(start) }
}

function branch(p: TokenCursor, subject: Expression | undefined): CaseBranch {
  const keyword = p.expect('WHEN').start
  const start = subject?.span.start ?? keyword
  const listStart = subject?.span.start ?? p.token.start
  const conditions = commaList(p, subQueryExpression)
  const when = condition(conditions, subject, p.spanFrom(listStart))
  p.expect('THEN')
  const then = subQueryExpression(p)
  return { when, then, span: p.spanFrom(start) }
}

function condition(conditions: readonly Expression[], subject: Expression | undefined, span: Case['span']): Expression {
  const first = conditions[0] as Expression
  if (subject === undefined) {
    return conditions.length === 1 ? first : { kind: 'RowConstructor', items: conditions, explicit: false, span }
  }
  if (conditions.length > 1) return { kind: 'InList', operand: subject, items: conditions, negated: false, span }
  return { kind: 'Binary', op: '=', left: subject, right: first, span }
}
