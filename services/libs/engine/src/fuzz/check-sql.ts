import type { Statement } from '../sql/ast/statement.ts'
import { formatSql } from '../sql/format/format.ts'
import { lex } from '../sql/lex/lexer.ts'
import { type ParsedStatements, parseStatements } from '../sql/parse/parser.ts'
import { splitStatements } from '../sql/split/split.ts'
import type { Span } from '../sql/text/span.ts'
import { unparseStatement } from '../sql/unparse/unparse.ts'

/** What is checked beside the parser itself. */
export type SqlChecks = Readonly<{ format: boolean }>

/** Statements that parsed without a diagnostic. */
export type SqlOutcome = Readonly<{ accepted: number; refused: number }>

/** Holds the promises of lexer, parser, unparse, splitter and formatter against one text. Throws where one is broken. */
export function checkSql(text: string, checks: SqlChecks): SqlOutcome {
  const parsed = parseStatements(text)
  checkCover(text, parsed)
  checkDiagnostics(text, parsed)
  checkSplit(text, parsed)
  let accepted = 0
  for (const [index, statement] of parsed.statements.entries()) {
    if (statement === undefined) continue
    accepted++
    const { start, end } = parsed.spans[index] as Span
    checkSpans(statement, start, end)
    checkRoundTrip(statement)
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
      ;
      (trivia[next]?.start ?? Number.POSITIVE_INFINITY) < token.start || (trivia[next]?.start === at && at < token.start);
      next++
    ) {
      ensure(trivia[next]?.start === at, 'trivia joins')
      at = trivia[next]?.end as number
    }
    ensure(token.start === at, 'tokens join')
    at = token.end
  }
  ensure(at === text.length, 'tokens reach the end')
}

function checkDiagnostics(text: string, { diagnostics, statements }: ParsedStatements): void {
  for (const { span, message } of diagnostics) {
    ensure(span.start >= 0 && span.start <= span.end && span.end <= text.length, `span of "${message}" lies in the text`)
  }
  const broken = statements.some((statement) => statement === undefined)
  ensure(!broken || diagnostics.length > 0, 'a broken statement has a diagnostic')
}

function checkSplit(text: string, { spans }: ParsedStatements): void {
  const pieces = splitStatements(text)
  ensure(pieces.length === spans.length, 'splitter and parser see as many statements')
  pieces.forEach(({ span }, index) => {
    ensure(span.start === spans[index]?.start && span.end === spans[index]?.end, 'splitter and parser see the same statement')
  })
}

/** Every node's span lies in its parent's. Depth is bounded by the parser. */
function checkSpans(node: object, start: number, end: number): void {
  const own = (node as { span?: Span }).span
  if (own !== undefined) {
    ensure(own.start >= start && own.end <= end && own.start <= own.end, `spans nest: ${(node as { kind?: string }).kind}`)
    start = own.start
    end = own.end
  }
  for (const key in node) {
    const member: unknown = (node as Record<string, unknown>)[key]
    if (typeof member === 'object' && member !== null && member !== own) checkSpans(member, start, end)
  }
}

function checkRoundTrip(statement: Statement): void {
  const printed = unparseStatement(statement)
  const again = parseStatements(printed)
  ensure(again.diagnostics.length === 0, `own text parses: ${again.diagnostics[0]?.message} in ${printed}`)
  const [only] = again.statements
  ensure(only !== undefined && again.statements.length === 1, `own text is one statement: ${printed}`)
  const twice = unparseStatement(only)
  ensure(twice === printed, `own text has the same tree: ${printed} / ${twice}`)
}

function checkFormat(text: string): void {
  const formatted = formatSql(text)
  ensure(formatSql(formatted) === formatted, `formatting twice changes nothing: ${formatted}`)
  ensure(words(formatted) === words(text), `formatting keeps tokens and comments: ${formatted}`)
}

function words(text: string): string {
  const { tokens, trivia } = lex(text)
  const kept = tokens.map(({ type, key, start, end }) => (type === 'word' && key !== '' ? key : text.slice(start, end)))
  const comments = trivia.filter(({ type }) => type !== 'space').map(({ start, end }) => text.slice(start, end).trimEnd())
  return `${kept.join('\u0001')}\u0002${comments.join('\u0001')}`
}
