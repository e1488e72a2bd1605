import type { Span } from '../text/span.ts'
import type { Call, Expression, Literal, StringLiteral } from './expression.ts'
import type { Identifier, Name } from './identifier.ts'
import type { ExtendColumn, Hint, Query, TableRef } from './query.ts'
import type { Statement } from './statement.ts'

export type DmlStatement =
  | Insert
  | Update
  | Delete
  | Merge
  | BeginStatementSet
  | EndStatementSet
  | StatementSet
  | Execute
  | ExecutePlan
  | CompilePlan
  | CallProcedure
  | TruncateTable

/** `PARTITION (k = 'v')`; a value is absent in a partial specification. */
export type PartitionEntry = Readonly<{ name: Name; value?: Literal; span: Span }>

export type Insert = Readonly<{
  kind: 'Insert'
  mode: 'INTO' | 'OVERWRITE' | 'UPSERT'
  target: Identifier
  hints: readonly Hint[]
  extend?: readonly ExtendColumn[]
  columns?: readonly Identifier[]
  partition: readonly PartitionEntry[]
  source: Query | Expression
  /** ON CONFLICT DO … */
  onConflict?: 'ERROR' | 'NOTHING' | 'DEDUPLICATE'
  span: Span
}>

export type Assignment = Readonly<{ column: Identifier; value: Expression; span: Span }>

export type Update = Readonly<{
  kind: 'Update'
  target: Identifier
  hints: readonly Hint[]
  extend?: readonly ExtendColumn[]
  alias?: Name
  assignments: readonly Assignment[]
  where?: Expression
  span: Span
}>

export type Delete = Readonly<{
  kind: 'Delete'
  target: Identifier
  hints: readonly Hint[]
  extend?: readonly ExtendColumn[]
  alias?: Name
  where?: Expression
  span: Span
}>

export type Merge = Readonly<{
  kind: 'Merge'
  target: Identifier
  hints: readonly Hint[]
  extend?: readonly ExtendColumn[]
  alias?: Name
  source: TableRef
  on: Expression
  matched?: readonly Assignment[]
  notMatched?: Readonly<{ columns?: readonly Name[]; row: readonly Expression[]; span: Span }>
  span: Span
}>

/** BEGIN STATEMENT SET: the inserts follow as statements of their own, up to END. */
export type BeginStatementSet = Readonly<{ kind: 'BeginStatementSet'; span: Span }>
export type EndStatementSet = Readonly<{ kind: 'EndStatementSet'; span: Span }>

/** STATEMENT SET BEGIN insert; … END, below EXECUTE, EXPLAIN or COMPILE PLAN. */
export type StatementSet = Readonly<{ kind: 'StatementSet'; statements: readonly Statement[]; span: Span }>

export type Execute = Readonly<{ kind: 'Execute'; statement: Statement; span: Span }>

export type ExecutePlan = Readonly<{ kind: 'ExecutePlan'; file: StringLiteral; span: Span }>

/** COMPILE PLAN, or with `execute` COMPILE AND EXECUTE PLAN. */
export type CompilePlan = Readonly<{
  kind: 'CompilePlan'
  file: StringLiteral
  ifNotExists: boolean
  execute: boolean
  statement: Statement
  span: Span
}>

export type CallProcedure = Readonly<{ kind: 'CallProcedure'; call: Call | Expression; span: Span }>

export type TruncateTable = Readonly<{ kind: 'TruncateTable'; name: Identifier; span: Span }>
