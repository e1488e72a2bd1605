import type { Expression } from '../ast/expression.ts'
import type { Identifier } from '../ast/identifier.ts'
import type { ExtendColumn, Join, Query, SampledTable, TableRef } from '../ast/query.ts'
import { RESERVED_FUNCTION_NAMES } from '../lex/keywords.ts'
import { isGrammarFunction } from './builtin-call.ts'
import { routineArguments, routineCall } from './call.ts'
import { ExpressionContext } from './expression-context.ts'
import { optionalHints } from './hint.ts'
import { plainString, signedInteger, unsignedNumber } from './literal.ts'
import { matchRecognize } from './match-recognize.ts'
import { pivotOrUnpivot } from './pivot.ts'
import { parenthesizedList } from './primary.ts'
import { asExpression, nonQueryExpression, queryOf, subQueryExpression } from './query-node.ts'
import { setOperations } from './set-operation.ts'
import { parenthesized, type TokenCursor } from './token-cursor.ts'
import { notNullType, TYPE_KEYWORDS } from './type-name.ts'

/** Everything behind FROM: tables, commas and joins, from left to right. */
export function fromClause(p: TokenCursor): TableRef {
  let left = tableRef(p)
  const height = p.height
  for (;;) {
    p.grow()
    const right = p.token.key === ',' ? commaJoin(p, left) : joinedTable(p, left)
    if (right === undefined) break
    left = right
  }
  p.height = Math.max(p.height, height)
  return left
}

function commaJoin(p: TokenCursor, left: TableRef): Join {
  p.advance()
  const right = tableRef(p)
  return { kind: 'Join', type: 'COMMA', natural: false, left, right, span: p.spanFrom(left.span.start) }
}

/** `[NATURAL] LEFT JOIN t ON …` behind a table; undefined where no join follows. */
function joinedTable(p: TokenCursor, left: TableRef): Join | undefined {
  const natural = p.at('NATURAL')
  if ((p.at('CROSS') || p.at('OUTER')) && p.peek(1).key === 'APPLY') {
    p.fail('APPLY is not supported.', { hint: 'Write CROSS JOIN LATERAL (…), or LEFT JOIN LATERAL (…) ON TRUE.' })
  }
  if (natural) p.advance()
  const type = joinType(p)
  if (type === undefined) return natural ? p.fail() : undefined
  const right = tableRef(p)
  const join = { kind: 'Join', type, natural, left, right } as const
  if (p.accept('ON')) {
    const on = subQueryExpression(p)
    return { ...join, on, span: p.spanFrom(left.span.start) }
  }
  if (p.accept('USING')) {
    const using = p.nameList()
    return { ...join, using, span: p.spanFrom(left.span.start) }
  }
  return { ...join, span: p.spanFrom(left.span.start) }
}

function joinType(p: TokenCursor): Exclude<Join['type'], 'COMMA'> | undefined {
  if (p.accept('JOIN')) return 'INNER'
  const word = p.acceptOne(['INNER', 'CROSS', 'LEFT', 'RIGHT', 'FULL'])
  if (word === undefined) return undefined
  if (word !== 'INNER' && word !== 'CROSS') p.accept('OUTER')
  p.expect('JOIN')
  return word
}

/** One table with its alias and sample. */
export function tableRef(p: TokenCursor, context: ExpressionContext = ExpressionContext.queryOrJoin): TableRef {
  p.enter()
  const start = p.token.start
  let table = tablePrimary(p, context)
  for (const word of ['PIVOT', 'UNPIVOT'] as const) {
    if (p.at(word)) {
      checkNotJoin(p, table)
      table = pivotOrUnpivot(p, table, start)
    }
  }
  table = aliased(p, table, start)
  if (p.at('TABLESAMPLE')) {
    checkNotJoin(p, table)
    table = sampled(p, table, start)
  }
  p.leave()
  return table
}

function checkNotJoin(p: TokenCursor, table: TableRef): void {
  if (table.kind === 'Join')
    p.fail('A join in parentheses cannot have this.', { hint: 'Put the join into a query: (SELECT * FROM …).' })
}

