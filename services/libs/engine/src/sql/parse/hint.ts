import type { Hint, HintOption } from '../ast/query.ts'
import type { Token } from '../lex/token.ts'
import { atNumber, signedNumber, stringLiteral } from './literal.ts'
import { commaList, type TokenCursor } from './token-cursor.ts'

/** A hint block where one stands, else nothing. */
export function optionalHints(p: TokenCursor): Hint[] {
  if (!p.accept('/*+')) return []
  const hints = commaList(p, hint)
  p.expect('*/')
  return hints
}

/** `NAME`, `NAME(a, b)`, `NAME('a', 1)` or `NAME('k' = 'v', …)`. */
function hint(p: TokenCursor): Hint {
  const name = p.name()
  const options = p.accept('(') ? hintOptions(p) : []
  return { kind: 'Hint', name, options, span: p.spanFrom(name.span.start) }
}

function hintOptions(p: TokenCursor): HintOption[] {
  if (p.accept(')')) return []
  const form = p.peek(1).key === '=' || isContinuedKey(p) ? keyedOption : p.isName(p.token) ? nameOption : literalOption
  const options = commaList(p, form)
  p.expect(')')
  return options
}

/** A key of several string pieces: `'a' 'b' = 'c'`. */
function isContinuedKey(p: TokenCursor): boolean {
  let ahead = 0
  let token: Token = p.token
  while (token.type === 'string' && ahead < 16) token = p.peek(++ahead)
  return ahead > 0 && token.key === '='
}

function keyedOption(p: TokenCursor): HintOption {
  const start = p.token.start
  const key = p.isName(p.token) ? p.name() : stringLiteral(p)
  if ('kind' in key && key.kind !== 'StringLiteral') return p.fail('A key is a name or a string.')
  p.expect('=')
  const value = stringLiteral(p)
  if (value.kind !== 'StringLiteral') return p.fail('A value is a string.')
  return { key, value, span: p.spanFrom(start) }
}

function nameOption(p: TokenCursor): HintOption {
  const value = p.name()
  return { value, span: value.span }
}

function literalOption(p: TokenCursor): HintOption {
  const value = atNumber(p) || p.token.key === '-' || p.token.key === '+' ? signedNumber(p) : stringLiteral(p)
  if (value.kind !== 'StringLiteral' && value.kind !== 'NumericLiteral') return p.fail('A string or a number is expected.')
  return { value, span: value.span }
}
