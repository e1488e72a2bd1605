/**
 * The one place where text becomes code. The text is made by the generators of this folder alone: it holds numbers, operators and
 * names of ours; whatever comes from a user (texts, bytes, patterns) enters through `constants`, never through the source.
 */
export interface GeneratedSource {
  /** Body of a function of K (the constants), which returns the compiled function. */
  readonly source: string
  readonly constants: readonly unknown[]
}

export function compile<T>(generated: GeneratedSource): T {
  return new Function('K', `'use strict'\n${generated.source}`)(generated.constants) as T
}
