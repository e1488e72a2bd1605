import type { Span } from '../text/span.ts'
import type { Identifier, Name } from './identifier.ts'
import type { Query, WindowSpec } from './query.ts'
import type { TypeName } from './type-name.ts'

/**
 * An expression. Forms that Flink's parser rewrites are rewritten here too, so that there is one tree per meaning:
 * a simple CASE becomes a searched one, `!=` is `<>`, SUBSTRING(a FROM b FOR c) is a call with three arguments.
 */
export type Expression =
  | Identifier
  | Star
  | Literal
  | DynamicParam
  | DefaultValue
  | Unary
  | Binary
  | Between
  | Like
  | InList
  | InQuery
  | Quantified
  | IsTest
  | Exists
  | PeriodPredicate
  | Case
  | Cast
  | Call
  | SpecialForm
  | JsonForm
  | RowConstructor
  | CollectionConstructor
  | CollectionQuery
  | ItemAccess
  | FieldAccess
  | SubQuery
  | GroupWindow
  | TableArgument
  | ModelArgument
  | Descriptor
  | TimeUnit

/** `*` or `t.*`. */
export type Star = Readonly<{ kind: 'Star'; qualifier?: Identifier; span: Span }>

// ---- literals

export type Literal =
  | StringLiteral
  | BinaryLiteral
  | NumericLiteral
  | BooleanLiteral
  | NullLiteral
  | DateTimeLiteral
  | IntervalLiteral

/** `value` is unescaped and continued pieces are joined. `charset` is upper case. */
export type StringLiteral = Readonly<{ kind: 'StringLiteral'; value: string; charset?: string; span: Span }>

/** X'0AFF': `hex` is upper case, without blanks. */
export type BinaryLiteral = Readonly<{ kind: 'BinaryLiteral'; hex: string; span: Span }>

/** `text` is normalised: no leading `+`, `.5` is `0.5`; approximate ones have an upper-case E. */
export type NumericLiteral = Readonly<{ kind: 'NumericLiteral'; text: string; approximate: boolean; span: Span }>

/** `value` is null for UNKNOWN. */
export type BooleanLiteral = Readonly<{ kind: 'BooleanLiteral'; value: boolean | null; span: Span }>

export type NullLiteral = Readonly<{ kind: 'NullLiteral'; span: Span }>

/** `value` is the text between the quotes; its form is checked when bound. */
export type DateTimeLiteral = Readonly<{
  kind: 'DateTimeLiteral'
  type:
    | 'DATE'
    | 'TIME'
    | 'TIMESTAMP'
    | 'TIMESTAMP WITH LOCAL TIME ZONE'
    | 'TIMESTAMP WITH TIME ZONE'
    | 'DATETIME'
    | 'TIME WITH LOCAL TIME ZONE'
    | 'TIME WITH TIME ZONE'
  value: string
  span: Span
}>

export type IntervalUnit =
  | 'YEAR'
  | 'QUARTER'
  | 'MONTH'
  | 'WEEK'
  | 'DAY'
  | 'HOUR'
  | 'MINUTE'
  | 'SECOND'
  | 'MILLISECOND'
  | 'MICROSECOND'
  | 'NANOSECOND'

/** `DAY(3) TO SECOND(6)`. `start` and `end` are singular. */
export type IntervalQualifier = Readonly<{
  kind: 'IntervalQualifier'
  start: IntervalUnit
  startPrecision?: number
  end?: IntervalUnit
  fractionPrecision?: number
  span: Span
}>

/** `INTERVAL -'1' DAY`: `negative` is the sign outside of the quotes. */
export type IntervalLiteral = Readonly<{
  kind: 'IntervalLiteral'
  value: string
  negative: boolean
  qualifier: IntervalQualifier
  span: Span
}>

export type DynamicParam = Readonly<{ kind: 'DynamicParam'; index: number; span: Span }>

/** DEFAULT as an argument or an inserted value. */
export type DefaultValue = Readonly<{ kind: 'DefaultValue'; span: Span }>

// ---- operators

