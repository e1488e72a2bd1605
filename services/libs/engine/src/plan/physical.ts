/**
 * The physical plan: what a worker runs. Plain JSON, stored with the statement at first start and run until it is evolved; each
 * release loads the plans of earlier format versions. Operator ids are stable: state is restored by them.
 */
import type { AggregateCall, BoundExpr } from '../sql/bound/expr.ts'
import type { ObjectPath, Schema, WindowSpec } from '../sql/bound/rel.ts'

export const PLAN_FORMAT = 1

/** A table as a connector sees it: options merged with hints; secrets still as ${secret:name}. */
export interface ResolvedTable {
  readonly path: ObjectPath
  readonly connector: string
  readonly options: Readonly<Record<string, string>>
  /** Physical and metadata columns (computed ones are the plan's business), in declared order. */
  readonly columns: readonly ResolvedColumn[]
  readonly primaryKey: readonly string[]
  readonly partitionKeys: readonly string[]
  /** DISTRIBUTED … INTO n BUCKETS: the partitions of a topic that is made for the table. */
  readonly buckets?: number
}
export type ResolvedColumn = Schema[number] &
  ({ readonly kind: 'physical' } | { readonly kind: 'metadata'; readonly key: string })

export type RowKindName = 'I' | 'UB' | 'UA' | 'D'

export type Distribution =
  /** Same subtask, no exchange. */
  | { readonly kind: 'forward' }
  | { readonly kind: 'hash'; readonly keys: readonly number[] }
  | { readonly kind: 'single' }
  /** To the sink's writers: by key columns, or round robin by batch where `keys` is empty. */
  | { readonly kind: 'writers'; readonly keys: readonly number[] }

export interface InputEdge {
  readonly from: string
  readonly distribution: Distribution
}

interface Body<K extends string> {
  readonly kind: K
}

export interface SourceBody extends Body<'Source'> {
  readonly table: ResolvedTable
  /** Ordinals of table.columns that the reader produces; projection is pushed into the decoder. */
  readonly produced: readonly number[]
  /** From the produced columns to the operator's output (computed columns, metadata casts); absent = as produced. */
  readonly projection?: readonly BoundExpr[]
  /** Over the output columns. */
  readonly watermark?: {
    readonly column: number
    readonly expr: BoundExpr
    /** on-event: a watermark point a record; on-periodic: at batch borders, at most once an interval. */
    readonly emit: 'on-event' | 'on-periodic'
    readonly intervalMs: number
    readonly idleTimeoutMs: number | null
  }
  /** The reader's own changelog: 'upsert' sources are followed by ChangelogNormalize. */
  readonly changelog: 'append' | 'upsert' | 'retract'
  readonly bounded: boolean
  /** SET options that projection and watermark depend on (the session's time zone). */
  readonly config?: Readonly<Record<string, string>>
}
export interface CalcBody extends Body<'Calc'> {
  readonly condition?: BoundExpr
  readonly projection: readonly BoundExpr[]
  /** Rows whose values cannot be computed are left out and counted (error-handling.mode = ignore of the table that they come from). */
  readonly onError?: 'ignore'
}
/** Output = the keys, the aggregates, then the window columns in `windowColumns` order. */
export interface WindowAggregateBody extends Body<'WindowAggregate'> {
  readonly window: WindowSpec
  readonly timeColumn: number
  readonly keys: readonly number[]
  readonly aggregates: readonly AggregateCall[]
  readonly windowColumns: readonly ('START' | 'END' | 'TIME')[]
  /** Zone on whose clock windows are computed, for an event time of TIMESTAMP_LTZ (table.local-time-zone); null for TIMESTAMP. */
  readonly zone: string | null
  /** Input may hold retractions. */
  readonly retracting?: boolean
}
export interface GroupAggregateBody extends Body<'GroupAggregate'> {
  readonly keys: readonly number[]
  readonly aggregates: readonly AggregateCall[]
  readonly emitUpdateBefore: boolean
  /** Input may hold retractions. */
  readonly retracting: boolean
  readonly ttlMs: number | null
}
/** Turns an upsert stream (no -U; -D with key only) into full changes, keeping the last row of each key. */
export interface ChangelogNormalizeBody extends Body<'ChangelogNormalize'> {
  readonly keys: readonly number[]
  readonly emitUpdateBefore: boolean
  readonly ttlMs: number | null
  /** A filter over the row: rows that fail it count as deleted. */
  readonly condition?: BoundExpr
}
/** Each row once for every window that holds it. Output = the input's columns, then start, end and time of the window. */
export interface WindowExpandBody extends Body<'WindowExpand'> {
  readonly window: WindowSpec
  readonly timeColumn: number
  readonly zone: string | null
}
/** The first rows in the order of their arrival; `fetch` null = all after `offset`. */
export interface LimitBody extends Body<'Limit'> {
  readonly offset: number
  readonly fetch: number | null
}
export interface UnionBody extends Body<'Union'> {}
export interface ValuesBody extends Body<'Values'> {
  readonly rows: readonly (readonly BoundExpr[])[]
}
/** What is enforced inside of ROW (and, with `collections`, ARRAY and MAP) columns of a sink. */
export interface NestedConstraints {
  readonly columns: readonly number[]
  readonly collections: boolean
  /** Lengths are refused like NULLs (type-length-enforcer ERROR). */
  readonly lengths: boolean
}
export interface SinkBody extends Body<'Sink'> {
  readonly table: ResolvedTable
  /** What the connector gets: 'append' takes +I only, 'upsert' no -U. */
  readonly changelog: 'append' | 'upsert' | 'retract'
  readonly notNull: { readonly columns: readonly number[]; readonly enforcer: 'ERROR' | 'DROP' }
  readonly nested?: NestedConstraints
  readonly upsertKeys: readonly number[]
  /** What an upsert sink does with -U that its input gives all the same: 'drop' where each has its +U, else it deletes by key. */
  readonly updateBefore?: 'drop' | 'delete'
}
/** A foreground SELECT: rows go to the statement's ring of results. */
export interface CollectBody extends Body<'Collect'> {}

export type OperatorBody =
  | SourceBody
  | CalcBody
  | WindowAggregateBody
  | GroupAggregateBody
  | ChangelogNormalizeBody
  | WindowExpandBody
  | LimitBody
  | UnionBody
  | ValuesBody
  | SinkBody
  | CollectBody

export interface PhysicalOperator {
  /** Stable over re-planning of the same SQL: position in the plan, then kind. */
  readonly id: string
  readonly name: string
  readonly inputs: readonly InputEdge[]
  readonly schema: Schema
  readonly changelog: readonly RowKindName[]
  /** 1 where the operator must not be parallel (a global aggregate). */
  readonly parallelismMax?: number
  readonly body: OperatorBody
}

export interface PhysicalPlan {
  readonly format: typeof PLAN_FORMAT
  readonly keyGroups: number
  /** Inputs stand before their readers. */
  readonly operators: readonly PhysicalOperator[]
  readonly config: Readonly<Record<string, string>>
  readonly traits: {
    readonly sqlKind: string
    readonly isBounded: boolean
    readonly isAppendOnly: boolean
    readonly upsertColumns: readonly number[] | null
    /** Schema of the foreground result, if there is one. */
    readonly schema: Schema | null
  }
}
