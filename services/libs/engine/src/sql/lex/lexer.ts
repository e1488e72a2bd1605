import { DIAGNOSTICS_MAX, type Diagnostic } from '../diagnostic/diagnostic.ts'
import type { Span } from '../text/span.ts'
import { isDigit, isLetter, isNamePart, isSpace } from './character.ts'
import { NON_RESERVED_KEYWORDS, RESERVED_KEYWORDS } from './keywords.ts'
import type { Token, TokenType, Trivia } from './token.ts'

/** Tokens and trivia together cover the text without a gap; the last token is the end. */
export type Lexed = Readonly<{ tokens: readonly Token[]; trivia: readonly Trivia[]; diagnostics: readonly Diagnostic[] }>

const KEYWORDS: ReadonlyMap<string, string> = new Map(
  [...RESERVED_KEYWORDS, ...NON_RESERVED_KEYWORDS].map((word) => [word, word]),
)

const KEYWORD_LENGTH_MAX = 40

/** Spellings seen so far, so that each is put into upper case once. Bounded. */
const spellings = new Map<string, string>()
const SPELLINGS_MAX = 4096

function keywordOf(word: string): string {
  const known = spellings.get(word)
  if (known !== undefined) return known
  const keyword = word.length > KEYWORD_LENGTH_MAX ? '' : (KEYWORDS.get(word.toUpperCase()) ?? '')
  if (spellings.size < SPELLINGS_MAX) spellings.set(word, keyword)
  return keyword
}

/** Signs of two characters by the second one, which is mostly none of these, and then by the first. */
const SECOND_SIGNS: ReadonlyMap<number, ReadonlyMap<number, string>> = signsBySecond([
  '<=',
  '>=',
  '<>',
  '!=',
  '||',
  '=>',
  '..',
  '*/',
])
const ONE_CHARACTER_SIGNS: ReadonlyMap<number, string> = new Map(
  [...'()[]{};.,=<>?:+-*/%|^$'].map((sign) => [sign.charCodeAt(0), sign]),
)

function signsBySecond(signs: readonly string[]): Map<number, Map<number, string>> {
  const bySecond = new Map<number, Map<number, string>>()
  for (const sign of signs) {
    const second = sign.charCodeAt(1)
    const byFirst = bySecond.get(second) ?? new Map<number, string>()
    bySecond.set(second, byFirst.set(sign.charCodeAt(0), sign))
  }
  return bySecond
}

/** A word with a dollar sign after a dot, colon or hyphen is one token in Flink (a collation name), and no name. */
const COLLATION = /[\p{L}\p{Nd}$_]+[\p{L}\p{Nd}$_:.-]*\$[\p{L}$_]+(?:\$[\p{L}\p{Nd}$_]+)?/uy

/** Splits one text. Linear in its length; never fails: what is no token is an `invalid` one with a diagnostic. */
export function lex(text: string): Lexed {
  return new Lexer(text).run()
}

class Lexer {
  readonly #text: string
  readonly #tokens: Token[] = []
  readonly #trivia: Trivia[] = []
  readonly #diagnostics: Diagnostic[] = []
  readonly #hasDollar: boolean

  constructor(text: string) {
    this.#text = text
    this.#hasDollar = text.includes('$')
  }

  run(): Lexed {
    const text = this.#text
    let at = 0
    while (at < text.length) at = this.#next(at)
    this.#push({ type: 'end', key: '', start: text.length, end: text.length })
    return { tokens: this.#tokens, trivia: this.#trivia, diagnostics: this.#diagnostics }
  }

  #push(token: Token): number {
    this.#tokens.push(token)
    return token.end
  }

