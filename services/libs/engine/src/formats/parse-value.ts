/**
 * Text of one value → its stored form, with Flink's format rules. Each parser returns undefined for text that does not fit; the
 * caller turns that into a fault. Objects (`toObject`) are the form of values inside ARRAY, MAP and ROW columns.
 */
import type { LogicalType } from '../sql/types/logical-type.ts'
import type { ColumnBuilder, TimestampStyle } from './column-builder.ts'

const INT_BOUNDS = { TINYINT: 127, SMALLINT: 32_767, INTEGER: 2_147_483_647 } as const
const I64_MAX = 9_223_372_036_854_775_807n

/** Java's Integer.parseInt and relatives: optional sign, digits only. */
export function parseIntText(text: string, kind: keyof typeof INT_BOUNDS): number | undefined {
  const t = text.trim()
  if (!/^[+-]?\d+$/.test(t)) return undefined
  const value = Number(t)
  const max = INT_BOUNDS[kind]
  return value > max || value < -max - 1 ? undefined : value + 0
}

export function parseBigintText(text: string): bigint | undefined {
  const t = text.trim()
  if (!/^[+-]?\d+$/.test(t)) return undefined
  const value = BigInt(t.startsWith('+') ? t.slice(1) : t)
  return value > I64_MAX || value < -I64_MAX - 1n ? undefined : value
}

/** Java's Double.parseDouble. */
export function parseDoubleText(text: string): number | undefined {
  const t = text.trim()
  if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?[dDfF]?$/.test(t)) return Number(t.replace(/[dDfF]$/, ''))
  if (t === 'NaN') return Number.NaN
  if (t === 'Infinity' || t === '+Infinity') return Number.POSITIVE_INFINITY
  return t === '-Infinity' ? Number.NEGATIVE_INFINITY : undefined
}

/** BigDecimal text → unscaled integer at `scale`, rounded half up; null on overflow of `precision`, undefined when no number. */
export function parseDecimalText(text: string, precision: number, scale: number): bigint | null | undefined {
  const m = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,6}))?$/.exec(text.trim())
  if (!m || (m[2] === '' && (m[3] ?? '') === '')) return undefined
  const digits = (m[2] ?? '') + (m[3] ?? '')
  const shift = scale - ((m[3] ?? '').length - Number(m[4] ?? 0))
  let unscaled: bigint
  if (shift >= 0) {
    if (digits.replace(/^0+/, '').length + shift > 76) return digits.replace(/0/g, '') === '' ? 0n : null
    unscaled = BigInt(digits) * 10n ** BigInt(shift)
  } else {
    const kept = digits.length + shift
    unscaled = kept < 0 ? 0n : BigInt(digits.slice(0, kept) || '0') + (digits.charCodeAt(kept) >= 53 ? 1n : 0n)
  }
  if (unscaled >= 10n ** BigInt(precision)) return null
  return m[1] === '-' ? -unscaled : unscaled
}

/** yyyy-MM-dd → days since 1970-01-01. */
export function parseDateText(text: string): number | undefined {
  const m = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)
  if (!m) return undefined
  return daysOf(Number(m[1]), Number(m[2]), Number(m[3]))
}

function daysOf(year: number, month: number, day: number): number | undefined {
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined
  return Math.round(date.getTime() / 86_400_000)
}

/** HH:mm:ss[.f] → [milliseconds of the day, nanoseconds of the millisecond]. */
export function parseTimeText(text: string): readonly [number, number] | undefined {
  const m = /^(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?$/.exec(text)
  if (!m) return undefined
  const [h, min, s] = [Number(m[1]), Number(m[2]), Number(m[3] ?? 0)]
  if (h > 23 || min > 59 || s > 59) return undefined
  const nanos = Number((m[4] ?? '').padEnd(9, '0'))
  return [(h * 3600 + min * 60 + s) * 1000 + Math.floor(nanos / 1e6), nanos % 1e6]
}

/** A local timestamp → [epoch ms as if UTC, nanoseconds of the millisecond]. */
export function parseTimestampText(text: string, style: TimestampStyle): readonly [number, number] | undefined {
  const separator = style === 'SQL' ? ' ' : 'T'
  if (text[10] !== separator) return undefined
  const days = parseDateText(text.slice(0, 10))
  const time = parseTimeText(text.slice(11))
  if (days === undefined || time === undefined) return undefined
  return [days * 86_400_000 + time[0], time[1]]
}

/** A TIMESTAMP_LTZ: ends in Z. */
export function parseInstantText(text: string, style: TimestampStyle): readonly [number, number] | undefined {
  return text.endsWith('Z') ? parseTimestampText(text.slice(0, -1), style) : undefined
}

const latin1 = new TextEncoder()

/** Stores the text of a scalar (a JSON string's content, a number's text, a CSV field) into a column. false = does not fit. */
export function storeText(column: ColumnBuilder, row: number, text: string): boolean {
  const { type, style } = column
  switch (type.kind) {
    case 'CHAR':
    case 'VARCHAR':
      column.setBytes(row, latin1.encode(text))
      return true
    case 'BINARY':
    case 'VARBINARY':
      return storeBase64(column, row, text)
    case 'BOOLEAN':
      column.u8[row] = text.trim().toLowerCase() === 'true' ? 1 : 0
      return true
    case 'TINYINT':
    case 'SMALLINT':
    case 'INTEGER':
      return storeInt(column, row, parseIntText(text, type.kind))
    case 'INTERVAL_YEAR_MONTH':
      return storeInt(column, row, parseIntText(text, 'INTEGER'))
    case 'BIGINT':
      return storeBigint(column, row, parseBigintText(text))
    case 'FLOAT':
    case 'DOUBLE':
      return storeDouble(column, row, parseDoubleText(text))
    case 'INTERVAL_DAY_TIME': {
      const value = parseBigintText(text)
      return storeDouble(column, row, value === undefined ? undefined : Number(value))
    }
    case 'DECIMAL':
      return storeDecimal(column, row, parseDecimalText(text, type.precision, type.scale))
    case 'DATE':
      return storeInt(column, row, parseDateText(text))
    case 'TIME':
      return storeInt(column, row, parseTimeText(text)?.[0])
    case 'TIMESTAMP':
      return storeTimestamp(column, row, parseTimestampText(text, style))
    case 'TIMESTAMP_LTZ':
      return storeTimestamp(column, row, parseInstantText(text, style))
    default:
      return false
  }
}

function storeInt(column: ColumnBuilder, row: number, value: number | undefined): boolean {
  if (value === undefined) return false
  column.i32[row] = value
  return true
}
function storeBigint(column: ColumnBuilder, row: number, value: bigint | undefined): boolean {
  if (value === undefined) return false
  column.setInt64(row, value)
  return true
}
function storeDouble(column: ColumnBuilder, row: number, value: number | undefined): boolean {
  if (value === undefined) return false
  column.f64[row] = column.type.kind === 'FLOAT' ? Math.fround(value) : value
  return true
}
function storeDecimal(column: ColumnBuilder, row: number, value: bigint | null | undefined): boolean {
  if (value === undefined) return false
  if (value === null) column.setNull(row)
  else if (column.repr === 'f64') column.f64[row] = Number(value)
  else if (column.repr === 'i64') column.setInt64(row, value)
  else column.objects[row] = value
  return true
}
function storeTimestamp(column: ColumnBuilder, row: number, value: readonly [number, number] | undefined): boolean {
  if (value === undefined) return false
  column.f64[row] = value[0]
  if (column.repr === 'ts') column.nanos[row] = value[1]
  return true
}
function storeBase64(column: ColumnBuilder, row: number, text: string): boolean {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) return false
  column.setBytes(row, Buffer.from(text, 'base64'))
  return true
}

