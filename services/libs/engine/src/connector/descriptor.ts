/**
 * What planning and validation must know of a connector or format, as data: the control plane has this without having the connector.
 */
import type { Diagnostic } from '../sql/diagnostic/diagnostic.ts'
import type { LogicalType } from '../sql/types/logical-type.ts'

export interface OptionDescriptor {
  readonly key: string
  readonly type: 'string' | 'int' | 'boolean' | 'duration' | 'memory' | 'enum' | 'list' | 'map'
  readonly required: boolean
  readonly fallback?: string
  readonly values?: readonly string[]
  /** Refuses a literal in SQL: only ${secret:name} or a connection. */
  readonly sensitive?: boolean
  readonly doc: string
}

/** As in EXPLAIN CHANGELOG_MODE. 'append' = I; 'upsert' = I,UA,D; 'retract' = I,UB,UA,D. */
export type ChangelogKind = 'append' | 'upsert' | 'retract'

export interface TableOptions {
  readonly options: Readonly<Record<string, string>>
  readonly primaryKey: readonly string[]
}

export interface ConnectorDescriptor {
  readonly identifier: string
  readonly doc: string
  readonly options: readonly OptionDescriptor[]
  /** Options starting with one of these are passed through ('properties.'). */
  readonly optionPrefixes: readonly string[]
  readonly formats: readonly string[]
  readonly source?: {
    readonly bounded: (table: TableOptions) => boolean
    readonly changelog: (table: TableOptions) => ChangelogKind
    readonly metadata: Readonly<Record<string, LogicalType>>
  }
  readonly sink?: {
    readonly changelog: (table: TableOptions) => ChangelogKind
    readonly metadata: Readonly<Record<string, LogicalType>>
    /** Rows of one key must reach one writer: the columns, or undefined where any writer will do. */
    readonly partitionedByKey: boolean
    /** Any number of writers may write any row: rows are written on the thread that has them. */
    readonly anywhere?: boolean
  }
  /** Rules between options. Spans are filled by the caller. */
  readonly check?: (table: TableOptions) => readonly Omit<Diagnostic, 'span'>[]
}

export interface FormatDescriptor {
  readonly identifier: string
  readonly doc: string
  readonly options: readonly OptionDescriptor[]
}

export interface ConnectorCatalog {
  readonly connectors: Readonly<Record<string, ConnectorDescriptor>>
  readonly formats: Readonly<Record<string, FormatDescriptor>>
}
