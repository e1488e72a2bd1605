import type { FormatToken } from './format-token.ts'
import { newSpacingState, type SpacingState, spaceBetween } from './spacing.ts'

export const LINE_WIDTH = 100
const STEP = 2
/** Parentheses inside of so many others are laid out as they come. */
const DEPTH_MAX = 24

/** Words that begin a line at the level of their query or statement, when no parenthesis is open. */
const CLAUSE_STARTS: ReadonlySet<string> = new Set(
  (
    'SELECT FROM WHERE GROUP HAVING WINDOW QUALIFY ORDER LIMIT OFFSET FETCH UNION INTERSECT EXCEPT VALUES JOIN INNER LEFT RIGHT FULL CROSS ' +
    'NATURAL WITH PARTITIONED DISTRIBUTED COMMENT LIKE SET USING WHEN FRESHNESS REFRESH_MODE START_MODE'
  ).split(' '),
)
/** Words behind which one of the above does not begin a line: `GROUP BY`, `LEFT OUTER JOIN`. */
const CONTINUES: ReadonlySet<string> = new Set(
  'NATURAL LEFT RIGHT FULL INNER CROSS OUTER ALTER STATEMENT NOT IN EXPLAIN FOR BEGIN'.split(' '),
)
const QUERY_STARTS: ReadonlySet<string> = new Set(['SELECT', 'WITH', 'VALUES', 'TABLE'])

/** A part of a line: a token, or what stands in a pair of parentheses. */
type Item = FormatToken | Group
type Group = Readonly<{ open: FormatToken; close: FormatToken | undefined; items: readonly Item[] }>

/** Lays out the tokens of one statement (without its semicolon). Deterministic in the tokens and comments alone. */
export function layoutStatement(tokens: readonly FormatToken[]): string {
  return new Layout().query(nest(tokens), 0)
}

function isGroup(item: Item): item is Group {
  return 'items' in item
}

/** Builds groups from parentheses; an unclosed one lasts to the end. */
function nest(tokens: readonly FormatToken[]): readonly Item[] {
  const stack: { open: FormatToken | undefined; items: Item[] }[] = [{ open: undefined, items: [] }]
  let deeper = 0
  for (const token of tokens) {
    const top = stack[stack.length - 1] as { open: FormatToken | undefined; items: Item[] }
    if (token.key === '(' && stack.length <= DEPTH_MAX && deeper === 0) stack.push({ open: token, items: [] })
    else if (token.key === '(') {
      deeper++
      top.items.push(token)
    } else if (token.key === ')' && deeper > 0) {
      deeper--
      top.items.push(token)
    } else if (token.key === ')' && top.open !== undefined) {
      stack.pop()
      stack[stack.length - 1]?.items.push({ open: top.open, close: token, items: top.items })
    } else top.items.push(token)
  }
  while (stack.length > 1) {
    const top = stack.pop() as { open: FormatToken; items: Item[] }
    stack[stack.length - 1]?.items.push({ open: top.open, close: undefined, items: top.items })
  }
  return stack[0]?.items ?? []
}

class Layout {
  readonly #state: SpacingState = newSpacingState()

  /** Clauses below each other, each on one line where it fits. */
  query(items: readonly Item[], indent: number): string {
    return clauses(items)
      .map((clause) => this.#clause(clause, indent))
      .join('')
  }

  #clause(items: readonly Item[], indent: number): string {
    return lineOf(items, indent) ?? this.#parts(items, indent)
  }

  /** A clause that takes several lines: its list items, or its conditions, one a line. */
  #parts(items: readonly Item[], indent: number): string {
    const parts = splitParts(items)
    if (parts.length === 1) return this.#broken(items, indent)
    return parts.map((part, index) => this.#part(part, index === 0 ? indent : indent + STEP)).join('')
  }

