/**
 * The general JSON scanner: any key order, white space, escapes, nested values, unknown keys. It works on the bytes of one record
 * and writes straight into columns; only nested columns go through JSON.parse. The predicted layouts (json-layout.ts) handle the
 * common records; whatever they do not recognise comes here, so this file is what defines the meaning.
 *
 * Conversions follow Flink's JSON format: a number for a string column is its text, a string for a number column is parsed, a
 * fraction for an integer column is cut.
 */
import type { LogicalType } from '../../sql/types/logical-type.ts'
import type { ColumnBuilder } from '../column-builder.ts'
import { parseBigintText, storeText, toObject } from '../parse-value.ts'

/** Deeper JSON is refused: a bound for the scanner's recursion. */
const NESTING_MAX = 200

export class JsonFault extends Error {
  readonly column: string | undefined
  constructor(reason: string, column?: string) {
    super(reason)
    this.column = column
  }
}

export interface WalkerOptions {
  readonly names: readonly string[]
  readonly columns: readonly ColumnBuilder[]
  readonly failOnMissingField: boolean
  readonly ignoreParseErrors: boolean
}

const decoder = new TextDecoder('utf-8')
const encoder = new TextEncoder()

export class JsonWalker {
  readonly #options: WalkerOptions
  readonly #byName: ReadonlyMap<string, number>
  readonly #seen: Uint8Array
  #data: Uint8Array = new Uint8Array(0)
  #p = 0
  #end = 0

  constructor(options: WalkerOptions) {
    this.#options = options
    this.#byName = new Map(options.names.map((name, i) => [name, i]))
    this.#seen = new Uint8Array(options.names.length)
  }

  /** The record that `scan` reads next. */
  load(data: Uint8Array, start: number, end: number): this {
    this.#data = data
    this.#p = start
    this.#end = end
    return this
  }

