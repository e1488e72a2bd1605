import type { Span } from '../text/span.ts'
import type { PartitionEntry } from './dml.ts'
import type { Expression, IntervalLiteral, StringLiteral } from './expression.ts'
import type { Identifier, Name } from './identifier.ts'
import type { Query } from './query.ts'
import type { TypeName } from './type-name.ts'

export type DdlStatement =
  | CreateCatalog
  | AlterCatalog
  | CreateDatabase
  | AlterDatabase
  | CreateTable
  | AlterTable
  | CreateView
  | AlterView
  | CreateFunction
  | AlterFunction
  | CreateModel
  | AlterModel
  | CreateConnection
  | AlterConnection
  | CreateMaterializedTable
  | AlterMaterializedTable
  | Drop

// ---- parts

/** `'key' = 'value'`. */
export type TableOption = Readonly<{ key: StringLiteral; value: StringLiteral; span: Span }>

export type TableElement = PhysicalColumn | MetadataColumn | ComputedColumn | NamedColumn | WatermarkClause | TableConstraint

/** FIRST or AFTER a column; only in ALTER … ADD and MODIFY. */
export type ColumnPosition = Readonly<{ after?: Identifier; span: Span }>

export type PhysicalColumn = Readonly<{
  kind: 'PhysicalColumn'
  name: Identifier
  type: TypeName
  constraint?: ColumnConstraint
  comment?: StringLiteral
  position?: ColumnPosition
  span: Span
}>

export type MetadataColumn = Readonly<{
  kind: 'MetadataColumn'
  name: Identifier
  type: TypeName
  /** METADATA FROM 'key'. */
  from?: StringLiteral
  virtual: boolean
  comment?: StringLiteral
  position?: ColumnPosition
  span: Span
}>

export type ComputedColumn = Readonly<{
  kind: 'ComputedColumn'
  name: Identifier
  expr: Expression
  comment?: StringLiteral
  position?: ColumnPosition
  span: Span
}>

/** A column's name alone, as in CREATE TABLE t (a, b) AS SELECT … */
export type NamedColumn = Readonly<{ kind: 'NamedColumn'; name: Identifier; span: Span }>

export type WatermarkClause = Readonly<{ kind: 'WatermarkClause'; column: Identifier; expr: Expression; span: Span }>

/** `enforced` is absent when the user said nothing. */
export type ColumnConstraint = Readonly<{
  name?: Name
  type: 'PRIMARY KEY' | 'UNIQUE'
  enforced?: boolean
  span: Span
}>

export type TableConstraint = Readonly<{
  kind: 'TableConstraint'
  name?: Name
  type: 'PRIMARY KEY' | 'UNIQUE'
  columns: readonly Name[]
  enforced?: boolean
  span: Span
}>

/** `[BY [HASH|RANGE](columns)] [INTO n BUCKETS]`. */
export type Distribution = Readonly<{
  method?: 'HASH' | 'RANGE'
  columns: readonly Name[]
  buckets?: number
  span: Span
}>

export type LikeOption = Readonly<{
  strategy: 'INCLUDING' | 'EXCLUDING' | 'OVERWRITING'
  feature: 'ALL' | 'CONSTRAINTS' | 'DISTRIBUTION' | 'GENERATED' | 'METADATA' | 'OPTIONS' | 'PARTITIONS' | 'WATERMARKS'
  span: Span
}>

export type LikeClause = Readonly<{ table: Identifier; options: readonly LikeOption[]; span: Span }>

// ---- catalogs and databases

export type CreateCatalog = Readonly<{
  kind: 'CreateCatalog'
  ifNotExists: boolean
  name: Name
  comment?: StringLiteral
  options: readonly TableOption[]
  span: Span
}>

export type AlterCatalog = Readonly<{
  kind: 'AlterCatalog'
  name: Identifier
  action: SetOptions | ResetOptions | SetComment
  span: Span
}>

