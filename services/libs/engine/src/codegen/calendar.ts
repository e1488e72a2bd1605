/** The proleptic Gregorian calendar in days and milliseconds since 1970-01-01, and time zones by their tz database names. */
import { ValueError } from '../data/value-error.ts'

export const DAY_MS = 86_400_000

export interface CivilDate {
  readonly year: number
  readonly month: number
  readonly day: number
}

/** Day number of a date; the month may lie outside 1…12. Source: Howard Hinnant, chrono-Compatible Low-Level Date Algorithms. */
export function daysOf(year: number, month: number, day: number): number {
  const shifted = year + Math.floor((month - 1) / 12)
  const m = (((month - 1) % 12) + 12) % 12
  const y = m < 2 ? shifted - 1 : shifted
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * ((m + 10) % 12) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

export function civilOf(days: number): CivilDate {
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day }
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** Adds months; a day beyond the new month's end becomes its last. */
export function addMonths(days: number, months: number): number {
  const { year, month, day } = civilOf(days)
  const total = year * 12 + (month - 1) + months
  const newYear = Math.floor(total / 12)
  const newMonth = total - newYear * 12 + 1
  return daysOf(newYear, newMonth, Math.min(day, daysInMonth(newYear, newMonth)))
}

export function addMonthsToMillis(ms: number, months: number): number {
  const days = Math.floor(ms / DAY_MS)
  return addMonths(days, months) * DAY_MS + (ms - days * DAY_MS)
}

interface Zone {
  /** Offset in ms east of UTC at an instant. */
  offsetAt(instantMs: number): number
}

const ZONES = new Map<string, Zone>()
const FIXED = /^(?:UTC|GMT|UT)?([+-])(\d{1,2})(?::?(\d{2}))?$/
/** Offsets change at whole quarter hours of UTC in all but ancient times: one look-up each serves all instants within. */
const QUARTER_MS = 900_000
const CACHED_QUARTERS_MAX = 4096

function fixedZone(offset: number): Zone {
  return { offsetAt: () => offset }
}

function namedZone(name: string): Zone {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' })
  const cache = new Map<number, number>()
  return {
    offsetAt(instantMs) {
      const quarter = Math.floor(instantMs / QUARTER_MS)
      const known = cache.get(quarter)
      if (known !== undefined) return known
      const part = format.formatToParts(quarter * QUARTER_MS).find((p) => p.type === 'timeZoneName')?.value ?? 'GMT'
      const match = /GMT(?:([+-])(\d{2}):(\d{2})(?::(\d{2}))?)?/.exec(part)
      const seconds = match?.[1] === undefined ? 0 : Number(match[2]) * 3600 + Number(match[3]) * 60 + Number(match[4] ?? 0)
      const offset = (match?.[1] === '-' ? -seconds : seconds) * 1000
      if (cache.size >= CACHED_QUARTERS_MAX) cache.clear()
      cache.set(quarter, offset)
      return offset
    },
  }
}

/** Throws ValueError for a name that no zone has. */
export function zoneNamed(name: string): Zone {
  const known = ZONES.get(name)
  if (known !== undefined) return known
  const zone = makeZone(name)
  ZONES.set(name, zone)
  return zone
}

function makeZone(name: string): Zone {
  if (name === 'UTC' || name === 'GMT' || name === 'Z' || name === 'UT') return fixedZone(0)
  const fixed = FIXED.exec(name)
  if (fixed !== null) {
    const offset = (Number(fixed[2]) * 60 + Number(fixed[3] ?? 0)) * 60_000
    return fixedZone(fixed[1] === '-' ? -offset : offset)
  }
  try {
    return namedZone(name)
  } catch {
    throw new ValueError(`There is no time zone ${JSON.stringify(name.slice(0, 60))}.`)
  }
}

/** Wall-clock ms of an instant. */
export function toLocal(instantMs: number, zone: Zone): number {
  return instantMs + zone.offsetAt(instantMs)
}

/** Instant of a wall clock: the earlier one where clocks were set back, shifted forward by the gap where they were set forward (java.time). */
export function toInstant(localMs: number, zone: Zone): number {
  const before = zone.offsetAt(localMs - DAY_MS)
  const after = zone.offsetAt(localMs + DAY_MS)
  const first = localMs - before
  if (zone.offsetAt(first) === before) return first
  const second = localMs - after
  return zone.offsetAt(second) === after ? second : first
}
