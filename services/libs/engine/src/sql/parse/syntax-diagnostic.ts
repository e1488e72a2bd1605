import type { Diagnostic } from '../diagnostic/diagnostic.ts'
import { NON_RESERVED_KEYWORDS } from '../lex/keywords.ts'
import type { Token } from '../lex/token.ts'
import { closest } from './closest.ts'
import type { SyntaxFailure } from './syntax-failure.ts'
import type { TokenCursor } from './token-cursor.ts'

const EXPECTED_SHOWN_MAX = 8
const TEXT_SHOWN_MAX = 40

/** Tells a failure to the user: what stands there, what was expected, and what may be meant. */
export function syntaxDiagnostic(p: TokenCursor, failure: SyntaxFailure, expected: ReadonlySet<string>): Diagnostic {
  const token = p.tokens[failure.index] as Token
  const { code = 'SQL_SYNTAX', hint, span } = failure.details
  const message = failure.message ?? `${found(p, token)}${expectation(expected)}`
  const advice = hint ?? (failure.message === undefined ? advise(p, failure.index, expected) : undefined)
  const at = span ?? { start: token.start, end: token.end }
  return {
    code,
    severity: 'error',
    message,
    ...(advice === undefined ? {} : { hint: advice }),
    span: { start: at.start, end: at.end },
  }
}

function found(p: TokenCursor, token: Token): string {
  if (token.type === 'end') return 'The statement ends too early'
  const text = p.text.slice(token.start, token.end)
  return `Unexpected '${text.length > TEXT_SHOWN_MAX ? `${text.slice(0, TEXT_SHOWN_MAX)}…` : text}'`
}

function expectation(expected: ReadonlySet<string>): string {
  const shown: string[] = []
  for (const one of expected) {
    if (shown.length === EXPECTED_SHOWN_MAX) break
    shown.push(/^[A-Za-z_ ]+$/.test(one) ? one : `'${one}'`)
  }
  if (shown.length === 0) return '.'
  if (expected.size > EXPECTED_SHOWN_MAX) return `: expected ${shown.join(', ')}, …`
  const last = shown.pop() as string
  return shown.length === 0 ? `: expected ${last}.` : `: expected ${shown.join(', ')} or ${last}.`
}

/** Words that a misspelt one is often taken for an alias instead of. */
const CLAUSE_WORDS =
  'FROM WHERE GROUP HAVING WINDOW QUALIFY ORDER LIMIT OFFSET UNION INTERSECT EXCEPT JOIN INNER LEFT RIGHT CROSS WITH'.split(' ')

/** `SELECT a frm t` fails at `t`, but the mistake stands before it. */
function misspeltBefore(p: TokenCursor, index: number): string | undefined {
  const before = p.tokens[index - 1]
  if (before?.type !== 'word' || before.key !== '' || before.end - before.start < 3) return undefined
  const text = p.text.slice(before.start, before.end)
  const meant = closest(text.toUpperCase(), CLAUSE_WORDS)
  return meant === undefined ? undefined : `Did you mean ${meant} instead of '${text}'?`
}

function keywordsOf(expected: ReadonlySet<string>): string[] {
  return [...expected].filter((word) => /^[A-Z_]{2,}/.test(word)).map((word) => word.split(' ')[0] as string)
}

function advise(p: TokenCursor, index: number, expected: ReadonlySet<string>): string | undefined {
  const token = p.tokens[index] as Token
  const text = p.text.slice(token.start, token.end)
  if (token.type === 'word') {
    const meant = token.key === '' ? closest(text.toUpperCase(), keywordsOf(expected)) : undefined
    if (meant !== undefined) return `Did you mean ${meant}?`
    if (expected.has('a name') && token.key !== '' && !NON_RESERVED_KEYWORDS.has(token.key)) {
      return `${token.key} is a reserved word: quote it as \`${text}\` to use it as a name.`
    }
  }
  const misspelt = misspeltBefore(p, index)
  if (misspelt !== undefined) return misspelt
  if (token.key === '!=') return 'Write <>.'
  if (token.type === 'invalid' && text === '"') return 'Names are quoted with back-ticks, strings with single quotes.'
  return undefined
}