export type CreateDatabase = Readonly<{
  kind: 'CreateDatabase'
  ifNotExists: boolean
  name: Identifier
  comment?: StringLiteral
  options: readonly TableOption[]
  span: Span
}>

export type AlterDatabase = Readonly<{ kind: 'AlterDatabase'; name: Identifier; action: SetOptions; span: Span }>

// ---- tables

/** Also CTAS (`query`), RTAS (`replace` and `query`) and LIKE. REPLACE TABLE without CREATE has `bareReplace` as well. */
export type CreateTable = Readonly<{
  kind: 'CreateTable'
  replace: boolean
  bareReplace?: boolean
  temporary: boolean
  ifNotExists: boolean
  name: Identifier
  elements: readonly TableElement[]
  comment?: StringLiteral
  distribution?: Distribution
  partitionedBy: readonly Name[]
  options: readonly TableOption[]
  like?: LikeClause
  query?: Query
  span: Span
}>

export type AlterTable = Readonly<{ kind: 'AlterTable'; ifExists: boolean; name: Identifier; action: TableAction; span: Span }>

export type TableAction =
  | RenameTo
  | RenameColumn
  | SetOptions
  | ResetOptions
  | AddElements
  | ModifyElements
  | DropElements
  | SetDistribution
  | DropDistribution
  | AddPartitions
  | DropPartitions

export type RenameTo = Readonly<{ kind: 'RenameTo'; name: Identifier; span: Span }>
export type RenameColumn = Readonly<{ kind: 'RenameColumn'; from: Identifier; to: Identifier; span: Span }>
export type SetOptions = Readonly<{ kind: 'SetOptions'; options: readonly TableOption[]; span: Span }>
export type ResetOptions = Readonly<{ kind: 'ResetOptions'; keys: readonly StringLiteral[]; span: Span }>
export type SetComment = Readonly<{ kind: 'SetComment'; comment: StringLiteral; span: Span }>
export type AddElements = Readonly<{ kind: 'AddElements'; elements: readonly TableElement[]; span: Span }>
export type ModifyElements = Readonly<{ kind: 'ModifyElements'; elements: readonly TableElement[]; span: Span }>

/** DROP of columns, the primary key, a constraint or the watermark. */
export type DropElements = Readonly<{
  kind: 'DropElements'
  what: 'COLUMNS' | 'PRIMARY KEY' | 'CONSTRAINT' | 'WATERMARK'
  /** Columns, or the constraint's name. */
  names: readonly Identifier[]
  span: Span
}>

export type SetDistribution = Readonly<{ kind: 'SetDistribution'; op: 'ADD' | 'MODIFY'; distribution: Distribution; span: Span }>
export type DropDistribution = Readonly<{ kind: 'DropDistribution'; span: Span }>

export type AddPartitions = Readonly<{
  kind: 'AddPartitions'
  ifNotExists: boolean
  partitions: readonly Readonly<{ entries: readonly PartitionEntry[]; options: readonly TableOption[]; span: Span }>[]
  span: Span
}>

export type DropPartitions = Readonly<{
  kind: 'DropPartitions'
  ifExists: boolean
  partitions: readonly Readonly<{ entries: readonly PartitionEntry[]; span: Span }>[]
  span: Span
}>

// ---- views, functions, models, connections

export type CreateView = Readonly<{
  kind: 'CreateView'
  replace: boolean
  temporary: boolean
  ifNotExists: boolean
  name: Identifier
  columns: readonly Name[]
  comment?: StringLiteral
  query: Query
  span: Span
}>

export type AlterView = Readonly<{ kind: 'AlterView'; name: Identifier; action: RenameTo | AsQuery; span: Span }>

export type AsQuery = Readonly<{ kind: 'AsQuery'; query: Query; span: Span }>

/** A JAR or artifact that a function needs. */
export type FunctionResource = Readonly<{ type: 'JAR' | 'ARTIFACT'; path: StringLiteral; span: Span }>

export type FunctionLanguage = 'JAVA' | 'SCALA' | 'SQL' | 'PYTHON'

