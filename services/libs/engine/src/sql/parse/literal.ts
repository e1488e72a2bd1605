import type {
  DateTimeLiteral,
  IntervalLiteral,
  IntervalQualifier,
  IntervalUnit,
  Literal,
  NumericLiteral,
  StringLiteral,
} from '../ast/expression.ts'
import type { Token } from '../lex/token.ts'
import { unescapeC } from './escape-string.ts'
import type { TokenCursor } from './token-cursor.ts'
import { escapeCharacter, resolveUnicode } from './unicode-escape.ts'

// ---- numbers

export function atNumber(p: TokenCursor): boolean {
  const { type, key } = p.token
  return type === 'integer' || type === 'decimal' || type === 'approximate' || (key === 'DECIMAL' && p.peek(1).type === 'string')
}

/** A number without a sign. */
export function unsignedNumber(p: TokenCursor): NumericLiteral {
  const token = p.token
  if (!atNumber(p)) {
    p.note('a number')
    p.fail()
  }
  p.advance()
  if (token.key === 'DECIMAL') return decimalLiteral(p, token)
  const text = normalizeNumber(p.text.slice(token.start, token.end))
  return { kind: 'NumericLiteral', text, approximate: token.type === 'approximate', span: { start: token.start, end: token.end } }
}

function decimalLiteral(p: TokenCursor, start: Token): NumericLiteral {
  const token = p.advance()
  const text = p.text.slice(token.start + 1, token.end - 1).trim()
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) {
    p.fail(`'${text}' is not a DECIMAL.`, { code: 'SQL_INVALID_LITERAL', span: token })
  }
  return { kind: 'NumericLiteral', text: plainNumber(text), approximate: false, span: p.spanFrom(start.start) }
}

/** `.5` is 0.5, `007` is 7, `1.` is 1; a scale stays. */
function normalizeExact(text: string): string {
  const [whole = '', fraction = ''] = text.split('.')
  const digits = whole.replace(/^0+(?=.)/, '') || '0'
  return fraction === '' ? digits : `${digits}.${fraction}`
}

/** Scientific notation with one digit before the point: `.1e1` is 1E0, `1.0e+05` is 1.0E5. */
function normalizeApproximate(text: string): string {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  const digits = (whole + fraction).replace(/^0+(?=.)/, '')
  const power = BigInt(digits.length - 1 - fraction.length) + BigInt(exponent.replace('+', ''))
  return `${digits.length > 1 ? `${digits[0]}.${digits.slice(1)}` : digits}E${power}`
}

/** The digits of a number with an exponent, written out: `2.11E2` is 211. */
function plainNumber(text: string): string {
  const [mantissa = '', exponent] = text.toLowerCase().split('e')
  if (exponent === undefined) return normalizeNumber(text)
  const shift = Math.max(-DIGITS_MAX, Math.min(DIGITS_MAX, Number(exponent)))
  const [whole = '', fraction = ''] = mantissa.replace(/^[+-]/, '').split('.')
  const digits = whole + fraction
  const point = whole.length + shift
  const padded = point < 0 ? '0'.repeat(-point) + digits : digits.padEnd(point, '0')
  const at = Math.max(point, 0)
  return normalizeNumber(`${text.startsWith('-') ? '-' : ''}${padded.slice(0, at)}.${padded.slice(at)}`)
}

/** Longest run of zeros that an exponent can ask for. */
const DIGITS_MAX = 400

/** One spelling for each number. The sign, if any, stays as it is. */
export function normalizeNumber(text: string): string {
  const sign = text.startsWith('-') ? '-' : ''
  const bare = text.replace(/^[+-]/, '')
  return sign + (/e/i.test(bare) ? normalizeApproximate(bare) : normalizeExact(bare))
}

/** A number with an optional sign. */
export function signedNumber(p: TokenCursor): NumericLiteral {
  const start = p.token.start
  const sign = p.acceptOne(['-', '+'])
  const number = unsignedNumber(p)
  return sign === undefined ? number : withSign(number, sign, start)
}

