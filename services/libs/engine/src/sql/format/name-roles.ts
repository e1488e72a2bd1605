import type { Statement } from '../ast/statement.ts'
import { NON_RESERVED_KEYWORDS, RESERVED_KEYWORDS } from '../lex/keywords.ts'

/**
 * Which words of a statement are names, from its tree: only other words may be put into upper case, for the case of names
 * counts in Flink. Reserved words can be no unquoted names: they stay keywords.
 */
export function collectNameRoles(statement: Statement, roles: Map<number, 'name' | 'function'>): void {
  const pending: unknown[] = [statement]
  while (pending.length > 0) {
    const node = pending.pop()
    if (Array.isArray(node)) pending.push(...node)
    else if (typeof node === 'object' && node !== null) visit(node as Record<string, unknown>, roles, pending)
  }
}

function visit(node: Record<string, unknown>, roles: Map<number, 'name' | 'function'>, pending: unknown[]): void {
  const span = node['span'] as { start: number } | undefined
  if (typeof node['value'] === 'string' && typeof node['quoted'] === 'boolean' && span !== undefined) {
    if (!roles.has(span.start) && !RESERVED_KEYWORDS.has(node['value'].toUpperCase())) roles.set(span.start, 'name')
    return
  }
  if (node['kind'] === 'TimeUnit' && node['custom'] === true && span !== undefined) roles.set(span.start, 'name')
  if (node['kind'] === 'Call') markFunction(node, roles)
  if (node['kind'] === 'Hint' && span !== undefined) roles.set(span.start, 'function')
  for (const key in node) if (key !== 'span') pending.push(node[key])
}

function markFunction(call: Record<string, unknown>, roles: Map<number, 'name' | 'function'>): void {
  const { parts } = call['name'] as { parts: readonly { value: string; quoted: boolean; span: { start: number } }[] }
  const last = parts[parts.length - 1]
  if (last === undefined) return
  const word = last.value.toUpperCase()
  // A function that is a word of the grammar is printed as one: TUMBLE, TIMESTAMPADD.
  const keyword = !last.quoted && parts.length === 1 && (RESERVED_KEYWORDS.has(word) || GRAMMAR_FUNCTIONS.has(word))
  if (!keyword) roles.set(last.span.start, 'function')
}

const GRAMMAR_FUNCTIONS: ReadonlySet<string> = new Set(
  ['TUMBLE', 'HOP', 'SESSION', 'CUMULATE', 'TIMESTAMPADD', 'TIMESTAMPDIFF', 'ARRAY_AGG', 'DATE_DIFF'].filter((word) =>
    NON_RESERVED_KEYWORDS.has(word),
  ),
)
