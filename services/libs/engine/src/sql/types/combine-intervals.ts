import type { DayTimeResolution, LogicalType, YearMonthResolution } from './logical-type.ts'

const DAY_TIME_UNITS = ['DAY', 'HOUR', 'MINUTE', 'SECOND'] as const
const YEAR_MONTH_UNITS = ['YEAR', 'MONTH'] as const

/** The interval type that covers the fields and precisions of both. Both must be of one kind. */
export function combineIntervals(a: LogicalType, b: LogicalType): LogicalType {
  if (a.kind === 'INTERVAL_YEAR_MONTH' && b.kind === a.kind) {
    return {
      ...a,
      resolution: cover(YEAR_MONTH_UNITS, a.resolution, b.resolution) as YearMonthResolution,
      yearPrecision: Math.max(a.yearPrecision, b.yearPrecision),
    }
  }
  if (a.kind === 'INTERVAL_DAY_TIME' && b.kind === a.kind) {
    return {
      ...a,
      resolution: cover(DAY_TIME_UNITS, a.resolution, b.resolution) as DayTimeResolution,
      dayPrecision: Math.max(a.dayPrecision, b.dayPrecision),
      fractionalPrecision: Math.max(a.fractionalPrecision, b.fractionalPrecision),
    }
  }
  return a
}

function cover(units: readonly string[], a: string, b: string): string {
  const [aStart, aEnd] = bounds(units, a)
  const [bStart, bEnd] = bounds(units, b)
  const start = Math.min(aStart, bStart)
  const end = Math.max(aEnd, bEnd)
  return start === end ? units[start]! : `${units[start]}_TO_${units[end]}`
}

function bounds(units: readonly string[], resolution: string): readonly [number, number] {
  const [start, end] = resolution.split('_TO_')
  return [units.indexOf(start!), units.indexOf(end ?? start!)]
}

/**
 * Intervals as the planner sees them: only months and milliseconds are left of the fields, so a column of any interval type
 * is `INTERVAL MONTH` or `INTERVAL SECOND(3)`.
 */
export function plannedInterval(type: LogicalType): LogicalType {
  if (type.kind === 'INTERVAL_YEAR_MONTH') return { ...type, resolution: 'MONTH' }
  if (type.kind === 'INTERVAL_DAY_TIME') return { ...type, resolution: 'SECOND', fractionalPrecision: 3 }
  return type
}
