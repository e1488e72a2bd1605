/** Which option of WITH (…) or OPTIONS(…) the cursor is in. */
import type { EditorDocument } from './document.ts'

export interface OptionContext {
  /** The option whose value is being written; undefined while its key is. */
  readonly key: string | undefined
  /** Options that are written already. */
  readonly written: Readonly<Record<string, string>>
}

/** The cursor stands in the string token `tokens[cursor]`. undefined: the string is no option. */
export function optionAt(document: EditorDocument): OptionContext | undefined {
  const { tokens, text, cursor } = document
  const open = openBefore(document)
  const introducer = tokens[open - 1]
  if (open < 0 || introducer === undefined) return undefined
  const word = text.slice(introducer.start, introducer.end).toUpperCase()
  if (word !== 'WITH' && word !== 'OPTIONS' && word !== 'SET') return undefined
  const written: [string, string][] = []
  for (let i = open + 1; i + 2 < tokens.length && tokens[i]!.key !== ')'; i++) {
    const [name, sign, value] = [tokens[i]!, tokens[i + 1]!, tokens[i + 2]!]
    if (name.type === 'string' && sign.key === '=' && value.type === 'string' && i !== cursor)
      written.push([unquote(text, name), unquote(text, value)])
  }
  const key =
    tokens[cursor - 1]?.key === '=' && tokens[cursor - 2]?.type === 'string' ? unquote(text, tokens[cursor - 2]!) : undefined
  return { key, written: Object.fromEntries(written) }
}

function openBefore({ tokens, cursor }: EditorDocument): number {
  let depth = 0
  for (let i = cursor - 1; i >= 0; i--) {
    if (tokens[i]!.key === ')') depth++
    if (tokens[i]!.key === '(' && depth-- === 0) return i
  }
  return -1
}

function unquote(text: string, { start, end }: { readonly start: number; readonly end: number }): string {
  return text.slice(start + 1, end - 1).replaceAll("''", "'")
}
