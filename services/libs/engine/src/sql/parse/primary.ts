import type { CollectionConstructor, Expression } from '../ast/expression.ts'
import type { Query } from '../ast/query.ts'
import { CONTEXT_VARIABLES, RESERVED_FUNCTION_NAMES } from '../lex/keywords.ts'
import type { Token } from '../lex/token.ts'
import { builtinCall, isGrammarFunction } from './builtin-call.ts'
import { namedCall, routineCall } from './call.ts'
import { caseExpression } from './case-expression.ts'
import { ExpressionContext, insideParentheses } from './expression-context.ts'
import { jdbcCall } from './jdbc-call.ts'
import {
  atIntervalUnit,
  atNumber,
  dateTimeLiteral,
  intervalQualifier,
  intervalText,
  signedNumber,
  specialLiteral,
  stringLiteral,
  unsignedNumber,
  withSign,
} from './literal.ts'
import {
  asExpression,
  checkNonQuery,
  isQuery,
  nonQueryExpression,
  nonQueryFirst,
  requireQuery,
  subQueryExpression,
} from './query-node.ts'
import { commaList, type TokenCursor } from './token-cursor.ts'

/** An expression without operators: a literal, a name, a call, a constructor, or something in parentheses. */
export function primary(p: TokenCursor, context: ExpressionContext): Query | Expression {
  const atomic = atom(p)
  if (atomic !== undefined) {
    checkNonQuery(p, context)
    return atomic
  }
  if (p.at('CURSOR')) return cursor(p, context)
  if (p.at('ROW') && p.peek(1).key === '(') {
    const start = p.advance().start
    const items = parenthesizedList(p, context).map(asExpression)
    return { kind: 'RowConstructor', items, explicit: true, span: p.spanFrom(start) }
  }
  if (p.token.key === '(') return inParentheses(p, context)
  p.note('an expression')
  return p.fail()
}

/** `( query )` or `( a, b )`, as a list of at least one. */
export function parenthesizedList(p: TokenCursor, context: ExpressionContext): (Query | Expression)[] {
  p.expect('(')
  const list = [p.rules.queryOrExpression(p, insideParentheses(context))]
  while (p.accept(',')) {
    checkNonQuery(p, context)
    list.push(p.rules.expression(p, context))
  }
  p.expect(')')
  return list
}

function inParentheses(p: TokenCursor, context: ExpressionContext): Expression {
  const start = p.token.start
  const list = parenthesizedList(p, context)
  if (atIntervalUnit(p)) return intervalDifference(p, list, start)
  const span = p.spanFrom(start)
  const first = list[0] as Query | Expression
  if (list.length > 1) return { kind: 'RowConstructor', items: list.map(asExpression), explicit: false, span }
  return isQuery(first) ? { kind: 'SubQuery', query: first, span } : first
}

function intervalDifference(p: TokenCursor, list: readonly (Query | Expression)[], start: number): Expression {
  const [only] = list
  if (list.length !== 1 || only?.kind !== 'Binary' || only.op !== '-') {
    return p.fail('Only a difference, as in (a - b) DAY, can have a unit.')
  }
  const qualifier = intervalQualifier(p)
  return { kind: 'IntervalDifference', left: only.left, right: only.right, qualifier, span: p.spanFrom(start) }
}

function cursor(p: TokenCursor, context: ExpressionContext): Expression {
  if (context !== ExpressionContext.all && context !== ExpressionContext.cursor) p.fail('CURSOR cannot stand here.')
  const start = p.advance().start
  return { kind: 'CollectionQuery', collection: 'CURSOR', query: requireQuery(p), span: p.spanFrom(start) }
}

/** Undefined where nothing atomic begins. */
function atom(p: TokenCursor): Expression | undefined {
  const { type, key } = p.token
  if (type === 'word' || type === 'quoted' || type === 'unicode-quoted') return key === '' ? nameOrCall(p) : keywordAtom(p)
  if (atNumber(p)) return unsignedNumber(p)
  if (type !== 'sign') return type === 'invalid' || type === 'end' ? undefined : stringLiteral(p)
  switch (key) {
    case '?': {
      const { start, end } = p.advance()
      return { kind: 'DynamicParam', index: p.parameters++, span: { start, end } }
    }
    case '{FN':
      return jdbcCall(p)
    case '{D':
    case '{T':
    case '{TS':
      return dateTimeLiteral(p)
    default:
      return undefined
  }
}