/** FORMAT JSON stands behind its operand. EXISTS and UNIQUE stand here only before what is no query. */
export type UnaryOperator = '-' | '+' | 'NOT' | 'RUNNING' | 'FINAL' | 'NEW' | 'EXISTS' | 'UNIQUE' | 'FORMAT JSON'

export type Unary = Readonly<{ kind: 'Unary'; op: UnaryOperator; operand: Expression; span: Span }>

export type BinaryOperator =
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '||'
  | '='
  | '<>'
  | '<'
  | '<='
  | '>'
  | '>='
  | 'AND'
  | 'OR'
  | 'IS DISTINCT FROM'
  | 'IS NOT DISTINCT FROM'
  | 'MEMBER OF'
  | 'SUBMULTISET OF'
  | 'NOT SUBMULTISET OF'
  | 'MULTISET UNION ALL'
  | 'MULTISET UNION DISTINCT'
  | 'MULTISET INTERSECT ALL'
  | 'MULTISET INTERSECT DISTINCT'
  | 'MULTISET EXCEPT ALL'
  | 'MULTISET EXCEPT DISTINCT'

export type Binary = Readonly<{ kind: 'Binary'; op: BinaryOperator; left: Expression; right: Expression; span: Span }>

export type Between = Readonly<{
  kind: 'Between'
  operand: Expression
  low: Expression
  high: Expression
  symmetric: boolean
  negated: boolean
  span: Span
}>

export type Like = Readonly<{
  kind: 'Like'
  op: 'LIKE' | 'ILIKE' | 'RLIKE' | 'SIMILAR TO'
  operand: Expression
  pattern: Expression
  escape?: Expression
  negated: boolean
  span: Span
}>

export type InList = Readonly<{ kind: 'InList'; operand: Expression; items: readonly Expression[]; negated: boolean; span: Span }>

export type InQuery = Readonly<{ kind: 'InQuery'; operand: Expression; query: Query; negated: boolean; span: Span }>

/** `a = ANY (…)`; exactly one of `items` and `query` is there. ANY is SOME. */
export type Quantified = Readonly<{
  kind: 'Quantified'
  op: '=' | '<>' | '<' | '<=' | '>' | '>='
  quantifier: 'SOME' | 'ALL'
  operand: Expression
  items?: readonly Expression[]
  query?: Query
  span: Span
}>

export type IsTest = Readonly<{
  kind: 'IsTest'
  test: 'NULL' | 'TRUE' | 'FALSE' | 'UNKNOWN' | 'A SET' | 'EMPTY' | 'JSON VALUE' | 'JSON OBJECT' | 'JSON ARRAY' | 'JSON SCALAR'
  operand: Expression
  negated: boolean
  span: Span
}>

/** EXISTS or UNIQUE. */
export type Exists = Readonly<{ kind: 'Exists'; op: 'EXISTS' | 'UNIQUE'; query: Query; span: Span }>

/** `PERIOD (a, b)` and `(a, b)` are row constructors. */
export type PeriodPredicate = Readonly<{
  kind: 'PeriodPredicate'
  op: 'OVERLAPS' | 'CONTAINS' | 'EQUALS' | 'PRECEDES' | 'SUCCEEDS' | 'IMMEDIATELY PRECEDES' | 'IMMEDIATELY SUCCEEDS'
  left: Expression
  right: Expression
  span: Span
}>

export type CaseBranch = Readonly<{ when: Expression; then: Expression; span: Span }>

export type Case = Readonly<{ kind: 'Case'; branches: readonly CaseBranch[]; otherwise?: Expression; span: Span }>

/** CAST, or TRY_CAST when `safe`. */
export type Cast = Readonly<{
  kind: 'Cast'
  safe: boolean
  operand: Expression
  type: TypeName
  format?: StringLiteral
  span: Span
}>

// ---- calls

export type Argument = Readonly<{ kind: 'Argument'; name?: Name; value: Expression; span: Span }>

export type OrderItem = Readonly<{
  kind: 'OrderItem'
  expr: Expression
  descending: boolean
  nulls?: 'FIRST' | 'LAST'
  span: Span
}>