export type CreateFunction = Readonly<{
  kind: 'CreateFunction'
  temporary: boolean
  system: boolean
  ifNotExists: boolean
  name: Identifier
  className: StringLiteral
  language?: FunctionLanguage
  resources: readonly FunctionResource[]
  options: readonly TableOption[]
  span: Span
}>

export type AlterFunction = Readonly<{
  kind: 'AlterFunction'
  temporary: boolean
  system: boolean
  ifExists: boolean
  name: Identifier
  className: StringLiteral
  language?: FunctionLanguage
  span: Span
}>

export type CreateModel = Readonly<{
  kind: 'CreateModel'
  temporary: boolean
  ifNotExists: boolean
  name: Identifier
  input: readonly TableElement[]
  output: readonly TableElement[]
  comment?: StringLiteral
  options: readonly TableOption[]
  query?: Query
  span: Span
}>

export type AlterModel = Readonly<{
  kind: 'AlterModel'
  ifExists: boolean
  name: Identifier
  action: RenameTo | SetOptions | ResetOptions
  span: Span
}>

export type CreateConnection = Readonly<{
  kind: 'CreateConnection'
  temporary: boolean
  system: boolean
  ifNotExists: boolean
  name: Identifier
  comment?: StringLiteral
  options: readonly TableOption[]
  span: Span
}>

export type AlterConnection = Readonly<{
  kind: 'AlterConnection'
  ifExists: boolean
  name: Identifier
  action: RenameTo | SetOptions | ResetOptions
  span: Span
}>

// ---- materialized tables

export type StartMode = Readonly<{
  mode:
    | 'FROM_BEGINNING'
    | 'FROM_NOW'
    | 'FROM_TIMESTAMP'
    | 'RESUME_OR_FROM_BEGINNING'
    | 'RESUME_OR_FROM_NOW'
    | 'RESUME_OR_FROM_TIMESTAMP'
  argument?: Expression
  span: Span
}>

export type CreateMaterializedTable = Readonly<{
  kind: 'CreateMaterializedTable'
  orAlter: boolean
  name: Identifier
  elements: readonly TableElement[]
  comment?: StringLiteral
  distribution?: Distribution
  partitionedBy: readonly Name[]
  options: readonly TableOption[]
  freshness?: IntervalLiteral
  refreshMode?: 'FULL' | 'CONTINUOUS'
  startMode?: StartMode
  query: Query
  span: Span
}>

export type AlterMaterializedTable = Readonly<{
  kind: 'AlterMaterializedTable'
  name: Identifier
  action: MaterializedTableAction
  span: Span
}>

export type MaterializedTableAction =
  | Suspend
  | Resume
  | Refresh
  | SetFreshness
  | SetRefreshMode
  | SetOptions
  | ResetOptions
  | AsQuery
  | AddElements
  | ModifyElements
  | DropElements
  | SetDistribution
  | DropDistribution

export type Suspend = Readonly<{ kind: 'Suspend'; span: Span }>
export type Resume = Readonly<{ kind: 'Resume'; options: readonly TableOption[]; span: Span }>
export type Refresh = Readonly<{ kind: 'Refresh'; partition: readonly PartitionEntry[]; span: Span }>
export type SetFreshness = Readonly<{ kind: 'SetFreshness'; freshness: IntervalLiteral; span: Span }>
export type SetRefreshMode = Readonly<{ kind: 'SetRefreshMode'; mode: 'FULL' | 'CONTINUOUS'; span: Span }>

// ---- DROP

export type Drop = Readonly<{
  kind: 'Drop'
  object: 'CATALOG' | 'DATABASE' | 'TABLE' | 'VIEW' | 'FUNCTION' | 'MODEL' | 'CONNECTION' | 'MATERIALIZED TABLE'
  temporary: boolean
  /** Only for functions and connections. */
  system: boolean
  ifExists: boolean
  name: Identifier
  /** Only for databases: RESTRICT when the user said nothing. */
  behavior?: 'RESTRICT' | 'CASCADE'
  span: Span
}>
