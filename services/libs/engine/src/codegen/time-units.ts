/** Fields of a moment, rounding to a unit, and differences in units. All over a wall clock in ms. */
import { addMonthsToMillis, civilOf, DAY_MS, daysOf } from './calendar.ts'

export const UNIT_MS: Readonly<Record<string, number>> = {
  MILLISECOND: 1,
  SECOND: 1000,
  MINUTE: 60_000,
  HOUR: 3_600_000,
  DAY: DAY_MS,
  WEEK: 7 * DAY_MS,
}
export const UNIT_MONTHS: Readonly<Record<string, number>> = {
  MONTH: 1,
  QUARTER: 3,
  YEAR: 12,
  DECADE: 120,
  CENTURY: 1200,
  MILLENNIUM: 12_000,
}

/** Monday is 1. */
function isoWeekday(days: number): number {
  return ((((days + 3) % 7) + 7) % 7) + 1
}

/** Year and week of ISO 8601: the week belongs to the year of its Thursday. */
function isoWeek(days: number): { readonly year: number; readonly week: number } {
  const thursday = days - isoWeekday(days) + 4
  const { year } = civilOf(thursday)
  return { year, week: Math.floor((thursday - daysOf(year, 1, 1)) / 7) + 1 }
}

type FieldReader = (localMs: number, nanos: number) => number

const dayOf = (ms: number): number => Math.floor(ms / DAY_MS)
const clock = (ms: number): number => ms - dayOf(ms) * DAY_MS

const FIELD_READERS: Readonly<Record<string, FieldReader>> = {
  YEAR: (ms) => civilOf(dayOf(ms)).year,
  ISOYEAR: (ms) => isoWeek(dayOf(ms)).year,
  QUARTER: (ms) => Math.floor((civilOf(dayOf(ms)).month - 1) / 3) + 1,
  MONTH: (ms) => civilOf(dayOf(ms)).month,
  WEEK: (ms) => isoWeek(dayOf(ms)).week,
  DAY: (ms) => civilOf(dayOf(ms)).day,
  DOY: (ms) => dayOf(ms) - daysOf(civilOf(dayOf(ms)).year, 1, 1) + 1,
  DOW: (ms) => (isoWeekday(dayOf(ms)) % 7) + 1,
  ISODOW: (ms) => isoWeekday(dayOf(ms)),
  DECADE: (ms) => Math.floor(civilOf(dayOf(ms)).year / 10),
  CENTURY: (ms) => Math.ceil(civilOf(dayOf(ms)).year / 100),
  MILLENNIUM: (ms) => Math.ceil(civilOf(dayOf(ms)).year / 1000),
  HOUR: (ms) => Math.floor(clock(ms) / 3_600_000),
  MINUTE: (ms) => Math.floor(clock(ms) / 60_000) % 60,
  SECOND: (ms) => Math.floor(clock(ms) / 1000) % 60,
  MILLISECOND: (ms) => clock(ms) % 1000,
  MICROSECOND: (ms, nanos) => (clock(ms) % 1000) * 1000 + Math.floor(nanos / 1000),
  NANOSECOND: (ms, nanos) => (clock(ms) % 1000) * 1_000_000 + nanos,
  EPOCH: (ms) => Math.floor(ms / 1000),
}

export function fieldReader(unit: string): FieldReader | undefined {
  return FIELD_READERS[unit]
}

/** The largest multiple of the unit that is not later. Weeks start on Sunday (Calcite). */
export function floorTo(ms: number, unit: string): number {
  if (unit === 'WEEK') return (dayOf(ms) - (isoWeekday(dayOf(ms)) % 7)) * DAY_MS
  const size = UNIT_MS[unit]
  if (size !== undefined) return Math.floor(ms / size) * size
  const months = UNIT_MONTHS[unit]
  if (months === undefined) return ms
  const { year, month } = civilOf(dayOf(ms))
  if (months <= 12) return daysOf(year, Math.floor((month - 1) / months) * months + 1, 1) * DAY_MS
  const years = months / 12
  const start = unit === 'DECADE' ? Math.floor(year / years) * years : Math.floor((year - 1) / years) * years + 1
  return daysOf(start, 1, 1) * DAY_MS
}

/** The smallest multiple that is not earlier. Months and longer units look at the date alone, as Flink does. */
export function ceilTo(ms: number, unit: string): number {
  const months = UNIT_MONTHS[unit]
  const at = months === undefined ? ms : dayOf(ms) * DAY_MS
  const floor = floorTo(at, unit)
  if (floor === at) return at
  return months === undefined ? floor + UNIT_MS[unit]! : addMonthsToMillis(floor, months)
}

/** Whole months from `from` to `to`, towards zero. */
export function monthsBetween(from: number, to: number): number {
  const [a, b] = [civilOf(dayOf(from)), civilOf(dayOf(to))]
  const months = (b.year - a.year) * 12 + (b.month - a.month)
  const moved = addMonthsToMillis(from, months)
  if (months > 0 && moved > to) return months - 1
  return months < 0 && moved < to ? months + 1 : months
}
