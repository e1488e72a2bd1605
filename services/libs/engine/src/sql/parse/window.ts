import type { FrameBound, NamedWindow, WindowFrame, WindowSpec } from '../ast/query.ts'
import { orderBy } from './order-by.ts'
import { nonQueryExpression, nonQueryFirst } from './query-node.ts'
import { commaList, type TokenCursor } from './token-cursor.ts'

/** `(base PARTITION BY … ORDER BY … ROWS …)`. */
export function windowSpec(p: TokenCursor): WindowSpec {
  const start = p.expect('(').start
  const base = p.isName(p.token) ? { base: p.name() } : {}
  const partitionBy = p.acceptSequence('PARTITION', 'BY') ? nonQueryFirst(p) : []
  const order = p.at('ORDER') ? orderBy(p) : []
  const frame = frameOf(p)
  const partial = p.acceptOne(['ALLOW', 'DISALLOW'])
  if (partial !== undefined) p.expect('PARTIAL')
  p.expect(')')
  return {
    kind: 'WindowSpec',
    ...base,
    partitionBy,
    orderBy: order,
    ...frame,
    ...(partial === undefined ? {} : { allowPartial: partial === 'ALLOW' }),
    span: p.spanFrom(start),
  }
}

function frameOf(p: TokenCursor): { frame?: WindowFrame } {
  const start = p.token.start
  const unit = p.acceptOne(['ROWS', 'RANGE'])
  if (unit === undefined) return {}
  if (!p.accept('BETWEEN')) return { frame: { unit, start: bound(p), span: p.spanFrom(start) } }
  const low = bound(p)
  p.expect('AND')
  const high = bound(p)
  return { frame: { unit, start: low, end: high, span: p.spanFrom(start) } }
}

function bound(p: TokenCursor): FrameBound {
  const start = p.token.start
  if (p.acceptSequence('CURRENT', 'ROW')) return { bound: 'CURRENT ROW', span: p.spanFrom(start) }
  if (p.atSequence('UNBOUNDED', 'PRECEDING') || p.atSequence('UNBOUNDED', 'FOLLOWING')) {
    p.advance()
    const side = p.advance().key === 'PRECEDING' ? 'UNBOUNDED PRECEDING' : 'UNBOUNDED FOLLOWING'
    return { bound: side, span: p.spanFrom(start) }
  }
  const offset = nonQueryExpression(p)
  const side = p.expectOne(['PRECEDING', 'FOLLOWING'])
  return { bound: side, offset, span: p.spanFrom(start) }
}

/** `WINDOW w AS (…), …`. */
export function namedWindows(p: TokenCursor): NamedWindow[] {
  return commaList(p, (cursor) => {
    const name = cursor.name()
    cursor.expect('AS')
    const spec = windowSpec(cursor)
    return { name, spec, span: cursor.spanFrom(name.span.start) }
  })
}
