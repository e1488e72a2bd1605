/**
 * Bound queries: a relational tree in Calcite's shape before optimisation. Each node states its output schema; a column's
 * type carries its time attribute. The planner turns this into the logical plan; nothing here depends on a runtime.
 */
import type { LogicalType } from '../types/logical-type.ts'
import type { AggregateCall, BoundExpr, SortKey } from './expr.ts'

export interface BoundField {
  readonly name: string
  readonly type: LogicalType
}
export type Schema = readonly BoundField[]

/** catalog, database, object: always three parts after binding. */
export type ObjectPath = readonly [string, string, string]

interface Rel<K extends string> {
  readonly kind: K
  readonly schema: Schema
}

/** Reads a catalog table: `schema` holds all its columns (physical, metadata, computed) in declared order. */
export interface ScanRel extends Rel<'Scan'> {
  readonly path: ObjectPath
  /** Options of an OPTIONS hint, over the table's own. */
  readonly hints: Readonly<Record<string, string>>
  /** FOR SYSTEM_TIME AS OF a constant, epoch milliseconds. */
  readonly asOf?: number
}
export interface ValuesRel extends Rel<'Values'> {
  readonly rows: readonly (readonly BoundExpr[])[]
}
export interface ProjectRel extends Rel<'Project'> {
  readonly input: BoundRel
  readonly exprs: readonly BoundExpr[]
  /** Hints of the query block that ends here: STATE_TTL, LOOKUP, BROADCAST, … */
  readonly hints?: readonly BoundHint[]
}
/** `key` is there for 'k' = 'v' options. */
export interface BoundHint {
  readonly name: string
  readonly options: readonly { readonly key?: string; readonly value: string }[]
}
export interface FilterRel extends Rel<'Filter'> {
  readonly input: BoundRel
  readonly predicate: BoundExpr
}
/** `groupKeys` are ordinals of the input; output = the keys, then the aggregates. `groupingSets` lists subsets of positions in groupKeys. */
export interface AggregateRel extends Rel<'Aggregate'> {
  readonly input: BoundRel
  readonly groupKeys: readonly number[]
  readonly groupingSets?: readonly (readonly number[])[]
  readonly aggregates: readonly AggregateCall[]
}
/** SELECT DISTINCT. */
export interface DistinctRel extends Rel<'Distinct'> {
  readonly input: BoundRel
}

/** Durations in milliseconds. */
export type WindowSpec =
  | { readonly kind: 'TUMBLE'; readonly size: number; readonly offset: number }
  | { readonly kind: 'HOP'; readonly slide: number; readonly size: number; readonly offset: number }
  | { readonly kind: 'CUMULATE'; readonly step: number; readonly size: number; readonly offset: number }
  | { readonly kind: 'SESSION'; readonly gap: number; readonly partitionKeys: readonly number[] }

/** A window TVF: the input's columns, then window_start, window_end, window_time. */
export interface WindowTvfRel extends Rel<'WindowTvf'> {
  readonly input: BoundRel
  readonly timeColumn: number
  readonly window: WindowSpec
}
/** A legacy group window (TUMBLE(ts, …) in GROUP BY). Output = keys, aggregates, then the named window properties. */
export interface GroupWindowAggregateRel extends Rel<'GroupWindowAggregate'> {
  readonly input: BoundRel
  readonly timeColumn: number
  readonly window: WindowSpec
  readonly groupKeys: readonly number[]
  readonly aggregates: readonly AggregateCall[]
  readonly properties: readonly ('START' | 'END' | 'ROWTIME' | 'PROCTIME')[]
}

