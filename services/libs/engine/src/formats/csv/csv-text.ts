/** One value as a csv field, quoted where it must be. */
import type { Vector } from '../../data/vector.ts'
import type { LogicalType } from '../../sql/types/logical-type.ts'
import { javaDoubleText, javaFloatText, plainDecimalText } from '../java-number.ts'
import { dateText, timestampText, timeText } from '../temporal-text.ts'
import type { CsvOptions } from './csv-format.ts'

const decoder = new TextDecoder('utf-8')

/** The text of one column's value at a row. */
export type CsvFieldText = (vector: Vector, row: number) => string

export function csvFieldText(type: LogicalType, options: CsvOptions): CsvFieldText {
  return (vector, row) => {
    if (vector.nulls !== null && vector.nulls[row] === 1) return options.nullLiteral ?? ''
    if (vector.repr === 'bytes') {
      const bytes = vector.data.subarray(vector.offsets[row]!, vector.offsets[row]! + vector.lengths[row]!)
      const text =
        type.kind === 'BINARY' || type.kind === 'VARBINARY' ? Buffer.from(bytes).toString('base64') : decoder.decode(bytes)
      return quoteField(text, options)
    }
    if (vector.repr === 'ts') return instantText(vector.values[row]!, vector.nanos[row]!, type)
    if (vector.repr === 'bool') return vector.values[row] === 1 ? 'true' : 'false'
    return scalarText(vector.values[row], type, options)
  }
}

function instantText(ms: number, nanos: number, type: LogicalType): string {
  return `${timestampText(ms, nanos, ' ')}${type.kind === 'TIMESTAMP_LTZ' ? 'Z' : ''}`
}

function scalarText(value: unknown, type: LogicalType, options: CsvOptions): string {
  if (value === null || value === undefined) return options.nullLiteral ?? ''
  switch (type.kind) {
    case 'DOUBLE':
      return javaDoubleText(value as number)
    case 'FLOAT':
      return javaFloatText(value as number)
    case 'DECIMAL':
      return plainDecimalText(typeof value === 'bigint' ? value : BigInt(value as number), type.scale)
    case 'DATE':
      return dateText(value as number)
    case 'TIME':
      return timeText(value as number)
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return typeof value === 'number' ? instantText(value, 0, type) : instantText(...(value as [number, number]), type)
    case 'ARRAY':
      return quoteField(
        (value as readonly unknown[]).map((v) => scalarText(v, type.element, options)).join(options.arrayDelimiter),
        options,
      )
    case 'ROW': {
      const values = value as readonly unknown[]
      return quoteField(type.fields.map((f, i) => scalarText(values[i], f.type, options)).join(options.arrayDelimiter), options)
    }
    default:
      return typeof value === 'string' ? quoteField(value, options) : String(value)
  }
}

/** Quotes what would otherwise not read back: delimiters, quotes, line ends, blanks at an end, comments. */
function quoteField(text: string, { delimiter, quote, escapeChar }: CsvOptions): string {
  if (quote === undefined) return text
  const special = text.includes(delimiter) || text.includes(quote) || /[\r\n]|^\s|\s$|^#/.test(text) || text === ''
  if (!special) return text
  const inner =
    escapeChar === undefined
      ? text.replaceAll(quote, quote + quote)
      : text.replaceAll(escapeChar, escapeChar + escapeChar).replaceAll(quote, escapeChar + quote)
  return `${quote}${inner}${quote}`
}
