/** What the binder makes of one statement. Everything but INSERT, statement sets and queries is done by the control plane (or the shell) alone. */
import type { CatalogChange } from '../catalog/change.ts'
import type { BoundRel, ObjectPath, Schema } from './rel.ts'

export interface BoundInsert {
  readonly kind: 'Insert'
  readonly sink: ObjectPath
  readonly hints: Readonly<Record<string, string>>
  readonly overwrite: boolean
  /** Produces exactly the sink's persisted columns (physical and writable metadata), cast to their types. */
  readonly query: BoundRel
  readonly sinkSchema: Schema
  readonly onConflict?: 'ERROR' | 'NOTHING' | 'DEDUPLICATE'
}

export type BoundStatement =
  | { readonly kind: 'Query'; readonly query: BoundRel }
  | BoundInsert
  | { readonly kind: 'StatementSet'; readonly inserts: readonly BoundInsert[] }
  | { readonly kind: 'Catalog'; readonly changes: readonly CatalogChange[]; readonly insert?: BoundInsert }
  | { readonly kind: 'Explain'; readonly details: readonly string[]; readonly statement: BoundStatement }
  | { readonly kind: 'Set'; readonly key?: string; readonly value?: string }
  | { readonly kind: 'Reset'; readonly key?: string }
  | { readonly kind: 'Use'; readonly catalog?: string; readonly database?: string }
  | { readonly kind: 'Show'; readonly what: string; readonly arguments: Readonly<Record<string, unknown>> }
  | { readonly kind: 'Describe'; readonly what: string; readonly path: readonly string[]; readonly extended: boolean }
  /** Parsed and understood, but not offered by this service (ADD JAR, LOAD MODULE, …). */
  | { readonly kind: 'Unsupported'; readonly what: string }