function aliased(p: TokenCursor, input: TableRef, start: number): TableRef {
  const explicit = p.accept('AS')
  if (!explicit && !p.isName(p.token)) {
    p.note('a name')
    return input
  }
  checkNotJoin(p, input)
  const alias = p.name()
  const columns = p.at('(') ? { columns: p.nameList() } : {}
  return { kind: 'AliasedTable', input, alias, ...columns, span: p.spanFrom(start) }
}

function tablePrimary(p: TokenCursor, context: ExpressionContext): TableRef {
  const start = p.token.start
  if (p.isName(p.token)) return namedTable(p)
  const lateral = p.accept('LATERAL')
  if (p.at('(')) {
    let table = parenthesizedTable(p, context)
    if (lateral) {
      checkNotJoin(p, table)
      table = { kind: 'LateralTable', input: table, span: p.spanFrom(start) }
    }
    return withMatch(p, table, start)
  }
  // UNNEST sees the tables before it anyway: LATERAL changes nothing.
  if (p.at('UNNEST')) return unnest(p, start)
  if (!p.at('TABLE')) {
    p.note('a name')
    return p.fail()
  }
  const table = tableFunction(p)
  return lateral ? { kind: 'LateralTable', input: table, span: p.spanFrom(start) } : table
}

function withMatch(p: TokenCursor, table: TableRef, start: number): TableRef {
  if (!p.at('MATCH_RECOGNIZE')) return table
  checkNotJoin(p, table)
  return matchRecognize(p, table, start)
}

// ---- parentheses in FROM

/** What is in parentheses: a query, or tables with joins. */
function parenthesizedTable(p: TokenCursor, context: ExpressionContext): TableRef {
  const start = p.expect('(').start
  const content = startsQuery(p) ? queryInside(p) : tablesInside(p)
  if (content.kind !== 'Join' && content.kind !== 'DerivedTable') p.fail('A query or a join is expected in these parentheses.')
  if (content.kind === 'Join' && context === ExpressionContext.query)
    p.fail('A query is expected here.', { code: 'SQL_QUERY_EXPECTED' })
  p.expect(')')
  return content.kind === 'DerivedTable' ? { ...content, span: p.spanFrom(start) } : content
}

/** A query in parentheses, as of WITH. */
export function parenthesizedQuery(p: TokenCursor): Query {
  p.enter()
  const content = parenthesizedTable(p, ExpressionContext.query)
  p.leave()
  return content.kind === 'DerivedTable' ? content.query : p.fail('A query is expected here.', { code: 'SQL_QUERY_EXPECTED' })
}

function startsQuery(p: TokenCursor): boolean {
  const { key } = p.token
  return key === 'SELECT' || key === 'VALUES' || key === 'VALUE' || key === 'WITH' || (key === 'TABLE' && p.peek(1).key !== '(')
}

function queryInside(p: TokenCursor): TableRef {
  const start = p.token.start
  const query = queryOf(p.rules.queryOrExpression(p, ExpressionContext.query))
  if (query === undefined) return p.fail('A query is expected here.', { code: 'SQL_QUERY_EXPECTED' })
  return { kind: 'DerivedTable', query, span: p.spanFrom(start) }
}

function tablesInside(p: TokenCursor): TableRef {
  let table = tableRef(p)
  for (;;) {
    const join = joinedTable(p, table)
    if (join === undefined) break
    p.grow()
    table = join
  }
  if (table.kind !== 'DerivedTable') return table
  const context = ExpressionContext.queryOrJoin
  const query = queryOf(setOperations(p, table.query, { context, min: 0 })) as Query
  return query === table.query ? table : { kind: 'DerivedTable', query, span: p.spanFrom(table.span.start) }
}

// ---- tables by name

