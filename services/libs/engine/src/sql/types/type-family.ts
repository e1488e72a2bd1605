/** Families of types, as Flink's LogicalTypeFamily and Calcite's SqlTypeFamily group them. */
import type { LogicalType, TypeKind } from './logical-type.ts'
import { withoutTimeAttribute } from './make-type.ts'

export type TypeFamily =
  | 'CHARACTER_STRING'
  | 'BINARY_STRING'
  | 'NUMERIC'
  | 'INTEGER_NUMERIC'
  | 'EXACT_NUMERIC'
  | 'APPROXIMATE_NUMERIC'
  | 'DATETIME'
  | 'TIME'
  | 'TIMESTAMP'
  | 'INTERVAL'
  | 'COLLECTION'
  | 'CONSTRUCTED'
  | 'PREDEFINED'

const CHARACTER: readonly TypeKind[] = ['CHAR', 'VARCHAR']
const BINARY: readonly TypeKind[] = ['BINARY', 'VARBINARY']
const INTEGERS: readonly TypeKind[] = ['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT']
const EXACT: readonly TypeKind[] = [...INTEGERS, 'DECIMAL']
const APPROXIMATE: readonly TypeKind[] = ['FLOAT', 'DOUBLE']
const TIMESTAMPS: readonly TypeKind[] = ['TIMESTAMP', 'TIMESTAMP_LTZ', 'TIMESTAMP_TZ']
const DATETIMES: readonly TypeKind[] = ['DATE', 'TIME', ...TIMESTAMPS]
const INTERVALS: readonly TypeKind[] = ['INTERVAL_YEAR_MONTH', 'INTERVAL_DAY_TIME']

const MEMBERS: Readonly<Record<TypeFamily, ReadonlySet<TypeKind>>> = {
  CHARACTER_STRING: new Set(CHARACTER),
  BINARY_STRING: new Set(BINARY),
  NUMERIC: new Set([...EXACT, ...APPROXIMATE]),
  INTEGER_NUMERIC: new Set(INTEGERS),
  EXACT_NUMERIC: new Set(EXACT),
  APPROXIMATE_NUMERIC: new Set(APPROXIMATE),
  DATETIME: new Set(DATETIMES),
  TIME: new Set<TypeKind>(['TIME']),
  TIMESTAMP: new Set(TIMESTAMPS),
  INTERVAL: new Set(INTERVALS),
  COLLECTION: new Set<TypeKind>(['ARRAY', 'MULTISET']),
  CONSTRUCTED: new Set<TypeKind>(['ARRAY', 'MULTISET', 'MAP', 'ROW']),
  PREDEFINED: new Set<TypeKind>(['BOOLEAN', ...CHARACTER, ...BINARY, ...EXACT, ...APPROXIMATE, ...DATETIMES, ...INTERVALS]),
}

export function inFamily(type: LogicalType, family: TypeFamily): boolean {
  return MEMBERS[family].has(type.kind)
}
export function isCharacter(type: LogicalType): boolean {
  return inFamily(type, 'CHARACTER_STRING')
}
export function isBinary(type: LogicalType): boolean {
  return inFamily(type, 'BINARY_STRING')
}
export function isInteger(type: LogicalType): boolean {
  return inFamily(type, 'INTEGER_NUMERIC')
}
export function isExactNumeric(type: LogicalType): boolean {
  return inFamily(type, 'EXACT_NUMERIC')
}
export function isApproximate(type: LogicalType): boolean {
  return inFamily(type, 'APPROXIMATE_NUMERIC')
}
export function isNumeric(type: LogicalType): boolean {
  return inFamily(type, 'NUMERIC')
}
export function isDatetime(type: LogicalType): boolean {
  return inFamily(type, 'DATETIME')
}
export function isTimestamp(type: LogicalType): boolean {
  return inFamily(type, 'TIMESTAMP')
}
export function isInterval(type: LogicalType): boolean {
  return inFamily(type, 'INTERVAL')
}

/** Length of a character or binary string; 0 for other types. */
export function lengthOf(type: LogicalType): number {
  return 'length' in type ? type.length : 0
}

const NUMERIC_PRECISION: Partial<Record<TypeKind, number>> = {
  TINYINT: 3,
  SMALLINT: 5,
  INTEGER: 10,
  BIGINT: 19,
  FLOAT: 7,
  DOUBLE: 15,
}

/** Decimal digits of a number, fractional digits of a time; 0 for types without precision. */
export function precisionOf(type: LogicalType): number {
  if ('precision' in type) return type.precision
  return NUMERIC_PRECISION[type.kind] ?? 0
}

/** Digits after the point; 0 but for DECIMAL. */
export function scaleOf(type: LogicalType): number {
  return type.kind === 'DECIMAL' ? type.scale : 0
}

/** Types that a type is made of: element, key and value, or fields, in order. */
export function childrenOf(type: LogicalType): readonly LogicalType[] {
  switch (type.kind) {
    case 'ARRAY':
    case 'MULTISET':
      return [type.element]
    case 'MAP':
      return [type.key, type.value]
    case 'ROW':
    case 'STRUCTURED':
      return type.fields.map((field) => field.type)
    default:
      return []
  }
}

/** The same constructed type over other children. */
export function withChildren(type: LogicalType, children: readonly LogicalType[]): LogicalType {
  switch (type.kind) {
    case 'ARRAY':
    case 'MULTISET':
      return { ...type, element: children[0]! }
    case 'MAP':
      return { ...type, key: children[0]!, value: children[1]! }
    case 'ROW':
    case 'STRUCTURED':
      return { ...type, fields: type.fields.map((field, i) => ({ ...field, type: children[i]! })) }
    default:
      return type
  }
}

/** No time attribute is left, also inside of nested types. */
export function withoutTimeAttributes(type: LogicalType): LogicalType {
  const children = childrenOf(type)
  if (children.length === 0) return withoutTimeAttribute(type)
  const plain = children.map(withoutTimeAttributes)
  return plain.every((child, i) => child === children[i]) ? type : withChildren(type, plain)
}
