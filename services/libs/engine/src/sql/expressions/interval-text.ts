/** Texts of interval literals. */
import type { IntervalQualifier, IntervalUnit } from '../ast/expression.ts'

interface FieldRule {
  readonly unit: IntervalUnit
  /** In months or in milliseconds. */
  readonly size: number
  /** Greatest value where another field stands before it. */
  readonly max: number
  /** What separates it from the field before. */
  readonly before: string
}

const FIELDS: readonly FieldRule[] = [
  { unit: 'YEAR', size: 12, max: 0, before: '' },
  { unit: 'MONTH', size: 1, max: 11, before: '-' },
  { unit: 'DAY', size: 86_400_000, max: 0, before: '' },
  { unit: 'HOUR', size: 3_600_000, max: 23, before: ' ' },
  { unit: 'MINUTE', size: 60_000, max: 59, before: ':' },
  { unit: 'SECOND', size: 1_000, max: 59, before: ':' },
]

const LEADING_DIGITS = 2
const LEADING_DIGITS_MAX = 10
const FRACTION_DIGITS = 6

/** Months or milliseconds (finer fractions are cut); a message where the text does not fit the qualifier. */
export function parseIntervalText(text: string, qualifier: IntervalQualifier): number | string {
  const leading = qualifier.startPrecision ?? LEADING_DIGITS
  if (leading < 1 || leading > LEADING_DIGITS_MAX)
    return `The precision of ${qualifier.start} must be between 1 and ${LEADING_DIGITS_MAX}`
  if (qualifier.start === 'WEEK') return scaled(text, qualifier, { factor: 7, start: 'DAY' })
  if (qualifier.start === 'QUARTER') return scaled(text, qualifier, { factor: 3, start: 'MONTH' })
  const from = FIELDS.findIndex((field) => field.unit === qualifier.start)
  const to = qualifier.end === undefined ? from : FIELDS.findIndex((field) => field.unit === qualifier.end)
  if (from < 0 || to < from) return `Intervals have no fields ${describe(qualifier)}`
  return parseFields(text, FIELDS.slice(from, to + 1), qualifier)
}

function scaled(
  text: string,
  written: IntervalQualifier,
  { factor, start }: { factor: number; start: IntervalUnit },
): number | string {
  const value = parseIntervalText(text, { ...written, start })
  return typeof value === 'number' ? value * factor : value.replaceAll(start, written.start)
}

function parseFields(text: string, fields: readonly FieldRule[], qualifier: IntervalQualifier): number | string {
  const illegal = `Illegal interval literal '${text}' for ${describe(qualifier)}`
  const found = patternOf(fields, qualifier.fractionPrecision ?? FRACTION_DIGITS).exec(text.trim())
  if (found === null) return illegal
  const digits = qualifier.startPrecision ?? LEADING_DIGITS
  if (BigInt(found[2]!) >= 10n ** BigInt(digits)) return `${found[2]} exceeds the precision of ${qualifier.start}(${digits})`
  let total = 0
  for (const [i, field] of fields.entries()) {
    const value = Number(found[2 + i])
    if (i > 0 && value > field.max) return illegal
    total += value * field.size
  }
  const fraction = found[2 + fields.length] ?? ''
  total += Number(fraction.padEnd(3, '0').slice(0, 3))
  return found[1] === '-' ? -total : total
}

function patternOf(fields: readonly FieldRule[], fractionDigits: number): RegExp {
  const parts = fields.map((field, i) => (i === 0 ? '(\\d+)' : `${field.before}(\\d{1,2})`))
  const hasFraction = fields.at(-1)?.unit === 'SECOND' && fractionDigits > 0
  return new RegExp(`^([+-]?)${parts.join('')}${hasFraction ? `(?:\\.(\\d{1,${fractionDigits}}))?` : ''}$`)
}

function describe({ start, end }: IntervalQualifier): string {
  return end === undefined ? start : `${start} TO ${end}`
}
