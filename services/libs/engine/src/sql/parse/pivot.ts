import type { Expression } from '../ast/expression.ts'
import type { Identifier, Name } from '../ast/identifier.ts'
import type { Pivot, TableRef, Unpivot } from '../ast/query.ts'
import { namedCall } from './call.ts'
import { rowConstructor } from './row-constructor.ts'
import { commaList, type TokenCursor } from './token-cursor.ts'

export function pivotOrUnpivot(p: TokenCursor, input: TableRef, start: number): Pivot | Unpivot {
  return p.at('PIVOT') ? pivot(p, input, start) : unpivot(p, input, start)
}

function identifiers(names: readonly Name[]): Identifier[] {
  return names.map((name) => ({ kind: 'Identifier', parts: [name], span: name.span }))
}

/** `PIVOT (SUM(x) AS s, … FOR (a, b) IN ((1, 2) AS c, …))`. */
function pivot(p: TokenCursor, input: TableRef, start: number): Pivot {
  p.expectSequence('PIVOT', '(')
  const aggregates = commaList(p, aggregate)
  p.expect('FOR')
  const axes = identifiers(p.nameOrList())
  p.expectSequence('IN', '(')
  const values = p.at(')') ? [] : commaList(p, pivotValue)
  p.expectSequence(')', ')')
  return { kind: 'Pivot', input, aggregates, axes, values, span: p.spanFrom(start) }
}

function aggregate(p: TokenCursor): Pivot['aggregates'][number] {
  const start = p.token.start
  const call: Expression = namedCall(p)
  const alias = optionalAlias(p)
  return { call, ...alias, span: p.spanFrom(start) }
}

function optionalAlias(p: TokenCursor): { alias?: Name } {
  return p.accept('AS') || p.isName(p.token) ? { alias: p.name() } : {}
}

function pivotValue(p: TokenCursor): Pivot['values'][number] {
  const start = p.token.start
  const items = rowConstructor(p)
  const alias = optionalAlias(p)
  return { items, ...alias, span: p.spanFrom(start) }
}

/** `UNPIVOT (m FOR a IN (c1 AS 'x', …))`. EXCLUDE NULLS holds anyway. */
function unpivot(p: TokenCursor, input: TableRef, start: number): Unpivot {
  p.expect('UNPIVOT')
  const word = p.acceptOne(['INCLUDE', 'EXCLUDE'])
  if (word !== undefined) p.expect('NULLS')
  p.expect('(')
  const measures = identifiers(p.nameOrList())
  p.expect('FOR')
  const axes = identifiers(p.nameOrList())
  p.expectSequence('IN', '(')
  const values = commaList(p, unpivotValue)
  p.expectSequence(')', ')')
  return { kind: 'Unpivot', input, includeNulls: word === 'INCLUDE', measures, axes, values, span: p.spanFrom(start) }
}

function unpivotValue(p: TokenCursor): Unpivot['values'][number] {
  const start = p.token.start
  const columns = identifiers(p.nameOrList())
  const labels = p.accept('AS') ? { labels: rowConstructor(p) } : {}
  return { columns, ...labels, span: p.spanFrom(start) }
}
