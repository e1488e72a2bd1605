import type { LiteralValue } from '../bound/expr.ts'

/** What is wrong with a literal LIKE pattern and its escape character; undefined where nothing is, or one is not a literal. */
export function likePatternProblem(pattern: LiteralValue | undefined, escapeValue: LiteralValue | undefined): string | undefined {
  if (typeof escapeValue !== 'string' || escapeValue === '') return undefined
  if ([...escapeValue].length > 1) return `The escape must be one character, not '${escapeValue}'`
  if (typeof pattern !== 'string') return undefined
  const characters = [...pattern]
  for (let i = 0; i < characters.length; i++) {
    if (characters[i] !== escapeValue) continue
    const next = characters[i + 1]
    if (next !== '_' && next !== '%' && next !== escapeValue)
      return `Invalid escape sequence in '${pattern}' at character ${i + 1}`
    i++
  }
  return undefined
}
