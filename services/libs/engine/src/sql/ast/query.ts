import type { Span } from '../text/span.ts'
import type { Call, Expression, IntervalLiteral, NumericLiteral, OrderItem, StringLiteral } from './expression.ts'
import type { Identifier, Name } from './identifier.ts'
import type { TypeName } from './type-name.ts'

export type { GroupWindow } from './expression.ts'

export type Query = With | Select | SetOp | Values | TableQuery | Ordered

export type CommonTable = Readonly<{ name: Name; columns?: readonly Name[]; query: Query; span: Span }>

export type With = Readonly<{ kind: 'With'; recursive: boolean; tables: readonly CommonTable[]; body: Query; span: Span }>

/** One hint of a hint block. */
export type Hint = Readonly<{ kind: 'Hint'; name: Name; options: readonly HintOption[]; span: Span }>

/** `'k' = 'v'` has key and value; a bare option has the value alone. */
export type HintOption = Readonly<{ key?: Name | StringLiteral; value: Name | StringLiteral | NumericLiteral; span: Span }>

export type SelectItem = Readonly<{ kind: 'SelectItem'; expr: Expression; alias?: Name; span: Span }>

export type Select = Readonly<{
  kind: 'Select'
  hints: readonly Hint[]
  stream: boolean
  quantifier?: 'ALL' | 'DISTINCT'
  items: readonly SelectItem[]
  from?: TableRef
  where?: Expression
  groupBy?: GroupBy
  having?: Expression
  windows: readonly NamedWindow[]
  qualify?: Expression
  span: Span
}>

export type SetOp = Readonly<{
  kind: 'SetOp'
  op: 'UNION' | 'INTERSECT' | 'EXCEPT'
  all: boolean
  left: Query
  right: Query
  span: Span
}>

/** Each row is its list of values. */
export type Values = Readonly<{ kind: 'Values'; rows: readonly ValuesRow[]; span: Span }>

export type ValuesRow = Readonly<{ items: readonly Expression[]; span: Span }>

/** `TABLE t`. */
export type TableQuery = Readonly<{ kind: 'TableQuery'; name: Identifier; span: Span }>

/** ORDER BY, OFFSET and LIMIT (or FETCH) around a query. `orderBy` may be empty; LIMIT ALL is no `limit`. */
export type Ordered = Readonly<{
  kind: 'Ordered'
  query: Query
  orderBy: readonly OrderItem[]
  offset?: Expression
  limit?: Expression
  span: Span
}>

// ---- GROUP BY and windows

export type GroupBy = Readonly<{ kind: 'GroupBy'; quantifier?: 'ALL' | 'DISTINCT'; items: readonly GroupItem[]; span: Span }>

export type GroupItem = Expression | GroupingSets | EmptyGroup

export type GroupingSets = Readonly<{
  kind: 'GroupingSets'
  op: 'GROUPING SETS' | 'ROLLUP' | 'CUBE'
  items: readonly GroupItem[]
  span: Span
}>

/** `()`: the grand total. */
export type EmptyGroup = Readonly<{ kind: 'EmptyGroup'; span: Span }>

export type NamedWindow = Readonly<{ name: Name; spec: WindowSpec; span: Span }>

/** `base` is the name of the window that this one extends. */
export type WindowSpec = Readonly<{
  kind: 'WindowSpec'
  base?: Name
  partitionBy: readonly Expression[]
  orderBy: readonly OrderItem[]
  frame?: WindowFrame
  /** ALLOW PARTIAL is true, DISALLOW PARTIAL false. */
  allowPartial?: boolean
  span: Span
}>

export type WindowFrame = Readonly<{ unit: 'ROWS' | 'RANGE'; start: FrameBound; end?: FrameBound; span: Span }>

export type FrameBound = Readonly<{
  bound: 'UNBOUNDED PRECEDING' | 'PRECEDING' | 'CURRENT ROW' | 'FOLLOWING' | 'UNBOUNDED FOLLOWING'
  offset?: Expression
  span: Span
}>

// ---- table references

/** What stands in FROM. Wrappers nest inside out: table, time travel, match, pivot, alias, sample. */
export type TableRef =
  | NamedTable
  | TemporalTable
  | DerivedTable
  | LateralTable
  | Unnest
  | TableFunction
  | AliasedTable
  | SampledTable
  | Join
  | MatchRecognize
  | Pivot
  | Unpivot

