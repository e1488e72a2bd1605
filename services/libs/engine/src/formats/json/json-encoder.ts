/** Rows → JSON objects, written straight as bytes; the output equals Flink's JSON format to the byte. */
import type { Batch } from '../../data/batch.ts'
import type { BytesVector, Vector } from '../../data/vector.ts'
import type { Schema } from '../../sql/bound/rel.ts'
import type { LogicalType } from '../../sql/types/logical-type.ts'
import type { ByteSink, Encoder, FormatOptions } from '../format.ts'
import { javaDecimalText, javaDoubleText, javaFloatText, plainDecimalText } from '../java-number.ts'
import { dateText, timestampText, timeText } from '../temporal-text.ts'

interface TextOptions {
  readonly separator: ' ' | 'T'
  readonly plainDecimal: boolean
  readonly ignoreNullFields: boolean
}

type WriteValue = (vector: Vector, row: number, out: ByteSink) => void

const utf8 = new TextEncoder()
const HEX = '0123456789abcdef'

export function createJsonEncoder(schema: Schema, { options }: FormatOptions): Encoder {
  const text: TextOptions = {
    separator: options['timestamp-format.standard'] === 'ISO-8601' ? 'T' : ' ',
    plainDecimal: options['encode.decimal-as-plain-number'] === 'true',
    ignoreNullFields: options['encode.ignore-null-fields'] === 'true',
  }
  const keys = schema.map((f) => utf8.encode(`${JSON.stringify(f.name)}:`))
  const writers = schema.map((f) => writerOf(f.type, text))
  return { encode: (batch, row, out) => encodeRow(batch, row, { keys, writers, ignoreNullFields: text.ignoreNullFields, out }) }
}

interface RowWriter {
  readonly keys: readonly Uint8Array[]
  readonly writers: readonly WriteValue[]
  readonly ignoreNullFields: boolean
  readonly out: ByteSink
}

function encodeRow(batch: Batch, row: number, { keys, writers, ignoreNullFields, out }: RowWriter): void {
  out.ensure(2)
  out.bytes[out.position++] = 123
  let first = true
  for (let i = 0; i < writers.length; i++) {
    const vector = batch.columns[i]!
    const isNull = vector.nulls !== null && vector.nulls[row] === 1
    if (isNull && ignoreNullFields) continue
    const key = keys[i]!
    out.ensure(key.length + 6)
    if (!first) out.bytes[out.position++] = 44
    first = false
    out.bytes.set(key, out.position)
    out.position += key.length
    if (isNull) writeAscii('null', out)
    else writers[i]!(vector, row, out)
  }
  out.ensure(1)
  out.bytes[out.position++] = 125
}

function writerOf(type: LogicalType, text: TextOptions): WriteValue {
  switch (type.kind) {
    case 'BIGINT':
      return (v, r, out) => {
        if (v.repr === 'i64') writeBigint(v.values[r]!, out)
      }
    case 'TINYINT':
    case 'SMALLINT':
    case 'INTEGER':
    case 'INTERVAL_YEAR_MONTH':
      return (v, r, out) => {
        if (v.repr === 'i32') writeInteger(v.values[r]!, out)
      }
    case 'CHAR':
    case 'VARCHAR':
      return (v, r, out) => {
        if (v.repr === 'bytes') writeString(v, r, out)
      }
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return timestampWriter(type.kind === 'TIMESTAMP_LTZ' ? 'Z' : '', text.separator)
    default:
      return (v, r, out) => writeAscii(jsonText(valueAt(v, r), type, text), out)
  }
}

/** The last second's text is kept: timestamps of neighbouring rows mostly share it. */
function timestampWriter(suffix: string, separator: ' ' | 'T'): WriteValue {
  let second = Number.NaN
  let prefix = new Uint8Array(0)
  return (v, r, out) => {
    if (v.repr !== 'f64' && v.repr !== 'ts') return
    const ms = v.values[r]!
    const nanos = (v.repr === 'ts' ? v.nanos[r]! : 0) + (((ms % 1000) + 1000) % 1000) * 1e6
    const whole = Math.floor(ms / 1000)
    if (whole !== second) {
      second = whole
      prefix = utf8.encode(`"${timestampText(whole * 1000, 0, separator)}`)
    }
    out.ensure(prefix.length + 14)
    out.bytes.set(prefix, out.position)
    out.position += prefix.length
    if (nanos !== 0) writeFraction(nanos, out)
    writeAscii(`${suffix}"`, out)
  }
}

function writeFraction(nanos: number, out: ByteSink): void {
  out.bytes[out.position++] = 46
  let rest = nanos
  for (let unit = 1e8; rest > 0; unit /= 10) {
    const digit = Math.floor(rest / unit)
    out.bytes[out.position++] = 48 + digit
    rest -= digit * unit
  }
}

function writeAscii(text: string, out: ByteSink): void {
  out.ensure(text.length * 3)
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c > 127) {
      out.position += utf8.encodeInto(text.slice(i), out.bytes.subarray(out.position)).written
      return
    }
    out.bytes[out.position++] = c
  }
}

