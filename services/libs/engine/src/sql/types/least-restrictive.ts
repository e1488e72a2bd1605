/**
 * The type that the operands of an operator, the branches of CASE, the rows of VALUES or of a set operation share: Calcite's
 * RelDataTypeFactory.leastRestrictive with Flink's type system. Stricter than `commonType`, and it depends on the order.
 */
import { combineIntervals } from './combine-intervals.ts'
import { commonDecimal } from './common-type.ts'
import { equalIgnoringNullability } from './equal-types.ts'
import type { LogicalType } from './logical-type.ts'
import { DOUBLE, nullable, withNullability, withoutTimeAttribute } from './make-type.ts'
import { mergeStrings } from './merge-strings.ts'
import {
  childrenOf,
  isApproximate,
  isBinary,
  isCharacter,
  isDatetime,
  isExactNumeric,
  isInteger,
  isInterval,
  isNumeric,
  isTimestamp,
  precisionOf,
  withChildren,
} from './type-family.ts'

/** Nullable if one of them is; undefined where there is none (or nothing but NULL literals). */
export function leastRestrictive(types: readonly LogicalType[]): LogicalType | undefined {
  const anyNullable = types.some((type) => type.nullable)
  if (types.every((type) => type.kind === 'NULL')) return undefined
  const first = types[0]!
  if (types.every((type) => equalIgnoringNullability(type, first) && sameAttribute(type, first))) {
    return withNullability(first, anyNullable)
  }
  const merged = mergeAll(types.map(withoutTimeAttribute))
  return merged && withNullability(merged, anyNullable)
}

function sameAttribute(a: LogicalType, b: LogicalType): boolean {
  return timeAttributeOf(a) === timeAttributeOf(b)
}

function timeAttributeOf(type: LogicalType): string | undefined {
  return 'timeAttribute' in type ? type.timeAttribute : undefined
}

function mergeAll(types: readonly LogicalType[]): LogicalType | undefined {
  let result: LogicalType | undefined
  for (const [i, type] of types.entries()) {
    if (type.kind === 'NULL') continue
    if (result === undefined) {
      result = nullable(type)
      if (childrenOf(type).length > 0) return mergeNested(types)
    }
    const shortcut = momentShortcut(type, types[i + 1])
    if (shortcut !== undefined) return shortcut
    result = mergeTwo(result, type)
    if (result === undefined) return undefined
  }
  return result
}

/** A number or an interval right before a date or timestamp, and the other way round, take the moment's type. */
function momentShortcut(type: LogicalType, next: LogicalType | undefined): LogicalType | undefined {
  if (next === undefined) return undefined
  if ((isExactNumeric(type) || isInterval(type)) && isDatetime(next)) return next
  if (isDatetime(type) && (isInterval(next) || isInteger(next))) return type
  return undefined
}

function mergeTwo(result: LogicalType, type: LogicalType): LogicalType | undefined {
  if (isCharacter(result) && isCharacter(type)) return mergeStrings(result, type)
  if (isBinary(result) && isBinary(type)) return mergeStrings(result, type)
  if (isNumeric(result) && isNumeric(type)) return mergeNumbers(result, type)
  if (isTimestamp(result) && isTimestamp(type)) return mergePrecision(result, type)
  if (result.kind === 'TIME' && type.kind === 'TIME') return mergePrecision(result, type)
  if (isInterval(result) && result.kind === type.kind) return combineIntervals(combineIntervals(result, type), result)
  if (equalIgnoringNullability(result, type)) return result
  return undefined
}

function mergePrecision(result: LogicalType, type: LogicalType): LogicalType {
  if (precisionOf(result) === precisionOf(type)) return result
  return { ...type, precision: Math.max(precisionOf(result), precisionOf(type)) } as LogicalType
}

function mergeNumbers(result: LogicalType, type: LogicalType): LogicalType {
  if (isExactNumeric(result) && isExactNumeric(type)) {
    if (result.kind === 'DECIMAL' || type.kind === 'DECIMAL') {
      return equalIgnoringNullability(result, type) ? result : commonDecimal(result, type)
    }
    return precisionOf(type) > precisionOf(result) ? type : result
  }
  if (result.kind === 'DECIMAL' || type.kind === 'DECIMAL') return DOUBLE
  // FLOAT and DOUBLE have the same precision in Calcite: the first of them stays.
  return isApproximate(result) ? result : type
}

function mergeNested(types: readonly LogicalType[]): LogicalType | undefined {
  const present = types.filter((type) => type.kind !== 'NULL')
  const first = present[0]!
  const count = childrenOf(first).length
  if (present.some((type) => type.kind !== first.kind || childrenOf(type).length !== count)) return undefined
  const children: LogicalType[] = []
  for (let i = 0; i < count; i++) {
    const child = leastRestrictive(present.map((type) => childrenOf(type)[i]!))
    if (child === undefined) return undefined
    children.push(child)
  }
  return withChildren(first, children)
}
