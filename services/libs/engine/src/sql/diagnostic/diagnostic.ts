import type { Span } from '../text/span.ts'

export type { Position, Span } from '../text/span.ts'

export type Severity = 'error' | 'warning' | 'info'

/** A user's mistake, or advice, with its place in the text. Never thrown. */
export type Diagnostic = Readonly<{
  /** Stable upper-case code, e.g. `SQL_SYNTAX`. */
  code: string
  severity: Severity
  message: string
  hint?: string
  span: Span
  /** Page of documentation, relative to the documentation root. */
  docs?: string
}>

/** Most diagnostics that one pass reports; further ones are counted, not kept. */
export const DIAGNOSTICS_MAX = 100

/** Collects diagnostics up to a bound. */
export class DiagnosticSink {
  readonly #kept: Diagnostic[] = []
  #dropped = 0
  #errors = 0

  add(diagnostic: Diagnostic): void {
    if (diagnostic.severity === 'error') this.#errors++
    if (this.#kept.length < DIAGNOSTICS_MAX) this.#kept.push(diagnostic)
    else this.#dropped++
  }

  /** What is added now is only counted: its message need not be made. */
  get isFull(): boolean {
    return this.#kept.length >= DIAGNOSTICS_MAX
  }

  /** Counts an error without keeping it. */
  drop(): void {
    this.#errors++
    this.#dropped++
  }

  get all(): readonly Diagnostic[] {
    return this.#kept
  }

  /** How many were reported beyond the bound. */
  get dropped(): number {
    return this.#dropped
  }

  get errorCount(): number {
    return this.#errors
  }
}
