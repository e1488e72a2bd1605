/**
 * What Flink 2.3's printer loses or changes, as a change of our tree: its text of a statement is compared with this, so that
 * everything else has to be equal. Each rule is about a construct, never about a case.
 */

type Node = Readonly<Record<string, unknown>>
/** `original` is the node before anything inside of it was changed. */
type Rule = (node: Node, original: Node) => Node

const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  // SHOW … LIKE prints its pattern as a keyword: in upper case.
  ['Show', upperCasePattern],
  // MAP< … > prints its key and value types without NOT NULL.
  ['MapType', (node) => ({ ...node, key: nullable(node['key']), value: nullable(node['value']) })],
  // EXTEND (…) prints its types without NOT NULL.
  ['NamedTable', withoutNotNullInExtend],
  ['Insert', withoutNotNullInExtend],
  ['Update', withoutNotNullInExtend],
  ['Delete', withoutNotNullInExtend],
  // REPLACE TABLE … AS prints no columns; OR REPLACE of anything else is not printed.
  ['CreateTable', replaced],
  ['CreateView', (node) => ({ ...node, replace: false })],
  // A field of a column in parentheses prints as one longer name.
  ['FieldAccess', longerName],
  // A period prints the first two values of its row.
  ['PeriodPredicate', (node) => ({ ...node, left: period(node['left']), right: period(node['right']) })],
])

export function asFlinkPrints(tree: unknown): unknown {
  if (Array.isArray(tree)) return tree.map(asFlinkPrints)
  if (typeof tree !== 'object' || tree === null) return tree
  const entries = Object.entries(tree).map(([key, value]) => [key, asFlinkPrints(value)] as const)
  const node: Node = Object.fromEntries(entries)
  const rule = typeof node['kind'] === 'string' ? RULES.get(node['kind']) : undefined
  return rule === undefined ? node : rule(node, tree as Node)
}

function upperCasePattern(node: Node): Node {
  const like = node['like'] as (Node & { pattern: { value: string } }) | undefined
  if (like === undefined) return node
  return { ...node, like: { ...like, pattern: { ...like.pattern, value: like.pattern.value.toUpperCase() } } }
}

function nullable(type: unknown): Node {
  const { nullable: _, ...rest } = type as Node
  return rest
}

function withoutNotNullInExtend(node: Node): Node {
  const extend = node['extend'] as readonly Node[] | undefined
  if (extend === undefined) return node
  return { ...node, extend: extend.map((column) => ({ ...column, type: nullable(column['type']) })) }
}

function replaced(node: Node): Node {
  if (node['replace'] !== true) return node
  return node['query'] === undefined ? { ...node, replace: false } : { ...node, elements: [] }
}

function longerName(node: Node, original: Node): Node {
  const operand = node['operand'] as Node & { parts?: readonly unknown[] }
  const field = node['field'] as Node
  if ((original['operand'] as Node)['kind'] !== 'Identifier' || 'kind' in field) return node
  return { kind: 'Identifier', parts: [...(operand.parts ?? []), field], span: node['span'] }
}

function period(side: unknown): unknown {
  const node = side as Node & { items?: readonly unknown[] }
  return node['kind'] === 'RowConstructor' ? { ...node, items: node.items?.slice(0, 2) } : node
}