/**
 * A parsed JSON value → the form it has inside an `object` column: numbers (i32, f64 kinds, ms times), bigint (BIGINT, unscaled
 * DECIMAL beyond 15 digits), number (unscaled DECIMAL up to 15 digits), string (CHAR, VARCHAR), Uint8Array, [ms, nanos] for
 * timestamps beyond milliseconds, arrays (ARRAY, and ROW by position), Map (MAP, MULTISET). Throws RangeError when it does not fit.
 */
export function toObject(value: unknown, type: LogicalType, style: TimestampStyle): unknown {
  if (value === null || value === undefined) return null
  switch (type.kind) {
    case 'ARRAY':
      if (!Array.isArray(value)) throw new RangeError('is not an array')
      return value.map((v) => toObject(v, type.element, style))
    case 'ROW':
    case 'STRUCTURED': {
      if (typeof value !== 'object' || Array.isArray(value)) throw new RangeError('is not an object')
      const object = value as Record<string, unknown>
      return type.fields.map((f) => toObject(object[f.name], f.type, style))
    }
    case 'MAP':
    case 'MULTISET': {
      if (typeof value !== 'object' || Array.isArray(value)) throw new RangeError('is not an object')
      const valueType: LogicalType = type.kind === 'MAP' ? type.value : { kind: 'INTEGER', nullable: false }
      return new Map(Object.entries(value).map(([k, v]) => [k, toObject(v, valueType, style)]))
    }
    case 'CHAR':
    case 'VARCHAR':
      return typeof value === 'object' ? JSON.stringify(value) : String(value)
    case 'BOOLEAN':
      return value === true || (typeof value === 'string' && value.trim().toLowerCase() === 'true')
    default:
      return scalarObject(typeof value === 'number' || typeof value === 'string' ? String(value) : '', type, style)
  }
}

function scalarObject(text: string, type: LogicalType, style: TimestampStyle): unknown {
  const value = scalarOf(text, type, style)
  if (value === undefined) throw new RangeError(`is not a ${type.kind}`)
  return value
}

function scalarOf(text: string, type: LogicalType, style: TimestampStyle): unknown {
  switch (type.kind) {
    case 'TINYINT':
    case 'SMALLINT':
    case 'INTEGER':
      return parseIntText(text, type.kind)
    case 'BIGINT':
      return parseBigintText(text)
    case 'FLOAT':
    case 'DOUBLE': {
      const value = parseDoubleText(text)
      return value === undefined || type.kind === 'DOUBLE' ? value : Math.fround(value)
    }
    case 'DECIMAL': {
      const value = parseDecimalText(text, type.precision, type.scale)
      return typeof value === 'bigint' && type.precision <= 15 ? Number(value) : value
    }
    case 'DATE':
      return parseDateText(text)
    case 'TIME':
      return parseTimeText(text)?.[0]
    case 'TIMESTAMP':
      return instantObject(parseTimestampText(text, style), type.precision)
    case 'TIMESTAMP_LTZ':
      return instantObject(parseInstantText(text, style), type.precision)
    case 'BINARY':
    case 'VARBINARY':
      return new Uint8Array(Buffer.from(text, 'base64'))
    default:
      return undefined
  }
}

const instantObject = (value: readonly [number, number] | undefined, precision: number): unknown =>
  value === undefined ? undefined : precision <= 3 ? value[0] : value