  #part(items: readonly Item[], indent: number): string {
    return lineOf(items, indent) ?? this.#broken(items, indent)
  }

  /** One part with its groups opened. */
  #broken(items: readonly Item[], indent: number): string {
    const out = new Lines(indent)
    for (const item of items) {
      if (!isGroup(item)) {
        out.token(item, this.#state)
        continue
      }
      const short = isQueryGroup(item) ? undefined : shortTokens([item])
      if (short !== undefined && out.fits(short)) {
        for (const token of short) out.token(token, this.#state)
        continue
      }
      out.token(item.open, this.#state)
      out.block(isQueryGroup(item) ? this.query(item.items, out.indent + STEP) : this.#list(item.items, out.indent + STEP))
      if (item.close !== undefined) out.token(item.close, this.#state)
    }
    return out.end()
  }

  #list(items: readonly Item[], indent: number): string {
    return byCommas(items)
      .map((part) => this.#part(part, indent))
      .join('')
  }
}

/** Collects one logical line that breaks only where a comment or a block makes it. */
class Lines {
  readonly indent: number
  #text = ''
  #line = ''
  #previous: FormatToken | undefined

  constructor(indent: number) {
    this.indent = indent
  }

  token(token: FormatToken, state: SpacingState): void {
    for (const comment of token.leading) {
      this.#flush()
      this.#text += `${pad(this.indent)}${comment.text}\n`
    }
    const space = this.#previous !== undefined && spaceBetween(this.#previous, token, state)
    this.#line += this.#line === '' ? token.text : `${space ? ' ' : ''}${token.text}`
    this.#previous = token
    for (const comment of token.trailing) {
      this.#line += ` ${comment.text}`
      if (comment.line) this.#flush()
    }
  }

  /** Whether these tokens still fit behind what is there. */
  fits(tokens: readonly FormatToken[]): boolean {
    return this.indent + this.#line.length + 1 + oneLine(tokens).length <= LINE_WIDTH
  }

  block(text: string): void {
    this.#flush()
    this.#text += text
  }

  end(): string {
    this.#flush()
    return this.#text
  }

  #flush(): void {
    if (this.#line !== '') this.#text += `${pad(this.indent)}${this.#line}\n`
    this.#line = ''
  }
}

function pad(indent: number): string {
  return ' '.repeat(Math.min(indent, LINE_WIDTH / 2))
}

/** Items on one line with its end, where they fit on one and no sub-query wants its own lines. */
function lineOf(items: readonly Item[], indent: number): string | undefined {
  const short = shortTokens(items)
  if (short === undefined) return undefined
  const line = oneLine(short)
  return indent + line.length <= LINE_WIDTH && !items.some(isQueryGroup) ? `${pad(indent)}${line}\n` : undefined
}

/**
 * All tokens of items in order, where they may fit on one line. Gives up as soon as they cannot, so that the outer one of
 * nested parentheses does not read what the inner ones read again.
 */
function shortTokens(items: readonly Item[]): FormatToken[] | undefined {
  const tokens: FormatToken[] = []
  return collect(items, tokens, LINE_WIDTH) < 0 ? undefined : tokens
}

/** Adds tokens while there is room (in characters) and returns what is left of it; negative where they do not fit. */
function collect(items: readonly Item[], into: FormatToken[], room: number): number {
  for (const item of items) {
    if (room < 0) return room
    if (!isGroup(item)) room = take(item, into, room)
    else {
      room = collect(item.items, into, take(item.open, into, room))
      if (item.close !== undefined) room = take(item.close, into, room)
    }
  }
  return room
}

/** Line comments and comments on their own lines cannot stand inside of a line. */
function take(token: FormatToken, into: FormatToken[], room: number): number {
  if (token.leading.length > 0 || token.trailing.some(({ line }) => line)) return -1
  into.push(token)
  return room - token.text.length
}

function oneLine(tokens: readonly FormatToken[]): string {
  const state = newSpacingState()
  let text = ''
  let previous: FormatToken | undefined
  for (const token of tokens) {
    if (previous !== undefined && spaceBetween(previous, token, state)) text += ' '
    text += token.text
    for (const comment of token.trailing) text += ` ${comment.text}`
    previous = token
  }
  return text
}

function isQueryGroup(item: Item): boolean {
  if (!isGroup(item)) return false
  const [first] = item.items
  if (first === undefined) return false
  if (isGroup(first)) return isQueryGroup(first) && item.items.length > 1
  return QUERY_STARTS.has(first.key) && !(first.key === 'TABLE' && item.items.length < 3) && item.items.length > 1
}

function keyOf(item: Item | undefined): string {
  return item === undefined || isGroup(item) ? '' : item.role === 'name' || item.role === 'function' ? '' : item.key
}

/** Cuts at the words that begin clauses. */
function clauses(items: readonly Item[]): Item[][] {
  const result: Item[][] = []
  let current: Item[] = []
  items.forEach((item, index) => {
    if (current.length > 0 && startsClause(items, index)) {
      result.push(current)
      current = []
    }
    current.push(item)
  })
  if (current.length > 0) result.push(current)
  return result
}

function startsClause(items: readonly Item[], index: number): boolean {
  const key = keyOf(items[index])
  if (!CLAUSE_STARTS.has(key)) return false
  const previous = keyOf(items[index - 1])
  if (CONTINUES.has(previous)) return false
  const next = items[index + 1]
  switch (key) {
    case 'LEFT':
    case 'RIGHT':
      return next === undefined || !isGroup(next)
    case 'WITH':
      // WITH ORDINALITY, WITH LOCAL TIME ZONE, WITH SAVEPOINT go on in their line.
      return next !== undefined && (isGroup(next) || keyOf(next) === '' || keyOf(next) === 'RECURSIVE')
    case 'LIKE':
      return index > 2 && keyOf(items[0]) === 'CREATE' && isGroup(items[index - 1] as Item)
    case 'SET':
      return keyOf(items[0]) === 'UPDATE'
    case 'USING':
    case 'WHEN':
      return keyOf(items[0]) === 'MERGE'
    case 'COMMENT':
    case 'PARTITIONED':
    case 'DISTRIBUTED':
      return isGroup(items[index - 1] as Item) || keyOf(items[index - 2]) === 'COMMENT'
    default:
      return true
  }
}

/** The parts of a clause that may stand on lines of their own: list items, or conditions. */
function splitParts(items: readonly Item[]): Item[][] {
  const commas = byCommas(items)
  if (commas.length > 1) return headAndItems(commas)
  return byConditions(items)
}

/** `SELECT a, b`: the first item leaves the line of its keywords. */
function headAndItems(parts: readonly Item[][]): Item[][] {
  const [first = [], ...rest] = parts
  let words = 0
  while (words < first.length - 1 && HEAD_WORDS.has(keyOf(first[words]))) words++
  if (words === 0) return [first, ...rest]
  return [first.slice(0, words), first.slice(words), ...rest]
}

const HEAD_WORDS: ReadonlySet<string> = new Set('SELECT DISTINCT ALL STREAM GROUP ORDER BY VALUES WINDOW SET'.split(' '))

function byCommas(items: readonly Item[]): Item[][] {
  const parts: Item[][] = [[]]
  for (const item of items) {
    parts[parts.length - 1]?.push(item)
    if (keyOf(item) === ',') parts.push([])
  }
  return parts.filter((part) => part.length > 0)
}

/** Cuts before AND and OR outside of BETWEEN, and before the branches of CASE. */
function byConditions(items: readonly Item[]): Item[][] {
  const parts: Item[][] = [[]]
  let between = false
  let cases = 0
  for (const item of items) {
    const key = keyOf(item)
    const cut = parts[parts.length - 1]?.length !== 0
    if (key === 'CASE') cases++
    if (key === 'BETWEEN') between = true
    else if (key === 'AND' && between) between = false
    else if (cut && cases === 0 && (key === 'AND' || key === 'OR')) parts.push([])
    else if (cut && cases === 1 && (key === 'WHEN' || key === 'ELSE')) parts.push([])
    if (key === 'END' && cases > 0) cases--
    parts[parts.length - 1]?.push(item)
  }
  return parts
}
