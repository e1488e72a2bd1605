/** The seam between the expression binder and the query binder: the first asks, the second answers. */
import type { CatalogFunction } from '../catalog/catalog.ts'
import type { Diagnostic } from '../diagnostic/diagnostic.ts'
import type { Span } from '../text/span.ts'
import type { BoundExpr } from './expr.ts'
import type { ObjectPath, Schema } from './rel.ts'

export type NameResolution =
  | {
      readonly kind: 'expr'
      readonly expr: BoundExpr /** Name parts used; the rest are field accesses. */
      readonly used: number
    }
  | { readonly kind: 'ambiguous'; readonly candidates: readonly string[] }
  /** The name stands for something whose error was reported already: type nothing, report nothing. */
  | { readonly kind: 'reported' }
  | { readonly kind: 'unknown' /** Names in scope, for "did you mean". */; readonly candidates: readonly string[] }

/** Resolves column names for one query level; implemented by the query binder (and by tests over a plain schema). */
export interface Scope {
  resolveColumn(parts: readonly { readonly value: string; readonly span: Span }[]): NameResolution
  /** Columns of `*` (no qualifier) or `t.*`. */
  expandStar(qualifier: readonly string[] | undefined): Schema | undefined
}

export interface FunctionLookup {
  /** A user-defined function by a 1–3 part name; undefined falls back to the built-in table. */
  resolveFunction(parts: readonly string[]): { readonly path: ObjectPath; readonly fn: CatalogFunction } | undefined
}

export interface ReportDiagnostic {
  report(diagnostic: Diagnostic): void
}

/** The result of typing something: undefined after an error was reported. */
export type Typed<T extends BoundExpr = BoundExpr> = T | undefined