export type NamedTable = Readonly<{
  kind: 'NamedTable'
  name: Identifier
  hints: readonly Hint[]
  /** EXTEND (c INT, …). */
  extend?: readonly ExtendColumn[]
  span: Span
}>

export type ExtendColumn = Readonly<{ name: Identifier; type: TypeName; span: Span }>

/** `input FOR SYSTEM_TIME AS OF period`. */
export type TemporalTable = Readonly<{ kind: 'TemporalTable'; input: TableRef; period: Expression; span: Span }>

/** A query in parentheses. */
export type DerivedTable = Readonly<{ kind: 'DerivedTable'; query: Query; span: Span }>

export type LateralTable = Readonly<{ kind: 'LateralTable'; input: TableRef; span: Span }>

export type Unnest = Readonly<{ kind: 'Unnest'; args: readonly Expression[]; ordinality: boolean; span: Span }>

/** `TABLE(f(…))`, or `f(…)` alone. */
export type TableFunction = Readonly<{ kind: 'TableFunction'; call: Call; span: Span }>

export type AliasedTable = Readonly<{
  kind: 'AliasedTable'
  input: TableRef
  alias: Name
  columns?: readonly Name[]
  span: Span
}>

export type SampledTable = Readonly<{
  kind: 'SampledTable'
  input: TableRef
  method: 'BERNOULLI' | 'SYSTEM' | 'SUBSTITUTE'
  /** A percentage with a fraction (`10.0`), or for SUBSTITUTE a name. */
  value: NumericLiteral | StringLiteral
  seed?: number
  span: Span
}>

export type Join = Readonly<{
  kind: 'Join'
  type: 'INNER' | 'LEFT' | 'RIGHT' | 'FULL' | 'CROSS' | 'COMMA'
  natural: boolean
  left: TableRef
  right: TableRef
  on?: Expression
  using?: readonly Name[]
  span: Span
}>

export type Pivot = Readonly<{
  kind: 'Pivot'
  input: TableRef
  aggregates: readonly Readonly<{ call: Expression; alias?: Name; span: Span }>[]
  axes: readonly Identifier[]
  values: readonly Readonly<{ items: readonly Expression[]; alias?: Name; span: Span }>[]
  span: Span
}>

export type Unpivot = Readonly<{
  kind: 'Unpivot'
  input: TableRef
  includeNulls?: boolean
  measures: readonly Identifier[]
  axes: readonly Identifier[]
  values: readonly Readonly<{ columns: readonly Identifier[]; labels?: readonly Expression[]; span: Span }>[]
  span: Span
}>

// ---- MATCH_RECOGNIZE

export type MatchRecognize = Readonly<{
  kind: 'MatchRecognize'
  input: TableRef
  partitionBy: readonly Expression[]
  orderBy: readonly OrderItem[]
  measures: readonly Measure[]
  rowsPerMatch?: 'ONE ROW PER MATCH' | 'ALL ROWS PER MATCH'
  afterMatch?: AfterMatch
  pattern: Pattern
  strictStart: boolean
  strictEnd: boolean
  within?: IntervalLiteral
  subsets: readonly Readonly<{ name: Name; members: readonly Name[]; span: Span }>[]
  define: readonly Readonly<{ name: Name; condition: Expression; span: Span }>[]
  span: Span
}>

export type Measure = Readonly<{ expr: Expression; alias: Name; span: Span }>

/** SKIP TO variables carry `target`. */
export type AfterMatch = Readonly<{ skip: 'PAST LAST ROW' | 'TO NEXT ROW' | 'TO FIRST' | 'TO LAST'; target?: Name; span: Span }>

export type Pattern = PatternVariable | PatternSequence | PatternAlternation | PatternRepeat | PatternPermute | PatternExclude

export type PatternVariable = Readonly<{ kind: 'PatternVariable'; name: Name; span: Span }>
export type PatternSequence = Readonly<{ kind: 'PatternSequence'; items: readonly Pattern[]; span: Span }>
export type PatternAlternation = Readonly<{ kind: 'PatternAlternation'; items: readonly Pattern[]; span: Span }>
export type PatternPermute = Readonly<{ kind: 'PatternPermute'; items: readonly Pattern[]; span: Span }>
export type PatternExclude = Readonly<{ kind: 'PatternExclude'; item: Pattern; span: Span }>

/** `max` absent is unbounded. */
export type PatternRepeat = Readonly<{
  kind: 'PatternRepeat'
  item: Pattern
  min: number
  max?: number
  reluctant: boolean
  span: Span
}>
