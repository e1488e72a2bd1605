/** Constructors of logical types; every type is nullable unless said otherwise, as in DDL. */
import type { DayTimeResolution, Field, LogicalType, TimeAttribute, YearMonthResolution } from './logical-type.ts'
import { MAX_LENGTH } from './logical-type.ts'

type PlainKind =
  | 'BOOLEAN'
  | 'TINYINT'
  | 'SMALLINT'
  | 'INTEGER'
  | 'BIGINT'
  | 'FLOAT'
  | 'DOUBLE'
  | 'DATE'
  | 'NULL'
  | 'VARIANT'
  | 'BITMAP'
  | 'DESCRIPTOR'
  | 'SYMBOL'

export function plain(kind: PlainKind, nullable = true): LogicalType {
  return { kind, nullable }
}

export const BOOLEAN = plain('BOOLEAN')
export const TINYINT = plain('TINYINT')
export const SMALLINT = plain('SMALLINT')
export const INTEGER = plain('INTEGER')
export const BIGINT = plain('BIGINT')
export const FLOAT = plain('FLOAT')
export const DOUBLE = plain('DOUBLE')
export const DATE = plain('DATE')
export const VARIANT = plain('VARIANT')
export const BITMAP = plain('BITMAP')
export const NULL = plain('NULL')
export const SYMBOL = plain('SYMBOL', false)

export function char(length: number): LogicalType {
  return { kind: 'CHAR', nullable: true, length }
}
export function varchar(length: number): LogicalType {
  return { kind: 'VARCHAR', nullable: true, length }
}
export function binary(length: number): LogicalType {
  return { kind: 'BINARY', nullable: true, length }
}
export function varbinary(length: number): LogicalType {
  return { kind: 'VARBINARY', nullable: true, length }
}
export const STRING = varchar(MAX_LENGTH)
export const BYTES = varbinary(MAX_LENGTH)

export const MAX_DECIMAL_PRECISION = 38

export function decimal(precision: number, scale: number): LogicalType {
  return { kind: 'DECIMAL', nullable: true, precision, scale }
}
export function time(precision: number): LogicalType {
  return { kind: 'TIME', nullable: true, precision }
}
export function timestamp(precision: number, timeAttribute?: TimeAttribute): LogicalType {
  return { kind: 'TIMESTAMP', nullable: true, precision, ...(timeAttribute && { timeAttribute }) }
}
export function timestampLtz(precision: number, timeAttribute?: TimeAttribute): LogicalType {
  return { kind: 'TIMESTAMP_LTZ', nullable: true, precision, ...(timeAttribute && { timeAttribute }) }
}
export function timestampTz(precision: number): LogicalType {
  return { kind: 'TIMESTAMP_TZ', nullable: true, precision }
}

export function yearMonth(resolution: YearMonthResolution, yearPrecision = 2): LogicalType {
  return { kind: 'INTERVAL_YEAR_MONTH', nullable: true, resolution, yearPrecision }
}
export function dayTime(resolution: DayTimeResolution, precision: { day?: number; fraction?: number } = {}): LogicalType {
  return {
    kind: 'INTERVAL_DAY_TIME',
    nullable: true,
    resolution,
    dayPrecision: precision.day ?? 2,
    fractionalPrecision: precision.fraction ?? 6,
  }
}

export function array(element: LogicalType): LogicalType {
  return { kind: 'ARRAY', nullable: true, element }
}
export function multiset(element: LogicalType): LogicalType {
  return { kind: 'MULTISET', nullable: true, element }
}
export function map(key: LogicalType, value: LogicalType): LogicalType {
  return { kind: 'MAP', nullable: true, key, value }
}
export function row(fields: readonly Field[]): LogicalType {
  return { kind: 'ROW', nullable: true, fields }
}

/** The same type with the given nullability. */
export function withNullability<T extends LogicalType>(type: T, nullable: boolean): T {
  return type.nullable === nullable ? type : { ...type, nullable }
}
export function notNull<T extends LogicalType>(type: T): T {
  return withNullability(type, false)
}
export function nullable<T extends LogicalType>(type: T): T {
  return withNullability(type, true)
}

/** A time attribute becomes the plain timestamp that it is. */
export function withoutTimeAttribute(type: LogicalType): LogicalType {
  if ((type.kind !== 'TIMESTAMP' && type.kind !== 'TIMESTAMP_LTZ') || type.timeAttribute === undefined) return type
  return { kind: type.kind, nullable: type.nullable, precision: type.precision }
}