export type JoinType = 'INNER' | 'LEFT' | 'RIGHT' | 'FULL' | 'SEMI' | 'ANTI'
export interface JoinRel extends Rel<'Join'> {
  readonly left: BoundRel
  readonly right: BoundRel
  readonly joinType: JoinType
  readonly condition: BoundExpr
}
/** `FOR SYSTEM_TIME AS OF left.time`: a temporal join (event time) or a lookup join (processing time). */
export interface TemporalJoinRel extends Rel<'TemporalJoin'> {
  readonly left: BoundRel
  readonly right: BoundRel
  readonly joinType: 'INNER' | 'LEFT'
  readonly condition: BoundExpr
  readonly timeColumn: number
}
/** A lateral right side: its expressions reach the left row as OuterColumn depth 1. */
export interface CorrelateRel extends Rel<'Correlate'> {
  readonly left: BoundRel
  readonly right: BoundRel
  readonly joinType: 'INNER' | 'LEFT'
  readonly condition?: BoundExpr
}
export interface UnnestRel extends Rel<'Unnest'> {
  readonly collection: BoundExpr
  readonly withOrdinality: boolean
}
/** A table function, PTF or model call. Table arguments with their partition and order columns. */
export interface TableFunctionRel extends Rel<'TableFunction'> {
  readonly fn: string
  readonly path?: ObjectPath
  readonly args: readonly TableFunctionArgument[]
}
export type TableFunctionArgument =
  | { readonly kind: 'scalar'; readonly name?: string; readonly expr: BoundExpr }
  | {
      readonly kind: 'table'
      readonly name?: string
      readonly input: BoundRel
      readonly partitionBy: readonly number[]
      readonly orderBy: readonly SortKey[]
    }
  | { readonly kind: 'descriptor'; readonly name?: string; readonly columns: readonly string[] }
  | { readonly kind: 'model'; readonly name?: string; readonly path: ObjectPath }

export interface SetOpRel extends Rel<'SetOp'> {
  readonly op: 'UNION' | 'INTERSECT' | 'EXCEPT'
  readonly all: boolean
  readonly inputs: readonly BoundRel[]
}
export interface SortRel extends Rel<'Sort'> {
  readonly input: BoundRel
  readonly keys: readonly SortKey[]
  readonly offset?: number
  readonly fetch?: number
}

export interface OverFrame {
  readonly unit: 'ROWS' | 'RANGE'
  /** null = UNBOUNDED PRECEDING; rows, or milliseconds for RANGE. The upper bound is always CURRENT ROW where streaming allows it. */
  readonly preceding: number | null
  readonly followingCurrentRow: boolean
}
/** Adds one column a call to the input's columns. */
export interface OverAggregateRel extends Rel<'OverAggregate'> {
  readonly input: BoundRel
  readonly partitionKeys: readonly number[]
  readonly orderKeys: readonly SortKey[]
  readonly frame?: OverFrame
  readonly calls: readonly AggregateCall[]
}

export type PatternNode =
  | {
      readonly kind: 'variable'
      readonly name: string
      readonly min: number
      readonly max: number | null
      readonly greedy: boolean
    }
  | {
      readonly kind: 'group'
      readonly items: readonly PatternNode[]
      readonly min: number
      readonly max: number | null
      readonly greedy: boolean
    }
export interface MatchRel extends Rel<'Match'> {
  readonly input: BoundRel
  readonly partitionKeys: readonly number[]
  readonly orderKeys: readonly SortKey[]
  readonly pattern: readonly PatternNode[]
  readonly within?: number
  readonly skip: { readonly kind: 'PAST_LAST_ROW' | 'TO_NEXT_ROW' | 'TO_FIRST' | 'TO_LAST'; readonly variable?: string }
  /** Expressions over pattern variables; variable-qualified references are Call nodes fn PATTERN_REF. */
  readonly defines: readonly { readonly variable: string; readonly condition: BoundExpr }[]
  readonly measures: readonly { readonly name: string; readonly expr: BoundExpr }[]
}

export type BoundRel =
  | ScanRel
  | ValuesRel
  | ProjectRel
  | FilterRel
  | AggregateRel
  | DistinctRel
  | WindowTvfRel
  | GroupWindowAggregateRel
  | JoinRel
  | TemporalJoinRel
  | CorrelateRel
  | UnnestRel
  | TableFunctionRel
  | SetOpRel
  | SortRel
  | OverAggregateRel
  | MatchRel
