import type { Expression } from '../ast/expression.ts'
import type { Identifier, Name } from '../ast/identifier.ts'
import type { Query } from '../ast/query.ts'
import type { Statement } from '../ast/statement.ts'
import { NON_RESERVED_KEYWORDS } from '../lex/keywords.ts'
import type { Token } from '../lex/token.ts'
import type { Span } from '../text/span.ts'
import type { ExpressionContext } from './expression-context.ts'
import { SyntaxFailure } from './syntax-failure.ts'
import { unescapeUnicode } from './unicode-escape.ts'

/** The rules that recur, so that the modules of the grammar need not import each other in a circle. */
export type GrammarRules = Readonly<{
  expression: (p: TokenCursor, context: ExpressionContext) => Expression
  /** A query with ORDER BY and LIMIT, or an expression where the context takes one. */
  queryOrExpression: (p: TokenCursor, context: ExpressionContext) => Query | Expression
  /** SELECT, VALUES, TABLE, or an expression. */
  leafOrExpression: (p: TokenCursor, context: ExpressionContext) => Query | Expression
  statement: (p: TokenCursor) => Statement
}>

export const NESTING_MAX = 200
export const TREE_HEIGHT_MAX = 1000
/** Mistakes in one statement that are gone over. */
const FAILURES_MAX = 10
const NAME_LENGTH_MAX = 256

/** Reads tokens of one text in order; look-ahead is bounded by the callers. */
export class TokenCursor {
  readonly text: string
  readonly tokens: readonly Token[]
  readonly rules: GrammarRules
  token: Token
  index: number
  /** Height of the tree built since the last reset; see `grow`. */
  height = 0
  /** Dynamic parameters (`?`) of the statement so far. */
  parameters = 0
  #nesting = 0
  /** Failures that were gone over; undefined while a mistake ends the parse. */
  failures: SyntaxFailure[] | undefined
  #expected: Map<number, Set<string>> | undefined
  #expectedFrom = 0

  constructor(text: string, tokens: readonly Token[], rules: GrammarRules) {
    this.text = text
    this.tokens = tokens
    this.rules = rules
    this.index = 0
    this.token = tokens[0] as Token
  }

  /** Goes to a token; forgets nesting. */
  seek(index: number): void {
    this.index = Math.min(index, this.tokens.length - 1)
    this.token = this.tokens[this.index] as Token
    this.#nesting = 0
    this.height = 0
  }

  /** From now on notes what the grammar asks for, at the tokens from `from` on. */
  record(expected: Map<number, Set<string>> | undefined, from = 0): void {
    this.#expected = expected
    this.#expectedFrom = from
  }

  #note(key: string): void {
    if (this.index < this.#expectedFrom) return
    const known = this.#expected?.get(this.index)
    if (known === undefined) this.#expected?.set(this.index, new Set([key]))
    else known.add(key)
  }

  /**
   * Runs a rule for a part of a statement. While failures are gone over, a mistake in it is kept, reading goes on at the
   * next of `resume` (or the parenthesis that closes the part), and the part is missing from the tree.
   */
  guard<T>(rule: (p: TokenCursor) => T, resume: ReadonlySet<string>): T | undefined {
    if (this.failures === undefined) return rule(this)
    const first = this.index
    const nesting = this.#nesting
    try {
      return rule(this)
    } catch (failure) {
      if (!(failure instanceof SyntaxFailure) || this.failures.length >= FAILURES_MAX) throw failure
      this.failures.push(failure)
      this.#skip(first, failure.index, resume)
      this.#nesting = nesting
      return undefined
    }
  }

