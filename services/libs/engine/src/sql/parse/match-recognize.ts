import type { IntervalLiteral } from '../ast/expression.ts'
import type { AfterMatch, MatchRecognize, Measure, Pattern, PatternRepeat, PatternSequence, TableRef } from '../ast/query.ts'
import { intervalLiteral, unsignedNumber } from './literal.ts'
import { orderBy } from './order-by.ts'
import { nonQueryExpression, nonQueryFirst, subQueryExpression } from './query-node.ts'
import { commaList, type TokenCursor } from './token-cursor.ts'

export function matchRecognize(p: TokenCursor, input: TableRef, start: number): MatchRecognize {
  p.expectSequence('MATCH_RECOGNIZE', '(')
  const partitionBy = p.acceptSequence('PARTITION', 'BY') ? nonQueryFirst(p) : []
  const order = p.at('ORDER') ? orderBy(p) : []
  const measures = p.accept('MEASURES') ? commaList(p, measure) : []
  const rows = rowsPerMatch(p)
  const after = p.accept('AFTER') ? { afterMatch: afterMatch(p) } : {}
  p.expectSequence('PATTERN', '(')
  const strictStart = p.accept('^')
  const pattern = alternation(p)
  const strictEnd = p.accept('$')
  p.expect(')')
  const within: { within?: IntervalLiteral } = p.accept('WITHIN') ? { within: intervalLiteral(p) } : {}
  const subsets = p.accept('SUBSET') ? commaList(p, subset) : []
  p.expect('DEFINE')
  const define = commaList(p, definition)
  p.expect(')')
  return {
    kind: 'MatchRecognize',
    input,
    partitionBy,
    orderBy: order,
    measures,
    ...rows,
    ...after,
    pattern,
    strictStart,
    strictEnd,
    ...within,
    subsets,
    define,
    span: p.spanFrom(start),
  }
}

function measure(p: TokenCursor): Measure {
  const start = p.token.start
  const expr = nonQueryExpression(p)
  p.expect('AS')
  const alias = p.name()
  return { expr, alias, span: p.spanFrom(start) }
}

function rowsPerMatch(p: TokenCursor): Pick<MatchRecognize, 'rowsPerMatch'> {
  if (p.accept('ONE')) {
    p.expectSequence('ROW', 'PER', 'MATCH')
    return { rowsPerMatch: 'ONE ROW PER MATCH' }
  }
  if (!p.accept('ALL')) return {}
  p.expectSequence('ROWS', 'PER', 'MATCH')
  return { rowsPerMatch: 'ALL ROWS PER MATCH' }
}

function afterMatch(p: TokenCursor): AfterMatch {
  const start = p.token.start
  p.expectSequence('MATCH', 'SKIP')
  if (p.accept('PAST')) {
    p.expectSequence('LAST', 'ROW')
    return { skip: 'PAST LAST ROW', span: p.spanFrom(start) }
  }
  p.expect('TO')
  if (p.acceptSequence('NEXT', 'ROW')) return { skip: 'TO NEXT ROW', span: p.spanFrom(start) }
  const follows = p.isName(p.peek(1))
  if (follows && p.accept('FIRST')) return { skip: 'TO FIRST', target: p.name(), span: p.spanFrom(start) }
  if (follows) p.accept('LAST')
  return { skip: 'TO LAST', target: p.name(), span: p.spanFrom(start) }
}

function subset(p: TokenCursor): MatchRecognize['subsets'][number] {
  const name = p.name()
  p.expect('=')
  const members = p.nameList()
  return { name, members, span: p.spanFrom(name.span.start) }
}

function definition(p: TokenCursor): MatchRecognize['define'][number] {
  const name = p.name()
  p.expect('AS')
  const condition = subQueryExpression(p)
  return { name, condition, span: p.spanFrom(name.span.start) }
}

// ---- patterns

function alternation(p: TokenCursor): Pattern {
  p.enter()
  const first = sequence(p)
  const items = [first]
  while (p.accept('|')) items.push(sequence(p))
  p.leave()
  if (items.length === 1) return first
  return { kind: 'PatternAlternation', items: flatFirst(items, 'PatternAlternation'), span: p.spanFrom(first.span.start) }
}

/** `(A B) C` is `A B C`: both group to the left. */
function flatFirst(items: readonly Pattern[], kind: 'PatternAlternation' | 'PatternSequence'): readonly Pattern[] {
  const [first, ...rest] = items
  return first?.kind === kind ? [...first.items, ...rest] : items
}

function sequence(p: TokenCursor): Pattern {
  const first = factor(p)
  const items = [first]
  while (startsPattern(p)) items.push(factor(p))
  if (items.length === 1) return first
  return { kind: 'PatternSequence', items: flatFirst(items, 'PatternSequence'), span: p.spanFrom(first.span.start) }
}

function startsPattern(p: TokenCursor): boolean {
  return p.isName(p.token) || p.at('(') || p.at('{') || p.at('PERMUTE')
}

type Counts = Readonly<{ min: number; max?: number }>

function factor(p: TokenCursor): Pattern {
  const item = patternPrimary(p)
  const { start } = item.span
  if (p.token.key === '{' && p.peek(1).key === '-') {
    const right = exclusion(p)
    const pair: PatternSequence = {
      kind: 'PatternSequence',
      items: flatFirst([item, right], 'PatternSequence'),
      span: p.spanFrom(start),
    }
    return pair
  }
  const counts = quantifier(p)
  if (counts === undefined) return item
  const reluctant = p.accept('?') && counts.min !== counts.max
  const repeat: PatternRepeat = { kind: 'PatternRepeat', item, ...counts, reluctant, span: p.spanFrom(start) }
  return repeat
}

function quantifier(p: TokenCursor): Counts | undefined {
  if (p.accept('*')) return { min: 0 }
  if (p.accept('+')) return { min: 1 }
  if (p.accept('?')) return { min: 0, max: 1 }
  if (!p.accept('{')) return undefined
  if (p.accept(',')) {
    const max = Number(unsignedNumber(p).text)
    p.expect('}')
    return { min: 0, max }
  }
  const min = Number(unsignedNumber(p).text)
  let counts: Counts = { min, max: min }
  if (p.accept(',')) counts = p.at('}') ? { min } : { min, max: Number(unsignedNumber(p).text) }
  p.expect('}')
  return counts
}

function exclusion(p: TokenCursor): Pattern {
  const start = p.expect('{').start
  p.expect('-')
  const item = alternation(p)
  p.expectSequence('-', '}')
  return { kind: 'PatternExclude', item, span: p.spanFrom(start) }
}

function patternPrimary(p: TokenCursor): Pattern {
  const start = p.token.start
  if (p.accept('(')) {
    const inner = alternation(p)
    p.expect(')')
    return inner
  }
  if (p.at('{')) return exclusion(p)
  if (p.token.key === 'PERMUTE' && p.accept('PERMUTE')) {
    p.expect('(')
    const items = commaList(p, alternation)
    p.expect(')')
    return { kind: 'PatternPermute', items, span: p.spanFrom(start) }
  }
  const name = p.name()
  return { kind: 'PatternVariable', name, span: name.span }
}
