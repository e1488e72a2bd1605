import type { Span } from '../text/span.ts'

/**
 * Leaves the grammar at a mistake. Thrown and caught inside of `parse/` only: callers of the parser see a diagnostic.
 * `index` is the token at fault; a failure without a message is told by what was expected there.
 */
export class SyntaxFailure {
  readonly index: number
  readonly message: string | undefined
  readonly details: Readonly<{ code?: string; hint?: string; span?: Span }>

  constructor(index: number, message?: string, details: Readonly<{ code?: string; hint?: string; span?: Span }> = {}) {
    this.index = index
    this.message = message
    this.details = details
  }
}