  #skip(first: number, failed: number, resume: ReadonlySet<string>): void {
    let depth = 0
    let index = first
    for (; index < this.tokens.length - 1; index++) {
      const { key } = this.tokens[index] as Token
      if (key === ';') break
      if (index >= failed && depth <= 0 && (resume.has(key) || key === ')')) break
      if (key === '(') depth++
      else if (key === ')') depth--
    }
    this.index = index
    this.token = this.tokens[index] as Token
  }

  /** Marks something that is not a keyword or sign as expected here: "an expression". */
  note(what: string): void {
    if (this.#expected !== undefined) this.#note(what)
  }

  advance(): Token {
    const token = this.token
    if (token.type !== 'end') {
      this.index++
      this.token = this.tokens[this.index] as Token
    }
    return token
  }

  peek(count: number): Token {
    return this.tokens[Math.min(this.index + count, this.tokens.length - 1)] as Token
  }

  at(key: string): boolean {
    if (this.token.key === key) return true
    if (this.#expected !== undefined) this.#note(key)
    return false
  }

  atEnd(): boolean {
    return this.token.type === 'end'
  }

  /** The next tokens are these keywords or signs. */
  atSequence(...keys: readonly string[]): boolean {
    for (let i = 0; i < keys.length; i++) {
      if (this.peek(i).key !== keys[i]) {
        if (i === 0) this.note(keys.join(' '))
        return false
      }
    }
    return true
  }

  accept(key: string): boolean {
    if (this.token.key !== key) {
      if (this.#expected !== undefined) this.#note(key)
      return false
    }
    this.advance()
    return true
  }

  acceptSequence(...keys: readonly string[]): boolean {
    if (!this.atSequence(...keys)) return false
    for (let i = 0; i < keys.length; i++) this.advance()
    return true
  }

  expect(key: string): Token {
    if (this.token.key !== key) {
      if (this.#expected !== undefined) this.#note(key)
      this.fail()
    }
    return this.advance()
  }

  expectSequence(...keys: readonly string[]): void {
    for (const key of keys) this.expect(key)
  }

  /** Reads one of these and returns which. */
  expectOne<T extends string>(keys: readonly T[]): T {
    for (const key of keys) if (this.accept(key)) return key
    return this.fail()
  }

  acceptOne<T extends string>(keys: readonly T[]): T | undefined {
    for (const key of keys) if (this.accept(key)) return key
    return undefined
  }

  /** At a mistake. Without a message the expected tokens tell it. */
  fail(message?: string, details: Readonly<{ code?: string; hint?: string; span?: Span }> = {}): never {
    throw new SyntaxFailure(this.index, message, details)
  }

  // ---- names

  isName(token: Token): boolean {
    if (token.type === 'word') return token.key === '' || NON_RESERVED_KEYWORDS.has(token.key)
    return token.type === 'quoted' || token.type === 'unicode-quoted'
  }

  atName(): boolean {
    if (this.isName(this.token)) return true
    this.note('a name')
    return false
  }

  name(): Name {
    if (!this.atName()) this.fail()
    const token = this.advance()
    const raw = this.text.slice(token.start, token.end)
    let span: Span = { start: token.start, end: token.end }
    let value = raw
    if (token.type === 'quoted') value = raw.slice(1, -1).replaceAll('``', '`')
    else if (token.type === 'unicode-quoted') {
      value = unescapeUnicode(this, raw.slice(raw.indexOf('"') + 1, -1).replaceAll('""', '"'), token)
      span = this.spanFrom(token.start)
    }
    if (value.length > NAME_LENGTH_MAX) this.failName(value, span)
    return { value, quoted: token.type !== 'word', span }
  }

  failName(value: string, span: Span): never {
    this.fail(`The name '${value.slice(0, 20)}…' is longer than ${NAME_LENGTH_MAX} characters.`, {
      code: 'SQL_NAME_TOO_LONG',
      span,
    })
  }

  /** A name of one part. */
  simpleIdentifier(): Identifier {
    const name = this.name()
    return { kind: 'Identifier', parts: [name], span: name.span }
  }

  /** A dotted name. */
  identifier(): Identifier {
    const first = this.name()
    if (this.token.key !== '.') {
      this.note('.')
      return { kind: 'Identifier', parts: [first], span: first.span }
    }
    const parts = [first]
    while (this.token.key === '.' && this.isName(this.peek(1))) {
      this.advance()
      parts.push(this.name())
    }
    return { kind: 'Identifier', parts, span: this.spanFrom(first.span.start) }
  }

  /** `(a, b)`. */
  nameList(): Name[] {
    this.expect('(')
    const names = [this.name()]
    while (this.accept(',')) names.push(this.name())
    this.expect(')')
    return names
  }

  nameOrList(): Name[] {
    return this.at('(') ? this.nameList() : [this.name()]
  }

  // ---- spans and bounds

  /** From an offset to the end of the last token read. */
  spanFrom(start: number): Span {
    const last = this.index > 0 ? (this.tokens[this.index - 1] as Token).end : start
    return { start, end: Math.max(start, last) }
  }

  /** Every construct that can contain itself enters and leaves, so that depth is bounded. */
  enter(): void {
    if (++this.#nesting > NESTING_MAX) {
      this.fail(`The statement is nested more than ${NESTING_MAX} levels deep.`, {
        code: 'SQL_TOO_DEEP',
        hint: 'Move inner queries into views or WITH.',
      })
    }
  }

  leave(): void {
    this.#nesting--
  }

  /** One more level on the tree built since the last reset: a chain of operators is as deep as it is long. */
  grow(): void {
    if (++this.height > TREE_HEIGHT_MAX) {
      this.fail(`More than ${TREE_HEIGHT_MAX} operators in a row.`, {
        code: 'SQL_TOO_DEEP',
        hint: 'Use IN, VALUES or parentheses.',
      })
    }
  }
}

/** Items between commas. */
export function commaList<T>(p: TokenCursor, item: (p: TokenCursor) => T): T[] {
  const items = [item(p)]
  while (p.accept(',')) items.push(item(p))
  return items
}

/** `( item, … )`. */
export function parenthesized<T>(p: TokenCursor, item: (p: TokenCursor) => T): T[] {
  p.expect('(')
  const items = commaList(p, item)
  p.expect(')')
  return items
}
