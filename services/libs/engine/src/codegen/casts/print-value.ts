/** Values as text, as Flink's CAST to STRING prints them. */

import type { Boxed, BoxedMap } from '../../data/boxed.ts'
import type { LogicalType } from '../../sql/types/logical-type.ts'
import { civilOf, DAY_MS, toLocal, zoneNamed } from '../calendar.ts'
import { decimalText } from '../decimal-math.ts'

export type Printer = (value: Boxed) => string

const pad = (value: number, width: number): string => String(value).padStart(width, '0')

/** java.lang.Double.toString: plain between 10^-3 and 10^7, else with exponent; always a digit after the point. */
export function doubleText(value: number): string {
  return javaText(value, (magnitude) => magnitude.toExponential())
}

/** java.lang.Float.toString: the fewest digits that name this float. */
export function floatText(value: number): string {
  return javaText(value, (magnitude) => {
    for (let digits = 0; digits < 9; digits++) {
      const text = magnitude.toExponential(digits)
      if (Math.fround(Number(text)) === magnitude) return text
    }
    return magnitude.toExponential(8)
  })
}

function javaText(value: number, shortest: (magnitude: number) => string): string {
  if (Number.isNaN(value)) return 'NaN'
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  const magnitude = Math.abs(value)
  if (magnitude === Infinity) return `${sign}Infinity`
  if (magnitude === 0) return `${sign}0.0`
  const [mantissa = '0', exponentText = '0'] = shortest(magnitude).split('e')
  const digits = mantissa.replace('.', '').replace(/0+$/, '') || '0'
  const exponent = Number(exponentText)
  if (exponent < -3 || exponent >= 7) return `${sign}${digits[0]}.${digits.slice(1) || '0'}E${exponent}`
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0')
  return `${sign}${whole}.${digits.slice(exponent + 1) || '0'}`
}

export function dateText(days: number): string {
  const { year, month, day } = civilOf(days)
  return `${year < 0 ? `-${pad(-year, 4)}` : pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`
}

/** `ms` of the day with `precision` digits after the seconds. */
export function timeText(ms: number, precision: number, nanos = 0): string {
  const seconds = Math.floor(ms / 1000)
  const text = `${pad(Math.floor(seconds / 3600), 2)}:${pad(Math.floor(seconds / 60) % 60, 2)}:${pad(seconds % 60, 2)}`
  if (precision === 0) return text
  return `${text}.${`${pad(ms % 1000, 3)}${pad(nanos, 6)}`.slice(0, precision)}`
}

/** `localMs` on the wall clock. */
export function timestampText(localMs: number, nanos: number, precision: number): string {
  const days = Math.floor(localMs / DAY_MS)
  return `${dateText(days)} ${timeText(localMs - days * DAY_MS, precision, nanos)}`
}

function timestampPrinter(precision: number, shift: (ms: number) => number): Printer {
  if (precision <= 3) return (value) => timestampText(shift(value as number), 0, precision)
  return (value) => {
    const [ms, nanos] = value as readonly [number, number]
    return timestampText(shift(ms), nanos, precision)
  }
}

function yearMonthText(months: number): string {
  const magnitude = Math.abs(months)
  return `${months < 0 ? '-' : '+'}${Math.floor(magnitude / 12)}-${pad(magnitude % 12, 2)}`
}

function dayTimeText(ms: number): string {
  const magnitude = Math.abs(ms)
  const days = Math.floor(magnitude / DAY_MS)
  return `${ms < 0 ? '-' : '+'}${days} ${timeText(magnitude - days * DAY_MS, 3)}`
}

/** Makes the printer of a type's boxed values; NULL inside of constructed values prints as NULL. */
export function printerOf(type: LogicalType, zone: string): Printer {
  const inner = (child: LogicalType): Printer => {
    const print = printerOf(child, zone)
    return (value) => (value === null ? 'NULL' : print(value))
  }
  switch (type.kind) {
    case 'ARRAY': {
      const element = inner(type.element)
      return (value) => `[${(value as readonly Boxed[]).map(element).join(', ')}]`
    }
    case 'MAP':
      return mapPrinter(inner(type.key), inner(type.value))
    case 'MULTISET':
      return mapPrinter(inner(type.element), (count) => String(count))
    case 'ROW':
    case 'STRUCTURED': {
      const fields = type.fields.map((field) => inner(field.type))
      const named = type.kind === 'STRUCTURED'
      return (value) => {
        const parts = (value as readonly Boxed[]).map((item, i) => (named ? `${type.fields[i]!.name}=` : '') + fields[i]!(item))
        return `(${parts.join(', ')})`
      }
    }
    default:
      return plainPrinter(type, zone)
  }
}

function mapPrinter(key: Printer, item: Printer): Printer {
  return (value) => `{${[...(value as BoxedMap)].map(([k, v]) => `${key(k)}=${item(v)}`).join(', ')}}`
}

function plainPrinter(type: LogicalType, zone: string): Printer {
  switch (type.kind) {
    case 'BOOLEAN':
      return (value) => (value === true ? 'TRUE' : 'FALSE')
    case 'FLOAT':
      return (value) => floatText(value as number)
    case 'DOUBLE':
      return (value) => doubleText(value as number)
    case 'DECIMAL':
      return (value) => decimalText(value as bigint | number, type.scale)
    case 'DATE':
      return (value) => dateText(value as number)
    case 'TIME':
      return (value) => timeText(value as number, Math.min(type.precision, 3))
    case 'TIMESTAMP':
      return timestampPrinter(type.precision, (ms) => ms)
    case 'TIMESTAMP_LTZ': {
      const named = zoneNamed(zone)
      return timestampPrinter(type.precision, (ms) => toLocal(ms, named))
    }
    case 'INTERVAL_YEAR_MONTH':
      return (value) => yearMonthText(value as number)
    case 'INTERVAL_DAY_TIME':
      return (value) => dayTimeText(value as number)
    case 'BINARY':
    case 'VARBINARY':
      return (value) => new TextDecoder().decode(value as Uint8Array)
    default:
      return (value) => String(value)
  }
}
