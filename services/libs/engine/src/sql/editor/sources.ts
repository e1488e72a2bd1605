/** Which tables and columns the cursor can name, also in a statement that does not parse yet. */
import { analyzeScript } from '../bind/analyze-script.ts'
import type { Schema } from '../bound/rel.ts'
import type { Token } from '../lex/token.ts'
import type { Span } from '../text/span.ts'
import { type EditorDocument, nameOf, namePathAt } from './document.ts'

export interface Source {
  readonly alias: string
  readonly columns: Schema
  /** Where the alias, or without one the table, is written. */
  readonly span: Span
}

export interface CommonTableText {
  readonly name: string
  readonly span: Span
  /** `name AS (…)`. */
  readonly text: string
}

const SOURCES_MAX = 20

/** Behind these a list of tables is over. */
const CLAUSE_ENDS: ReadonlySet<string> = new Set([
  'WHERE',
  'GROUP',
  'HAVING',
  'WINDOW',
  'QUALIFY',
  'ORDER',
  'LIMIT',
  'OFFSET',
  'FETCH',
  'UNION',
  'INTERSECT',
  'EXCEPT',
  'ON',
  'USING',
  'SELECT',
])

/** Words that follow a table without being its alias. */
const NO_ALIAS: ReadonlySet<string> = new Set([
  ...CLAUSE_ENDS,
  'JOIN',
  'INNER',
  'LEFT',
  'RIGHT',
  'FULL',
  'CROSS',
  'NATURAL',
  'FOR',
  'MATCH_RECOGNIZE',
  'TABLESAMPLE',
  'SET',
  'VALUES',
])

/** Tables of FROM in the query blocks around the cursor, inner blocks first. */
export function sourcesAt(document: EditorDocument): readonly Source[] {
  const parents = blocks(document.tokens)
  const around = enclosing(parents, document.cursor)
  const common = commonTables(document)
  const found: Source[] = []
  for (const block of around) {
    for (const index of tablePositions(document, parents, block)) {
      const source = found.length < SOURCES_MAX ? sourceAt(document, index, common) : undefined
      if (source !== undefined) found.push(source)
    }
  }
  return found
}

/** For each token the open parenthesis around it; -1 at the top. */
function blocks(tokens: readonly Token[]): readonly number[] {
  const open: number[] = [-1]
  return tokens.map((token, i) => {
    if (token.key === ')' && open.length > 1) open.pop()
    const parent = open.at(-1)!
    if (token.key === '(') open.push(i)
    return parent
  })
}

function enclosing(parents: readonly number[], cursor: number): readonly number[] {
  const around: number[] = []
  let at = blockOf(parents, cursor)
  while (at >= 0) {
    around.push(at)
    at = parents[at]!
  }
  return [...around, -1]
}

function blockOf(parents: readonly number[], cursor: number): number {
  return cursor < parents.length ? parents[cursor]! : parents.length === 0 ? -1 : (parents.at(-1) ?? -1)
}

/** Where a table begins in one block's FROM: behind FROM, JOIN and the commas between. */
function tablePositions({ tokens }: EditorDocument, parents: readonly number[], block: number): readonly number[] {
  const positions: number[] = []
  let inFrom = false
  for (const [i, token] of tokens.entries()) {
    if (parents[i] !== block) continue
    if (token.key === 'FROM' || token.key === 'JOIN') {
      inFrom = true
      positions.push(i + 1)
    } else if (token.key === ',' && inFrom) positions.push(i + 1)
    else if (CLAUSE_ENDS.has(token.key)) inFrom = token.key === 'ON' || token.key === 'USING' ? inFrom : false
  }
  return positions
}

function sourceAt(document: EditorDocument, start: number, common: readonly CommonTableText[]): Source | undefined {
  const { tokens, text } = document
  const end = tableEnd(document, start)
  if (end === undefined) return undefined
  const path = tokens[start]!.key === '(' || tokens[end - 1]!.key === ')' ? undefined : namePathAt(document, start)
  const aliasAt = tokens[end]?.key === 'AS' ? end + 1 : end
  const token = tokens[aliasAt]
  const written = token === undefined || NO_ALIAS.has(token.key) ? undefined : nameOf(token, text)
  const alias = written ?? path?.parts.at(-1) ?? ''
  const columns = columnsOf(document, text.slice(tokens[start]!.start, tokens[end - 1]!.end), common)
  if (columns === undefined) return undefined
  const span =
    written === undefined || token === undefined
      ? { start: tokens[start]!.start, end: tokens[end - 1]!.end }
      : { start: token.start, end: token.end }
  return { alias, columns, span }
}

/** The token behind a table: a name, a query in parentheses, or a function call. */
function tableEnd(document: EditorDocument, start: number): number | undefined {
  const { tokens } = document
  let at = tokens[start]?.key === 'LATERAL' ? start + 1 : start
  if (tokens[at] === undefined) return undefined
  if (tokens[at]!.key !== '(') {
    const path = namePathAt(document, at)
    if (path === undefined) return undefined
    at = path.next
  }
  if (tokens[at]?.key !== '(') return at
  return closing(tokens, at)
}

function closing(tokens: readonly Token[], open: number): number | undefined {
  let depth = 0
  for (let i = open; i < tokens.length; i++) {
    if (tokens[i]!.key === '(') depth++
    if (tokens[i]!.key === ')' && --depth === 0) return i + 1
  }
  return undefined
}

function columnsOf(document: EditorDocument, table: string, common: readonly CommonTableText[]): Schema | undefined {
  const withClause = common.length === 0 ? '' : `WITH ${common.map((one) => one.text).join(', ')} `
  const { statements } = analyzeScript(`${withClause}SELECT * FROM ${table}`, document.session)
  const bound = statements[0]?.bound
  return bound?.kind === 'Query' ? bound.query.schema : undefined
}

/** `name AS (…)` anywhere in the statement before the cursor's block. */
export function commonTables({ tokens, text }: EditorDocument): readonly CommonTableText[] {
  const found: CommonTableText[] = []
  for (let i = 0; i + 3 < tokens.length; i++) {
    const before = tokens[i - 1]?.key
    const name = nameOf(tokens[i]!, text)
    if ((before !== 'WITH' && before !== ',') || name === undefined || tokens[i + 1]!.key !== 'AS' || tokens[i + 2]!.key !== '(')
      continue
    const end = closing(tokens, i + 2)
    if (end === undefined) continue
    found.push({
      name,
      span: { start: tokens[i]!.start, end: tokens[i]!.end },
      text: text.slice(tokens[i]!.start, tokens[end - 1]!.end),
    })
    i = end - 1
  }
  return found
}