  /** Reads one token or piece of trivia and returns where it ends. */
  #next(start: number): number {
    const text = this.#text
    const code = text.charCodeAt(start)
    if (isSpace(code)) return this.#space(start)
    if (isLetter(code)) return this.#wordOrPrefixed(start, code)
    if (isDigit(code)) return this.#number(start)
    switch (code) {
      case 39: // '
        return this.#string('string', start, start)
      case 96: // `
        return this.#quoted(start)
      case 45: // -
        if (text.charCodeAt(start + 1) === 45) return this.#lineComment(start)
        break
      case 47: // /
        if (text.charCodeAt(start + 1) === 47) return this.#lineComment(start)
        if (text.charCodeAt(start + 1) === 42) return this.#blockComment(start)
        break
      case 46: // .
        if (isDigit(text.charCodeAt(start + 1))) return this.#number(start)
        break
      case 123: // {
        return this.#brace(start)
    }
    return this.#sign(start, code)
  }

  #space(start: number): number {
    let end = start + 1
    while (isSpace(this.#text.charCodeAt(end))) end++
    this.#trivia.push({ type: 'space', start, end })
    return end
  }

  #lineComment(start: number): number {
    const text = this.#text
    let end = start + 2
    for (; end < text.length; end++) {
      const code = text.charCodeAt(end)
      if (code === 10 || code === 13) break
    }
    this.#trivia.push({ type: 'line-comment', start, end })
    return end
  }

  #blockComment(start: number): number {
    const text = this.#text
    if (text.charCodeAt(start + 2) === 43) return this.#push({ type: 'sign', key: '/*+', start, end: start + 3 })
    // Flink takes the sign after `/**` as content, so `/***/` is not yet closed.
    const formal = text.charCodeAt(start + 2) === 42 && text.charCodeAt(start + 3) !== 47
    const close = text.indexOf('*/', formal ? start + 4 : start + 2)
    const end = close < 0 ? text.length : close + 2
    if (close < 0)
      this.#complain(
        'SQL_UNTERMINATED_COMMENT',
        { start, end: start + 2 },
        { message: 'The comment is not closed.', hint: 'Add */.' },
      )
    this.#trivia.push({ type: 'block-comment', start, end })
    return close < 0 ? this.#push({ type: 'invalid', key: '', start: end, end }) : end
  }

  #wordOrPrefixed(start: number, code: number): number {
    const text = this.#text
    const next = text.charCodeAt(start + 1)
    if (next === 39) {
      if (code === 120 || code === 88) return this.#string('binary-string', start, start + 1)
      if (code === 110 || code === 78) return this.#string('prefixed-string', start, start + 1)
      if (code === 101 || code === 69) return this.#escapeString(start)
    }
    if (next === 38 && (code === 117 || code === 85)) {
      const quote = text.charCodeAt(start + 2)
      if (quote === 39) return this.#string('unicode-string', start, start + 2)
      if (quote === 34) return this.#unicodeQuoted(start)
    }
    if (code === 95) {
      const prefixed = this.#charsetPrefixed(start)
      if (prefixed > 0) return prefixed
    }
    return this.#word(start)
  }

  #charsetPrefixed(start: number): number {
    const match = /_[a-zA-Z0-9][a-zA-Z0-9:.\-_]*'/y
    match.lastIndex = start
    return match.test(this.#text) ? this.#string('prefixed-string', start, match.lastIndex - 1) : 0
  }

  #word(start: number): number {
    const text = this.#text
    let end = start + 1
    while (isNamePart(text.charCodeAt(end))) end++
    if (end === start + 1 && text.charCodeAt(start) === 36) return this.#push({ type: 'sign', key: '$', start, end })
    if (this.#hasDollar) {
      const collation = this.#collation(start)
      if (collation > end) return this.#invalid(start, collation)
    }
    return this.#push({ type: 'word', key: keywordOf(text.slice(start, end)), start, end })
  }

  #collation(start: number): number {
    COLLATION.lastIndex = start
    return COLLATION.test(this.#text) ? COLLATION.lastIndex : 0
  }

  #number(start: number): number {
    const text = this.#text
    let end = start
    let type: TokenType = 'integer'
    while (isDigit(text.charCodeAt(end))) end++
    if (text.charCodeAt(end) === 46 && !(end > start && text.charCodeAt(end + 1) === 46)) {
      type = 'decimal'
      end++
      while (isDigit(text.charCodeAt(end))) end++
    }
    const exponent = text.charCodeAt(end) | 32
    if (exponent === 101) {
      const sign = text.charCodeAt(end + 1)
      const digits = sign === 43 || sign === 45 ? end + 2 : end + 1
      if (isDigit(text.charCodeAt(digits))) {
        type = 'approximate'
        end = digits
        while (isDigit(text.charCodeAt(end))) end++
      }
    }
    return this.#push({ type, key: '', start, end })
  }

  /** `quote` is the offset of the opening quote; a doubled quote goes on. */
  #string(type: TokenType, start: number, quote: number): number {
    const text = this.#text
    let end = text.indexOf("'", quote + 1)
    while (end >= 0 && text.charCodeAt(end + 1) === 39) end = text.indexOf("'", end + 2)
    if (end < 0) return this.#unterminated(start)
    return this.#push({ type, key: '', start, end: end + 1 })
  }

  #escapeString(start: number): number {
    const text = this.#text
    for (let end = start + 2; end < text.length; end++) {
      const code = text.charCodeAt(end)
      if (code === 92) end++
      else if (code === 39) {
        if (text.charCodeAt(end + 1) !== 39) return this.#push({ type: 'escape-string', key: '', start, end: end + 1 })
        end++
      }
    }
    return this.#unterminated(start)
  }

  #unterminated(start: number): number {
    const end = this.#text.length
    this.#complain(
      'SQL_UNTERMINATED_STRING',
      { start, end: start + 1 },
      { message: 'The string is not closed.', hint: "Add a quote; write a quote inside as ''." },
    )
    return this.#push({ type: 'invalid', key: '', start, end })
  }

  #quoted(start: number): number {
    const end = this.#closing(start + 1, 96)
    if (end > start + 2) return this.#push({ type: 'quoted', key: '', start, end })
    const message = end > 0 ? 'A quoted name cannot be empty.' : 'The quoted name is not closed on its line.'
    this.#complain(
      'SQL_INVALID_NAME',
      { start, end: Math.max(end, start + 1) },
      { message, hint: 'Put the name between two back-ticks; write a back-tick inside as ``.' },
    )
    return this.#push({ type: 'invalid', key: '', start, end: Math.max(end, start + 1) })
  }

  #unicodeQuoted(start: number): number {
    const end = this.#closing(start + 3, 34)
    return end > start + 4 ? this.#push({ type: 'unicode-quoted', key: '', start, end }) : this.#word(start)
  }

  /** Offset behind the closing quote on the same line, or 0. */
  #closing(from: number, quote: number): number {
    const text = this.#text
    for (let end = from; end < text.length; end++) {
      const code = text.charCodeAt(end)
      if (code === 10 || code === 13) return 0
      if (code === quote) {
        if (text.charCodeAt(end + 1) !== quote) return end + 1
        end++
      }
    }
    return 0
  }

  #brace(start: number): number {
    const match = /\{ *(?:ts|fn|d|t)/iy
    match.lastIndex = start
    if (!match.test(this.#text)) return this.#push({ type: 'sign', key: '{', start, end: start + 1 })
    const end = match.lastIndex
    const word = this.#text
      .slice(start + 1, end)
      .trim()
      .toUpperCase()
    return this.#push({ type: 'sign', key: `{${word}`, start, end })
  }

  #sign(start: number, code: number): number {
    const two = SECOND_SIGNS.get(this.#text.charCodeAt(start + 1))?.get(code)
    if (two !== undefined) return this.#push({ type: 'sign', key: two, start, end: start + 2 })
    const one = ONE_CHARACTER_SIGNS.get(code)
    return one === undefined ? this.#invalid(start, start + 1) : this.#push({ type: 'sign', key: one, start, end: start + 1 })
  }

  #invalid(start: number, end: number): number {
    const found = this.#text.slice(start, Math.min(end, start + 40))
    const hint = found === '"' ? { hint: 'Names are quoted with back-ticks, strings with single quotes.' } : {}
    this.#complain('SQL_INVALID_CHARACTER', { start, end }, { message: `${found} is not part of SQL.`, ...hint })
    return this.#push({ type: 'invalid', key: '', start, end })
  }

  #complain(code: string, span: Span, told: Readonly<{ message: string; hint?: string }>): void {
    if (this.#diagnostics.length < DIAGNOSTICS_MAX) this.#diagnostics.push({ code, severity: 'error', ...told, span })
  }
}