/** Zero has no sign. */
export function withSign(number: NumericLiteral, sign: '-' | '+', start: number): NumericLiteral {
  const { text } = number
  const negated = text.startsWith('-') ? text.slice(1) : /[1-9]/.test(text.split('E')[0] as string) ? `-${text}` : text
  return { ...number, text: sign === '+' ? text : negated, span: { start, end: number.span.end } }
}

/** An integer that the grammar itself needs: a precision, a count of buckets. */
export function unsignedInteger(p: TokenCursor): number {
  const token = p.token
  if (token.type !== 'integer') {
    p.note('a whole number')
    p.fail()
  }
  const value = Number(p.text.slice(token.start, token.end))
  if (value > 2147483647) p.fail('The number is larger than 2147483647.', { code: 'SQL_INVALID_LITERAL', span: token })
  p.advance()
  return value
}

export function signedInteger(p: TokenCursor): number {
  const sign = p.acceptOne(['-', '+'])
  const value = unsignedInteger(p)
  return sign === '-' ? -value : value
}

// ---- strings

export function atString(p: TokenCursor): boolean {
  switch (p.token.type) {
    case 'string':
    case 'prefixed-string':
    case 'unicode-string':
    case 'escape-string':
    case 'binary-string':
      return true
    default:
      p.note('a string')
      return false
  }
}

/** `'…'` alone, as for comments, keys and paths. */
export function plainString(p: TokenCursor): StringLiteral {
  const token = p.token
  if (token.type !== 'string') {
    p.note('a string')
    p.fail()
  }
  p.advance()
  return { kind: 'StringLiteral', value: quotedText(p, token), span: { start: token.start, end: token.end } }
}

function quotedText(p: TokenCursor, token: Token): string {
  const raw = p.text.slice(p.text.indexOf("'", token.start) + 1, token.end - 1)
  return raw.includes("''") ? raw.replaceAll("''", "'") : raw
}

/** Any string literal; pieces that follow each other are joined. */
export function stringLiteral(p: TokenCursor): Literal {
  const token = p.token
  if (!atString(p)) p.fail()
  if (token.type === 'binary-string') return binaryLiteral(p)
  if (token.type === 'escape-string') {
    p.advance()
    const value = unescapeC(p, p.text.slice(token.start + 2, token.end - 1), token)
    return { kind: 'StringLiteral', value, span: { start: token.start, end: token.end } }
  }
  return characterLiteral(p)
}

function characterLiteral(p: TokenCursor): StringLiteral {
  const first = p.advance()
  let value = quotedText(p, first)
  while (p.token.type === 'string') value += quotedText(p, p.advance())
  const unicode = first.type === 'unicode-string'
  if (unicode) {
    value = resolveUnicode(p, value, { escapeSign: escapeCharacter(p), token: first })
    return { kind: 'StringLiteral', value, span: p.spanFrom(first.start) }
  }
  if (p.at('UESCAPE')) p.fail("UESCAPE belongs behind a U&'…' literal.", { code: 'SQL_INVALID_LITERAL' })
  const span = p.spanFrom(first.start)
  if (first.type === 'string') return { kind: 'StringLiteral', value, span }
  const charset = charsetOf(p, first)
  // Every string is Unicode: UTF16 says nothing.
  return { kind: 'StringLiteral', value, ...(charset === 'UTF16' ? {} : { charset }), span }
}

/** Character sets by the names that Java knows them. */
const CHARSETS: ReadonlySet<string> = new Set(
  (
    'UTF8 UTF-8 UTF16 UTF-16 UTF-16BE UTF-16LE UTF32 UTF-32 LATIN1 ISO-8859-1 ISO-8859-2 ISO-8859-15 ISO8859_1 US-ASCII ASCII ' +
    'WINDOWS-1252 CP1252 SHIFT_JIS SJIS EUC-JP GBK GB2312 GB18030 BIG5 EUC-KR KOI8-R'
  ).split(' '),
)