function keywordAtom(p: TokenCursor): Expression | undefined {
  const { key } = p.token
  switch (key) {
    case 'TRUE':
    case 'FALSE':
    case 'UNKNOWN':
    case 'NULL':
      return specialLiteral(p)
    case 'INTERVAL':
      return interval(p)
    case 'DECIMAL':
      return p.peek(1).type === 'string' ? unsignedNumber(p) : undefined
    case 'CASE':
      return caseExpression(p)
    case 'MULTISET':
    case 'ARRAY':
      return collection(p, key)
    case 'MAP':
      if (p.peek(1).key === '(' || p.peek(1).key === '[') return collection(p, key)
      break
    case 'PERIOD':
      return period(p)
    case 'POSITION':
      return p.peek(1).key === '(' ? position(p) : undefined
    case 'NEW': {
      const start = p.advance().start
      const operand = routineCall(p, ExpressionContext.subQuery)
      return { kind: 'Unary', op: 'NEW', operand, span: p.spanFrom(start) }
    }
    case 'RUNNING':
      return modified(p)
    case 'FINAL':
      if (startsOperand(p, p.peek(1))) return modified(p)
      break
    case 'NEXT':
    case 'CURRENT':
      if (p.peek(1).key === 'VALUE') return sequenceValue(p)
      break
  }
  const dateTime = dateTimeLiteral(p)
  if (dateTime !== undefined) return dateTime
  return builtinCall(p) ?? nameOrCall(p)
}

/** A call where a function's name and a parenthesis stand, else a context variable or a name. */
function nameOrCall(p: TokenCursor): Expression | undefined {
  const { key } = p.token
  if (key === 'SPECIFIC' || atCall(p)) return namedCall(p)
  if (CONTEXT_VARIABLES.has(key)) {
    const { start, end } = p.advance()
    const span = { start, end }
    const name = { kind: 'Identifier', parts: [{ value: p.text.slice(start, end), quoted: false, span }], span } as const
    return { kind: 'Call', name, args: [], star: false, bare: true, span }
  }
  return p.isName(p.token) ? columnOrStar(p) : undefined
}

/** Whether a function's name begins here: all of `a.b.f (`, at any length, is one look ahead. */
function atCall(p: TokenCursor): boolean {
  if (RESERVED_FUNCTION_NAMES.has(p.token.key)) return p.peek(1).key === '('
  if (!p.isName(p.token)) return false
  let ahead = 1
  while (p.peek(ahead).key === '.' && p.isName(p.peek(ahead + 1))) ahead += 2
  return p.peek(ahead).key === '('
}

/** A dotted name, or `t.*`. */
function columnOrStar(p: TokenCursor): Expression {
  const name = p.identifier()
  if (p.token.key !== '.' || p.peek(1).key !== '*') return name
  p.advance()
  p.advance()
  return { kind: 'Star', qualifier: name, span: p.spanFrom(name.span.start) }
}

function interval(p: TokenCursor): Expression {
  const start = p.expect('INTERVAL').start
  const sign = p.acceptOne(['-', '+'])
  if (p.token.type === 'string') {
    const { value } = intervalText(p)
    const qualifier = intervalQualifier(p)
    return { kind: 'IntervalLiteral', value, negative: sign === '-', qualifier, span: p.spanFrom(start) }
  }
  let value = intervalValue(p)
  if (sign === '-' && value.kind === 'NumericLiteral') value = withSign(value, sign, value.span.start)
  else if (sign === '-') value = { kind: 'Unary', op: '-', operand: value, span: p.spanFrom(value.span.start) }
  const qualifier = intervalQualifier(p, true)
  return { kind: 'IntervalOf', value, qualifier, span: p.spanFrom(start) }
}

function intervalValue(p: TokenCursor): Expression {
  p.note('a string')
  if (p.accept('(')) {
    const value = subQueryExpression(p)
    p.expect(')')
    return value
  }
  return atNumber(p) ? unsignedNumber(p) : p.identifier()
}

