import type { LogicalType } from './logical-type.ts'
import { childrenOf } from './type-family.ts'

/** Equality as Flink's LogicalType.equals: nullability counts, field comments and time attributes do not. */
export function equalTypes(a: LogicalType, b: LogicalType): boolean {
  return a.nullable === b.nullable && equalIgnoringNullability(a, b)
}

/** Equality but for the outermost nullability; nested nullability counts. */
export function equalIgnoringNullability(a: LogicalType, b: LogicalType): boolean {
  if (a === b) return true
  if (a.kind !== b.kind || !sameParameters(a, b)) return false
  const left = childrenOf(a)
  const right = childrenOf(b)
  return left.length === right.length && left.every((child, i) => equalTypes(child, right[i]!))
}

function sameParameters(a: LogicalType, b: LogicalType): boolean {
  if ('length' in a && 'length' in b) return a.length === b.length
  if (a.kind === 'DECIMAL' && b.kind === 'DECIMAL') return a.precision === b.precision && a.scale === b.scale
  if ('precision' in a && 'precision' in b) return a.precision === b.precision
  if (a.kind === 'INTERVAL_YEAR_MONTH' && b.kind === 'INTERVAL_YEAR_MONTH') {
    return a.resolution === b.resolution && a.yearPrecision === b.yearPrecision
  }
  if (a.kind === 'INTERVAL_DAY_TIME' && b.kind === 'INTERVAL_DAY_TIME') {
    return a.resolution === b.resolution && a.dayPrecision === b.dayPrecision && a.fractionalPrecision === b.fractionalPrecision
  }
  if ('className' in a && 'className' in b && a.className !== b.className) return false
  if ('fields' in a && 'fields' in b) return a.fields.every((field, i) => field.name === b.fields[i]?.name)
  return true
}
