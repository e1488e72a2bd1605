import type { TimeUnit } from '../ast/expression.ts'
import type { TokenCursor } from './token-cursor.ts'

/** Units that the grammar knows; DAYOFWEEK and DAYOFYEAR are DOW and DOY. */
const UNITS: ReadonlySet<string> = new Set(
  (
    'NANOSECOND MICROSECOND MILLISECOND SECOND MINUTE HOUR DAY DOW DOY DAYOFWEEK DAYOFYEAR ISODOW ISOYEAR WEEK MONTH QUARTER YEAR ' +
    'EPOCH DECADE CENTURY MILLENNIUM'
  ).split(' '),
)
const SYNONYMS: Readonly<Record<string, string>> = { DAYOFWEEK: 'DOW', DAYOFYEAR: 'DOY' }
const WEEKDAYS = ['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY'] as const

export function atTimeUnit(p: TokenCursor): boolean {
  return UNITS.has(p.token.key)
}

/** A unit, or the name of a user's time frame. */
export function timeUnit(p: TokenCursor): TimeUnit {
  const { key, start } = p.token
  if (!UNITS.has(key)) {
    p.note('a time unit')
    const name = p.name()
    return { kind: 'TimeUnit', name: name.value, custom: true, span: name.span }
  }
  p.advance()
  if (key === 'WEEK' && p.at('(')) {
    p.advance()
    const day = p.expectOne(WEEKDAYS)
    p.expect(')')
    return { kind: 'TimeUnit', name: `WEEK_${day}`, custom: true, span: p.spanFrom(start) }
  }
  return { kind: 'TimeUnit', name: SYNONYMS[key] ?? key, custom: false, span: p.spanFrom(start) }
}
