import type { Expression } from '../ast/expression.ts'
import type { CommonTable, GroupBy, GroupItem, Query, Select, SelectItem, TableRef, Values, ValuesRow } from '../ast/query.ts'
import type { ExpressionContext } from './expression-context.ts'
import { optionalHints } from './hint.ts'
import { checkQuery, queryOf, subQueryExpression } from './query-node.ts'
import { rowConstructor } from './row-constructor.ts'
import { setOperations, withOrder } from './set-operation.ts'
import { fromClause, parenthesizedQuery } from './table-ref.ts'
import { commaList, type TokenCursor } from './token-cursor.ts'
import { namedWindows } from './window.ts'

/** A query with all that belongs to it, or an expression where the context takes one. */
export function queryOrExpression(p: TokenCursor, context: ExpressionContext): Query | Expression {
  const start = p.token.start
  return withOrder(p, body(p, context), start)
}

/** `[WITH …] leaf [UNION leaf …]`. */
function body(p: TokenCursor, context: ExpressionContext): Query | Expression {
  const start = p.token.start
  if (!p.at('WITH')) return setOperations(p, leafOrExpression(p, context), { context, min: 0 })
  p.advance()
  const recursive = p.accept('RECURSIVE')
  const tables = commaList(p, commonTable)
  const inner = setOperations(p, leafOrExpression(p, context), { context, min: 0 })
  const query = queryOf(inner)
  if (query === undefined) return p.fail('A query is expected behind WITH.', { code: 'SQL_QUERY_EXPECTED' })
  return { kind: 'With', recursive, tables, body: query, span: p.spanFrom(start) }
}

function commonTable(p: TokenCursor): CommonTable {
  const name = p.name()
  const columns = p.at('(') ? { columns: p.nameList() } : {}
  p.expect('AS')
  const query = parenthesizedQuery(p)
  return { name, ...columns, query, span: p.spanFrom(name.span.start) }
}

/** SELECT, VALUES, TABLE, or an expression. */
export function leafOrExpression(p: TokenCursor, context: ExpressionContext): Query | Expression {
  return leafQuery(p, context) ?? p.rules.expression(p, context)
}

/** SELECT, VALUES or TABLE; undefined elsewhere. */
function leafQuery(p: TokenCursor, context: ExpressionContext): Query | undefined {
  const { key, start } = p.token
  if (key !== 'SELECT' && key !== 'VALUES' && key !== 'TABLE' && key !== 'VALUE') {
    p.note('SELECT')
    p.note('VALUES')
    return undefined
  }
  // Flink checks the context for SELECT alone.
  if (key === 'SELECT') {
    checkQuery(p, context)
    return select(p)
  }
  if (key !== 'TABLE') return values(p)
  p.advance()
  const name = p.identifier()
  return { kind: 'TableQuery', name, span: p.spanFrom(start) }
}

// ---- SELECT

function select(p: TokenCursor): Select {
  const start = p.expect('SELECT').start
  const hints = optionalHints(p)
  const stream = p.accept('STREAM')
  const quantifier = p.acceptOne(['DISTINCT', 'ALL'])
  const items = p.guard((cursor) => commaList(cursor, selectItem), CLAUSES) ?? []
  const clauses: Clauses = p.accept('FROM') ? fromAndRest(p) : { windows: [] }
  return {
    kind: 'Select',
    hints,
    stream,
    ...(quantifier === undefined ? {} : { quantifier }),
    items,
    ...clauses,
    span: p.spanFrom(start),
  }
}

type Clauses = Pick<Select, 'from' | 'where' | 'groupBy' | 'having' | 'windows' | 'qualify'>

/** Words that begin a clause: where reading goes on behind a mistake. */
const CLAUSES: ReadonlySet<string> = new Set(
  'FROM WHERE GROUP HAVING WINDOW QUALIFY ORDER LIMIT OFFSET FETCH UNION INTERSECT EXCEPT'.split(' '),
)

function fromAndRest(p: TokenCursor): Clauses {
  const from: TableRef | undefined = p.guard(fromClause, CLAUSES)
  const where = p.accept('WHERE') ? p.guard(subQueryExpression, CLAUSES) : undefined
  const group = p.at('GROUP') ? p.guard(groupBy, CLAUSES) : undefined
  const having = p.accept('HAVING') ? p.guard(subQueryExpression, CLAUSES) : undefined
  const windows = p.accept('WINDOW') ? p.guard(namedWindows, CLAUSES) : undefined
  const qualify = p.accept('QUALIFY') ? p.guard(subQueryExpression, CLAUSES) : undefined
  return {
    ...(from === undefined ? {} : { from }),
    ...(where === undefined ? {} : { where }),
    ...(group === undefined ? {} : { groupBy: group }),
    ...(having === undefined ? {} : { having }),
    windows: windows ?? [],
    ...(qualify === undefined ? {} : { qualify }),
  }
}

function selectItem(p: TokenCursor): SelectItem {
  const { start, end } = p.token
  const expr: Expression = p.accept('*') ? { kind: 'Star', span: { start, end } } : subQueryExpression(p)
  const explicit = p.accept('AS')
  if (p.token.type === 'string') {
    p.fail('An alias is a name, not a string.', { hint: 'Quote the name with back-ticks, or drop the quotes.' })
  }
  if (!explicit && !p.isName(p.token)) {
    p.note('AS')
    return { kind: 'SelectItem', expr, span: p.spanFrom(start) }
  }
  return { kind: 'SelectItem', expr, alias: p.name(), span: p.spanFrom(start) }
}

// ---- GROUP BY

function groupBy(p: TokenCursor): GroupBy {
  const start = p.advance().start
  p.expect('BY')
  // ALL is what holds anyway.
  const quantifier = p.acceptOne(['DISTINCT', 'ALL']) === 'DISTINCT' ? ({ quantifier: 'DISTINCT' } as const) : {}
  const items = commaList(p, groupItem)
  return { kind: 'GroupBy', ...quantifier, items, span: p.spanFrom(start) }
}

function groupItem(p: TokenCursor): GroupItem {
  const { key, start } = p.token
  if (p.acceptSequence('GROUPING', 'SETS')) return groupingSets(p, { op: 'GROUPING SETS', start })
  if (key === 'ROLLUP' || key === 'CUBE') {
    p.advance()
    p.expect('(')
    const items = commaList(p, subQueryExpression)
    p.expect(')')
    return { kind: 'GroupingSets', op: key, items, span: p.spanFrom(start) }
  }
  if (p.acceptSequence('(', ')')) return { kind: 'EmptyGroup', span: p.spanFrom(start) }
  return subQueryExpression(p)
}

function groupingSets(p: TokenCursor, site: Readonly<{ op: 'GROUPING SETS'; start: number }>): GroupItem {
  p.enter()
  p.expect('(')
  const items = commaList(p, groupItem)
  p.expect(')')
  p.leave()
  return { kind: 'GroupingSets', op: site.op, items, span: p.spanFrom(site.start) }
}

// ---- VALUES

function values(p: TokenCursor): Values {
  // VALUE is another word for it.
  const start = p.advance().start
  const rows = commaList(p, valuesRow)
  return { kind: 'Values', rows, span: p.spanFrom(start) }
}

function valuesRow(p: TokenCursor): ValuesRow {
  const start = p.token.start
  const items = rowConstructor(p)
  return { items, span: p.spanFrom(start) }
}