function charsetOf(p: TokenCursor, token: Token): string {
  const quote = p.text.indexOf("'", token.start)
  const prefix = p.text.slice(token.start, quote)
  const charset = prefix.startsWith('_') ? prefix.slice(1).toUpperCase() : 'ISO-8859-1'
  if (!CHARSETS.has(charset)) {
    p.fail(`Character set '${prefix.slice(1)}' is not known.`, {
      code: 'SQL_INVALID_LITERAL',
      span: { start: token.start, end: quote },
    })
  }
  return charset
}

function binaryLiteral(p: TokenCursor): Literal {
  const first = p.advance()
  let hex = quotedText(p, first)
  while (p.token.type === 'string') hex += quotedText(p, p.advance())
  if (!/^[0-9a-fA-F]*$/.test(hex)) {
    p.fail("A binary literal holds only the characters '0' to '9' and 'A' to 'F'.", { code: 'SQL_INVALID_LITERAL', span: first })
  }
  return { kind: 'BinaryLiteral', hex: hex.toUpperCase(), span: p.spanFrom(first.start) }
}

// ---- dates and times

/** `DATE '…'` and its like; undefined where none begins. */
export function dateTimeLiteral(p: TokenCursor): DateTimeLiteral | undefined {
  const token = p.token
  switch (token.key) {
    case 'DATE':
    case 'TIME':
    case 'DATETIME':
    case 'TIMESTAMP': {
      if (p.peek(1).type === 'string') {
        p.advance()
        return { kind: 'DateTimeLiteral', type: token.key, value: plainString(p).value, span: p.spanFrom(token.start) }
      }
      if (token.key !== 'TIMESTAMP' || p.peek(1).key !== 'WITH') return undefined
      p.advance()
      p.expectSequence('WITH', 'LOCAL', 'TIME', 'ZONE')
      const value = plainString(p).value
      return { kind: 'DateTimeLiteral', type: 'TIMESTAMP WITH LOCAL TIME ZONE', value, span: p.spanFrom(token.start) }
    }
    case '{D':
      return bracedLiteral(p, 'DATE')
    case '{T':
      return bracedLiteral(p, 'TIME')
    case '{TS':
      return bracedLiteral(p, 'TIMESTAMP')
    default:
      return undefined
  }
}

const BRACED_FORMS: Readonly<Record<'DATE' | 'TIME' | 'TIMESTAMP', RegExp>> = {
  DATE: /^\d{1,4}-\d{1,2}-\d{1,2}$/,
  TIME: /^\d{1,2}:\d{1,2}:\d{1,2}(?:\.\d+)?$/,
  TIMESTAMP: /^\d{1,4}-\d{1,2}-\d{1,2} \d{1,2}:\d{1,2}:\d{1,2}(?:\.\d+)?$/,
}

/** `{d '2024-1-1'}` is checked at once, and its parts are filled up: DATE '2024-01-01'. */
function bracedLiteral(p: TokenCursor, type: 'DATE' | 'TIME' | 'TIMESTAMP'): DateTimeLiteral {
  const start = p.advance().start
  const { value, span } = plainString(p)
  if (!BRACED_FORMS[type].test(value)) p.fail(`'${value}' is not a ${type}.`, { code: 'SQL_INVALID_LITERAL', span })
  p.expect('}')
  const filled = value.replace(/^\d+(?=-)/, (year) => year.padStart(4, '0')).replace(/(?<![\d.])\d(?!\d)/g, '0$&')
  return { kind: 'DateTimeLiteral', type, value: filled, span: p.spanFrom(start) }
}

// ---- intervals

const UNITS: ReadonlyMap<string, IntervalUnit> = new Map(
  (['YEAR', 'QUARTER', 'MONTH', 'WEEK', 'DAY', 'HOUR', 'MINUTE', 'SECOND'] as const).flatMap((unit) => [
    [unit, unit],
    [`${unit}S`, unit],
  ]),
)

const END_UNITS: Readonly<Partial<Record<IntervalUnit, readonly IntervalUnit[]>>> = {
  YEAR: ['MONTH'],
  DAY: ['HOUR', 'MINUTE', 'SECOND'],
  HOUR: ['MINUTE', 'SECOND'],
  MINUTE: ['SECOND'],
}

