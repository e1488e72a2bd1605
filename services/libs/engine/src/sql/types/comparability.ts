/** Which types can be compared with `=`, `<` and their like. */
import type { LogicalType } from './logical-type.ts'
import { childrenOf, isBinary, isCharacter, isDatetime, isInterval, isNumeric, isTimestamp } from './type-family.ts'

/**
 * Comparable in an operator: of one family, or a string beside a boolean, a number, a moment or an interval (Calcite's
 * SqlTypeUtil.isComparable); rows field by field.
 */
export function isComparable(a: LogicalType, b: LogicalType): boolean {
  if (a.kind === 'NULL' || b.kind === 'NULL') return true
  if (a.kind === 'ROW' || b.kind === 'ROW') {
    const left = childrenOf(a)
    const right = childrenOf(b)
    return a.kind === b.kind && left.length === right.length && left.every((child, i) => isComparable(child, right[i]!))
  }
  if (familyOf(a) === familyOf(b)) return true
  return (isCharacter(a) && isReadableFromString(b)) || (isCharacter(b) && isReadableFromString(a))
}

/** Whether comparing values of the type can give NULL: it is nullable, or a row with a field that is. */
export function mayHoldNull(type: LogicalType): boolean {
  return type.nullable || (type.kind === 'ROW' && type.fields.some((field) => mayHoldNull(field.type)))
}

/** Both numbers, both strings, …: what a map's key may be asked by. */
export function isSameFamily(a: LogicalType, b: LogicalType): boolean {
  return familyOf(a) === familyOf(b)
}

function familyOf(type: LogicalType): string {
  if (isNumeric(type)) return 'NUMERIC'
  if (isCharacter(type)) return 'CHARACTER'
  if (isBinary(type)) return 'BINARY'
  if (isTimestamp(type)) return 'TIMESTAMP'
  return type.kind
}

function isReadableFromString(type: LogicalType): boolean {
  return type.kind === 'BOOLEAN' || isNumeric(type) || isDatetime(type) || isInterval(type)
}

/** What a function that compares its arguments requires: `EQUALS` to test equality, `FULL` to order them too. */
export type Comparison = 'EQUALS' | 'FULL'

/** Comparable as arguments of GREATEST, MAX and their like (Flink's LogicalTypeChecks.areComparable). */
export function areComparableArguments(a: LogicalType, b: LogicalType, required: Comparison): boolean {
  if (a.kind === 'NULL' || b.kind === 'NULL') return true
  if (a.kind === b.kind) {
    if (['RAW', 'STRUCTURED', 'SYMBOL', 'DESCRIPTOR'].includes(a.kind)) return required === 'EQUALS'
    const left = childrenOf(a)
    const right = childrenOf(b)
    return left.length === right.length && left.every((child, i) => areComparableArguments(child, right[i]!, required))
  }
  if (isNumeric(a) && isNumeric(b)) return true
  if (isDatetime(a) && isDatetime(b)) return true
  return (isCharacter(a) && isCharacter(b)) || (isBinary(a) && isBinary(b))
}

/** Whether elements of this type can be sorted (ARRAY_SORT, ARRAY_MAX): numbers, moments, strings and bytes only. */
export function isOrderableElement(type: LogicalType): boolean {
  return isNumeric(type) || isDatetime(type) || isCharacter(type) || isBinary(type) || type.kind === 'NULL'
}
