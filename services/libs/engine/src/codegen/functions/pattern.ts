/** LIKE, SIMILAR TO and regular expressions. Nothing here takes more than linear time in text times pattern. */
import { RE2JS } from 're2js'
import { ValueError } from '../../data/value-error.ts'
import { type Emitter, type EmitterTable, made, runtime } from './emitter.ts'

const CACHED_PATTERNS_MAX = 100

/** Keeps what was made of the last patterns; the oldest goes first. */
function cached<T>(make: (pattern: string) => T): (pattern: string) => T {
  const cache = new Map<string, T>()
  return (pattern) => {
    const known = cache.get(pattern)
    if (known !== undefined) return known
    const fresh = make(pattern)
    if (cache.size >= CACHED_PATTERNS_MAX) cache.delete(cache.keys().next().value!)
    cache.set(pattern, fresh)
    return fresh
  }
}

type Matcher = (text: string) => boolean
type LikePart = { readonly kind: 'any' } | { readonly kind: 'one' } | { readonly kind: 'char'; readonly char: string }

function likeParts(pattern: string, escapeChar: string | undefined): readonly LikePart[] {
  const parts: LikePart[] = []
  const chars = Array.from(pattern)
  for (let i = 0; i < chars.length; i++) {
    const char = chars[i]!
    if (char === escapeChar) {
      const next = chars[++i]
      if (next !== '%' && next !== '_' && next !== escapeChar)
        throw new ValueError(`Invalid escapeChar sequence in a LIKE pattern at ${i}.`)
      parts.push({ kind: 'char', char: next })
    } else if (char === '%') parts.push({ kind: 'any' })
    else if (char === '_') parts.push({ kind: 'one' })
    else parts.push({ kind: 'char', char })
  }
  return parts
}

/** A test for a LIKE pattern: the usual shapes are one string search, the rest walks greedily and goes back to the last %. */
export function likeMatcher(pattern: string, escapeChar?: string): Matcher {
  const parts = likeParts(pattern, escapeChar)
  const inner = parts.filter((part) => part.kind !== 'any')
  const fixed = inner.every((part) => part.kind === 'char')
    ? inner.map((part) => (part as { char: string }).char).join('')
    : undefined
  const wildcards = parts.flatMap((part, i) => (part.kind === 'any' ? [i] : []))
  const last = parts.length - 1
  if (fixed !== undefined && wildcards.every((i) => i === 0 || i === last)) {
    const [open, close] = [wildcards.includes(0), wildcards.includes(last)]
    if (open && close) return (text) => text.includes(fixed)
    if (open) return (text) => text.endsWith(fixed)
    return close ? (text) => text.startsWith(fixed) : (text) => text === fixed
  }
  return (text) => wildcardMatch(Array.from(text), parts)
}

function wildcardMatch(text: readonly string[], parts: readonly LikePart[]): boolean {
  let [t, p, retryText, retryPart] = [0, 0, 0, -1]
  while (t < text.length) {
    const part = parts[p]
    if (part?.kind === 'any') {
      retryPart = p++
      retryText = t
    } else if (part !== undefined && (part.kind === 'one' || part.char === text[t])) {
      p++
      t++
    } else if (retryPart >= 0) {
      p = retryPart + 1
      t = ++retryText
    } else return false
  }
  while (parts[p]?.kind === 'any') p++
  return p === parts.length
}

const like: Emitter = made(({ literals }) => {
  const [, pattern, escapeChar] = literals
  if (typeof pattern === 'string' && (literals.length < 3 || typeof escapeChar === 'string')) {
    const matcher = likeMatcher(pattern, escapeChar as string | undefined)
    return (text: string) => matcher(text)
  }
  const matcherFor = cached((key) => {
    const split = key.indexOf('\u0000')
    return likeMatcher(key.slice(split + 1), split === 0 ? undefined : key.slice(0, split))
  })
  return (text: string, by: string, mark = '') => matcherFor(`${mark}\u0000${by}`)(text)
})

/** SQL's regular expressions: % and _ as in LIKE, the rest as in a regular expression. */
function similarSource(pattern: string, escapeChar: string): string {
  let source = ''
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i]!
    if (escapeChar !== '' && char === escapeChar) source += RE2JS.quote(pattern[++i] ?? '')
    else if (char === '%') source += '.*'
    else if (char === '_') source += '.'
    else if (char === '$' || char === '^' || char === '\\') source += `\\${char}`
    else source += char
  }
  return `(?s)${source}`
}

const regexFor = cached((pattern): RE2JS | null => {
  try {
    return RE2JS.compile(pattern)
  } catch {
    return null
  }
})

function similar(text: string, pattern: string, escapeChar = ''): boolean {
  const regex = regexFor(similarSource(pattern, escapeChar))
  if (regex === null) throw new ValueError('Invalid SIMILAR TO pattern.')
  return regex.matches(text)
}

function regexpExtract(text: string, pattern: string, group: bigint | number = 0): string | null {
  const matcher = regexFor(pattern)?.matcher(text)
  const index = Number(group)
  if (matcher === undefined || index < 0 || index > matcher.groupCount() || !matcher.find()) return null
  return matcher.group(index)
}

function regexpReplace(text: string, pattern: string, replacement: string): string | null {
  const regex = regexFor(pattern)
  if (regex === null) return null
  return regex.matcher(text).replaceAll(replacement)
}

function regexpCount(text: string, pattern: string): number | null {
  const matcher = regexFor(pattern)?.matcher(text)
  if (matcher === undefined) return null
  let count = 0
  while (matcher.find()) count++
  return count
}

function regexpInstr(text: string, pattern: string): number | null {
  const matcher = regexFor(pattern)?.matcher(text)
  if (matcher === undefined) return null
  return matcher.find() ? matcher.start() + 1 : 0
}

function regexpExtractAll(text: string, pattern: string, group: bigint | number = 1): readonly (string | null)[] | null {
  const matcher = regexFor(pattern)?.matcher(text)
  const index = Number(group)
  if (matcher === undefined || index < 0 || index > matcher.groupCount()) return null
  const found: (string | null)[] = []
  while (matcher.find()) found.push(matcher.group(index))
  return found
}

const regexp = (text: string, pattern: string): boolean | null => regexFor(pattern)?.matcher(text).find() ?? null

const negated =
  (emitter: Emitter): Emitter =>
  (env, call) => {
    const value = emitter(env, call)
    return { ...value, code: [`!${value.code[0]!}`] }
  }

export const PATTERN: EmitterTable = {
  LIKE: like,
  'NOT LIKE': negated(like),
  'SIMILAR TO': runtime(similar),
  'NOT SIMILAR TO': negated(runtime(similar)),
  REGEXP: runtime(regexp),
  REGEXP_EXTRACT: runtime(regexpExtract),
  REGEXP_REPLACE: runtime(regexpReplace),
  REGEXP_COUNT: runtime(regexpCount),
  REGEXP_INSTR: runtime(regexpInstr),
  REGEXP_SUBSTR: runtime((text: string, pattern: string) => regexpExtract(text, pattern)),
  REGEXP_EXTRACT_ALL: runtime(regexpExtractAll),
}
