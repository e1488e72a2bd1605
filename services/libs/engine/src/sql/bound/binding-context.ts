/**
 * What the expression binder is given besides the tree and the scope: functions, options, a diagnostic sink, and what only a
 * query can answer (aggregates, OVER, sub-queries, auxiliary group functions). An absent callback means "not allowed here";
 * the expression binder then reports it with the place's name.
 */
import type { Identifier } from '../ast/identifier.ts'
import type { Query, WindowSpec } from '../ast/query.ts'
import type { Span } from '../text/span.ts'
import type { AggregateCall, BoundExpr } from './expr.ts'
import type { FunctionLookup, ReportDiagnostic, Typed } from './scope.ts'

export interface BindingContext extends FunctionLookup, ReportDiagnostic {
  /** SET options, for example table.local-time-zone. */
  readonly config: Readonly<Record<string, string>>
  /** Where the expression stands, for messages: "WHERE", "a computed column", … */
  readonly place: string
  readonly query?: QueryCallbacks
}

export interface QueryCallbacks {
  /**
   * Calcite's group count, for result nullability: number of GROUP BY items; 0 for an aggregate query without GROUP BY;
   * -1 for a query that does not aggregate.
   */
  readonly groupCount: number
  /**
   * An aggregate call whose arguments, filter and order keys are bound in the same scope (with `aggregate` and `over` taken
   * away). Returns the expression that stands for its result.
   */
  aggregate?(call: AggregateCall, span: Span): Typed
  /** `call OVER window`; the window is the AST's inline specification or window name. Arguments may contain aggregates. */
  over?(call: AggregateCall, window: Identifier | WindowSpec, span: Span): Typed
  /** A sub-query expression. */
  subquery?(request: SubqueryRequest): Typed
  /** TUMBLE_START(…), HOP_ROWTIME(…), SESSION_PROCTIME(…), …: the name is upper case, arguments are bound. */
  groupAuxiliary?(name: string, args: readonly BoundExpr[], span: Span): Typed
  /** GROUPING(…), GROUPING_ID(…), GROUP_ID(). */
  grouping?(name: string, args: readonly BoundExpr[], span: Span): Typed
}

export interface SubqueryRequest {
  readonly form: 'SCALAR' | 'EXISTS' | 'IN'
  /** The bound left side of IN. */
  readonly operands: readonly BoundExpr[]
  readonly query: Query
  readonly span: Span
}