/**
 * A function call. `COUNT(*)` has `star`; CURRENT_DATE and its like have `bare` (no parentheses were written).
 * `over` is a window's name or specification.
 */
export type Call = Readonly<{
  kind: 'Call'
  name: Identifier
  args: readonly Argument[]
  quantifier?: 'DISTINCT' | 'ALL'
  star: boolean
  bare: boolean
  /** ORDER BY inside of the parentheses: ARRAY_AGG(x ORDER BY y). */
  orderBy?: readonly OrderItem[]
  separator?: Expression
  nullTreatment?: 'RESPECT NULLS' | 'IGNORE NULLS'
  withinDistinct?: readonly Expression[]
  withinGroup?: readonly OrderItem[]
  filter?: Expression
  over?: Identifier | WindowSpec
  /** `{fn name(…)}`. */
  jdbc?: boolean
  /** SPECIFIC before a table function's name. */
  specific?: boolean
  span: Span
}>

/** Functions with a grammar of their own. */
export type SpecialForm =
  | Extract
  | Trim
  | PositionOf
  | Overlay
  | RoundToUnit
  | Convert
  | ConvertType
  | Translate
  | SequenceValue
  | IntervalOf
  | IntervalDifference

export type Extract = Readonly<{ kind: 'Extract'; unit: TimeUnit; source: Expression; span: Span }>

export type Trim = Readonly<{
  kind: 'Trim'
  where: 'BOTH' | 'LEADING' | 'TRAILING'
  /** What is cut off: a blank when the user said nothing. */
  characters: Expression
  source: Expression
  span: Span
}>

export type PositionOf = Readonly<{ kind: 'PositionOf'; needle: Expression; haystack: Expression; from?: Expression; span: Span }>

export type Overlay = Readonly<{
  kind: 'Overlay'
  source: Expression
  placing: Expression
  from: Expression
  length?: Expression
  span: Span
}>

/** `CEIL(x TO DAY)`. */
export type RoundToUnit = Readonly<{ kind: 'RoundToUnit'; op: 'CEIL' | 'FLOOR'; operand: Expression; unit: TimeUnit; span: Span }>

/** `CONVERT(x, from, to)` between character sets. */
export type Convert = Readonly<{ kind: 'Convert'; operand: Expression; from: Name; to: Name; span: Span }>

/** `CONVERT(type, x [, style])`. */
export type ConvertType = Readonly<{ kind: 'ConvertType'; type: TypeName; operand: Expression; style?: Literal; span: Span }>

/** `TRANSLATE(x USING charset)` or CONVERT with USING; the three-argument TRANSLATE is a call. */
export type Translate = Readonly<{ kind: 'Translate'; operand: Expression; using: Name; span: Span }>

/** `INTERVAL x DAY`, where x is no string. */
export type IntervalOf = Readonly<{ kind: 'IntervalOf'; value: Expression; qualifier: IntervalQualifier; span: Span }>

/** `(a - b) DAY`. */
export type IntervalDifference = Readonly<{
  kind: 'IntervalDifference'
  left: Expression
  right: Expression
  qualifier: IntervalQualifier
  span: Span
}>

/** A legacy group window, mostly in GROUP BY: `TUMBLE(ts, INTERVAL …)`, HOP or SESSION. */
export type GroupWindow = Readonly<{
  kind: 'GroupWindow'
  op: 'TUMBLE' | 'HOP' | 'SESSION'
  args: readonly Argument[]
  span: Span
}>

export type SequenceValue = Readonly<{ kind: 'SequenceValue'; op: 'NEXT' | 'CURRENT'; sequence: Identifier; span: Span }>

/** A unit where a function's grammar wants one: DAY or EPOCH in upper case, or as written when `custom` (no unit that the grammar knows). */
export type TimeUnit = Readonly<{ kind: 'TimeUnit'; name: string; custom: boolean; span: Span }>

// ---- JSON

export type JsonForm = JsonExists | JsonValueOf | JsonQueryOf | JsonObject | JsonArray | JsonObjectAgg | JsonArrayAgg

