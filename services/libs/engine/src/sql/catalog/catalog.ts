/**
 * The catalog as plain data: what the binder resolves names against. A workspace is a catalog; it holds databases; a database
 * holds tables, views, functions and models by their exact (case-sensitive) names.
 */
import type { Field, LogicalType } from '../types/logical-type.ts'

export type TableColumn =
  | { readonly kind: 'physical'; readonly name: string; readonly type: LogicalType; readonly comment?: string }
  | {
      readonly kind: 'metadata'
      readonly name: string
      readonly type: LogicalType
      /** Key of the connector's metadata; the column's name where FROM is absent. */
      readonly key: string
      /** VIRTUAL columns are not written by sinks. */
      readonly virtual: boolean
      readonly comment?: string
    }
  | {
      readonly kind: 'computed'
      readonly name: string
      readonly type: LogicalType
      /** The expression as SQL, bound again where the table is used. */
      readonly expression: string
      readonly comment?: string
    }

export interface WatermarkSpec {
  /** A column name, or a path into a nested row. */
  readonly column: readonly string[]
  readonly expression: string
}

export interface CatalogTable {
  readonly kind: 'table'
  readonly columns: readonly TableColumn[]
  readonly watermark?: WatermarkSpec
  readonly primaryKey?: { readonly name: string; readonly columns: readonly string[] }
  readonly partitionKeys: readonly string[]
  readonly distribution?: {
    readonly kind: 'HASH' | 'RANGE' | 'UNKNOWN'
    readonly columns: readonly string[]
    readonly buckets?: number
  }
  readonly options: Readonly<Record<string, string>>
  readonly comment?: string
  readonly temporary: boolean
}

export interface CatalogView {
  readonly kind: 'view'
  readonly sql: string
  /** SQL with every name resolved to three parts. */
  readonly expandedSql: string
  readonly columns: readonly Field[]
  readonly comment?: string
  readonly temporary: boolean
}

export interface CatalogFunction {
  readonly kind: 'function'
  readonly className: string
  readonly language: 'JAVA' | 'SCALA' | 'PYTHON' | 'JAVASCRIPT'
  readonly temporary: boolean
  /** Known only where the artifact declares it. */
  readonly signature?: { readonly args: readonly LogicalType[]; readonly returns: LogicalType; readonly table: boolean }
}

export interface CatalogModel {
  readonly kind: 'model'
  readonly input: readonly Field[]
  readonly output: readonly Field[]
  readonly options: Readonly<Record<string, string>>
  readonly comment?: string
  readonly temporary: boolean
}

export type CatalogObject = CatalogTable | CatalogView | CatalogFunction | CatalogModel

export interface Database {
  readonly comment?: string
  readonly options: Readonly<Record<string, string>>
  /** Tables and views share one name space; functions and models have one each. */
  readonly tables: Readonly<Record<string, CatalogTable | CatalogView>>
  readonly functions: Readonly<Record<string, CatalogFunction>>
  readonly models: Readonly<Record<string, CatalogModel>>
}

export interface Catalog {
  readonly databases: Readonly<Record<string, Database>>
}

/** Everything that binding depends on besides the text. */
export interface SessionContext {
  readonly catalogs: Readonly<Record<string, Catalog>>
  readonly currentCatalog: string
  readonly currentDatabase: string
  /** SET options, for example table.local-time-zone. */
  readonly config: Readonly<Record<string, string>>
  /** TEMPORARY objects of this session by catalog and database; they hide permanent ones of the same name. */
  readonly temporary?: Readonly<Record<string, Catalog>>
  /** TEMPORARY SYSTEM functions by lower-case name; they hide built-in ones. */
  readonly systemFunctions?: Readonly<Record<string, CatalogFunction>>
}
