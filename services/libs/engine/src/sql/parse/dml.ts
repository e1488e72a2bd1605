import type { Assignment, Delete, Insert, Merge, StatementSet, Update } from '../ast/dml.ts'
import type { Identifier, Name } from '../ast/identifier.ts'
import type { ExtendColumn, Hint } from '../ast/query.ts'
import type { Statement } from '../ast/statement.ts'
import { partitionSpec } from './ddl-part.ts'
import { ExpressionContext } from './expression-context.ts'
import { optionalHints } from './hint.ts'
import { requireQuery, subQueryExpression } from './query-node.ts'
import { rowConstructor } from './row-constructor.ts'
import { extendList, startsColumnWithType, tableRef } from './table-ref.ts'
import { commaList, parenthesized, type TokenCursor } from './token-cursor.ts'

type Target = Readonly<{ target: Identifier; hints: readonly Hint[]; extend?: readonly ExtendColumn[] }>

function targetTable(p: TokenCursor): Target {
  const target = p.identifier()
  const hints = optionalHints(p)
  const extend = p.at('EXTEND') || (p.token.key === '(' && startsColumnWithType(p)) ? { extend: extendList(p) } : {}
  return { target, hints, ...extend }
}

function optionalAlias(p: TokenCursor): { alias?: Name } {
  return p.accept('AS') || p.isName(p.token) ? { alias: p.name() } : {}
}

export function insert(p: TokenCursor): Insert {
  const start = p.token.start
  const upsert = p.expectOne(['INSERT', 'UPSERT']) === 'UPSERT'
  const word = p.expectOne(['INTO', 'OVERWRITE'])
  if (upsert && word === 'OVERWRITE') p.fail('OVERWRITE goes with INSERT only.')
  const mode = upsert ? 'UPSERT' : word
  const table = targetTable(p)
  const partition = p.accept('PARTITION') ? partitionSpec(p) : []
  const columns = p.token.key === '(' && p.isName(p.peek(1)) ? { columns: insertColumns(p) } : {}
  const source = requireQuery(p)
  const onConflict = p.accept('ON') ? { onConflict: conflictAction(p) } : {}
  return { kind: 'Insert', mode, ...table, ...columns, partition, source, ...onConflict, span: p.spanFrom(start) }
}

function insertColumns(p: TokenCursor): Identifier[] {
  return parenthesized(p, (cursor) => cursor.identifier())
}

function conflictAction(p: TokenCursor): 'ERROR' | 'NOTHING' | 'DEDUPLICATE' {
  p.expectSequence('CONFLICT', 'DO')
  return p.expectOne(['ERROR', 'NOTHING', 'DEDUPLICATE'])
}

export function update(p: TokenCursor): Update {
  const start = p.expect('UPDATE').start
  const table = targetTable(p)
  const alias = optionalAlias(p)
  p.expect('SET')
  const assignments = commaList(p, (cursor) => assignment(cursor, cursor.simpleIdentifier()))
  const where = p.accept('WHERE') ? { where: subQueryExpression(p) } : {}
  return { kind: 'Update', ...table, ...alias, assignments, ...where, span: p.spanFrom(start) }
}

function assignment(p: TokenCursor, column: Identifier): Assignment {
  p.expect('=')
  const value = subQueryExpression(p)
  return { column, value, span: p.spanFrom(column.span.start) }
}

export function deleteFrom(p: TokenCursor): Delete {
  const start = p.expect('DELETE').start
  p.expect('FROM')
  const table = targetTable(p)
  const alias = optionalAlias(p)
  const where = p.accept('WHERE') ? { where: subQueryExpression(p) } : {}
  return { kind: 'Delete', ...table, ...alias, ...where, span: p.spanFrom(start) }
}

export function merge(p: TokenCursor): Merge {
  const start = p.expect('MERGE').start
  p.expect('INTO')
  const table = targetTable(p)
  const alias = optionalAlias(p)
  p.expect('USING')
  const source = tableRef(p, ExpressionContext.query)
  p.expect('ON')
  const on = subQueryExpression(p)
  const matched = p.atSequence('WHEN', 'MATCHED') ? { matched: whenMatched(p) } : {}
  const notMatched = matched.matched === undefined || p.at('WHEN') ? { notMatched: whenNotMatched(p) } : {}
  return { kind: 'Merge', ...table, ...alias, source, on, ...matched, ...notMatched, span: p.spanFrom(start) }
}

function whenMatched(p: TokenCursor): Assignment[] {
  p.expectSequence('WHEN', 'MATCHED', 'THEN', 'UPDATE', 'SET')
  return commaList(p, (cursor) => assignment(cursor, cursor.identifier()))
}

function whenNotMatched(p: TokenCursor): NonNullable<Merge['notMatched']> {
  const start = p.token.start
  p.expectSequence('WHEN', 'NOT', 'MATCHED', 'THEN', 'INSERT')
  const columns = p.at('(') && p.peek(1).key !== 'VALUES' ? { columns: p.nameList() } : {}
  const wrapped = p.accept('(')
  p.expect('VALUES')
  const row = rowConstructor(p)
  if (wrapped) p.expect(')')
  return { ...columns, row, span: p.spanFrom(start) }
}

/** `STATEMENT SET BEGIN insert; insert; … END`. */
export function statementSet(p: TokenCursor): StatementSet {
  const start = p.expect('STATEMENT').start
  p.expectSequence('SET', 'BEGIN')
  const statements: Statement[] = []
  do {
    statements.push(insert(p))
    p.expect(';')
  } while (!p.at('END'))
  p.expect('END')
  return { kind: 'StatementSet', statements, span: p.spanFrom(start) }
}

export function insertOrSet(p: TokenCursor): Statement {
  return p.at('STATEMENT') ? statementSet(p) : insert(p)
}
