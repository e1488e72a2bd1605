import { NON_RESERVED_KEYWORDS as NON_RESERVED } from '../lex/keywords.ts'
import type { Token } from '../lex/token.ts'
import { parseStatements } from '../parse/parser.ts'
import { StatementEnds } from '../split/statement-end.ts'
import type { FormatToken } from './format-token.ts'
import { formatTokens } from './format-token.ts'
import { layoutStatement } from './layout.ts'
import { collectNameRoles } from './name-roles.ts'

/**
 * Formats a script: keywords in upper case, clauses on lines of their own, lists and conditions broken where they pass 100
 * columns. Comments stay, names and literals keep their spelling, and formatting twice changes nothing. A text with
 * something that is no token (an unclosed string), or that has no place on a line, comes back as it is.
 */
export function formatSql(text: string): string {
  const parsed = parseStatements(text)
  if (parsed.tokens.length === 0 || parsed.tokens.some(({ type }) => type === 'invalid')) return text
  if (text.includes('{') && opensEscapeByBlank(text, parsed.tokens)) return text
  const roles = new Map<number, 'name' | 'function'>()
  for (const statement of parsed.statements) if (statement !== undefined) collectNameRoles(statement, roles)
  keepWordsOfBroken(parsed, roles)
  const tokens = formatTokens(text, parsed, roles)
  const ends = new StatementEnds(parsed.tokens)
  const pieces: string[] = []
  let index = 0
  while (index < tokens.length - 1) {
    const end = Math.max(ends.after(index), index)
    pieces.push(piece(tokens.slice(index, end), tokens[end]))
    index = tokens[end]?.key === ';' ? end + 1 : end
  }
  return finish(pieces, tokens[tokens.length - 1])
}

/** A brace and a word that only a line break keeps from being `{d`, `{t`, `{ts` or `{fn`, which take blanks in between. */
function opensEscapeByBlank(text: string, tokens: readonly Token[]): boolean {
  return tokens.some(
    ({ key }, index) => key === '{' && /^(?:d|t|fn)/i.test(text.slice(tokens[index + 1]?.start, tokens[index + 1]?.end)),
  )
}

/** Without a tree only reserved words are known to be keywords. */
function keepWordsOfBroken(parsed: ReturnType<typeof parseStatements>, roles: Map<number, 'name' | 'function'>): void {
  parsed.statements.forEach((statement, index) => {
    const span = parsed.spans[index]
    if (statement !== undefined || span === undefined) return
    for (let at = firstIndex(parsed.tokens, span.start); (parsed.tokens[at]?.start ?? span.end) < span.end; at++) {
      const token = parsed.tokens[at]
      if (token?.type === 'word' && NON_RESERVED.has(token.key)) roles.set(token.start, 'name')
    }
  })
}

/** Index of the token that starts at an offset. */
function firstIndex(tokens: readonly Token[], start: number): number {
  let low = 0
  let high = tokens.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((tokens[middle]?.start ?? 0) < start) low = middle + 1
    else high = middle
  }
  return low
}

/** One statement with its semicolon, and the comments that stand around that. */
function piece(tokens: readonly FormatToken[], end: FormatToken | undefined): string {
  const body = layoutStatement(tokens).trimEnd()
  if (end?.key !== ';') return body
  const inner = end.leading.map(({ text }) => `\n${text}`).join('')
  // A line comment would swallow the semicolon.
  const own = inner !== '' || endsInLineComment(tokens)
  const trailing = end.trailing.map(({ text }) => ` ${text}`).join('')
  return `${body}${inner}${own ? '\n' : ''};${trailing}`
}

function endsInLineComment(tokens: readonly FormatToken[]): boolean {
  const last = tokens[tokens.length - 1]
  return last?.trailing.some(({ line }) => line) ?? false
}

function finish(pieces: readonly string[], end: FormatToken | undefined): string {
  const rest = (end?.leading ?? []).map(({ text }) => text).join('\n')
  const all = rest === '' ? pieces : [...pieces, rest]
  return all.length === 0 ? '' : `${all.join('\n\n')}\n`
}
