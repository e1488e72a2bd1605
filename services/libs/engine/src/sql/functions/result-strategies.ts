/** Result types: Calcite's ReturnTypes and Flink's TypeStrategies, as combinators. */
import { leastCommonType } from '../types/common-type.ts'
import { averageType, decimalResult, isDecimalComputation, roundedDecimal, sumType } from '../types/decimal-arithmetic.ts'
import { leastRestrictive } from '../types/least-restrictive.ts'
import type { LogicalType } from '../types/logical-type.ts'
import { MAX_LENGTH } from '../types/logical-type.ts'
import { array, decimal, multiset, notNull, nullable, withNullability, withoutTimeAttribute } from '../types/make-type.ts'
import { isBinary, isCharacter, isInterval, lengthOf, scaleOf } from '../types/type-family.ts'
import type { ResultStrategy } from './function-definition.ts'

/** Always this type, with its nullability. */
export function always(type: LogicalType): ResultStrategy {
  return () => type
}

/** Always this type, not null. */
export function alwaysNotNull(type: LogicalType): ResultStrategy {
  return always(notNull(type))
}

/** The type of an argument; a time attribute becomes a plain timestamp. */
export function argument(i: number): ResultStrategy {
  return ({ types }) => types[i] && withoutTimeAttribute(types[i])
}

/** Nullable exactly where an argument is; not null without arguments. */
export function nullableIfAny(result: ResultStrategy): ResultStrategy {
  return (call) => {
    const type = result(call)
    return (
      type &&
      withNullability(
        type,
        call.types.some((t) => t.nullable),
      )
    )
  }
}

/** Nullable exactly where one of the first `count` arguments is. */
export function nullableIfFirst(count: number, result: ResultStrategy): ResultStrategy {
  return (call) => {
    const type = result(call)
    return (
      type &&
      withNullability(
        type,
        call.types.slice(0, count).some((t) => t.nullable),
      )
    )
  }
}

/** Nullable only where every argument is. */
export function nullableIfAll(result: ResultStrategy): ResultStrategy {
  return (call) => {
    const type = result(call)
    return (
      type &&
      withNullability(
        type,
        call.types.every((t) => t.nullable),
      )
    )
  }
}

export function forceNullable(result: ResultStrategy): ResultStrategy {
  return (call) => {
    const type = result(call)
    return type && nullable(type)
  }
}

/** The type that all arguments share (Flink's rules). */
export const commonOfArguments: ResultStrategy = ({ types }) => leastCommonType(types)

/** The type that the arguments from `start` on share. */
export function commonFrom(start: number): ResultStrategy {
  return ({ types }) => leastCommonType(types.slice(start))
}

/** CHAR becomes VARCHAR, BINARY becomes VARBINARY. */
export function varyingString(result: ResultStrategy): ResultStrategy {
  return (call) => {
    const type = result(call)
    if (type?.kind === 'CHAR') return { ...type, kind: 'VARCHAR' }
    return type?.kind === 'BINARY' ? { ...type, kind: 'VARBINARY' } : type
  }
}

// ---- arithmetic

export const sum: ResultStrategy = ({ types: [a, b] }) => {
  if (isDecimalComputation(a!, b!)) return decimalResult('PLUS', a!, b!)
  return leastRestrictive([a!, b!])
}

export const product: ResultStrategy = ({ types: [a, b] }) => {
  if (isDecimalComputation(a!, b!)) return decimalResult('TIMES', a!, b!)
  const nullableResult = a!.nullable || b!.nullable
  if (isInterval(a!)) return withNullability(a!, nullableResult)
  if (isInterval(b!)) return withNullability(b!, nullableResult)
  return leastRestrictive([a!, b!])
}

export const quotient: ResultStrategy = ({ types: [a, b] }) => {
  if (isDecimalComputation(a!, b!)) return decimalResult('DIVIDE', a!, b!)
  if (isInterval(a!)) return withNullability(a!, a!.nullable || b!.nullable)
  return leastRestrictive([a!, b!])
}

export const remainder: ResultStrategy = ({ types: [a, b] }) => {
  const nullableResult = a!.nullable || b!.nullable
  if (isDecimalComputation(a!, b!) && (scaleOf(a!) > 0 || scaleOf(b!) > 0)) return decimalResult('MOD', a!, b!)
  return withNullability(b!, nullableResult)
}

/** FLOOR and CEIL: a DECIMAL loses its scale, other types stay. */
export const withoutScale: ResultStrategy = ({ types: [a] }) => {
  if (a!.kind === 'DECIMAL' && a!.scale > 0) return withNullability(decimal(a!.precision, 0), a!.nullable)
  return withoutTimeAttribute(a!)
}

/** ROUND and TRUNCATE: a DECIMAL keeps the wanted digits where they are a literal. */
export const rounded: ResultStrategy = ({ types, literals }) => {
  const [type] = types
  if (type!.kind !== 'DECIMAL') return type
  const digits = types.length === 1 ? 0 : literals[1]
  return digits === undefined || digits === null ? type : roundedDecimal(type!.precision, type!.scale, Number(digits))
}

// ---- strings

/** `||` : lengths add up; CHAR only where both are. */
export const concatenation: ResultStrategy = ({ types: [a, b] }) => {
  const total = Math.min(lengthOf(a!) + lengthOf(b!), MAX_LENGTH)
  const fixed = a!.kind === b!.kind && (a!.kind === 'CHAR' || a!.kind === 'BINARY')
  const kind = isCharacter(a!) ? (fixed ? 'CHAR' : 'VARCHAR') : fixed ? 'BINARY' : 'VARBINARY'
  if (!isCharacter(a!) && !isBinary(a!)) return undefined
  return { kind, nullable: a!.nullable || b!.nullable, length: total }
}

// ---- aggregates

/** Nullable over a query without GROUP BY and with a FILTER: there may be no row. */
export function nullableIfEmpty(result: ResultStrategy): ResultStrategy {
  return (call) => {
    const type = result(call)
    return type && (call.groupCount === 0 || call.filtered ? nullable(type) : type)
  }
}

export const sumOfArgument: ResultStrategy = ({ types: [a] }) => sumType(a!)
export const averageOfArgument: ResultStrategy = ({ types: [a] }) => averageType(a!)

export const arrayOfArgument: ResultStrategy = ({ types: [a] }) => array(withoutTimeAttribute(a!))
export const multisetOfArgument: ResultStrategy = ({ types: [a] }) => multiset(withoutTimeAttribute(a!))

// ---- collections

export const elementOfArray: ResultStrategy = ({ types: [a] }) =>
  a!.kind === 'ARRAY' || a!.kind === 'MULTISET' ? a!.element : undefined

/** The array, holding NULL where the added element can be NULL. */
export const arrayWithElement: ResultStrategy = ({ types: [a, b] }) => {
  const [list, element] = a!.kind === 'ARRAY' ? [a!, b!] : [b!, a!]
  if (list.kind !== 'ARRAY') return undefined
  return element.nullable ? { ...list, element: nullable(list.element) } : list
}
