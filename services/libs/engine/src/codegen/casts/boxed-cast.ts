/** Casts over boxed values: one function for a pair of types, made once. Null results of a cast of a non-null value mean that it failed, or an overflow of DECIMAL. */

import { type Boxed, type BoxedMap, isCharacterType } from '../../data/boxed.ts'
import { ValueError } from '../../data/value-error.ts'
import type { LogicalType } from '../../sql/types/logical-type.ts'
import { encodeText } from '../byte-strings.ts'
import { DAY_MS, toInstant, toLocal, zoneNamed } from '../calendar.ts'
import { parseDecimal, pow10, rescale } from '../decimal-math.ts'
import { isApproximateType, isIntegerType, isNumericType } from '../numeric.ts'
import { UnsupportedError } from '../unsupported-error.ts'
import { type ParsedTime, parseBoolean, parseDate, parseDouble, parseInteger, parseTime, parseTimestamp } from './parse-text.ts'
import { doubleText, printerOf } from './print-value.ts'

export type Caster = (value: Boxed) => Boxed

export interface CastTypes {
  readonly from: LogicalType
  readonly to: LogicalType
  readonly zone: string
}

const BITS: Readonly<Record<string, number>> = { TINYINT: 8, SMALLINT: 16, INTEGER: 32, BIGINT: 64 }
/** Types whose values have no boxed form yet. */
const OPAQUE = new Set(['BITMAP', 'VARIANT', 'RAW', 'DESCRIPTOR'])
const UNLIMITED = 2147483647

/** Throws UnsupportedError for a pair that no cast joins. */
export function casterOf(types: CastTypes): Caster {
  const { from, to } = types
  if (from.kind === 'NULL') return () => null
  if (OPAQUE.has(from.kind) || OPAQUE.has(to.kind)) throw new UnsupportedError(`CAST of ${from.kind} to ${to.kind}`)
  if (isCharacterType(to)) return toText(types)
  if (to.kind === 'BINARY' || to.kind === 'VARBINARY') return toBinary(types)
  if (isCharacterType(from)) return fromText(types)
  if (isNumericType(to)) return toNumber(types)
  if (to.kind === 'BOOLEAN') return (value) => (typeof value === 'boolean' ? value : Number(value) !== 0)
  return temporalCaster(types) ?? constructedCaster(types)
}

function toText({ from, to, zone }: CastTypes): Caster {
  const limit = (to as { length: number }).length
  const print = isCharacterType(from) ? (value: Boxed): string => value as string : printerOf(from, zone)
  if (limit >= UNLIMITED) return print
  const padded = to.kind === 'CHAR'
  return (value) => {
    const text = print(value)
    if (text.length < limit) return padded ? text.padEnd(limit) : text
    const points = Array.from(text)
    return points.length > limit ? points.slice(0, limit).join('') : padded ? text + ' '.repeat(limit - points.length) : text
  }
}

function toBinary({ from, to, zone }: CastTypes): Caster {
  const limit = (to as { length: number }).length
  const isBytes = from.kind === 'BINARY' || from.kind === 'VARBINARY'
  const text = isBytes || isCharacterType(from) ? undefined : printerOf(from, zone)
  return (value) => {
    const bytes = isBytes ? (value as Uint8Array) : encodeText(text === undefined ? (value as string) : text(value))
    if (bytes.length > limit) return bytes.slice(0, limit)
    if (to.kind !== 'BINARY' || bytes.length === limit) return bytes
    const whole = new Uint8Array(limit)
    whole.set(bytes)
    return whole
  }
}

function parsed<T>(parse: (text: string) => T | null, to: LogicalType, wrap: (value: T) => Boxed): Caster {
  return (value) => {
    const result = parse(value as string)
    if (result === null) throw new ValueError(`Cannot cast '${shown(value as string)}' to ${to.kind}.`)
    return wrap(result)
  }
}

function shown(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text
}

