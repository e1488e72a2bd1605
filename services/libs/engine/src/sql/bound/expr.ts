/**
 * Bound expressions: names are resolved, every node has its type, implicit casts are explicit nodes. Plain JSON-able data:
 * a bound expression is stored inside a plan, shipped to a worker and turned into code there.
 */
import type { LogicalType } from '../types/logical-type.ts'
import type { BoundRel } from './rel.ts'

/**
 * A literal's value by type: null; BOOLEAN boolean; TINYINT…INTEGER, FLOAT, DOUBLE number (non-finite doubles as strings
 * "NaN", "Infinity", "-Infinity"); BIGINT and DECIMAL a plain decimal string (DECIMAL keeps its scale); CHAR and VARCHAR a
 * string; BINARY and VARBINARY a hex string; DATE days since 1970-01-01; TIME milliseconds of the day; TIMESTAMP and
 * TIMESTAMP_LTZ [epoch milliseconds, nanoseconds of the millisecond]; INTERVAL_YEAR_MONTH months; INTERVAL_DAY_TIME
 * milliseconds; SYMBOL its upper-case name (for example a time unit).
 */
export type LiteralValue = null | boolean | number | string | readonly [number, number]

export interface BoundLiteral {
  readonly kind: 'Literal'
  readonly type: LogicalType
  readonly value: LiteralValue
}

/** A column of the node's input row, by ordinal. For a join condition the ordinals run over left then right. */
export interface BoundColumn {
  readonly kind: 'Column'
  readonly type: LogicalType
  readonly index: number
  readonly name: string
}

/** A column of an enclosing query's row, `depth` ≥ 1 scopes out. */
export interface BoundOuterColumn {
  readonly kind: 'OuterColumn'
  readonly type: LogicalType
  readonly depth: number
  readonly index: number
  readonly name: string
}

/** `fn` is the canonical upper-case name in the function table ('=', 'AND', 'PLUS' style names are listed there). */
export interface BoundCall {
  readonly kind: 'Call'
  readonly type: LogicalType
  readonly fn: string
  readonly args: readonly BoundExpr[]
}

export interface BoundCast {
  readonly kind: 'Cast'
  readonly type: LogicalType
  readonly input: BoundExpr
  /** TRY yields NULL where CAST fails the statement. */
  readonly mode: 'CAST' | 'TRY'
  readonly implicit: boolean
}

export interface BoundCase {
  readonly kind: 'Case'
  readonly type: LogicalType
  readonly branches: readonly { readonly when: BoundExpr; readonly then: BoundExpr }[]
  readonly otherwise: BoundExpr
}

export interface BoundSubquery {
  readonly kind: 'Subquery'
  readonly type: LogicalType
  readonly form: 'SCALAR' | 'EXISTS' | 'IN'
  /** The left side of IN: one expression for each column of the query. */
  readonly operands: readonly BoundExpr[]
  readonly query: BoundRel
}

/** A user-defined function of the catalog. */
export interface BoundUserCall {
  readonly kind: 'UserCall'
  readonly type: LogicalType
  readonly path: readonly string[]
  readonly args: readonly BoundExpr[]
}

export type BoundExpr =
  | BoundLiteral
  | BoundColumn
  | BoundOuterColumn
  | BoundCall
  | BoundCast
  | BoundCase
  | BoundSubquery
  | BoundUserCall

/** An aggregate over the rows of a group or of an OVER window; arguments are columns of the aggregate's input, or literals. */
export interface AggregateCall {
  readonly fn: string
  readonly type: LogicalType
  readonly args: readonly BoundExpr[]
  readonly distinct: boolean
  readonly filter?: BoundExpr
  readonly orderBy?: readonly SortKey[]
  readonly name: string
}

export interface SortKey {
  readonly expr: BoundExpr
  readonly descending: boolean
  readonly nullsFirst: boolean
}
