/** A script as editor services look at it: its tokens, and the statement around the cursor, complete or not. */
import { analyzeScript, type ScriptAnalysis } from '../bind/analyze-script.ts'
import type { SessionContext } from '../catalog/catalog.ts'
import { lex } from '../lex/lexer.ts'
import type { Token } from '../lex/token.ts'
import type { Span } from '../text/span.ts'
import type { EditorRequest } from './request.ts'

export interface EditorDocument {
  readonly text: string
  readonly analysis: ScriptAnalysis
  /** Tokens of the statement around the cursor, without semicolons and the end. */
  readonly tokens: readonly Token[]
  /** The session that this statement sees. */
  readonly session: SessionContext
  /** Ordinal in `tokens` of the first one that ends at or after the cursor; their count when there is none. */
  readonly cursor: number
}

export function openDocument({ text, offset, session }: EditorRequest): EditorDocument {
  const { tokens: all } = lex(text)
  const analysis = analyzeScript(text, session)
  const tokens = statementAround(all, offset)
  const start = tokens[0]?.start ?? offset
  const seen = analysis.statements.filter((statement) => statement.span.start <= start)
  const last = seen.at(-1)
  const before = last === undefined ? session : last.span.start === start ? last.before : sessionAfter(analysis, seen.length)
  const found = tokens.findIndex((token) => token.end >= offset)
  return { text, analysis, tokens, session: before, cursor: found < 0 ? tokens.length : found }
}

function sessionAfter(analysis: ScriptAnalysis, count: number): SessionContext {
  return analysis.statements[count]?.before ?? analysis.session
}

function statementAround(tokens: readonly Token[], offset: number): readonly Token[] {
  let current: Token[] = []
  for (const token of tokens) {
    if (token.type === 'end' || (token.key === ';' && token.start >= offset)) return current
    if (token.key === ';') current = []
    else current.push(token)
  }
  return current
}

/** A name's part: a word, or what stands between back-ticks. */
export function nameOf(token: Token, text: string): string | undefined {
  const written = text.slice(token.start, token.end)
  if (token.type === 'quoted')
    return written.slice(1, written.endsWith('`') && written.length > 1 ? -1 : undefined).replaceAll('``', '`')
  return token.type === 'word' ? written : undefined
}

export interface NamePath {
  readonly parts: readonly string[]
  readonly span: Span
  /** Ordinal of the token behind it. */
  readonly next: number
}

/** The dotted name that starts at a token. */
export function namePathAt({ tokens, text }: Pick<EditorDocument, 'tokens' | 'text'>, index: number): NamePath | undefined {
  const first = tokens[index]
  const name = first && nameOf(first, text)
  if (first === undefined || name === undefined) return undefined
  const parts = [name]
  let next = index + 1
  while (tokens[next]?.key === '.') {
    const part = tokens[next + 1] && nameOf(tokens[next + 1]!, text)
    if (part === undefined) break
    parts.push(part)
    next += 2
  }
  return { parts, span: { start: first.start, end: tokens[next - 1]!.end }, next }
}

/** The name under the cursor, up to the part that the cursor is in. */
export function nameUnderCursor(document: EditorDocument, offset: number): NamePath | undefined {
  const at = document.tokens.findIndex(
    (token) => token.start <= offset && token.end >= offset && nameOf(token, document.text) !== undefined,
  )
  if (at < 0) return undefined
  let start = at
  while (
    start >= 2 &&
    document.tokens[start - 1]!.key === '.' &&
    nameOf(document.tokens[start - 2]!, document.text) !== undefined
  )
    start -= 2
  const parts: string[] = []
  for (let i = start; i <= at; i += 2) parts.push(nameOf(document.tokens[i]!, document.text)!)
  return { parts, span: { start: document.tokens[start]!.start, end: document.tokens[at]!.end }, next: at + 1 }
}