function fromText({ to, zone }: CastTypes): Caster {
  switch (to.kind) {
    case 'BOOLEAN':
      return parsed(parseBoolean, to, (value) => value)
    case 'TINYINT':
    case 'SMALLINT':
    case 'INTEGER':
      return parsed((text) => parseInteger(text, BITS[to.kind]!), to, Number)
    case 'BIGINT':
      return parsed(
        (text) => parseInteger(text, 64),
        to,
        (value) => value,
      )
    case 'FLOAT':
      return parsed(parseDouble, to, Math.fround)
    case 'DOUBLE':
      return parsed(parseDouble, to, (value) => value)
    case 'DECIMAL':
      return parsed(
        (text) => fittingDecimal(text.trim(), to),
        to,
        (value) => value,
      )
    case 'DATE':
      return parsed(parseDate, to, (value) => value)
    case 'TIME':
      return parsed(parseTime, to, (value) => truncatedTime(value.ms, to.precision))
    case 'TIMESTAMP':
      return parsed(parseTimestamp, to, (value) => pointInTime(value, to.precision))
    case 'TIMESTAMP_LTZ': {
      const named = zoneNamed(zone)
      return parsed(parseTimestamp, to, ({ ms, nanos }) => pointInTime({ ms: toInstant(ms, named), nanos }, to.precision))
    }
    default:
      throw new UnsupportedError(`CAST of a string to ${to.kind}`)
  }
}

export function truncatedTime(ms: number, precision: number): number {
  const unit = 10 ** Math.max(0, 3 - precision)
  return Math.floor(ms / unit) * unit
}

/** Cut to `precision` digits, boxed. */
export function pointInTime({ ms, nanos }: ParsedTime, precision: number): Boxed {
  if (precision <= 3) return truncatedTime(ms, precision)
  const unit = 10 ** (9 - precision)
  return [ms, Math.floor(nanos / unit) * unit]
}

/** Null where the text is no number, or one with too many digits. */
function fittingDecimal(text: string, to: LogicalType & { kind: 'DECIMAL' }): Boxed {
  const unscaled = parseDecimal(text, to.scale)
  return unscaled === null ? null : fitted(unscaled, to.precision)
}

/** NULL where a decimal has too many digits; boxed by precision. */
export function fitted(unscaled: bigint, precision: number): Boxed {
  const limit = pow10(precision)
  if (unscaled >= limit || unscaled <= -limit) return null
  return precision <= 15 ? Number(unscaled) : unscaled
}

function toNumber({ from, to }: CastTypes): Caster {
  if (from.kind === 'BOOLEAN') return fromInteger(to, (value) => (value === true ? 1n : 0n))
  if (isIntegerType(from) || from.kind === 'INTERVAL_YEAR_MONTH' || from.kind === 'INTERVAL_DAY_TIME') {
    return fromInteger(to, (value) => BigInt(value as bigint | number))
  }
  if (from.kind === 'DECIMAL') return fromDecimal(from.scale, to)
  if (!isApproximateType(from)) throw new UnsupportedError(`CAST of ${from.kind} to ${to.kind}`)
  if (to.kind === 'DECIMAL') {
    return (value) => {
      const unscaled = parseDecimal(doubleText(value as number), to.scale)
      return unscaled === null ? null : fitted(unscaled, to.precision)
    }
  }
  if (isApproximateType(to)) return to.kind === 'FLOAT' ? (value) => Math.fround(value as number) : (value) => value
  return (value) => saturated(value as number, to)
}

/** Java's narrowing of a floating-point number: NaN is 0, too large is the largest; TINYINT and SMALLINT by way of int. */
export function saturated(value: number, to: LogicalType): Boxed {
  if (to.kind === 'BIGINT') {
    if (Number.isNaN(value)) return 0n
    if (value >= 2 ** 63) return 2n ** 63n - 1n
    return value <= -(2 ** 63) ? -(2n ** 63n) : BigInt(Math.trunc(value))
  }
  const int = Number.isNaN(value) ? 0 : Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Math.trunc(value)))
  return Number(BigInt.asIntN(BITS[to.kind]!, BigInt(int)))
}

function fromInteger(to: LogicalType, read: (value: Boxed) => bigint): Caster {
  if (to.kind === 'DECIMAL') return (value) => fitted(read(value) * pow10(to.scale), to.precision)
  if (to.kind === 'FLOAT') return (value) => Math.fround(Number(read(value)))
  if (to.kind === 'DOUBLE') return (value) => Number(read(value))
  const bits = BITS[to.kind]!
  return to.kind === 'BIGINT' ? (value) => BigInt.asIntN(bits, read(value)) : (value) => Number(BigInt.asIntN(bits, read(value)))
}