function namedTable(p: TokenCursor): TableRef {
  const name = p.identifier()
  const { start } = name.span
  if (p.token.key === '(' && !startsColumnWithType(p)) {
    refuseCallFirst(p)
    const call = routineArguments(p, name, ExpressionContext.cursor)
    return { kind: 'TableFunction', call, span: p.spanFrom(start) }
  }
  const hints = optionalHints(p)
  const extend = p.at('EXTEND') || p.token.key === '(' ? { extend: extendList(p) } : {}
  let table: TableRef = { kind: 'NamedTable', name, hints, ...extend, span: p.spanFrom(start) }
  if (p.atSequence('FOR', 'SYSTEM_TIME')) table = temporalTable(p, table)
  return withMatch(p, table, start)
}

/** Flink's parser takes no plain call and no CASE WHEN at the start of the arguments, where TABLE is not written. */
function refuseCallFirst(p: TokenCursor): void {
  const first = p.peek(1)
  const called =
    p.peek(2).key === '(' && (p.isName(first) || RESERVED_FUNCTION_NAMES.has(first.key)) && !isGrammarFunction(first.key)
  if (!called && !(first.key === 'CASE' && p.peek(2).key === 'WHEN')) return
  p.advance()
  p.fail('A call cannot be the first argument here.', { hint: 'Write TABLE(f(…)) around the table function.' })
}

/** Behind `t`: `(c INT` extends the table, where `(c)` would be arguments. */
export function startsColumnWithType(p: TokenCursor): boolean {
  if (!p.isName(p.peek(1)) || p.peek(1).key === 'MODEL') return false
  let ahead = 2
  while (p.peek(ahead).key === '.' && p.isName(p.peek(ahead + 1))) ahead += 2
  const next = p.peek(ahead)
  if (next.key === 'FORMAT' || next.key === 'MULTISET') return false
  return p.isName(next) || TYPE_KEYWORDS.has(next.key)
}

/** `[EXTEND] (c INT NOT NULL, …)`. */
export function extendList(p: TokenCursor): ExtendColumn[] {
  p.accept('EXTEND')
  return parenthesized(p, extendColumn)
}

function extendColumn(p: TokenCursor): ExtendColumn {
  const name: Identifier = p.identifier()
  const type = notNullType(p)
  return { name, type, span: p.spanFrom(name.span.start) }
}

function temporalTable(p: TokenCursor, input: TableRef): TableRef {
  p.expectSequence('FOR', 'SYSTEM_TIME', 'AS', 'OF')
  const period: Expression = nonQueryExpression(p)
  return { kind: 'TemporalTable', input, period, span: p.spanFrom(input.span.start) }
}

// ---- table functions

function unnest(p: TokenCursor, start: number): TableRef {
  p.expect('UNNEST')
  const args = parenthesizedList(p, ExpressionContext.subQuery).map(asExpression)
  const ordinality = p.accept('WITH')
  if (ordinality) p.expect('ORDINALITY')
  return { kind: 'Unnest', args, ordinality, span: p.spanFrom(start) }
}

/** `TABLE(f(…))`. */
function tableFunction(p: TokenCursor): TableRef {
  const start = p.expect('TABLE').start
  p.expect('(')
  const specific = p.accept('SPECIFIC')
  const call = routineCall(p, ExpressionContext.cursor)
  p.expect(')')
  return { kind: 'TableFunction', call: specific ? { ...call, specific } : call, span: p.spanFrom(start) }
}

function sampled(p: TokenCursor, input: TableRef, start: number): SampledTable {
  p.expect('TABLESAMPLE')
  const method = p.expectOne(['SUBSTITUTE', 'BERNOULLI', 'SYSTEM'])
  p.expect('(')
  const value = method === 'SUBSTITUTE' ? plainString(p) : percentage(p)
  p.expect(')')
  const seed = method !== 'SUBSTITUTE' && p.accept('REPEATABLE') ? { seed: seedOf(p) } : {}
  return { kind: 'SampledTable', input, method, value, ...seed, span: p.spanFrom(start) }
}

function percentage(p: TokenCursor): SampledTable['value'] {
  const number = unsignedNumber(p)
  const value = Number(number.text)
  return { ...number, text: Number.isInteger(value) ? `${value}.0` : String(value) }
}

function seedOf(p: TokenCursor): number {
  p.expect('(')
  const seed = signedInteger(p)
  p.expect(')')
  return seed
}