export type JsonOnBehavior = Readonly<{
  behavior: 'ERROR' | 'NULL' | 'DEFAULT' | 'EMPTY ARRAY' | 'EMPTY OBJECT'
  value?: Expression
}>

export type JsonNullClause = 'NULL ON NULL' | 'ABSENT ON NULL'

export type JsonExists = Readonly<{
  kind: 'JsonExists'
  input: Expression
  path: Expression
  onError?: 'TRUE' | 'FALSE' | 'UNKNOWN' | 'ERROR'
  span: Span
}>

export type JsonValueOf = Readonly<{
  kind: 'JsonValueOf'
  input: Expression
  path: Expression
  returning?: TypeName
  onEmpty?: JsonOnBehavior
  onError?: JsonOnBehavior
  span: Span
}>

export type JsonQueryOf = Readonly<{
  kind: 'JsonQueryOf'
  input: Expression
  path: Expression
  returning?: TypeName
  wrapper: 'WITHOUT ARRAY' | 'WITH CONDITIONAL ARRAY' | 'WITH UNCONDITIONAL ARRAY'
  onEmpty: JsonOnBehavior
  onError: JsonOnBehavior
  span: Span
}>

export type JsonPair = Readonly<{ key: Expression; value: Expression; span: Span }>

export type JsonObject = Readonly<{ kind: 'JsonObject'; pairs: readonly JsonPair[]; onNull: JsonNullClause; span: Span }>

export type JsonArray = Readonly<{ kind: 'JsonArray'; items: readonly Expression[]; onNull: JsonNullClause; span: Span }>

export type JsonObjectAgg = Readonly<{
  kind: 'JsonObjectAgg'
  pair: JsonPair
  onNull: JsonNullClause
  span: Span
}>

/** ORDER BY inside of the parentheses is `withinGroup` too. */
export type JsonArrayAgg = Readonly<{
  kind: 'JsonArrayAgg'
  item: Expression
  onNull: JsonNullClause
  withinGroup?: readonly OrderItem[]
  span: Span
}>

// ---- constructors and access

/** `ROW(a, b)`, or `(a, b)` and `PERIOD (a, b)` with `explicit` false. */
export type RowConstructor = Readonly<{ kind: 'RowConstructor'; items: readonly Expression[]; explicit: boolean; span: Span }>

/** `ARRAY[…]`, `MULTISET[…]`; `MAP[k, v, k, v]` has keys and values in turn. */
export type CollectionConstructor = Readonly<{
  kind: 'CollectionConstructor'
  collection: 'ARRAY' | 'MULTISET' | 'MAP'
  items: readonly Expression[]
  span: Span
}>

/** `ARRAY(SELECT …)` and its like. */
export type CollectionQuery = Readonly<{
  kind: 'CollectionQuery'
  collection: 'ARRAY' | 'MULTISET' | 'MAP' | 'CURSOR'
  query: Query
  span: Span
}>

/** `a[i]`; `access` for `a[OFFSET(i)]` and its like. */
export type ItemAccess = Readonly<{
  kind: 'ItemAccess'
  operand: Expression
  index: Expression
  access?: 'OFFSET' | 'ORDINAL' | 'SAFE_OFFSET' | 'SAFE_ORDINAL'
  span: Span
}>

/** `(expr).field`, or `expr.method(…)`. A dotted name alone is an Identifier. */
export type FieldAccess = Readonly<{ kind: 'FieldAccess'; operand: Expression; field: Name | Call; span: Span }>

export type SubQuery = Readonly<{ kind: 'SubQuery'; query: Query; span: Span }>

/** `TABLE t PARTITION BY … ORDER BY …`, or a query in its place, as an argument of a table function. */
export type TableArgument = Readonly<{
  kind: 'TableArgument'
  input: Query
  partitionBy?: readonly Expression[]
  orderBy?: readonly OrderItem[]
  span: Span
}>

/** `MODEL m` as an argument. */
export type ModelArgument = Readonly<{ kind: 'ModelArgument'; name: Identifier; span: Span }>

/** `DESCRIPTOR(a, b)`. */
export type Descriptor = Readonly<{ kind: 'Descriptor'; columns: readonly Identifier[]; span: Span }>
