import type { Expression } from '../ast/expression.ts'
import type { Identifier } from '../ast/identifier.ts'
import type {
  FrameBound,
  GroupItem,
  Ordered,
  Query,
  Select,
  SelectItem,
  SetOp,
  Values,
  WindowFrame,
  WindowSpec,
  With,
} from '../ast/query.ts'
import { orderList } from './expression.ts'
import { type Printers, printIdentifier, printName, printNames, words } from './print.ts'
import { hints } from './table-parts.ts'
import { unparseTable } from './table-ref.ts'

/** One query; clauses begin lines. */
export function unparseQueryNode(node: Query, u: Printers): string {
  switch (node.kind) {
    case 'Select':
      return select(node, u)
    case 'SetOp':
      return setOperation(node, u)
    case 'Values':
      return values(node, u)
    case 'TableQuery':
      return `TABLE ${printIdentifier(node.name)}`
    case 'With':
      return withClause(node, u)
    case 'Ordered':
      return ordered(node, u)
  }
}

function withClause(node: With, u: Printers): string {
  const tables = node.tables.map(({ name, columns, query }) =>
    words(printName(name), columns && printNames(columns), `AS (${u.query(query)})`),
  )
  return `WITH ${node.recursive ? 'RECURSIVE ' : ''}${tables.join(', ')}\n${inner(node.body, u, isPlain)}`
}

/** What may stand below WITH or an ORDER BY without parentheses. */
function isPlain(query: Query): boolean {
  return query.kind !== 'Ordered' && query.kind !== 'With'
}

function inner(query: Query, u: Printers, plain: (query: Query) => boolean): string {
  return plain(query) ? u.query(query) : `(${u.query(query)})`
}

function ordered(node: Ordered, u: Printers): string {
  const lines = [inner(node.query, u, (query) => query.kind !== 'Ordered')]
  if (node.orderBy.length > 0) lines.push(`ORDER BY ${orderList(node.orderBy, u)}`)
  if (node.offset !== undefined) lines.push(`OFFSET ${u.expression(node.offset)} ROWS`)
  if (node.limit !== undefined) lines.push(`FETCH NEXT ${u.expression(node.limit)} ROWS ONLY`)
  return lines.join('\n')
}

const PRECEDENCE = { UNION: 12, EXCEPT: 12, INTERSECT: 14 } as const

function setOperation(node: SetOp, u: Printers): string {
  const own = PRECEDENCE[node.op]
  const binds = (query: Query, least: number): boolean =>
    isPlain(query) && (query.kind !== 'SetOp' || PRECEDENCE[query.op] >= least)
  const left = inner(node.left, u, (query) => binds(query, own))
  const right = inner(node.right, u, (query) => binds(query, own + 1))
  return `${left}\n${node.op}${node.all ? ' ALL' : ''}\n${right}`
}

function values(node: Values, u: Printers): string {
  return `VALUES ${node.rows.map(({ items }) => `(ROW(${items.map(u.expression).join(', ')}))`).join(', ')}`
}

// ---- SELECT

function select(node: Select, u: Printers): string {
  const head = words('SELECT', hints(node.hints), node.stream && 'STREAM', node.quantifier)
  const lines = [`${head} ${node.items.map((one) => selectItem(one, u)).join(', ')}`]
  if (node.from !== undefined) lines.push(`FROM ${unparseTable(node.from, u)}`)
  if (node.where !== undefined) lines.push(`WHERE ${u.expression(node.where)}`)
  if (node.groupBy !== undefined) {
    const items = node.groupBy.items.map((one) => groupItem(one, u)).join(', ')
    lines.push(words('GROUP BY', node.groupBy.quantifier, items))
  }
  if (node.having !== undefined) lines.push(`HAVING ${u.expression(node.having)}`)
  if (node.windows.length > 0) {
    lines.push(`WINDOW ${node.windows.map(({ name, spec }) => `${printName(name)} AS ${windowSpec(spec, u)}`).join(', ')}`)
  }
  if (node.qualify !== undefined) lines.push(`QUALIFY ${u.expression(node.qualify)}`)
  return lines.join('\n')
}

function selectItem({ expr, alias }: SelectItem, u: Printers): string {
  return words(u.expression(expr), alias && `AS ${printName(alias)}`)
}

function groupItem(item: GroupItem, u: Printers): string {
  switch (item.kind) {
    case 'EmptyGroup':
      return '()'
    case 'GroupingSets': {
      const items = item.items.map((one) => groupMember(one, u)).join(', ')
      return `${item.op}(${items})`
    }
    default:
      return u.expression(item)
  }
}

/** Members that are rows print as `(a, b)`. */
function groupMember(item: GroupItem, u: Printers): string {
  return item.kind === 'RowConstructor' && item.items.length > 1
    ? `(${item.items.map(u.expression).join(', ')})`
    : groupItem(item, u)
}

// ---- windows

export function unparseWindow(node: Identifier | WindowSpec, u: Printers): string {
  return node.kind === 'Identifier' ? printIdentifier(node) : windowSpec(node, u)
}

function windowSpec(node: WindowSpec, u: Printers): string {
  return `(${words(
    node.base && printName(node.base),
    node.partitionBy.length > 0 && `PARTITION BY ${node.partitionBy.map((key: Expression) => u.expression(key)).join(', ')}`,
    node.orderBy.length > 0 && `ORDER BY ${orderList(node.orderBy, u)}`,
    node.frame && frame(node.frame, u),
    node.allowPartial === false && 'DISALLOW PARTIAL',
  )})`
}

function frame({ unit, start, end }: WindowFrame, u: Printers): string {
  return end === undefined ? `${unit} ${bound(start, u)}` : `${unit} BETWEEN ${bound(start, u)} AND ${bound(end, u)}`
}

function bound(node: FrameBound, u: Printers): string {
  return node.offset === undefined ? node.bound : `${u.expression(node.offset)} ${node.bound}`
}
