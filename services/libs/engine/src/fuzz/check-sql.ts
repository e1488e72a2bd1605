import type { Statement } from '../sql/ast/statement.ts'
import { formatSql } from '../sql/format/format.ts'
import { lex } from '../sql/lex/lexer.ts'
import { type ParsedStatements, parseStatements } from '../sql/parse/parser.ts'
import { splitStatements } from '../sql/split/split.ts'
import type { Span } from '../sql/text/span.ts'
import { unparseStatement } from '../sql/unparse/unparse.ts'
import { treeDifference } from './tree-difference.ts'

/** What is checked beside lexer, parser and splitter. */
export type SqlChecks = Readonly<{ roundTrip: boolean; format: boolean }>

/** Statements that parsed without a diagnostic. */
export type SqlOutcome = Readonly<{ accepted: number; refused: number }>

/** Holds the promises of lexer, parser, unparse, splitter and formatter against one text. Throws where one is broken. */
export function checkSql(text: string, checks: SqlChecks): SqlOutcome {
  const parsed = parseStatements(text)
  checkCover(text, parsed)
  checkDiagnostics(text, parsed)
  checkSplit(text, parsed)
  let accepted = 0
  for (let index = 0; index < parsed.statements.length; index++) {
    const statement = parsed.statements[index]
    if (statement === undefined) continue
    accepted++
    const { start, end } = parsed.spans[index] as Span
    checkSpans(statement, start, end)
    if (checks.roundTrip) checkRoundTrip(statement)
  }
  if (checks.format) checkFormat(text)
  return { accepted, refused: parsed.statements.length - accepted }
}

function ensure(condition: boolean, promise: string): asserts condition {
  if (!condition) throw new Error(promise)
}

/** Tokens and trivia cover the text without gap or overlap. */
function checkCover(text: string, { tokens, trivia }: ParsedStatements): void {
  let at = 0
  let next = 0
  for (const token of tokens) {
    for (
      let piece = trivia[next];
      piece !== undefined && (piece.start < token.start || (piece.start === at && at < token.start));
      piece = trivia[next]
    ) {
      ensure(piece.start === at, 'trivia joins')
      at = piece.end
      next++
    }
    ensure(token.start === at, 'tokens join')
    at = token.end
  }
  ensure(at === text.length, 'tokens reach the end')
}

function checkDiagnostics(text: string, { diagnostics, statements }: ParsedStatements): void {
  for (const { span, message } of diagnostics) {
    if (!(span.start >= 0 && span.start <= span.end && span.end <= text.length))
      throw new Error(`span of "${message}" lies outside of the text`)
  }
  ensure(diagnostics.length > 0 || !statements.includes(undefined), 'a broken statement has a diagnostic')
}

function checkSplit(text: string, { spans }: ParsedStatements): void {
  const pieces = splitStatements(text)
  ensure(pieces.length === spans.length, 'splitter and parser see as many statements')
  for (let index = 0; index < pieces.length; index++) {
    const piece = pieces[index]?.span
    const span = spans[index]
    ensure(piece?.start === span?.start && piece?.end === span?.end, 'splitter and parser see the same statement')
  }
}

type Node = Readonly<Record<string, unknown>>

/** Every node's span lies in its parent's. Depth is bounded by the parser. */
function checkSpans(node: object, start: number, end: number): void {
  if (Array.isArray(node)) {
    for (const member of node) if (typeof member === 'object' && member !== null) checkSpans(member, start, end)
    return
  }
  const own = (node as { span?: Span }).span
  if (own !== undefined) {
    if (own.start < start || own.end > end || own.start > own.end)
      throw new Error(`spans nest: ${(node as { kind?: string }).kind}`)
    start = own.start
    end = own.end
  }
  for (const key of Object.keys(node)) {
    const member = (node as Node)[key]
    if (typeof member === 'object' && member !== null && member !== own) checkSpans(member, start, end)
  }
}

function checkRoundTrip(statement: Statement): void {
  const printed = unparseStatement(statement)
  const again = parseStatements(printed)
  if (again.diagnostics.length > 0) throw new Error(`own text parses: ${again.diagnostics[0]?.message} in ${printed}`)
  const [only] = again.statements
  if (only === undefined || again.statements.length !== 1) throw new Error(`own text is one statement: ${printed}`)
  const difference = treeDifference(statement, only)
  if (difference !== undefined) throw new Error(`own text has the same tree: ${statement.kind}${difference} in ${printed}`)
}

function checkFormat(text: string): void {
  const formatted = formatSql(text)
  if (formatSql(formatted) !== formatted) throw new Error(`formatting twice changes nothing: ${formatted}`)
  if (words(formatted) !== words(text)) throw new Error(`formatting keeps tokens and comments: ${formatted}`)
}

function words(text: string): string {
  const { tokens, trivia } = lex(text)
  const kept = tokens.map(({ type, key, start, end }) => (type === 'word' && key !== '' ? key : text.slice(start, end)))
  const comments = trivia.filter(({ type }) => type !== 'space').map(({ start, end }) => text.slice(start, end).trimEnd())
  return `${kept.join('\u0001')}\u0002${comments.join('\u0001')}`
}
