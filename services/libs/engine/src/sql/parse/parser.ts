import type { Expression } from '../ast/expression.ts'
import type { Statement } from '../ast/statement.ts'
import { type Diagnostic, DiagnosticSink } from '../diagnostic/diagnostic.ts'
import { lex } from '../lex/lexer.ts'
import type { Token, Trivia } from '../lex/token.ts'
import { StatementEnds } from '../split/statement-end.ts'
import type { Span } from '../text/span.ts'
import { expression } from './expression.ts'
import { ExpressionContext } from './expression-context.ts'
import { leafOrExpression, queryOrExpression } from './query.ts'
import { statement } from './statement.ts'
import { syntaxDiagnostic } from './syntax-diagnostic.ts'
import { SyntaxFailure } from './syntax-failure.ts'
import { type GrammarRules, TokenCursor } from './token-cursor.ts'

/** Longest text that is parsed, in UTF-16 code units. */
export const SQL_LENGTH_MAX = 131_072

const RULES: GrammarRules = { expression, queryOrExpression, leafOrExpression, statement }

/** The statements of one text in order. Where one could not be parsed it is undefined, and a diagnostic says why. */
export type ParsedStatements = Readonly<{
  statements: readonly (Statement | undefined)[]
  /** From the first to the last token of each, without the semicolon. */
  spans: readonly Span[]
  diagnostics: readonly Diagnostic[]
  tokens: readonly Token[]
  trivia: readonly Trivia[]
}>

export type ParsedExpression = Readonly<{
  expression: Expression | undefined
  diagnostics: readonly Diagnostic[]
  tokens: readonly Token[]
  trivia: readonly Trivia[]
}>

/**
 * Parses a script: statements with semicolons between them. Never throws; goes on behind the next semicolon after a
 * mistake. Time is linear in the length of the text.
 */
export function parseStatements(text: string): ParsedStatements {
  const start = begin(text)
  if (start === undefined) return { statements: [], spans: [], diagnostics: [tooLong()], tokens: [], trivia: [] }
  const { p, sink, lexed } = start
  const ends = new StatementEnds(p.tokens)
  const statements: (Statement | undefined)[] = []
  const spans: Span[] = []
  while (!p.atEnd()) {
    if (p.accept(';')) continue
    const first = p.index
    const from = p.token.start
    const end = ends.after(first)
    statements.push(attempt(p, sink, { rule: statement, first, end }))
    p.seek(end)
    spans.push(p.spanFrom(from))
  }
  return { statements, spans, diagnostics: sink.all, ...lexed }
}

/** Parses one expression that is the whole text. */
export function parseExpression(text: string): ParsedExpression {
  const start = begin(text)
  if (start === undefined) return { expression: undefined, diagnostics: [tooLong()], tokens: [], trivia: [] }
  const { p, sink, lexed } = start
  const rule = (cursor: TokenCursor): Expression => expression(cursor, ExpressionContext.subQuery)
  const end = p.tokens.length - 1
  return { expression: attempt(p, sink, { rule, first: 0, end }), diagnostics: sink.all, ...lexed }
}

type Start = Readonly<{ p: TokenCursor; sink: DiagnosticSink; lexed: Pick<ParsedStatements, 'tokens' | 'trivia'> }>

function begin(text: string): Start | undefined {
  if (text.length > SQL_LENGTH_MAX) return undefined
  const { tokens, trivia, diagnostics } = lex(text)
  const sink = new DiagnosticSink()
  for (const diagnostic of diagnostics) sink.add(diagnostic)
  return { p: new TokenCursor(text, tokens, RULES), sink, lexed: { tokens, trivia } }
}

function tooLong(): Diagnostic {
  return {
    code: 'SQL_TOO_LONG',
    severity: 'error',
    message: `The text is longer than ${SQL_LENGTH_MAX} characters.`,
    hint: 'Split it into several statements.',
    span: { start: 0, end: SQL_LENGTH_MAX },
  }
}

/** A rule that has to take the tokens from `first` up to `end`. */
type Attempt<T> = Readonly<{ rule: (p: TokenCursor) => T; first: number; end: number }>

/** Runs a rule from a token; a failure is told as a diagnostic. */
function attempt<T>(p: TokenCursor, sink: DiagnosticSink, what: Attempt<T>): T | undefined {
  try {
    return run(p, what)
  } catch (failure) {
    if (!(failure instanceof SyntaxFailure)) throw failure
    // What is no token at all has its diagnostic from the lexer.
    if (p.tokens[failure.index]?.type !== 'invalid') sink.add(syntaxDiagnostic(p, failure, expectedAt(p, failure, what)))
    return undefined
  }
}

function run<T>(p: TokenCursor, what: Attempt<T>): T {
  p.parameters = 0
  p.height = 0
  const result = what.rule(p)
  if (p.index !== what.end) {
    p.note(';')
    p.fail()
  }
  return result
}

/** Parses once more and notes what would have been right at the token at fault: the common case pays nothing for it. */
function expectedAt<T>(p: TokenCursor, failure: SyntaxFailure, what: Attempt<T>): ReadonlySet<string> {
  const expected = new Set<string>()
  if (failure.message !== undefined) return expected
  p.seek(what.first)
  p.record(new Map([[failure.index, expected]]))
  try {
    run(p, what)
  } catch (again) {
    if (!(again instanceof SyntaxFailure)) throw again
  }
  p.record(undefined)
  return expected
}