function collection(p: TokenCursor, kind: CollectionConstructor['collection']): Expression | undefined {
  const start = p.advance().start
  if (p.accept('[')) {
    const items = kind === 'MULTISET' ? commaList(p, nonQueryExpression) : p.at(']') ? [] : nonQueryFirst(p)
    p.expect(']')
    return { kind: 'CollectionConstructor', collection: kind, items, span: p.spanFrom(start) }
  }
  if (!p.at('(')) return p.fail()
  if (kind === 'MULTISET') {
    p.advance()
    const query = p.rules.queryOrExpression(p, ExpressionContext.query)
    p.expect(')')
    if (!isQuery(query) && query.kind !== 'SubQuery') return p.fail('A query is expected in MULTISET(…).')
    const inner = query.kind === 'SubQuery' ? query.query : query
    return { kind: 'CollectionQuery', collection: kind, query: inner, span: p.spanFrom(start) }
  }
  if (p.peek(1).key === ')') {
    p.advance()
    p.advance()
    return collectionCall(p, [], { kind, start })
  }
  const list = parenthesizedList(p, ExpressionContext.all)
  const only = list.length === 1 ? list[0] : undefined
  if (only !== undefined && (isQuery(only) || only.kind === 'SubQuery')) {
    const query = only.kind === 'SubQuery' ? only.query : only
    return { kind: 'CollectionQuery', collection: kind, query, span: p.spanFrom(start) }
  }
  return collectionCall(p, list.map(asExpression), { kind, start })
}

/** `ARRAY(1, 2)` is a call of the function ARRAY. */
function collectionCall(
  p: TokenCursor,
  items: readonly Expression[],
  site: Readonly<{ kind: string; start: number }>,
): Expression {
  const nameSpan = { start: site.start, end: site.start + site.kind.length }
  const name = { kind: 'Identifier', parts: [{ value: site.kind, quoted: false, span: nameSpan }], span: nameSpan } as const
  const args = items.map((value) => ({ kind: 'Argument', value, span: value.span }) as const)
  return { kind: 'Call', name, args, star: false, bare: false, span: p.spanFrom(site.start) }
}

function period(p: TokenCursor): Expression {
  const start = p.expect('PERIOD').start
  p.expect('(')
  const from = subQueryExpression(p)
  p.expect(',')
  const to = subQueryExpression(p)
  p.expect(')')
  return { kind: 'RowConstructor', items: [from, to], explicit: false, span: p.spanFrom(start) }
}

function sequenceValue(p: TokenCursor): Expression {
  const token = p.advance()
  p.expectSequence('VALUE', 'FOR')
  const sequence = p.identifier()
  return { kind: 'SequenceValue', op: token.key as 'NEXT' | 'CURRENT', sequence, span: p.spanFrom(token.start) }
}

/** What is sought is a value without operators, for IN follows. */
function position(p: TokenCursor): Expression {
  const start = p.advance().start
  p.expect('(')
  const needle = atom(p)
  if (needle === undefined) {
    p.note('an expression')
    return p.fail()
  }
  p.expect('IN')
  const haystack = subQueryExpression(p)
  const from = p.accept('FROM') ? { from: subQueryExpression(p) } : {}
  p.expect(')')
  return { kind: 'PositionOf', needle, haystack, ...from, span: p.spanFrom(start) }
}

/** RUNNING and FINAL of MATCH_RECOGNIZE take one operand without operators. */
function modified(p: TokenCursor): Expression {
  const { key, start } = p.advance()
  const signed = p.at('-') || p.at('+')
  const operand = signed ? signedNumber(p) : asExpression(primary(p, ExpressionContext.subQuery))
  return { kind: 'Unary', op: key === 'FINAL' ? 'FINAL' : 'RUNNING', operand, span: p.spanFrom(start) }
}

const OPERAND_SIGNS: ReadonlySet<string> = new Set(['(', '?', '-', '+', '{FN', '{D', '{T', '{TS'])
const OPERAND_WORDS: ReadonlySet<string> = new Set(
  'CASE TRUE FALSE NULL UNKNOWN INTERVAL DATE TIME DATETIME TIMESTAMP DECIMAL ARRAY MULTISET ROW NEW PERIOD CURSOR SPECIFIC NEXT CURRENT'.split(
    ' ',
  ),
)

/** FINAL is a name too: where no operand can begin behind it. */
function startsOperand(p: TokenCursor, token: Token): boolean {
  if (token.type === 'sign') return OPERAND_SIGNS.has(token.key)
  if (token.type !== 'word' || p.isName(token)) return token.type !== 'end' && token.type !== 'invalid'
  const { key } = token
  return OPERAND_WORDS.has(key) || RESERVED_FUNCTION_NAMES.has(key) || CONTEXT_VARIABLES.has(key) || isGrammarFunction(key)
}
