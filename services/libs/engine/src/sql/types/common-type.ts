/** The type that several values share in a function's arguments: Flink's LogicalTypeMerging.findCommonType. */
import { supportsImplicitCast } from './cast-support.ts'
import { combineIntervals } from './combine-intervals.ts'
import { equalIgnoringNullability, equalTypes } from './equal-types.ts'
import type { LogicalType } from './logical-type.ts'
import { DOUBLE, decimal, MAX_DECIMAL_PRECISION, nullable, withNullability, withoutTimeAttribute } from './make-type.ts'
import { mergeStrings } from './merge-strings.ts'
import {
  childrenOf,
  inFamily,
  isApproximate,
  isBinary,
  isCharacter,
  isDatetime,
  isExactNumeric,
  isInterval,
  isNumeric,
  isTimestamp,
  precisionOf,
  scaleOf,
  withChildren,
} from './type-family.ts'

/** Nullable if one of them is; undefined where there is none (or nothing but NULL literals). */
export function leastCommonType(types: readonly LogicalType[]): LogicalType | undefined {
  const normalized = types.map((type) => nullable(withoutTimeAttribute(type)))
  const found = mergeAll(normalized) ?? castableToOne(normalized)
  if (found === undefined || found.kind === 'NULL') return undefined
  return withNullability(
    found,
    types.some((type) => type.nullable),
  )
}

function mergeAll(types: readonly LogicalType[]): LogicalType | undefined {
  if (types.some((type) => type.kind === 'RAW')) return types.every((type) => equalTypes(type, types[0]!)) ? types[0] : undefined
  let result: LogicalType | undefined
  for (const type of types) {
    if (type.kind === 'NULL') continue
    result ??= type
    const pattern = datetimePattern(result, type)
    if (pattern !== undefined) {
      result = pattern
      continue
    }
    if (inFamily(type, 'CONSTRUCTED')) return mergeNested(types)
    result = mergeTwo(result, type)
    if (result === undefined) return undefined
  }
  return result ?? types[0]
}

/** A date or timestamp beside an interval, or beside an exact number, wins. */
function datetimePattern(result: LogicalType, type: LogicalType): LogicalType | undefined {
  const isMoment = (t: LogicalType) => isTimestamp(t) || t.kind === 'DATE'
  if (isDatetime(result) && isInterval(type)) return result
  if (isInterval(result) && isDatetime(type)) return type
  if (isMoment(result) && isExactNumeric(type)) return result
  if (isExactNumeric(result) && isMoment(type)) return type
  return undefined
}

function mergeTwo(result: LogicalType, type: LogicalType): LogicalType | undefined {
  if (isCharacter(result) && isCharacter(type)) return mergeStrings(result, type)
  if (isBinary(result) && isBinary(type)) return mergeStrings(result, type)
  if (isNumeric(result) && isNumeric(type)) return mergeNumbers(result, type)
  if (isTimestamp(result) && isTimestamp(type)) return mergeTimestamps(result, type)
  if (result.kind === 'DATE' && type.kind === 'DATE') return result
  if (result.kind === 'TIME' && type.kind === 'TIME') {
    return { ...result, precision: Math.max(result.precision, type.precision) }
  }
  if (isInterval(result) && result.kind === type.kind) return combineIntervals(result, type)
  return undefined
}

function mergeNumbers(result: LogicalType, type: LogicalType): LogicalType {
  // A DECIMAL after a FLOAT makes a DOUBLE, a FLOAT after a DECIMAL does not: Flink's order matters here.
  if (isApproximate(result) && isApproximate(type)) return type.kind === 'DOUBLE' ? type : result
  if (isApproximate(result)) return type.kind === 'DECIMAL' ? DOUBLE : result
  if (isApproximate(type)) return type
  if (result.kind !== 'DECIMAL' && type.kind !== 'DECIMAL') return precisionOf(type) > precisionOf(result) ? type : result
  return equalIgnoringNullability(result, type) ? result : commonDecimal(result, type)
}

/** The DECIMAL that holds the integer digits and the scale of both, cut to 38 digits. */
export function commonDecimal(a: LogicalType, b: LogicalType): LogicalType {
  const digits = Math.min(Math.max(precisionOf(a) - scaleOf(a), precisionOf(b) - scaleOf(b)), MAX_DECIMAL_PRECISION)
  const scale = Math.min(Math.max(scaleOf(a), scaleOf(b)), MAX_DECIMAL_PRECISION - digits)
  return decimal(digits + scale, scale)
}

function mergeTimestamps(result: LogicalType, type: LogicalType): LogicalType {
  const precision = Math.max(precisionOf(result), precisionOf(type))
  const kinds = [result.kind, type.kind]
  const kind = kinds.includes('TIMESTAMP_TZ') ? 'TIMESTAMP_TZ' : kinds.includes('TIMESTAMP_LTZ') ? 'TIMESTAMP_LTZ' : 'TIMESTAMP'
  return { kind, nullable: true, precision }
}

function mergeNested(types: readonly LogicalType[]): LogicalType | undefined {
  const first = types[0]!
  const count = childrenOf(first).length
  if (types.some((type) => type.kind !== first.kind || childrenOf(type).length !== count)) return undefined
  const children: LogicalType[] = []
  for (let i = 0; i < count; i++) {
    const child = leastCommonType(types.map((type) => childrenOf(type)[i]!))
    if (child === undefined) return undefined
    children.push(child)
  }
  return withChildren(first, children)
}

function castableToOne(types: readonly LogicalType[]): LogicalType | undefined {
  let result = types[0]!
  for (const type of types) {
    if (type.kind === 'NULL') continue
    if (supportsImplicitCast(result, type)) result = type
    else if (!supportsImplicitCast(type, result)) return undefined
  }
  return result
}
