import type { Span } from '../text/span.ts'
import type { IntervalQualifier, StringLiteral } from './expression.ts'
import type { Identifier, Name } from './identifier.ts'

/** A type as written. `nullable` is false behind NOT NULL, else absent: NULL is the default. */
export type TypeName = SimpleType | IntervalType | CollectionType | MapType | RowType | RawType | StructuredType | UserType

/**
 * A type with an optional precision and scale. `name` is upper case and canonical:
 * INT is INTEGER, DEC is DECIMAL, CHARACTER VARYING is VARCHAR; STRING, BYTES and TIMESTAMP_LTZ keep their names.
 */
export type SimpleType = Readonly<{
  kind: 'SimpleType'
  name: string
  precision?: number
  scale?: number
  /** Only for CHAR and VARCHAR: `CHARACTER SET x`. */
  charset?: Identifier
  /** Only for TIME and TIMESTAMP. */
  timeZone?: 'WITH TIME ZONE' | 'WITH LOCAL TIME ZONE'
  nullable?: false
  span: Span
}>

export type IntervalType = Readonly<{ kind: 'IntervalType'; qualifier: IntervalQualifier; nullable?: false; span: Span }>

export type CollectionType = Readonly<{
  kind: 'CollectionType'
  collection: 'ARRAY' | 'MULTISET'
  element: TypeName
  /** `INT ARRAY` rather than `ARRAY<INT>`. */
  postfix: boolean
  nullable?: false
  span: Span
}>

export type MapType = Readonly<{ kind: 'MapType'; key: TypeName; value: TypeName; nullable?: false; span: Span }>

export type FieldType = Readonly<{ name: Name; type: TypeName; comment?: StringLiteral; span: Span }>

export type RowType = Readonly<{
  kind: 'RowType'
  fields: readonly FieldType[]
  /** `ROW<…>` rather than `ROW(…)`. */
  angle: boolean
  nullable?: false
  span: Span
}>

export type RawType = Readonly<{
  kind: 'RawType'
  className: StringLiteral
  serializer: StringLiteral
  nullable?: false
  span: Span
}>

export type StructuredType = Readonly<{
  kind: 'StructuredType'
  className: StringLiteral
  fields: readonly FieldType[]
  nullable?: false
  span: Span
}>

export type UserType = Readonly<{ kind: 'UserType'; name: Identifier; nullable?: false; span: Span }>