export function atIntervalUnit(p: TokenCursor): boolean {
  return UNITS.has(p.token.key)
}

function precision(p: TokenCursor): number | undefined {
  if (!p.accept('(')) return undefined
  const value = unsignedInteger(p)
  p.expect(')')
  return value
}

/** `DAY(3) TO SECOND(6)`; with `startOnly` nothing behind the first unit. */
export function intervalQualifier(p: TokenCursor, startOnly = false): IntervalQualifier {
  const token = p.token
  const start = UNITS.get(token.key)
  if (start === undefined) {
    for (const unit of UNITS.keys()) if (!unit.endsWith('S')) p.note(unit)
    return p.fail()
  }
  p.advance()
  if (start === 'SECOND') return secondQualifier(p, token)
  const startPrecision = precision(p)
  const leading = startPrecision === undefined ? {} : { startPrecision }
  const ends = END_UNITS[start]
  if (startOnly || ends === undefined || p.token.key !== 'TO' || !ends.includes(UNITS.get(p.peek(1).key) as IntervalUnit)) {
    return { kind: 'IntervalQualifier', start, ...leading, span: p.spanFrom(token.start) }
  }
  p.advance()
  const end = UNITS.get(p.advance().key) as IntervalUnit
  const fraction = end === 'SECOND' ? precision(p) : undefined
  const fractionPrecision = fraction === undefined ? {} : { fractionPrecision: fraction }
  return { kind: 'IntervalQualifier', start, ...leading, end, ...fractionPrecision, span: p.spanFrom(token.start) }
}

function secondQualifier(p: TokenCursor, token: Token): IntervalQualifier {
  if (!p.accept('(')) return { kind: 'IntervalQualifier', start: 'SECOND', span: p.spanFrom(token.start) }
  const startPrecision = unsignedInteger(p)
  const fraction = p.accept(',') ? { fractionPrecision: unsignedInteger(p) } : {}
  p.expect(')')
  return { kind: 'IntervalQualifier', start: 'SECOND', startPrecision, ...fraction, span: p.spanFrom(token.start) }
}

/** What is between the quotes is checked when bound, but it cannot be nothing. */
export function intervalText(p: TokenCursor): StringLiteral {
  const text = plainString(p)
  return text.value === '' ? p.fail('An interval cannot be empty.', { code: 'SQL_INVALID_LITERAL', span: text.span }) : text
}

/** `INTERVAL [+|-] '…' unit`. */
export function intervalLiteral(p: TokenCursor): IntervalLiteral {
  const start = p.expect('INTERVAL').start
  const negative = p.acceptOne(['-', '+']) === '-'
  const { value } = intervalText(p)
  const qualifier = intervalQualifier(p)
  return { kind: 'IntervalLiteral', value, negative, qualifier, span: p.spanFrom(start) }
}

// ---- any literal

/** A literal of any kind, with a sign where it is a number. */
export function literal(p: TokenCursor): Literal {
  const token = p.token
  if (atNumber(p) || token.key === '-' || token.key === '+') return signedNumber(p)
  const special = specialLiteral(p)
  if (special !== undefined) return special
  if (token.key === 'INTERVAL') return intervalLiteral(p)
  const dateTime = dateTimeLiteral(p)
  if (dateTime !== undefined) return dateTime
  if (atString(p)) return stringLiteral(p)
  p.note('a literal')
  return p.fail()
}

/** TRUE, FALSE, UNKNOWN or NULL; undefined elsewhere. */
export function specialLiteral(p: TokenCursor): Literal | undefined {
  const { key, start, end } = p.token
  if (key !== 'TRUE' && key !== 'FALSE' && key !== 'UNKNOWN' && key !== 'NULL') return undefined
  p.advance()
  if (key === 'NULL') return { kind: 'NullLiteral', span: { start, end } }
  return { kind: 'BooleanLiteral', value: key === 'UNKNOWN' ? null : key === 'TRUE', span: { start, end } }
}
