import type { Span } from '../text/span.ts'
import type { TableOption } from './ddl.ts'
import type { PartitionEntry } from './dml.ts'
import type { Literal, StringLiteral } from './expression.ts'
import type { Identifier, Name } from './identifier.ts'
import type { Statement } from './statement.ts'

export type SessionStatement =
  | Explain
  | ExplainPlan
  | Describe
  | Show
  | ShowCreate
  | SetOption
  | ResetOption
  | Use
  | LoadModule
  | UnloadModule
  | AnalyzeTable
  | StopJob
  | ManageJar
  | AlterSystem

export type ExplainDetail = 'ESTIMATED_COST' | 'CHANGELOG_MODE' | 'JSON_EXECUTION_PLAN' | 'PLAN_ADVICE'

export type Explain = Readonly<{ kind: 'Explain'; details: readonly ExplainDetail[]; statement: Statement; span: Span }>

/** DESCRIBE of a query or a change: what Flink prints as EXPLAIN PLAN … WITH IMPLEMENTATION FOR … */
export type ExplainPlan = Readonly<{
  kind: 'ExplainPlan'
  detail: 'EXCLUDING ATTRIBUTES' | 'INCLUDING ATTRIBUTES' | 'INCLUDING ALL ATTRIBUTES'
  depth: 'WITH TYPE' | 'WITH IMPLEMENTATION' | 'WITHOUT IMPLEMENTATION'
  format: 'TEXT' | 'XML' | 'JSON' | 'DOT'
  statement: Statement
  span: Span
}>

/** DESCRIBE (or DESC) of an object; a job has its id in `job`. */
export type Describe = Readonly<{
  kind: 'Describe'
  object: 'TABLE' | 'CATALOG' | 'DATABASE' | 'SCHEMA' | 'FUNCTION' | 'MODEL' | 'JOB' | 'CONNECTION'
  extended: boolean
  name?: Identifier
  /** DESCRIBE TABLE t column. */
  column?: Identifier
  /** The word TABLE was written. */
  explicitTable?: boolean
  job?: StringLiteral
  span: Span
}>

/** `[NOT] LIKE 'pattern'` of SHOW. */
export type ShowPattern = Readonly<{ op: 'LIKE' | 'ILIKE'; negated: boolean; pattern: StringLiteral; span: Span }>

export type Show = Readonly<{
  kind: 'Show'
  what:
    | 'CATALOGS'
    | 'CURRENT CATALOG'
    | 'DATABASES'
    | 'CURRENT DATABASE'
    | 'TABLES'
    | 'VIEWS'
    | 'MATERIALIZED TABLES'
    | 'COLUMNS'
    | 'FUNCTIONS'
    | 'USER FUNCTIONS'
    | 'PROCEDURES'
    | 'MODULES'
    | 'FULL MODULES'
    | 'MODELS'
    | 'CONNECTIONS'
    | 'PARTITIONS'
    | 'JARS'
    | 'JOBS'
  /** FROM or IN a catalog, database or table; for PARTITIONS the table. */
  preposition?: 'FROM' | 'IN'
  scope?: Identifier
  like?: ShowPattern
  partition?: readonly PartitionEntry[]
  span: Span
}>

export type ShowCreate = Readonly<{
  kind: 'ShowCreate'
  object: 'TABLE' | 'VIEW' | 'CATALOG' | 'MODEL' | 'MATERIALIZED TABLE' | 'CONNECTION'
  name: Identifier
  /** SHOW CREATE OR ALTER MATERIALIZED TABLE. */
  orAlter?: boolean
  span: Span
}>

/** SET alone lists; SET 'k' = 'v' sets. */
export type SetOption = Readonly<{ kind: 'SetOption'; key?: StringLiteral; value?: StringLiteral; span: Span }>

/** RESET alone resets all. */
export type ResetOption = Readonly<{ kind: 'ResetOption'; key?: StringLiteral; span: Span }>

export type Use = Readonly<{
  kind: 'Use'
  what: 'CATALOG' | 'DATABASE' | 'MODULES'
  /** One name, or the modules. */
  names: readonly Identifier[]
  span: Span
}>

export type LoadModule = Readonly<{ kind: 'LoadModule'; name: Name; options: readonly TableOption[]; span: Span }>
export type UnloadModule = Readonly<{ kind: 'UnloadModule'; name: Name; span: Span }>

export type AnalyzeTable = Readonly<{
  kind: 'AnalyzeTable'
  name: Identifier
  partition: readonly PartitionEntry[]
  /** FOR COLUMNS a, b; or FOR ALL COLUMNS with `allColumns`. */
  columns: readonly Name[]
  allColumns: boolean
  span: Span
}>

export type StopJob = Readonly<{
  kind: 'StopJob'
  job: StringLiteral
  withSavepoint: boolean
  withDrain: boolean
  span: Span
}>

export type ManageJar = Readonly<{ kind: 'ManageJar'; op: 'ADD' | 'REMOVE'; path: StringLiteral; span: Span }>

/** ALTER SYSTEM or SESSION SET name = value, or RESET name (ALL is a name here). */
export type AlterSystem = Readonly<{
  kind: 'AlterSystem'
  scope: 'SYSTEM' | 'SESSION'
  name: Identifier
  value?: Literal | Identifier
  span: Span
}>
