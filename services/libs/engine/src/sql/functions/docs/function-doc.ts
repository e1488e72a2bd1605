/** A sentence or two of Markdown; `example` is SQL with its result behind an arrow. */
export interface FunctionDoc {
  readonly text: string
  readonly example?: string
  /** How it is written, where that is not `NAME(arguments)`. */
  readonly usage?: string
}

/** By canonical name. */
export type FunctionDocs = Readonly<Record<string, FunctionDoc>>