function writeInteger(value: number, out: ByteSink): void {
  out.ensure(20)
  let rest = value
  if (rest < 0) {
    out.bytes[out.position++] = 45
    rest = -rest
  }
  let digits = 1
  for (let bound = 10; rest >= bound; bound *= 10) digits++
  for (let at = out.position + digits - 1; at >= out.position; at--) {
    const next = Math.floor(rest / 10)
    out.bytes[at] = 48 + (rest - next * 10)
    rest = next
  }
  out.position += digits
}

function writeBigint(value: bigint, out: ByteSink): void {
  if (value >= -9_007_199_254_740_991n && value <= 9_007_199_254_740_991n) writeInteger(Number(value), out)
  else writeAscii(value.toString(), out)
}

const SHORT_ESCAPES: Record<number, string> = { 8: 'b', 9: 't', 10: 'n', 12: 'f', 13: 'r' }

function writeString({ data, offsets, lengths }: BytesVector, row: number, out: ByteSink): void {
  const offset = offsets[row]!
  const length = lengths[row]!
  out.ensure(length * 6 + 2)
  const { bytes } = out
  let p = out.position
  bytes[p++] = 34
  for (let i = offset; i < offset + length; i++) {
    const c = data[i]!
    if (c === 34 || c === 92) {
      bytes[p++] = 92
      bytes[p++] = c
    } else if (c >= 32) bytes[p++] = c
    else {
      const short = SHORT_ESCAPES[c]
      const sequence = short === undefined ? `\\u00${HEX[c >> 4]}${HEX[c & 15]!.toUpperCase()}` : `\\${short}`
      for (let k = 0; k < sequence.length; k++) bytes[p++] = sequence.charCodeAt(k)
    }
  }
  bytes[p++] = 34
  out.position = p
}

function valueAt(vector: Vector, row: number): unknown {
  switch (vector.repr) {
    case 'bytes':
      return vector.data.subarray(vector.offsets[row]!, vector.offsets[row]! + vector.lengths[row]!)
    case 'ts':
      return [vector.values[row]!, vector.nanos[row]!]
    case 'bool':
      return vector.values[row] === 1
    default:
      return vector.values[row]
  }
}

/** JSON text of a value in its `object` form (parse-value.ts), for nested and rare types. */
export function jsonText(value: unknown, type: LogicalType, options: TextOptions): string {
  if (value === null || value === undefined) return 'null'
  switch (type.kind) {
    case 'BOOLEAN':
      return value === true || value === 1 ? 'true' : 'false'
    case 'FLOAT':
    case 'DOUBLE':
      return numberText(value as number, type.kind)
    case 'DECIMAL': {
      const unscaled = typeof value === 'bigint' ? value : BigInt(value as number)
      return options.plainDecimal ? plainDecimalText(unscaled, type.scale) : javaDecimalText(unscaled, type.scale)
    }
    case 'DATE':
      return `"${dateText(value as number)}"`
    case 'TIME':
      return `"${timeText(value as number)}"`
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ': {
      const [ms, nanos] = typeof value === 'number' ? [value, 0] : (value as readonly [number, number])
      return `"${timestampText(ms, nanos, options.separator)}${type.kind === 'TIMESTAMP_LTZ' ? 'Z' : ''}"`
    }
    case 'BINARY':
    case 'VARBINARY':
      return `"${Buffer.from(value as Uint8Array).toString('base64')}"`
    case 'CHAR':
    case 'VARCHAR':
      return JSON.stringify(value)
    default:
      return containerText(value, type, options)
  }
}

function containerText(value: unknown, type: LogicalType, options: TextOptions): string {
  if (type.kind === 'ARRAY') return `[${(value as readonly unknown[]).map((v) => jsonText(v, type.element, options)).join(',')}]`
  if (type.kind === 'ROW' || type.kind === 'STRUCTURED') {
    const values = value as readonly unknown[]
    const shown = type.fields.map((f, i) => [f, values[i]] as const).filter(([, v]) => v !== null || !options.ignoreNullFields)
    return `{${shown.map(([f, v]) => `${JSON.stringify(f.name)}:${jsonText(v, f.type, options)}`).join(',')}}`
  }
  if (type.kind === 'MAP' || type.kind === 'MULTISET') {
    const valueType: LogicalType = type.kind === 'MAP' ? type.value : { kind: 'INTEGER', nullable: false }
    const entries = [...(value as ReadonlyMap<unknown, unknown>)]
    return `{${entries.map(([k, v]) => `${JSON.stringify(String(k))}:${jsonText(v, valueType, options)}`).join(',')}}`
  }
  return String(value)
}

function numberText(value: number, kind: 'FLOAT' | 'DOUBLE'): string {
  const text = kind === 'FLOAT' ? javaFloatText(value) : javaDoubleText(value)
  return Number.isFinite(value) ? text : `"${text}"`
}
