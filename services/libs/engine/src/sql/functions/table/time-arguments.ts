/** Checks of time units, patterns and zones that are known while binding. */
import type { LiteralValue } from '../../bound/expr.ts'
import type { LogicalType } from '../../types/logical-type.ts'
import { isTimestamp } from '../../types/type-family.ts'
import type { CallSite } from '../function-definition.ts'

const CLOCK_UNITS: readonly string[] = ['HOUR', 'MINUTE', 'SECOND', 'MILLISECOND']
const DATE_UNITS: readonly string[] = [
  'YEAR',
  'QUARTER',
  'MONTH',
  'WEEK',
  'DAY',
  'DOW',
  'ISODOW',
  'DOY',
  'ISOYEAR',
  'EPOCH',
  'DECADE',
  'CENTURY',
  'MILLENNIUM',
  ...CLOCK_UNITS,
]
const TIMESTAMP_UNITS: readonly string[] = [...DATE_UNITS, 'MICROSECOND', 'NANOSECOND']
const YEAR_MONTH_UNITS: readonly string[] = ['YEAR', 'QUARTER', 'MONTH', 'CENTURY', 'MILLENNIUM']
const DAY_TIME_UNITS: readonly string[] = ['DAY', ...CLOCK_UNITS]

/** Units that a moment has when it is rounded, and that can be added to it or counted between two. */
const ROUNDING_UNITS: readonly string[] = TIMESTAMP_UNITS.filter((unit) => !['DOW', 'ISODOW', 'DOY', 'EPOCH'].includes(unit))
const ADDED_UNITS: readonly string[] = ROUNDING_UNITS.filter((unit) => unit !== 'MICROSECOND' && unit !== 'NANOSECOND')

/** Every unit that some time function knows. */
export const TIME_UNITS: ReadonlySet<string> = new Set(TIMESTAMP_UNITS)

function unitsOf(type: LogicalType): readonly string[] {
  if (isTimestamp(type)) return TIMESTAMP_UNITS
  if (type.kind === 'DATE') return DATE_UNITS
  if (type.kind === 'TIME') return CLOCK_UNITS
  return type.kind === 'INTERVAL_YEAR_MONTH' ? YEAR_MONTH_UNITS : DAY_TIME_UNITS
}

/** EXTRACT(unit, source). */
export function unitProblem({ types, literals }: CallSite): string | undefined {
  const unit = String(literals[0])
  return unitsOf(types[1]!).includes(unit) ? undefined : `Unit ${unit} cannot be taken from this type`
}

/** FLOOR(moment, unit) and CEIL. */
export function roundingProblem({ types, literals }: CallSite): string | undefined {
  const unit = String(literals[1])
  const isKnown = types[0]!.kind === 'DATE' ? TIME_UNITS.has(unit) : ROUNDING_UNITS.includes(unit)
  return isKnown ? undefined : `A moment cannot be rounded to ${unit}`
}

/** TIMESTAMPADD(unit, amount, moment). */
export function additionProblem({ types, literals }: CallSite): string | undefined {
  const unit = String(literals[0])
  const fits = ADDED_UNITS.includes(unit) && !(unit === 'MILLISECOND' && types[2]!.kind === 'DATE')
  return fits ? undefined : `Unit ${unit} cannot be added to this type`
}

/** TIMESTAMPDIFF(unit, from, to). */
export function differenceProblem({ types: [, from, to], literals }: CallSite): string | undefined {
  const unit = String(literals[0])
  const isOfMonths = unit === 'YEAR' || unit === 'QUARTER' || unit === 'MONTH'
  const apart =
    from!.kind !== to!.kind && [from!, to!].some((type) => type.kind === 'TIMESTAMP_LTZ' || (type.kind === 'TIME' && !isOfMonths))
  if (apart) return 'Both moments must be of one type; cast one of them'
  return ROUNDING_UNITS.includes(unit) ? undefined : `${unit} cannot be counted between two moments`
}

export function isClockUnit(unit: string): boolean {
  return CLOCK_UNITS.includes(unit)
}

const PATTERN_LETTERS = 'GuyDMLdQqYwWEecFaBhKkHmsSAnNVvzOXxZp'

/** A Java date pattern with letters that mean nothing, or with an open quote. */
export function timePatternProblem(pattern: LiteralValue | undefined): string | undefined {
  if (pattern === undefined) return undefined
  if (pattern === null) return 'The pattern must not be NULL'
  const bare = String(pattern).replace(/'(?:[^']|'')*'/g, '')
  if (bare.includes("'")) return 'The pattern ends inside of a quoted part'
  const wrong = [...bare].find((c) => (/[A-Za-z]/.test(c) && !PATTERN_LETTERS.includes(c)) || c === '{' || c === '}' || c === '#')
  return wrong === undefined ? undefined : `Unknown letter ${wrong} in the pattern`
}

/** A zone that Java's ZoneId.of would refuse. */
export function timeZoneProblem(zone: LiteralValue | undefined): string | undefined {
  if (zone === undefined) return undefined
  if (zone === null) return 'The time zone must not be NULL'
  const name = String(zone)
  const isOffset = /^(?:Z|(?:UTC|GMT|UT)?[+-]\d{1,2}(?::?[0-5]\d(?::?[0-5]\d)?)?)$/.test(name)
  return isOffset || isRegion(name) ? undefined : `Unknown time zone ${name}`
}

function isRegion(name: string): boolean {
  try {
    // Intl accepts any case, Java does not: compare what it resolves to only where it keeps the name.
    new Intl.DateTimeFormat('en', { timeZone: name })
    return /^[A-Z]/.test(name)
  } catch {
    return false
  }
}
