import type { Random } from './random.ts'

const PIECES = [
  'SELECT', 'FROM', '(', ')', ',', ';', "'", '`', '.', '*', '=', '<', '>', '--', '/*', '*/', '/*+', '{', '}', '[', ']', ' ', '\n', '"', '\\',
  'AND', 'NOT', 'CASE', 'END', 'BEGIN', 'STATEMENT SET BEGIN', 'WITH', 'AS', 'ROW', 'ARRAY<', 'UNION', 'BETWEEN', 'IS', 'NULL', '1', '0x', '1e',
  '..', '=>', '||', '!', '$', '#', '\u0000', '\ud83d', 'é', "U&'\\00", "X'0", 'INTERVAL', 'ESCAPE', 'OVER (', 'TABLE', 'JOIN', 'DEFAULT',
  '{d', '{ts', '/* c */', '-- c\n', ' . ', 'a$b', '$x', '\t', 'MAP', 'count(*)', 'DESCRIPTOR(', 'FOR', 'PARTITION BY',
] as const // biome-ignore format: a list

const MUTATIONS_MAX = 4

/** Breaks a text in a few places: by characters, by tokens, by pieces of the language. */
export function mutate(random: Random, text: string): string {
  let result = text
  const times = 1 + random.below(MUTATIONS_MAX)
  for (let i = 0; i < times; i++) result = once(random, result)
  return result
}

function once(random: Random, text: string): string {
  const at = random.below(text.length + 1)
  switch (random.below(7)) {
    case 0:
      return text.slice(0, at)
    case 1:
      return text.slice(0, at) + random.pick(PIECES) + text.slice(at)
    case 2:
      return text.slice(0, at) + text.slice(at + 1 + random.below(6))
    case 3: {
      const end = at + random.below(20)
      return text.slice(0, end) + text.slice(at, end) + text.slice(end)
    }
    default:
      return onTokens(random, text)
  }
}

function onTokens(random: Random, text: string): string {
  const first = tokenNear(text, random.below(text.length + 1))
  const kind = random.below(3)
  if (kind === 0) return text.slice(0, first.start) + text.slice(first.end)
  const second = tokenNear(text, random.below(text.length + 1))
  const replacement = random.once(2) ? text.slice(second.start, second.end) : random.pick(PIECES)
  return `${text.slice(0, first.start)}${replacement} ${text.slice(kind === 1 ? first.end : first.start)}`
}

/** A word, quoted text or sign. */
const TOKEN = /'[^']*'|`[^`]*`|[\w$]+|\S/g

/** The token around an offset or the next one behind it: found from there, since lexing the whole text costs as much as parsing it. */
function tokenNear(text: string, at: number): Readonly<{ start: number; end: number }> {
  let start = at
  while (start > 0 && isWordPart(text.charCodeAt(start - 1)) && isWordPart(text.charCodeAt(start))) start--
  TOKEN.lastIndex = start
  const match = TOKEN.exec(text)
  return match === null ? { start: text.length, end: text.length } : { start: match.index, end: match.index + match[0].length }
}

function isWordPart(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95 || code === 36
}
