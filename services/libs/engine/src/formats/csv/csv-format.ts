/** Flink's csv format: RFC 4180 with options for delimiter, quote, escape, null literal, comments and array elements. */
import type { Batch } from '../../data/batch.ts'
import type { Schema } from '../../sql/bound/rel.ts'
import { ColumnBuilder } from '../column-builder.ts'
import type { ByteSink, DecodedBatch, DecodeFault, Decoder, Encoder, Format, FormatOptions, RecordSlices } from '../format.ts'
import { storeText, toObject } from '../parse-value.ts'
import { type CsvFieldText, csvFieldText } from './csv-text.ts'

export interface CsvOptions {
  readonly delimiter: string
  readonly quote: string | undefined
  readonly escapeChar: string | undefined
  readonly nullLiteral: string | undefined
  readonly allowComments: boolean
  readonly ignoreParseErrors: boolean
  readonly arrayDelimiter: string
}

export function csvOptions(options: Readonly<Record<string, string>>): CsvOptions {
  const disableQuote = options['disable-quote-character'] === 'true'
  return {
    delimiter: (options['field-delimiter'] ?? ',').replace('\\t', '\t'),
    quote: disableQuote ? undefined : (options['quote-character'] ?? '"'),
    escapeChar: options['escape-character'],
    nullLiteral: options['null-literal'],
    allowComments: options['allow-comments'] === 'true',
    ignoreParseErrors: options['ignore-parse-errors'] === 'true',
    arrayDelimiter: options['array-element-delimiter'] ?? ';',
  }
}

export interface CsvField {
  readonly text: string
  readonly quoted: boolean
}

/** The fields of one line. A quote inside a quoted field is doubled, or escaped where an escape character is set. */
export function splitCsv(line: string, { delimiter, quote, escapeChar }: CsvOptions): CsvField[] | undefined {
  const fields: CsvField[] = []
  let at = 0
  for (;;) {
    let text = ''
    const quoted = quote !== undefined && line[at] === quote
    if (quoted) at++
    for (;;) {
      const c = line[at]
      if (c === undefined) {
        if (quoted) return undefined
        break
      }
      if (escapeChar !== undefined && c === escapeChar && at + 1 < line.length) {
        text += line[at + 1]
        at += 2
      } else if (quoted && c === quote) {
        at++
        if (line[at] !== quote) break
        text += quote
        at++
      } else if (!quoted && c === delimiter) break
      else {
        text += c
        at++
      }
    }
    fields.push({ text, quoted })
    if (line[at] === undefined) return fields
    if (line[at] !== delimiter) return undefined
    at++
  }
}

const decoder = new TextDecoder('utf-8')

class CsvDecoder implements Decoder {
  readonly #schema: Schema
  readonly #options: CsvOptions
  readonly #columns: ColumnBuilder[]
  constructor(schema: Schema, options: CsvOptions) {
    this.#schema = schema
    this.#options = options
    this.#columns = schema.map((f) => new ColumnBuilder(f.type))
  }

  decode(input: RecordSlices): DecodedBatch {
    const faults: DecodeFault[] = []
    const records = new Int32Array(input.count)
    for (const column of this.#columns) column.begin(input.data, input.count)
    let row = 0
    for (let i = 0; i < input.count; i++) {
      if (input.lengths[i]! < 0) continue
      const start = input.offsets[i]!
      const line = decoder.decode(input.data.subarray(start, start + input.lengths[i]!)).replace(/\r?\n?$/, '')
      if (line === '' || (this.#options.allowComments && line.startsWith('#'))) continue
      const fault = this.#row(line, row)
      if (fault === undefined) records[row++] = i
      else {
        for (const column of this.#columns) column.clearRow(row)
        if (!this.#options.ignoreParseErrors) faults.push({ record: i, ...fault })
      }
    }
    const same = row === input.count
    return { length: row, columns: this.#columns.map((c) => c.finish()), records: same ? null : records.subarray(0, row), faults }
  }

  #row(line: string, row: number): { reason: string; column?: string } | undefined {
    const fields = splitCsv(line, this.#options)
    if (!fields) return { reason: 'a quoted field does not end' }
    if (fields.length !== this.#schema.length)
      return { reason: `the line has ${fields.length} fields, the table ${this.#schema.length} columns` }
    for (let c = 0; c < fields.length; c++) {
      if (this.#store(this.#columns[c]!, row, fields[c]!)) continue
      if (!this.#options.ignoreParseErrors) {
        return {
          reason: `'${fields[c]!.text.slice(0, 60)}' is not a ${this.#schema[c]!.type.kind}`,
          column: this.#schema[c]!.name,
        }
      }
      this.#columns[c]!.setNull(row)
    }
    return undefined
  }

  #store(column: ColumnBuilder, row: number, field: CsvField): boolean {
    const isText = column.repr === 'bytes'
    if (!field.quoted && (field.text === this.#options.nullLiteral || (field.text === '' && !isText))) {
      column.setNull(row)
      return true
    }
    if (column.repr !== 'object' || column.type.kind === 'DECIMAL') return storeText(column, row, field.text)
    const parts = field.text === '' ? [] : field.text.split(this.#options.arrayDelimiter)
    try {
      column.objects[row] = column.type.kind === 'ROW' ? rowOf(parts, column) : toObject(parts, column.type, 'SQL')
      return true
    } catch (error) {
      if (error instanceof RangeError) return false
      throw error
    }
  }
}

function rowOf(parts: readonly string[], column: ColumnBuilder): unknown {
  if (column.type.kind !== 'ROW') return null
  return column.type.fields.map((f, i) => toObject(parts[i] ?? null, f.type, 'SQL'))
}

class CsvEncoder implements Encoder {
  readonly #fields: readonly CsvFieldText[]
  readonly #delimiter: string
  readonly #utf8 = new TextEncoder()
  constructor(schema: Schema, options: CsvOptions) {
    this.#fields = schema.map((f) => csvFieldText(f.type, options))
    this.#delimiter = options.delimiter
  }

  encode(batch: Batch, row: number, out: ByteSink): void {
    const line = this.#fields.map((text, i) => text(batch.columns[i]!, row)).join(this.#delimiter)
    out.ensure(line.length * 3)
    out.position += this.#utf8.encodeInto(line, out.bytes.subarray(out.position)).written
  }
}

export const csvFormat: Format = {
  identifier: 'csv',
  createDecoder: (schema: Schema, { options }: FormatOptions) => new CsvDecoder(schema, csvOptions(options)),
  createEncoder: (schema: Schema, { options }: FormatOptions) => new CsvEncoder(schema, csvOptions(options)),
}
