/**
 * Reads type strings: what `printType` prints and the spellings that Flink's type parser knows besides (`INT`, `STRING`,
 * `TIMESTAMP_LTZ(3)`, `CHARACTER VARYING(3)`, `INT ARRAY`, `ROW(a INT)`).
 */
import type { DayTimeResolution, Field, LogicalType, YearMonthResolution } from './logical-type.ts'
import { MAX_LENGTH } from './logical-type.ts'
import {
  array,
  BYTES,
  binary,
  char,
  dayTime,
  decimal,
  map,
  multiset,
  NULL,
  notNull,
  plain,
  row,
  STRING,
  time,
  timestamp,
  timestampLtz,
  timestampTz,
  varbinary,
  varchar,
  yearMonth,
} from './make-type.ts'
import { typeProblem } from './type-limits.ts'

export class TypeSyntaxError extends Error {
  readonly offset: number

  constructor(message: string, offset: number) {
    super(message)
    this.name = 'TypeSyntaxError'
    this.offset = offset
  }
}

/** Throws TypeSyntaxError: for strings that come from us; what a user wrote in SQL is read by the SQL parser. */
export function parseType(text: string): LogicalType {
  const reader = new TypeReader(text)
  const type = reader.type(0)
  reader.end()
  return type
}

const TOKEN = /\s*(?:`((?:[^`]|``)*)`|'((?:[^']|'')*)'|([A-Za-z_][A-Za-z0-9_$]*)|(\d+)|([<>(),?]))/y
const DEPTH_MAX = 64

type Token = {
  readonly kind: 'quoted' | 'string' | 'word' | 'number' | 'symbol' | 'end'
  readonly text: string
  readonly offset: number
}

class TypeReader {
  readonly #tokens: Token[] = []
  #at = 0

  constructor(text: string) {
    let offset = 0
    while (offset < text.trimEnd().length) {
      TOKEN.lastIndex = offset
      const found = TOKEN.exec(text)
      if (found === null) throw new TypeSyntaxError(`Unexpected character in type: ${text.slice(offset, offset + 10)}`, offset)
      this.#tokens.push(tokenOf(found, offset))
      offset = TOKEN.lastIndex
    }
    this.#tokens.push({ kind: 'end', text: '', offset })
  }

  type(depth: number): LogicalType {
    if (depth > DEPTH_MAX) this.#fail('Type is nested too deep')
    let type = this.#nullability(this.#base(depth))
    while (this.#isWord('ARRAY') || this.#isWord('MULTISET')) {
      type = this.#nullability(this.#take().text.toUpperCase() === 'ARRAY' ? array(type) : multiset(type))
    }
    return type
  }

  end(): void {
    if (this.#peek().kind !== 'end') this.#fail(`Unexpected ${this.#peek().text}`)
  }

  #nullability(type: LogicalType): LogicalType {
    if (this.#skipWord('NOT')) {
      this.#expectWord('NULL')
      return notNull(type)
    }
    this.#skipWord('NULL')
    return type
  }

  #base(depth: number): LogicalType {
    const name = this.#word().toUpperCase()
    const type = this.#parameterized(name) ?? this.#nested(name, depth)
    const problem = type && typeProblem(type)
    if (problem !== undefined) this.#fail(problem)
    return type ?? this.#fail(`Unknown type ${name}`)
  }

  #parameterized(name: string): LogicalType | undefined {
    switch (name) {
      case 'CHAR':
      case 'CHARACTER':
        return this.#skipWord('VARYING') ? varchar(this.#length()) : char(this.#length())
      case 'VARCHAR':
        return varchar(this.#length())
      case 'STRING':
        return STRING
      case 'BINARY':
        return this.#skipWord('VARYING') ? varbinary(this.#length()) : binary(this.#length())
      case 'VARBINARY':
        return varbinary(this.#length())
      case 'BYTES':
        return BYTES
      case 'DECIMAL':
      case 'DEC':
      case 'NUMERIC': {
        const [precision = 10, scale = 0] = this.#numbers()
        return decimal(precision, scale)
      }
      case 'DOUBLE':
        this.#skipWord('PRECISION')
        return plain('DOUBLE')
      case 'TIME':
        return time(this.#timePrecision(0))
      case 'TIMESTAMP':
        return this.#timestamp()
      case 'TIMESTAMP_LTZ':
        return timestampLtz(this.#timePrecision(6))
      case 'INTERVAL':
        return this.#interval()
      default:
        return PLAIN[name]
    }
  }

  #nested(name: string, depth: number): LogicalType | undefined {
    switch (name) {
      case 'ARRAY':
      case 'MULTISET': {
        const element = this.#between('<', '>', () => this.type(depth + 1))
        return name === 'ARRAY' ? array(element) : multiset(element)
      }
      case 'MAP':
        return this.#between('<', '>', () => {
          const key = this.type(depth + 1)
          this.#expect(',')
          return map(key, this.type(depth + 1))
        })
      case 'ROW':
        return this.#row(depth)
      case 'STRUCTURED':
        return this.#between('<', '>', () => {
          const className = this.#string()
          const fields = this.#skip(',') ? this.#fields('>', depth) : []
          return { kind: 'STRUCTURED', nullable: true, className, fields }
        })
      case 'RAW':
        return this.#between('(', ')', () => {
          const className = this.#string()
          if (this.#skip(',')) this.#take()
          return { kind: 'RAW', nullable: true, className }
        })
      default:
        return undefined
    }
  }

  #row(depth: number): LogicalType {
    const close = this.#peek().text === '(' ? ')' : '>'
    return this.#between(close === ')' ? '(' : '<', close, () => row(this.#fields(close, depth)))
  }

  #fields(close: string, depth: number): Field[] {
    const fields: Field[] = []
    while (this.#peek().text !== close) {
      if (fields.length > 0) this.#expect(',')
      const name = this.#name()
      const type = this.type(depth + 1)
      fields.push(this.#peek().kind === 'string' ? { name, type, comment: this.#take().text } : { name, type })
    }
    return fields
  }

  #timestamp(): LogicalType {
    const precision = this.#timePrecision(6)
    if (this.#skipWord('WITHOUT')) {
      this.#timeZone()
      return timestamp(precision)
    }
    if (!this.#skipWord('WITH')) return timestamp(precision)
    const local = this.#skipWord('LOCAL')
    this.#timeZone()
    return local ? timestampLtz(precision) : timestampTz(precision)
  }

  #timePrecision(fallback: number): number {
    return this.#numbers()[0] ?? fallback
  }

  #timeZone(): void {
    this.#expectWord('TIME')
    this.#expectWord('ZONE')
  }

  #interval(): LogicalType {
    const start = this.#word().toUpperCase()
    const [leading] = this.#numbers()
    const end = this.#skipWord('TO') ? this.#word().toUpperCase() : undefined
    const trailing = end === undefined ? undefined : this.#numbers()[0]
    const resolution = end === undefined ? start : `${start}_TO_${end}`
    if (start === 'YEAR' || start === 'MONTH') return yearMonth(resolution as YearMonthResolution, start === 'YEAR' ? leading : 2)
    const fraction = start === 'SECOND' ? leading : trailing
    return dayTime(resolution as DayTimeResolution, {
      ...(start === 'DAY' && leading !== undefined && { day: leading }),
      ...(fraction !== undefined && { fraction }),
    })
  }

  #length(): number {
    return this.#numbers()[0] ?? 1
  }

  #numbers(): number[] {
    if (!this.#skip('(')) return []
    const numbers = [this.#number()]
    while (this.#skip(',')) numbers.push(this.#number())
    this.#expect(')')
    return numbers
  }

  #between<T>(open: string, close: string, body: () => T): T {
    this.#expect(open)
    const value = body()
    this.#expect(close)
    return value
  }

  #number(): number {
    const token = this.#take()
    if (token.kind !== 'number' || Number(token.text) > MAX_LENGTH) this.#fail(`Expected a number, found ${token.text}`)
    return Number(token.text)
  }

  #string(): string {
    const token = this.#take()
    if (token.kind !== 'string') this.#fail(`Expected a quoted string, found ${token.text}`)
    return token.text
  }

  #name(): string {
    const token = this.#take()
    if (token.kind !== 'quoted' && token.kind !== 'word') this.#fail(`Expected a field name, found ${token.text}`)
    return token.text
  }

  #word(): string {
    const token = this.#take()
    if (token.kind !== 'word') this.#fail(`Expected a type, found ${token.text || 'the end'}`)
    return token.text
  }

  #isWord(word: string): boolean {
    const token = this.#peek()
    return token.kind === 'word' && token.text.toUpperCase() === word
  }

  #skipWord(word: string): boolean {
    if (!this.#isWord(word)) return false
    this.#at++
    return true
  }

  #expectWord(word: string): void {
    if (!this.#skipWord(word)) this.#fail(`Expected ${word}`)
  }

  #skip(symbol: string): boolean {
    if (this.#peek().kind !== 'symbol' || this.#peek().text !== symbol) return false
    this.#at++
    return true
  }

  #expect(symbol: string): void {
    if (!this.#skip(symbol)) this.#fail(`Expected ${symbol}, found ${this.#peek().text || 'the end'}`)
  }

  #peek(): Token {
    return this.#tokens[this.#at]!
  }

  #take(): Token {
    const token = this.#peek()
    if (token.kind !== 'end') this.#at++
    return token
  }

  #fail(message: string): never {
    throw new TypeSyntaxError(message, this.#peek().offset)
  }
}

const PLAIN: Readonly<Record<string, LogicalType>> = {
  BOOLEAN: plain('BOOLEAN'),
  TINYINT: plain('TINYINT'),
  SMALLINT: plain('SMALLINT'),
  INT: plain('INTEGER'),
  INTEGER: plain('INTEGER'),
  BIGINT: plain('BIGINT'),
  FLOAT: plain('FLOAT'),
  DATE: plain('DATE'),
  NULL,
  VARIANT: plain('VARIANT'),
  BITMAP: plain('BITMAP'),
  DESCRIPTOR: plain('DESCRIPTOR'),
}

function tokenOf(found: RegExpExecArray, offset: number): Token {
  const [, quoted, string, word, number, symbol] = found
  if (quoted !== undefined) return { kind: 'quoted', text: quoted.replaceAll('``', '`'), offset }
  if (string !== undefined) return { kind: 'string', text: string.replaceAll("''", "'"), offset }
  if (word !== undefined) return { kind: 'word', text: word, offset }
  if (number !== undefined) return { kind: 'number', text: number, offset }
  return { kind: 'symbol', text: symbol!, offset }
}
