import type {
  ColumnConstraint,
  ColumnPosition,
  Distribution,
  TableConstraint,
  TableElement,
  TableOption,
  WatermarkClause,
} from '../ast/ddl.ts'
import type { PartitionEntry } from '../ast/dml.ts'
import type { IntervalLiteral, StringLiteral } from '../ast/expression.ts'
import type { Identifier, Name } from '../ast/identifier.ts'
import { literal, plainString, stringLiteral, unsignedNumber } from './literal.ts'
import { nonQueryExpression } from './query-node.ts'
import { commaList, parenthesized, type TokenCursor } from './token-cursor.ts'
import { nullableType } from './type-name.ts'

export function ifExists(p: TokenCursor): boolean {
  return p.acceptSequence('IF', 'EXISTS')
}

export function ifNotExists(p: TokenCursor): boolean {
  return p.acceptSequence('IF', 'NOT', 'EXISTS')
}

export function optionalComment(p: TokenCursor): { comment?: StringLiteral } {
  return p.accept('COMMENT') ? { comment: plainString(p) } : {}
}

// ---- options

/** A string with which pieces are joined, never a binary one. */
export function optionString(p: TokenCursor): StringLiteral {
  const value = stringLiteral(p)
  return value.kind === 'StringLiteral' ? value : p.fail('A string is expected.', { span: value.span })
}

/** `('k' = 'v', …)`, empty too. */
export function optionList(p: TokenCursor): TableOption[] {
  p.expect('(')
  const options = p.at(')') ? [] : commaList(p, option)
  p.expect(')')
  return options
}

function option(p: TokenCursor): TableOption {
  const key = optionString(p)
  p.expect('=')
  const value = optionString(p)
  return { key, value, span: p.spanFrom(key.span.start) }
}

export function optionalWith(p: TokenCursor): TableOption[] {
  return p.accept('WITH') ? optionList(p) : []
}

/** `('k', …)`, empty too. */
export function optionKeys(p: TokenCursor): StringLiteral[] {
  p.expect('(')
  const keys = p.at(')') ? [] : commaList(p, optionString)
  p.expect(')')
  return keys
}

/** `(k = 'v', …)`. */
export function partitionSpec(p: TokenCursor): PartitionEntry[] {
  return parenthesized(p, (cursor) => {
    const name = cursor.name()
    cursor.expect('=')
    const value = literal(cursor)
    return { name, value, span: cursor.spanFrom(name.span.start) }
  })
}

/** `(k, l = 'v')`. */
export function partialPartitionSpec(p: TokenCursor): PartitionEntry[] {
  return parenthesized(p, (cursor) => {
    const name = cursor.name()
    const value = cursor.accept('=') ? { value: literal(cursor) } : {}
    return { name, ...value, span: cursor.spanFrom(name.span.start) }
  })
}

// ---- columns

/** The body of CREATE TABLE: full elements, or names alone as CTAS takes them. */
export function tableBody(p: TokenCursor): TableElement[] {
  p.expect('(')
  const next = p.peek(1).key
  const namesOnly = p.isName(p.token) && (next === ',' || next === ')')
  const rule = (cursor: TokenCursor): TableElement => {
    const element = namesOnly ? namedColumn(cursor) : tableElement(cursor)
    return cursor.at(',') || cursor.at(')') ? element : cursor.fail()
  }
  const elements = commaList(p, (cursor) => cursor.guard(rule, COMMA)).filter((element) => element !== undefined)
  checkOneWatermark(p, elements)
  p.expect(')')
  return inFlinksOrder(elements)
}

/** Columns first, then constraints, then the watermark: their order among each other means nothing. */
export function inFlinksOrder(elements: readonly TableElement[]): TableElement[] {
  const rank = ({ kind }: TableElement): number => (kind === 'WatermarkClause' ? 2 : kind === 'TableConstraint' ? 1 : 0)
  return elements.toSorted((a, b) => rank(a) - rank(b))
}

const COMMA: ReadonlySet<string> = new Set([','])

export function checkOneWatermark(p: TokenCursor, elements: readonly TableElement[]): void {
  const [, second] = elements.filter((element) => element.kind === 'WatermarkClause')
  if (second !== undefined) p.fail('A table has at most one WATERMARK.', { span: second.span })
}

function namedColumn(p: TokenCursor): TableElement {
  const name = p.identifier()
  return { kind: 'NamedColumn', name, span: name.span }
}

export function tableElement(p: TokenCursor): TableElement {
  const { key } = p.token
  if (key === 'WATERMARK') return watermark(p)
  if (key === 'PRIMARY' || key === 'UNIQUE' || key === 'CONSTRAINT') return tableConstraint(p)
  p.note('PRIMARY KEY')
  p.note('WATERMARK')
  return column(p)
}

