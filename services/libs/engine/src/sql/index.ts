// Public entry of `@millrace/engine/sql`: parse, bind, plan, explain. No I/O. One line per module.
export * from '../plan/compile-statement.ts'
export * from '../plan/explain-plan.ts'
export type { PhysicalOperator, PhysicalPlan, ResolvedTable } from '../plan/physical.ts'
export * from '../plan/plan-statement.ts'
export type * from '../plan/planning-env.ts'
export type * from './ast/ddl.ts'
export type * from './ast/dml.ts'
export type * from './ast/expression.ts'
export type * from './ast/identifier.ts'
export type * from './ast/query.ts'
export type * from './ast/session.ts'
export type * from './ast/statement.ts'
export type * from './ast/type-name.ts'
export * from './bind/analyze-script.ts'
export * from './bind/bind-statement.ts'
export type { ConnectorFacts } from './bind/binder-state.ts'
export * from './bind/table-expressions.ts'
export type * from './bound/expr.ts'
export * from './bound/print.ts'
export type {
  AggregateRel,
  BoundField,
  BoundHint,
  BoundRel,
  CorrelateRel,
  DistinctRel,
  FilterRel,
  GroupWindowAggregateRel,
  JoinRel,
  JoinType,
  MatchRel,
  ObjectPath,
  OverAggregateRel,
  OverFrame,
  PatternNode,
  ProjectRel,
  ScanRel,
  Schema,
  SetOpRel,
  SortRel,
  TableFunctionArgument,
  TableFunctionRel,
  TemporalJoinRel,
  UnnestRel,
  ValuesRel,
  WindowSpec as BoundWindowSpec,
  WindowTvfRel,
} from './bound/rel.ts'
export type * from './bound/statement.ts'
export * from './bound/upsert-keys.ts'
export * from './bound/walk.ts'
export * from './catalog/apply-change.ts'
export type * from './catalog/catalog.ts'
export type * from './catalog/change.ts'
export * from './catalog/describe.ts'
export * from './catalog/lookup.ts'
export * from './catalog/show-create.ts'
export * from './catalog/show-rows.ts'
export * from './catalog/table-schema.ts'
export * from './diagnostic/diagnostic.ts'
export * from './editor/completion.ts'
export * from './editor/definition.ts'
export * from './editor/hover.ts'
export * from './editor/request.ts'
export * from './editor/semantic-tokens.ts'
export * from './editor/signature-help.ts'
export * from './format/format.ts'
export * from './lex/lexer.ts'
export * from './lex/token.ts'
export * from './parse/parser.ts'
export * from './split/split.ts'
export * from './text/line-map.ts'
export type { Span } from './text/span.ts'
export { cover } from './text/span.ts'
export { printType } from './types/print-type.ts'
export * from './unparse/type-name.ts'
export * from './unparse/unparse.ts'
