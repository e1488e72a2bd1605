/** SQL/JSON paths: `[lax|strict] $` with member, element and wildcard steps. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

type Step =
  | { readonly kind: 'member'; readonly name: string }
  | { readonly kind: 'element'; readonly index: number }
  | { readonly kind: 'all' }

export interface JsonPath {
  readonly strict: boolean
  /** Undefined where the path is malformed. */
  readonly steps: readonly Step[] | undefined
  /** False where a wildcard may give several values, which are then one array. */
  readonly definite: boolean
}

const STEP =
  /\s*(?:\.\s*(\*|[\p{L}\p{N}_$-]+|"[^"]*")|\.?\s*\[\s*(?:(\*)|(-?\d+)|'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\s*\])\s*/uy
const PATHS_MAX = 100
const CACHE = new Map<string, JsonPath>()

export function jsonPath(text: string): JsonPath {
  const known = CACHE.get(text)
  if (known !== undefined) return known
  const path = parsePath(text)
  if (CACHE.size >= PATHS_MAX) CACHE.delete(CACHE.keys().next().value!)
  CACHE.set(text, path)
  return path
}

function parsePath(text: string): JsonPath {
  const [, mode = 'lax', rest = ''] = /^\s*(?:(lax|strict)\s+)?([\s\S]*)$/i.exec(text)!
  const strict = mode.toLowerCase() === 'strict'
  const steps = stepsOf(rest.trim())
  return { strict, steps, definite: steps?.every((step) => step.kind !== 'all') ?? true }
}

function stepsOf(text: string): readonly Step[] | undefined {
  if (!text.startsWith('$')) return undefined
  const steps: Step[] = []
  STEP.lastIndex = 1
  while (STEP.lastIndex < text.length) {
    const match = STEP.exec(text)
    if (match === null) return undefined
    const [, dotted, star, index, single, double] = match
    if (dotted === '*' || star !== undefined) steps.push({ kind: 'all' })
    else if (index !== undefined) steps.push({ kind: 'element', index: Number(index) })
    else steps.push({ kind: 'member', name: (dotted?.replace(/^"(.*)"$/, '$1') ?? single ?? double)! })
  }
  return steps
}

/** What a path finds; `missing` where a step leads nowhere. */
export type Found = { readonly kind: 'value'; readonly value: Json } | { readonly kind: 'missing' }

export function findPath(root: Json, path: JsonPath & { readonly steps: readonly Step[] }): Found {
  let current: readonly Json[] = [root]
  for (const step of path.steps) {
    current = current.flatMap((value) => stepInto(value, step))
    if (current.length === 0) return path.definite ? { kind: 'missing' } : { kind: 'value', value: [] }
  }
  return { kind: 'value', value: path.definite ? current[0]! : current }
}

function stepInto(value: Json, step: Step): readonly Json[] {
  if (value === null || typeof value !== 'object') return []
  const array = Array.isArray(value) ? (value as readonly Json[]) : undefined
  switch (step.kind) {
    case 'all':
      return array ?? Object.values(value)
    case 'element': {
      const item = array?.at(step.index)
      return item === undefined ? [] : [item]
    }
    case 'member': {
      if (array !== undefined || !Object.hasOwn(value, step.name)) return []
      return [(value as { readonly [key: string]: Json })[step.name]!]
    }
  }
}

/** Undefined where the text is not JSON. */
export function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

/** JSON text with the members of objects in the order of their names. */
export function printJson(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(printJson).join(',')}]`
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([key, item]) => `${JSON.stringify(key)}:${printJson(item)}`).join(',')}}`
}
