/**
 * Values of a batch as the API, the CLI and tests show them: BIGINT beyond 2^53-1 and DECIMAL as strings, ISO times, bytes and
 * composites as tagged objects ({"$bytes"}, {"$map"}, {"$row"}).
 */
import type { Batch } from '../data/batch.ts'
import type { Vector } from '../data/vector.ts'
import type { Schema } from '../sql/bound/rel.ts'
import type { LogicalType } from '../sql/types/logical-type.ts'

const OPS = ['+I', '-U', '+U', '-D'] as const
const DAY_MS = 86_400_000

export interface EncodedRow {
  readonly op: (typeof OPS)[number]
  readonly row: readonly unknown[]
}

/** All rows of a batch. `schema` gives the columns' types. */
export function encodeRows(batch: Batch, schema: Schema): EncodedRow[] {
  const rows: EncodedRow[] = []
  for (let r = 0; r < batch.length; r++) {
    const row = batch.columns.map((column, c) => encodeCell(column, r, schema[c]!.type))
    rows.push({ op: OPS[(batch.kinds?.[r] ?? 0) as 0 | 1 | 2 | 3], row })
  }
  return rows
}

function encodeCell(column: Vector, row: number, type: LogicalType): unknown {
  if (column.nulls !== null && column.nulls[row] !== 0) return null
  switch (column.repr) {
    case 'bytes': {
      const from = column.offsets[row]!
      return encodeValue(column.data.subarray(from, from + column.lengths[row]!), type)
    }
    case 'ts':
      return encodeValue([column.values[row]!, column.nanos[row]!], type)
    case 'bool':
      return column.values[row] !== 0
    default:
      return encodeValue(column.values[row], type)
  }
}

/** One value in the form that its representation has inside an object column (a number, bigint, bytes, string, array, Map). */
export function encodeValue(value: unknown, type: LogicalType): unknown {
  if (value === null || value === undefined) return null
  switch (type.kind) {
    case 'BOOLEAN':
      return value === true || value === 1
    case 'BIGINT':
      return encodeBigint(value as bigint | number)
    case 'FLOAT':
    case 'DOUBLE':
      return Number.isFinite(value) ? value : String(value)
    case 'DECIMAL':
      return encodeDecimal(BigInt(value as bigint | number), type.scale)
    case 'CHAR':
    case 'VARCHAR':
      return typeof value === 'string' ? value : Buffer.from(value as Uint8Array).toString('utf8')
    case 'BINARY':
    case 'VARBINARY':
      return { $bytes: Buffer.from(value as Uint8Array).toString('base64') }
    case 'DATE':
      return isoDate((value as number) * DAY_MS)
    case 'TIME':
      return isoTime(value as number, 0, type.precision)
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return encodeTimestamp(value as number | readonly [number, number], type)
    case 'INTERVAL_YEAR_MONTH':
      return isoPeriod(value as number)
    case 'INTERVAL_DAY_TIME':
      return isoDuration(value as number)
    default:
      return encodeComposite(value, type)
  }
}

function encodeBigint(value: bigint | number): number | string {
  const asNumber = Number(value)
  return Number.isSafeInteger(asNumber) ? asNumber : value.toString()
}

function encodeDecimal(unscaled: bigint, scale: number): string {
  if (scale === 0) return unscaled.toString()
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0')
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

function encodeTimestamp(
  value: number | readonly [number, number],
  type: Extract<LogicalType, { kind: 'TIMESTAMP' | 'TIMESTAMP_LTZ' }>,
): string {
  const [ms, nanos] = typeof value === 'number' ? [value, 0] : value
  const day = Math.floor(ms / DAY_MS) * DAY_MS
  const zone = type.kind === 'TIMESTAMP_LTZ' ? 'Z' : ''
  return `${isoDate(day)}T${isoTime(ms - day, nanos, type.precision)}${zone}`
}

function isoDate(ms: number): string {
  return new Date(ms).toISOString().replace(/T.*/, '')
}

/** Fraction digits as java.time prints them: none, or as many groups of three as the value needs. */
function isoTime(msOfDay: number, nanosOfMs: number, precision: number): string {
  const two = (n: number): string => String(n).padStart(2, '0')
  const seconds = Math.floor(msOfDay / 1000)
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map(two).join(':')
  const nanos = (msOfDay % 1000) * 1_000_000 + nanosOfMs
  if (nanos === 0 || precision === 0) return clock
  const digits = String(nanos).padStart(9, '0')
  const kept = nanos % 1_000_000 === 0 ? 3 : nanos % 1000 === 0 ? 6 : 9
  return `${clock}.${digits.slice(0, kept)}`
}

function isoPeriod(months: number): string {
  const years = Math.trunc(months / 12)
  const rest = months % 12
  if (months === 0) return 'P0M'
  return `P${years === 0 ? '' : `${years}Y`}${rest === 0 ? '' : `${rest}M`}`
}

function isoDuration(ms: number): string {
  if (ms === 0) return 'PT0S'
  const sign = ms < 0 ? '-' : ''
  const total = Math.abs(ms)
  const hours = Math.floor(total / 3_600_000)
  const minutes = Math.floor(total / 60_000) % 60
  const seconds = (total % 60_000) / 1000
  const part = (n: number, unit: string): string => (n === 0 ? '' : `${sign}${n}${unit}`)
  return `PT${part(hours, 'H')}${part(minutes, 'M')}${part(seconds, 'S')}`
}

function encodeComposite(value: unknown, type: LogicalType): unknown {
  switch (type.kind) {
    case 'ARRAY':
      return (value as readonly unknown[]).map((item) => encodeValue(item, type.element))
    case 'MAP':
      return { $map: entriesOf(value).map(([k, v]) => [encodeValue(k, type.key), encodeValue(v, type.value)]) }
    case 'MULTISET':
      return { $map: entriesOf(value).map(([k, v]) => [encodeValue(k, type.element), v]) }
    case 'ROW':
      return { $row: fieldsOf(value, type.fields) }
    case 'STRUCTURED': {
      const fields = fieldsOf(value, type.fields)
      return { $object: Object.fromEntries(type.fields.map((field, i) => [field.name, fields[i]])), class: type.className }
    }
    case 'VARIANT':
      return { $variant: typeof value === 'string' ? value : JSON.stringify(value) }
    default:
      return typeof value === 'object' || typeof value === 'bigint' ? String(value) : value
  }
}

function entriesOf(value: unknown): readonly (readonly [unknown, unknown])[] {
  return value instanceof Map ? [...value] : (value as readonly (readonly [unknown, unknown])[])
}

function fieldsOf(value: unknown, fields: readonly { readonly name: string; readonly type: LogicalType }[]): unknown[] {
  return fields.map((field, i) => {
    const item = Array.isArray(value) ? value[i] : (value as Record<string, unknown>)[field.name]
    return encodeValue(item, field.type)
  })
}