  /** Scans the loaded record into rows from `row` on; returns how many rows it made (an array makes one an element). Throws JsonFault. */
  scan(row: number): number {
    this.#space()
    let rows = 0
    if (this.#peek() === 91) rows = this.#array(row)
    else {
      this.#object(row)
      rows = 1
    }
    this.#space()
    if (this.#p !== this.#end) throw new JsonFault('there is text after the JSON value')
    return rows
  }

  #array(row: number): number {
    this.#p++
    this.#space()
    let rows = 0
    if (this.#peek() === 93) {
      this.#p++
      return 0
    }
    for (;;) {
      for (const column of this.#options.columns) column.ensure(row + rows + 1)
      this.#space()
      this.#object(row + rows)
      rows++
      this.#space()
      const c = this.#peek()
      this.#p++
      if (c === 93) return rows
      if (c !== 44) throw new JsonFault('expected , or ] in an array')
    }
  }

  #object(row: number): void {
    if (this.#peek() !== 123) throw new JsonFault('the record is not a JSON object')
    this.#p++
    this.#seen.fill(0)
    this.#space()
    if (this.#peek() === 125) this.#p++
    else this.#members(row)
    for (let i = 0; i < this.#seen.length; i++) {
      if (this.#seen[i] === 1) continue
      if (this.#options.failOnMissingField) throw new JsonFault('the field is missing', this.#options.names[i]!)
      this.#options.columns[i]!.setNull(row)
    }
  }

  #members(row: number): void {
    for (;;) {
      this.#space()
      if (this.#peek() !== 34) throw new JsonFault('expected a field name')
      const index = this.#byName.get(this.#string())
      this.#space()
      if (this.#peek() !== 58) throw new JsonFault('expected : after a field name')
      this.#p++
      this.#space()
      if (index === undefined) this.#skip(0)
      else {
        if (this.#seen[index] === 1) this.#options.columns[index]!.clearRow(row)
        this.#seen[index] = 1
        this.#value(index, row)
      }
      this.#space()
      const c = this.#peek()
      this.#p++
      if (c === 125) return
      if (c !== 44) throw new JsonFault('expected , or } in an object')
    }
  }

  /** The value at the cursor into a column; used for one column of a predicted layout, too. */
  #value(index: number, row: number): void {
    const column = this.#options.columns[index]!
    const start = this.#p
    const c = this.#peek()
    if (c === 110) {
      this.#literal('null')
      column.setNull(row)
      return
    }
    this.#skip(0)
    const fits = this.#store(column, row, start)
    if (fits) return
    if (!this.#options.ignoreParseErrors) {
      const text = decoder.decode(this.#data.subarray(start, Math.min(this.#p, start + 60)))
      throw new JsonFault(`${text} is not a ${typeName(column.type)}`, this.#options.names[index]!)
    }
    column.setNull(row)
  }

  #store(column: ColumnBuilder, row: number, start: number): boolean {
    const first = this.#data[start]
    if (column.repr === 'object' && column.type.kind !== 'DECIMAL') return this.#storeObject(column, row, start)
    if (first === 34) return this.#storeString(column, row, start)
    const text = decoder.decode(this.#data.subarray(start, this.#p))
    if (column.repr === 'bytes') {
      if (column.type.kind === 'BINARY' || column.type.kind === 'VARBINARY') return false
      if (first !== 123 && first !== 91) column.setSlice(row, start, this.#p)
      else column.setBytes(row, encoder.encode(compact(text)))
      return true
    }
    if (first === 123 || first === 91) return false
    return storeNumberOrBoolean(column, row, text)
  }

  #storeString(column: ColumnBuilder, row: number, start: number): boolean {
    const from = start + 1
    const to = this.#p - 1
    if (column.type.kind === 'VARCHAR' || column.type.kind === 'CHAR') {
      if (this.#data.subarray(from, to).indexOf(92) < 0) column.setSlice(row, from, to)
      else column.setBytes(row, encoder.encode(stringContent(this.#data, start, this.#p)))
      return true
    }
    return storeText(column, row, stringContent(this.#data, start, this.#p))
  }

  #storeObject(column: ColumnBuilder, row: number, start: number): boolean {
    try {
      const value: unknown = parseExact(decoder.decode(this.#data.subarray(start, this.#p)))
      column.objects[row] = toObject(value, column.type, column.style)
      return true
    } catch (error) {
      if (error instanceof RangeError || error instanceof SyntaxError) return false
      throw error
    }
  }

  #peek(): number {
    return this.#p < this.#end ? this.#data[this.#p]! : -1
  }

  #space(): void {
    for (let c = this.#peek(); c === 32 || c === 10 || c === 13 || c === 9; c = this.#peek()) this.#p++
  }

  #string(): string {
    const start = this.#p
    this.#skipString()
    return stringContent(this.#data, start, this.#p)
  }

  #skipString(): void {
    this.#p++
    for (;;) {
      const c = this.#peek()
      if (c < 32) throw new JsonFault(c < 0 ? 'a string does not end' : 'a control character stands in a string')
      this.#p++
      if (c === 34) return
      if (c === 92) {
        if (this.#peek() < 0) throw new JsonFault('a string does not end')
        this.#p++
      }
    }
  }

  #literal(word: string): void {
    for (let i = 0; i < word.length; i++) {
      if (this.#peek() !== word.charCodeAt(i)) throw new JsonFault(`expected ${word}`)
      this.#p++
    }
  }

  #number(): void {
    const start = this.#p
    let c = this.#peek()
    while ((c >= 48 && c <= 57) || c === 45 || c === 43 || c === 46 || c === 101 || c === 69) {
      this.#p++
      c = this.#peek()
    }
    const text = decoder.decode(this.#data.subarray(start, this.#p))
    if (!/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text)) throw new JsonFault(`${text || 'this'} is not a JSON value`)
  }

  #skip(depth: number): void {
    if (depth > NESTING_MAX) throw new JsonFault(`the JSON is nested deeper than ${NESTING_MAX}`)
    const c = this.#peek()
    if (c === 34) this.#skipString()
    else if (c === 123) this.#skipContainer(125, depth)
    else if (c === 91) this.#skipContainer(93, depth)
    else if (c === 116) this.#literal('true')
    else if (c === 102) this.#literal('false')
    else if (c === 110) this.#literal('null')
    else this.#number()
  }

  #skipContainer(close: number, depth: number): void {
    this.#p++
    this.#space()
    if (this.#peek() === close) {
      this.#p++
      return
    }
    for (;;) {
      this.#space()
      if (close === 125) {
        if (this.#peek() !== 34) throw new JsonFault('expected a field name')
        this.#skipString()
        this.#space()
        if (this.#peek() !== 58) throw new JsonFault('expected : after a field name')
        this.#p++
        this.#space()
      }
      this.#skip(depth + 1)
      this.#space()
      const c = this.#peek()
      this.#p++
      if (c === close) return
      if (c !== 44) throw new JsonFault('expected , between values')
    }
  }
}

const typeName = (type: LogicalType): string => (type.kind === 'VARCHAR' ? 'STRING' : type.kind)

function stringContent(data: Uint8Array, start: number, end: number): string {
  const text = decoder.decode(data.subarray(start, end))
  if (!text.includes('\\')) return text.slice(1, -1)
  try {
    return JSON.parse(text) as string
  } catch {
    throw new JsonFault('a string holds an escape that JSON does not know')
  }
}

/** JSON.parse that keeps the digits of numbers that a double cannot hold. */
function parseExact(text: string): unknown {
  return JSON.parse(text, (_key: string, value: unknown, context?: { source: string }) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && context ? context.source : value,
  )
}

/** As Jackson prints a tree: no white space outside strings. */
function compact(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|\s+/g, (m) => (m.startsWith('"') ? m : ''))
}

function storeNumberOrBoolean(column: ColumnBuilder, row: number, text: string): boolean {
  const kind = column.type.kind
  const integer = kind === 'TINYINT' || kind === 'SMALLINT' || kind === 'INTEGER' || kind === 'BIGINT'
  if (integer && /[.eE]/.test(text)) {
    const cut = Math.trunc(Number(text))
    return Number.isFinite(cut) && storeText(column, row, plainInteger(cut))
  }
  if (kind === 'DATE' || kind === 'TIME' || kind === 'TIMESTAMP' || kind === 'TIMESTAMP_LTZ') return false
  return storeText(column, row, text)
}

const plainInteger = (value: number): string =>
  parseBigintText(String(value)) === undefined ? BigInt(value).toString() : String(value)
