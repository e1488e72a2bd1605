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
import { STATEMENT_WORDS, statement } from './statement.ts'
import { syntaxDiagnostic } from './syntax-diagnostic.ts'
import { SyntaxFailure } from './syntax-failure.ts'
import { type GrammarRules, TokenCursor } from './token-cursor.ts'

/** Longest text that is parsed, in UTF-16 code units. */
export const SQL_LENGTH_MAX = 131_072

const RULES: GrammarRules = { expression, queryOrExpression, leafOrExpression, statement }

/** The statements of one text in order. Where one could not be parsed it is undefined, and a diagnostic says why. */
export type ParsedStatements = Readonly<{
  statements: readonly (Statement | undefined)[]
  /** As much of each as could be read: for editors. Parts with a mistake are missing from it. */
  partials: readonly (Statement | undefined)[]
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
 * Parses a script: statements with semicolons between them. Never throws; after a mistake it goes on at the next clause, or
 * behind the next semicolon. Time is linear in the length of the text.
 */
export function parseStatements(text: string): ParsedStatements {
  const start = begin(text)
  if (start === undefined) return { statements: [], partials: [], spans: [], diagnostics: [tooLong()], tokens: [], trivia: [] }
  const { p, sink, lexed } = start
  const ends = new StatementEnds(p.tokens)
  const statements: (Statement | undefined)[] = []
  const partials: (Statement | undefined)[] = []
  const spans: Span[] = []
  while (!p.atEnd()) {
    if (p.accept(';')) continue
    const first = p.index
    const from = p.token.start
    const end = ends.after(first)
    const { tree, partial } = attempt(p, sink, { rule: statement, first, end })
    statements.push(tree)
    partials.push(partial)
    p.seek(end)
    spans.push(p.spanFrom(from))
  }
  return { statements, partials, spans, diagnostics: sink.all, ...lexed }
}

/** Parses one expression that is the whole text. */
export function parseExpression(text: string): ParsedExpression {
  const start = begin(text)
  if (start === undefined) return { expression: undefined, diagnostics: [tooLong()], tokens: [], trivia: [] }
  const { p, sink, lexed } = start
  const rule = (cursor: TokenCursor): Expression => expression(cursor, ExpressionContext.subQuery)
  const end = p.tokens.length - 1
  return { expression: attempt(p, sink, { rule, first: 0, end }).tree, diagnostics: sink.all, ...lexed }
}

/** What can stand at one place of a text, as the grammar sees it. */
export type ExpectedTokens = Readonly<{
  /** Keywords and sequences of them (`ORDER BY`), and signs. */
  keywords: readonly string[]
  /** Classes of tokens: `a name`, `an expression`, `a type`, `a string`, `a number`. */
  classes: readonly string[]
  /** The word that is being written there; empty between words. */
  prefix: Span
}>

/**
 * What the grammar takes at an offset: for completion. Only the text before it counts. Linear in the statement's length.
 */
export function expectedAt(text: string, offset: number): ExpectedTokens {
  const before = /[\w$]*$/.exec(text.slice(Math.max(0, offset - WORD_LENGTH_MAX), offset))?.[0] ?? ''
  const prefix = { start: offset - before.length, end: offset }
  const start = begin(text.slice(0, prefix.start))
  if (start === undefined) return { keywords: [], classes: [], prefix }
  const { p } = start
  const ends = new StatementEnds(p.tokens)
  const last = p.tokens.length - 1
  let first = 0
  for (let end = ends.after(0); end < last; end = ends.after(first)) first = end + 1
  const expected = new Set<string>()
  p.seek(first)
  p.record(new Map([[last, expected]]), last)
  try {
    run(p, { rule: statement, first, end: last })
  } catch (failure) {
    if (!(failure instanceof SyntaxFailure)) throw failure
  }
  if (first === last) for (const word of STATEMENT_WORDS) expected.add(word)
  const isClass = (one: string): boolean => /^an? /.test(one)
  return { keywords: [...expected].filter((one) => !isClass(one)), classes: [...expected].filter(isClass), prefix }
}

const WORD_LENGTH_MAX = 256

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

/** What an attempt gives: `tree` without a mistake, else `partial`, if so much could be read. */
type Attempted<T> = Readonly<{ tree?: T; partial?: T }>

/** Runs a rule from a token; failures are told as diagnostics. */
function attempt<T>(p: TokenCursor, sink: DiagnosticSink, what: Attempt<T>): Attempted<T> {
  try {
    const tree = run(p, what)
    return { tree, partial: tree }
  } catch (failure) {
    if (!(failure instanceof SyntaxFailure)) throw failure
    return goOver(p, sink, { what, failure })
  }
}

function run<T>(p: TokenCursor, what: Attempt<T>): T {
  p.parameters = 0
  p.height = 0
  const result = what.rule(p)
  checkEnd(p, what)
  return result
}

function checkEnd<T>(p: TokenCursor, what: Attempt<T>): void {
  if (p.index === what.end) return
  p.note(';')
  p.fail()
}

/**
 * Parses a statement with a mistake once more: notes what would have been right where it failed, goes over mistakes at
 * clauses to find more of them, and keeps what can be read. The common case pays nothing for this.
 */
function goOver<T>(
  p: TokenCursor,
  sink: DiagnosticSink,
  given: Readonly<{ what: Attempt<T>; failure: SyntaxFailure }>,
): Attempted<T> {
  const { what, failure } = given
  const expected = new Map<number, Set<string>>()
  p.seek(what.first)
  if (!sink.isFull) p.record(expected, failure.index)
  const failures: SyntaxFailure[] = []
  p.failures = failures
  let partial: T | undefined
  try {
    p.parameters = 0
    partial = what.rule(p)
    checkEnd(p, what)
  } catch (again) {
    if (!(again instanceof SyntaxFailure)) throw again
    failures.push(again)
  }
  p.failures = undefined
  p.record(undefined)
  report(p, sink, { failures: failures.length === 0 ? [failure] : failures, expected })
  return partial === undefined ? {} : { partial }
}

type Report = Readonly<{ failures: readonly SyntaxFailure[]; expected: ReadonlyMap<number, ReadonlySet<string>> }>

const NOTHING: ReadonlySet<string> = new Set()

function report(p: TokenCursor, sink: DiagnosticSink, { failures, expected }: Report): void {
  const told = new Set<number>()
  for (const failure of failures) {
    // What is no token at all has its diagnostic from the lexer.
    if (told.has(failure.index) || p.tokens[failure.index]?.type === 'invalid') continue
    told.add(failure.index)
    if (sink.isFull) sink.drop()
    else sink.add(syntaxDiagnostic(p, failure, expected.get(failure.index) ?? NOTHING))
  }
}