function fromDecimal(scale: number, to: LogicalType): Caster {
  const unscaled = (value: Boxed): bigint => BigInt(value as bigint | number)
  if (to.kind === 'DECIMAL') return (value) => fitted(rescale(unscaled(value), to.scale - scale), to.precision)
  if (isApproximateType(to)) {
    const divisor = 10 ** scale
    return (value) => (to.kind === 'FLOAT' ? Math.fround(Number(value) / divisor) : Number(value) / divisor)
  }
  const divisor = pow10(scale)
  return fromInteger(to, (value) => unscaled(value) / divisor)
}

function pointOf(value: Boxed): ParsedTime {
  if (typeof value === 'number') return { ms: value, nanos: 0 }
  const [ms, nanos] = value as readonly [number, number]
  return { ms, nanos }
}

/** Wall-clock reading of a date, time or timestamp; undefined for other types. */
export function wallClock(type: LogicalType, zone: string): ((value: Boxed) => ParsedTime) | undefined {
  switch (type.kind) {
    case 'DATE':
      return (value) => ({ ms: (value as number) * DAY_MS, nanos: 0 })
    case 'TIME':
    case 'TIMESTAMP':
      return pointOf
    case 'TIMESTAMP_LTZ': {
      const named = zoneNamed(zone)
      return (value) => {
        const { ms, nanos } = pointOf(value)
        return { ms: toLocal(ms, named), nanos }
      }
    }
    default:
      return undefined
  }
}

function temporalCaster({ from, to, zone }: CastTypes): Caster | undefined {
  if (from.kind === to.kind && (to.kind === 'INTERVAL_DAY_TIME' || to.kind === 'INTERVAL_YEAR_MONTH')) return (value) => value
  const read = wallClock(from, zone)
  if (read === undefined) return undefined
  switch (to.kind) {
    case 'DATE':
      return (value) => Math.floor(read(value).ms / DAY_MS)
    case 'TIME':
      return (value) => {
        const { ms } = read(value)
        return truncatedTime(ms - Math.floor(ms / DAY_MS) * DAY_MS, to.precision)
      }
    case 'TIMESTAMP':
      return (value) => pointInTime(read(value), to.precision)
    case 'TIMESTAMP_LTZ': {
      if (from.kind === 'TIMESTAMP_LTZ') return (value) => pointInTime(pointOf(value), to.precision)
      const named = zoneNamed(zone)
      return (value) => {
        const { ms, nanos } = read(value)
        return pointInTime({ ms: toInstant(ms, named), nanos }, to.precision)
      }
    }
    default:
      return undefined
  }
}

function nullSafe(types: CastTypes): Caster {
  const cast = casterOf(types)
  return (value) => (value === null ? null : cast(value))
}

function constructedCaster({ from, to, zone }: CastTypes): Caster {
  if ((from.kind === 'ARRAY' || from.kind === 'MULTISET') && from.kind === to.kind) {
    const element = nullSafe({ from: from.element, to: to.element, zone })
    if (from.kind === 'ARRAY') return (value) => (value as readonly Boxed[]).map(element)
    return (value) => new Map([...(value as BoxedMap)].map(([key, count]) => [element(key), count]))
  }
  if (from.kind === 'MAP' && to.kind === 'MAP') {
    const key = nullSafe({ from: from.key, to: to.key, zone })
    const item = nullSafe({ from: from.value, to: to.value, zone })
    return (value) => new Map([...(value as BoxedMap)].map(([k, v]) => [key(k), item(v)]))
  }
  const isRow = (type: LogicalType): boolean => type.kind === 'ROW' || type.kind === 'STRUCTURED'
  if (isRow(from) && isRow(to)) {
    const sources = (from as LogicalType & { kind: 'ROW' }).fields
    const fields = (to as LogicalType & { kind: 'ROW' }).fields.map((field, i) =>
      nullSafe({ from: sources[i]!.type, to: field.type, zone }),
    )
    return (value) => fields.map((cast, i) => cast((value as readonly Boxed[])[i] ?? null))
  }
  if (from.kind === to.kind) return (value) => value
  throw new UnsupportedError(`CAST of ${from.kind} to ${to.kind}`)
}
