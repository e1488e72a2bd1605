import type { Argument, Expression } from '../ast/expression.ts'
import { RESERVED_FUNCTION_NAMES } from '../lex/keywords.ts'
import { builtinCall } from './builtin-call.ts'
import { ExpressionContext, insideParentheses } from './expression-context.ts'
import { asExpression, subQueryExpression } from './query-node.ts'
import type { TokenCursor } from './token-cursor.ts'

const UNIT_FUNCTIONS: ReadonlySet<string> = new Set(
  'CONTAINS_SUBSTR DATE_DIFF DATETIME_DIFF TIMESTAMPADD DATE_TRUNC TIMESTAMP_TRUNC TIME_TRUNC TIMESTAMP_DIFF TIME_DIFF TIMESTAMPDIFF'.split(
    ' ',
  ),
)
const WORDS: ReadonlySet<string> = new Set(['INSERT', 'LEFT', 'RIGHT', 'TRUNCATE', 'SUBSTRING'])

/** `{fn name(…)}`. */
export function jdbcCall(p: TokenCursor): Expression {
  const start = p.advance().start
  const { key } = p.token
  if (UNIT_FUNCTIONS.has(key)) {
    const inner = builtinCall(p)
    if (inner?.kind !== 'Call') return p.fail()
    p.expect('}')
    return { ...inner, jdbc: true, span: p.spanFrom(start) }
  }
  if (!WORDS.has(key) && !RESERVED_FUNCTION_NAMES.has(key) && key !== 'CONVERT' && !p.isName(p.token)) return p.fail()
  const token = p.advance()
  const span = { start: token.start, end: token.end }
  const quoted = token.type !== 'word'
  const raw = p.text.slice(token.start, token.end)
  const value = quoted ? raw.slice(1, -1).replaceAll('``', '`') : raw
  const name = { kind: 'Identifier', parts: [{ value, quoted, span }], span } as const
  const { args, star } = token.key === 'CONVERT' ? { args: convertArguments(p), star: false } : callArguments(p)
  p.expect('}')
  return { kind: 'Call', name, args, star, bare: false, jdbc: true, span: p.spanFrom(start) }
}

function argumentOf(value: Expression): Argument {
  return { kind: 'Argument', value, span: value.span }
}

function callArguments(p: TokenCursor): { args: Argument[]; star: boolean } {
  p.expect('(')
  if (p.accept(')')) return { args: [], star: false }
  if (p.atSequence('*', ')')) {
    p.advance()
    p.advance()
    return { args: [], star: true }
  }
  const args = [argumentOf(asExpression(p.rules.queryOrExpression(p, insideParentheses(ExpressionContext.subQuery))))]
  while (p.accept(',')) args.push(argumentOf(subQueryExpression(p)))
  p.expect(')')
  return { args, star: false }
}

/** The second argument is the name of a JDBC type. */
function convertArguments(p: TokenCursor): Argument[] {
  p.expect('(')
  const value = subQueryExpression(p)
  p.expect(',')
  const type = p.advance()
  if (!/^(?:SQL_)?[A-Z_]+$/.test(type.key)) p.fail('The name of a JDBC type is expected.', { span: type })
  p.expect(')')
  const span = { start: type.start, end: type.end }
  const name = { value: type.key.startsWith('SQL_') ? type.key : `SQL_${type.key}`, quoted: false, span }
  return [argumentOf(value), argumentOf({ kind: 'TimeUnit', name: name.value, custom: false, span })]
}