/** A computed column has AS behind its name, any other one its type. */
export function column(p: TokenCursor): TableElement {
  if (p.isName(p.token) && p.peek(1).key === 'AS') {
    const name = p.simpleIdentifier()
    p.advance()
    const expr = nonQueryExpression(p)
    return { kind: 'ComputedColumn', name, expr, ...optionalComment(p), span: p.spanFrom(name.span.start) }
  }
  return typedColumn(p)
}

function typedColumn(p: TokenCursor): TableElement {
  const name: Identifier = p.identifier()
  const { start } = name.span
  const type = nullableType(p)
  if (p.accept('METADATA')) {
    const from = p.accept('FROM') ? { from: optionString(p) } : {}
    const virtual = p.accept('VIRTUAL')
    return { kind: 'MetadataColumn', name, type, ...from, virtual, ...optionalComment(p), span: p.spanFrom(start) }
  }
  const constraint = columnConstraint(p)
  return { kind: 'PhysicalColumn', name, type, ...constraint, ...optionalComment(p), span: p.spanFrom(start) }
}

function columnConstraint(p: TokenCursor): { constraint?: ColumnConstraint } {
  if (!p.at('PRIMARY') && !p.at('UNIQUE') && !p.at('CONSTRAINT')) return {}
  const start = p.token.start
  const name = constraintName(p)
  const type = constraintType(p)
  const enforced = enforcement(p)
  return { constraint: { ...name, type, ...enforced, span: p.spanFrom(start) } }
}

export function tableConstraint(p: TokenCursor): TableConstraint {
  const start = p.token.start
  const name = constraintName(p)
  const type = constraintType(p)
  const columns = p.nameList()
  const enforced = enforcement(p)
  return { kind: 'TableConstraint', ...name, type, columns, ...enforced, span: p.spanFrom(start) }
}

function constraintName(p: TokenCursor): { name?: Name } {
  return p.accept('CONSTRAINT') ? { name: p.name() } : {}
}

function constraintType(p: TokenCursor): 'PRIMARY KEY' | 'UNIQUE' {
  if (p.accept('UNIQUE')) return 'UNIQUE'
  p.expectSequence('PRIMARY', 'KEY')
  return 'PRIMARY KEY'
}

function enforcement(p: TokenCursor): { enforced?: boolean } {
  if (p.accept('ENFORCED')) return { enforced: true }
  if (!p.accept('NOT')) return {}
  p.expect('ENFORCED')
  return { enforced: false }
}

export function watermark(p: TokenCursor): WatermarkClause {
  const start = p.expect('WATERMARK').start
  p.expect('FOR')
  const name = p.identifier()
  p.expect('AS')
  const expr = nonQueryExpression(p)
  return { kind: 'WatermarkClause', column: name, expr, span: p.spanFrom(start) }
}

/** FIRST or AFTER a column. */
export function columnPosition(p: TokenCursor): { position?: ColumnPosition } {
  const start = p.token.start
  if (p.accept('FIRST')) return { position: { span: p.spanFrom(start) } }
  if (!p.accept('AFTER')) return {}
  const after = p.identifier()
  return { position: { after, span: p.spanFrom(start) } }
}

// ---- distribution and freshness

/** `[BY [HASH | RANGE] (columns)] [INTO n BUCKETS]`. */
export function distribution(p: TokenCursor): Distribution {
  const start = p.token.start
  if (p.at('INTO')) return { columns: [], ...buckets(p), span: p.spanFrom(start) }
  p.expect('BY')
  const method = p.acceptOne(['HASH', 'RANGE'])
  const columns = p.nameList()
  const count = p.at('INTO') ? buckets(p) : {}
  return { ...(method === undefined ? {} : { method }), columns, ...count, span: p.spanFrom(start) }
}

function buckets(p: TokenCursor): { buckets: number } {
  p.expect('INTO')
  const count = unsignedNumber(p)
  if (!/^\d+$/.test(count.text)) p.fail('The count of buckets is a whole number.', { span: count.span })
  p.expect('BUCKETS')
  return { buckets: Number(count.text) }
}

/** `FRESHNESS = INTERVAL '…' unit`: nothing but a literal. */
export function freshness(p: TokenCursor): IntervalLiteral {
  p.expectSequence('FRESHNESS', '=')
  return literalInterval(p)
}

export function literalInterval(p: TokenCursor): IntervalLiteral {
  const value = nonQueryExpression(p)
  if (value.kind === 'IntervalLiteral') return value
  return p.fail("An interval literal is expected, as in INTERVAL '1' MINUTE.", { span: value.span })
}

export function refreshMode(p: TokenCursor): 'FULL' | 'CONTINUOUS' {
  p.expectSequence('REFRESH_MODE', '=')
  return p.expectOne(['FULL', 'CONTINUOUS'])
}
