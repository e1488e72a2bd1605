/** Text to values, as Flink's CAST from STRING reads it. Each parser returns null where the text is not such a value. */
import { DAY_MS, daysInMonth, daysOf } from '../calendar.ts'

const TRUE_TEXT = new Set(['t', 'true', 'y', 'yes', '1'])
const FALSE_TEXT = new Set(['f', 'false', 'n', 'no', '0'])

export function parseBoolean(text: string): boolean | null {
  const lower = text.trim().toLowerCase()
  if (TRUE_TEXT.has(lower)) return true
  return FALSE_TEXT.has(lower) ? false : null
}

const INTEGER = /^([+-]?\d*)(?:\.\d*)?$/

/** Digits after a point are dropped. */
export function parseInteger(text: string, bits: number): bigint | null {
  const match = INTEGER.exec(text.trim())
  if (match === null || !/\d/.test(match[0])) return null
  const whole = match[1]!
  const value = whole === '' || whole === '-' || whole === '+' ? 0n : BigInt(whole.replace(/^\+/, ''))
  return BigInt.asIntN(bits, value) === value ? value : null
}

const FLOATING = /^[+-]?(?:\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)[dDfF]?$/

export function parseDouble(text: string): number | null {
  const trimmed = text.trim()
  if (FLOATING.test(trimmed)) return Number(trimmed.replace(/[dDfF]$/, ''))
  const named = /^([+-]?)(NaN|Infinity)$/.exec(trimmed)
  if (named === null) return null
  return named[2] === 'NaN' ? Number.NaN : named[1] === '-' ? -Infinity : Infinity
}

const DATE = /^(\d{1,4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?$/

/** Days since 1970-01-01 of yyyy[-MM[-dd]]. */
export function parseDate(text: string): number | null {
  const match = DATE.exec(text.trim().split(/[ T]/)[0]!)
  if (match === null) return null
  return validDays(Number(match[1]), Number(match[2] ?? 1), Number(match[3] ?? 1))
}

function validDays(year: number, month: number, day: number): number | null {
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null
  return daysOf(year, month, day)
}

const TIME = /^(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:\.(\d{0,9})\d*)?)?)?$/

export interface ParsedTime {
  readonly ms: number
  /** Nanoseconds of the millisecond. */
  readonly nanos: number
}

export function parseTime(text: string): ParsedTime | null {
  const match = TIME.exec(text.trim())
  if (match === null) return null
  const [hour, minute, second] = [Number(match[1]), Number(match[2] ?? 0), Number(match[3] ?? 0)]
  if (hour > 23 || minute > 59 || second > 59) return null
  const fraction = (match[4] ?? '').padEnd(9, '0')
  return { ms: ((hour * 60 + minute) * 60 + second) * 1000 + Number(fraction.slice(0, 3)), nanos: Number(fraction.slice(3)) }
}

const SPLIT = /^(\S+?)(?:[ T]+(\S+))?$/

/** A wall clock: yyyy-MM-dd, or with a time behind a space or T. */
export function parseTimestamp(text: string): ParsedTime | null {
  const match = SPLIT.exec(text.trim())
  if (match === null || !/^\d{1,4}-\d{1,2}-\d{1,2}$/.test(match[1]!)) return null
  const days = parseDate(match[1]!)
  const time = match[2] === undefined ? { ms: 0, nanos: 0 } : parseTime(match[2])
  return days === null || time === null ? null : { ms: days * DAY_MS + time.ms, nanos: time.nanos }
}
