/** Semantic tokens: what each piece of the text is, for colouring. */
import type { Name } from '../ast/identifier.ts'
import type { Statement } from '../ast/statement.ts'
import { RESERVED_KEYWORDS } from '../lex/keywords.ts'
import { lex } from '../lex/lexer.ts'
import type { Token } from '../lex/token.ts'
import { parseStatements } from '../parse/parser.ts'
import type { Span } from '../text/span.ts'

export type SemanticKind =
  | 'keyword'
  | 'function'
  | 'table'
  | 'column'
  | 'type'
  | 'string'
  | 'number'
  | 'comment'
  | 'operator'
  | 'invalid'

export interface SemanticToken extends Span {
  readonly kind: SemanticKind
}

/** In the order of the text, without overlap; white space has none. */
export function semanticTokens(text: string): readonly SemanticToken[] {
  const { tokens, trivia } = lex(text)
  const names = new Map<number, SemanticKind>()
  for (const statement of parseStatements(text).statements) if (statement !== undefined) collect(statement, names)
  const comments = trivia
    .filter((piece) => piece.type !== 'space')
    .map(({ start, end }): SemanticToken => ({ start, end, kind: 'comment' }))
  const words = tokens.flatMap((token): SemanticToken[] => {
    const kind = kindOf(token, names)
    return kind === undefined ? [] : [{ start: token.start, end: token.end, kind }]
  })
  return [...comments, ...words].sort((a, b) => a.start - b.start)
}

function kindOf(token: Token, names: ReadonlyMap<number, SemanticKind>): SemanticKind | undefined {
  switch (token.type) {
    case 'end':
      return undefined
    case 'word':
    case 'quoted':
    case 'unicode-quoted':
      return (
        names.get(token.start) ?? (token.type === 'word' && token.key !== '' && isKeyword(token, names) ? 'keyword' : 'column')
      )
    case 'integer':
    case 'decimal':
    case 'approximate':
      return 'number'
    case 'sign':
      return 'operator'
    case 'invalid':
      return 'invalid'
    default:
      return 'string'
  }
}

/** Where nothing parsed, a word that can be a name is one. */
function isKeyword(token: Token, names: ReadonlyMap<number, SemanticKind>): boolean {
  return names.size > 0 || RESERVED_KEYWORDS.has(token.key)
}

/** Marks the starts of names in a tree by what they name. */
function collect(statement: Statement, names: Map<number, SemanticKind>): void {
  visit(statement, 'column', names)
}

/** Nodes whose `name` is no column. */
const NAMED: Readonly<Record<string, SemanticKind>> = {
  Call: 'function',
  NamedTable: 'table',
  TableQuery: 'table',
  AliasedTable: 'table',
  CreateTable: 'table',
  CreateView: 'table',
  AlterTable: 'table',
  Drop: 'table',
  Describe: 'table',
  Insert: 'table',
  UserType: 'type',
}

function visit(node: unknown, kind: SemanticKind, names: Map<number, SemanticKind>): void {
  if (Array.isArray(node)) {
    for (const child of node) visit(child, kind, names)
    return
  }
  if (typeof node !== 'object' || node === null) return
  if (isName(node)) {
    names.set(node.span.start, kind)
    return
  }
  const own = 'kind' in node && typeof node.kind === 'string' ? node.kind : ''
  if (own === 'SimpleType' && 'span' in node) names.set((node.span as Span).start, 'type')
  for (const [key, child] of Object.entries(node)) {
    if (key === 'span') continue
    const named = key === 'name' || key === 'target' || key === 'alias' ? NAMED[own] : undefined
    visit(child, named ?? (own === 'Identifier' ? kind : 'column'), names)
  }
}

function isName(node: object): node is Name {
  return 'value' in node && 'quoted' in node && 'span' in node
}
