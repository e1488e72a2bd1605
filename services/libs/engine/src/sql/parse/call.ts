import type { Argument, Call, Descriptor, Expression, GroupWindow, OrderItem, TableArgument } from '../ast/expression.ts'
import type { Identifier, Name } from '../ast/identifier.ts'
import type { Query } from '../ast/query.ts'
import { RESERVED_FUNCTION_NAMES } from '../lex/keywords.ts'
import { ExpressionContext, insideParentheses } from './expression-context.ts'
import { signedNumber, stringLiteral } from './literal.ts'
import { orderBy, orderItem } from './order-by.ts'
import { asExpression, queryOf, subQueryExpression } from './query-node.ts'
import { commaList, parenthesized, type TokenCursor } from './token-cursor.ts'
import { windowSpec } from './window.ts'

type Quantifier = 'DISTINCT' | 'ALL'

/** A function's name: reserved words are allowed only alone. */
export function functionName(p: TokenCursor): Identifier {
  if (!RESERVED_FUNCTION_NAMES.has(p.token.key) || p.isName(p.token)) return p.identifier()
  const { start, end } = p.advance()
  const span = { start, end }
  return { kind: 'Identifier', parts: [{ value: p.text.slice(start, end), quoted: false, span }], span }
}

/** `[SPECIFIC] f(…)` with all that may follow: FILTER, OVER, WITHIN GROUP. */
export function namedCall(p: TokenCursor): Expression {
  const start = p.token.start
  const specific = p.accept('SPECIFIC')
  const name = functionName(p)
  if (specific) return withSuffixes(p, { ...plainCall(p, name), specific, span: p.spanFrom(start) })
  const word = name.parts.length === 1 && !name.parts[0]?.quoted ? (name.parts[0]?.value.toUpperCase() ?? '') : ''
  switch (word) {
    case 'ARRAY_AGG':
      return withSuffixes(p, arrayAgg(p, name))
    case 'PERCENTILE_CONT':
    case 'PERCENTILE_DISC':
      return withSuffixes(p, percentile(p, name))
  }
  const call = plainCall(p, name)
  if (word === 'DESCRIPTOR') return descriptor(call) ?? withSuffixes(p, call)
  const window = word.startsWith('$') ? groupWindow(call, word.slice(1)) : undefined
  return window ?? withSuffixes(p, call)
}

function plainCall(p: TokenCursor, name: Identifier): Call {
  if (p.atSequence('(', '*', ')')) {
    for (let i = 0; i < 3; i++) p.advance()
    return { kind: 'Call', name, args: [], star: true, bare: false, span: p.spanFrom(name.span.start) }
  }
  const { args, quantifier } = parameterList(p, ExpressionContext.subQuery)
  return { kind: 'Call', name, args, ...quantifier, star: false, bare: false, span: p.spanFrom(name.span.start) }
}

type Parameters = Readonly<{ args: Argument[]; quantifier: Readonly<{ quantifier?: Quantifier }> }>

/** `( [DISTINCT | ALL] a, name => b, … )`, empty too. */
export function parameterList(p: TokenCursor, context: ExpressionContext): Parameters {
  p.expect('(')
  if (p.accept(')')) return { args: [], quantifier: {} }
  const quantifier = quantifierOf(p)
  const args = argumentList(p, context)
  p.expect(')')
  return { args, quantifier }
}

function quantifierOf(p: TokenCursor): Readonly<{ quantifier?: Quantifier }> {
  const quantifier = p.acceptOne(['DISTINCT', 'ALL'])
  return quantifier === undefined ? {} : { quantifier }
}

function argumentList(p: TokenCursor, context: ExpressionContext): Argument[] {
  const args = [argument(p, context, true)]
  while (p.accept(',')) args.push(argument(p, context, false))
  return args
}

/** Only the first argument may be a bare query, or a query with PARTITION BY. */
function argument(p: TokenCursor, context: ExpressionContext, first: boolean): Argument {
  const start = p.token.start
  const name = argumentName(p)
  const named = name === undefined ? {} : { name }
  const value = argumentValue(p, context, first)
  return { kind: 'Argument', ...named, value, span: p.spanFrom(start) }
}

function argumentName(p: TokenCursor): Name | undefined {
  if (p.peek(1).key !== '=>' || !p.isName(p.token)) return undefined
  const name = p.name()
  p.advance()
  return name
}

function argumentValue(p: TokenCursor, context: ExpressionContext, first: boolean): Expression {
  const start = p.token.start
  if (p.at('DEFAULT')) {
    const { end } = p.advance()
    return { kind: 'DefaultValue', span: { start, end } }
  }
  if (p.at('TABLE')) {
    p.advance()
    const name = p.identifier()
    return tableArgument(p, { kind: 'TableQuery', name, span: p.spanFrom(start) })
  }
  if (!first) return explicitTable(p.rules.expression(p, context))
  const value = p.rules.queryOrExpression(p, insideParentheses(context))
  if (p.at('PARTITION') || p.at('ORDER')) {
    const query = queryOf(value)
    if (query !== undefined) return tableArgument(p, query, start)
    if (p.at('ORDER')) p.fail('ORDER BY cannot stand here.')
    return p.fail('PARTITION BY belongs behind a table.')
  }
  return explicitTable(asExpression(value))
}

/** `(TABLE t)` is the table argument `TABLE t`. */
function explicitTable(value: Expression): Expression {
  if (value.kind !== 'SubQuery' || value.query.kind !== 'TableQuery') return value
  return { kind: 'TableArgument', input: value.query, span: value.span }
}

function tableArgument(p: TokenCursor, input: Query, start: number = input.span.start): TableArgument {
  const partitionBy = p.acceptSequence('PARTITION', 'BY') ? { partitionBy: p.nameOrList().map(asIdentifier) } : {}
  const orderBy = p.at('ORDER') ? { orderBy: tableOrder(p) } : {}
  return { kind: 'TableArgument', input, ...partitionBy, ...orderBy, span: p.spanFrom(start) }
}

function asIdentifier(name: Name): Identifier {
  return { kind: 'Identifier', parts: [name], span: name.span }
}

/** Several keys need parentheses here, for a comma ends the argument. */
function tableOrder(p: TokenCursor): OrderItem[] {
  p.expectSequence('ORDER', 'BY')
  return p.at('(') ? parenthesized(p, orderItem) : [orderItem(p)]
}

/** A procedure, table function or constructor: name and arguments, nothing behind. */
export function routineCall(p: TokenCursor, context: ExpressionContext): Call {
  return routineArguments(p, p.identifier(), context)
}

export function routineArguments(p: TokenCursor, name: Identifier, context: ExpressionContext): Call {
  p.expect('(')
  const args = p.at(')') ? [] : argumentList(p, context)
  p.expect(')')
  return { kind: 'Call', name, args, star: false, bare: false, span: p.spanFrom(name.span.start) }
}

/** Behind a dot: a field, or a method with its arguments. */
export function methodCall(p: TokenCursor): Name | Call {
  const name = p.name()
  return p.token.key === '(' ? plainCall(p, asIdentifier(name)) : name
}

// ---- calls with more inside of the parentheses

function arrayAgg(p: TokenCursor, name: Identifier): Call {
  p.expect('(')
  const quantifier = quantifierOf(p)
  const args = commaList(p, (cursor) => argument(cursor, ExpressionContext.subQuery, false))
  const nulls = nullTreatment(p)
  const order = p.at('ORDER') ? { orderBy: orderBy(p) } : {}
  const separator = p.accept('SEPARATOR') ? { separator: stringLiteral(p) } : {}
  p.expect(')')
  const span = p.spanFrom(name.span.start)
  return { kind: 'Call', name, args, ...quantifier, ...nulls, ...order, ...separator, star: false, bare: false, span }
}

function percentile(p: TokenCursor, name: Identifier): Call {
  p.expect('(')
  const args = [argument(p, ExpressionContext.subQuery, false)]
  if (p.accept(',')) {
    const value = signedNumber(p)
    args.push({ kind: 'Argument', value, span: value.span })
  }
  const nulls = args.length > 1 ? nullTreatment(p) : {}
  p.expect(')')
  return { kind: 'Call', name, args, ...nulls, star: false, bare: false, span: p.spanFrom(name.span.start) }
}

function descriptor(call: Call): Descriptor | undefined {
  const columns: Identifier[] = []
  if (call.quantifier !== undefined || call.args.length === 0) return undefined
  for (const { name, value } of call.args) {
    if (name !== undefined || value.kind !== 'Identifier') return undefined
    columns.push(value)
  }
  return { kind: 'Descriptor', columns, span: call.span }
}

/** Flink's own name for a legacy group window in expanded SQL is `$TUMBLE` and its like. */
function groupWindow(call: Call, op: string): GroupWindow | undefined {
  if (op !== 'TUMBLE' && op !== 'HOP' && op !== 'SESSION') return undefined
  return { kind: 'GroupWindow', op, args: call.args, span: call.span }
}

// ---- what may follow a call

function nullTreatment(p: TokenCursor): Readonly<{ nullTreatment?: 'IGNORE NULLS' | 'RESPECT NULLS' }> {
  if (p.acceptSequence('IGNORE', 'NULLS')) return { nullTreatment: 'IGNORE NULLS' }
  if (p.acceptSequence('RESPECT', 'NULLS')) return { nullTreatment: 'RESPECT NULLS' }
  return {}
}

function withSuffixes(p: TokenCursor, call: Call): Call {
  const { key } = p.token
  // Most calls have none: one look tells.
  if (key === '' || !SUFFIXES.has(key)) {
    p.note('OVER')
    return call
  }
  const nulls = nullTreatment(p)
  const withinDistinct = p.acceptSequence('WITHIN', 'DISTINCT') ? { withinDistinct: parenthesized(p, subQueryExpression) } : {}
  const withinGroup = p.at('WITHIN') ? { withinGroup: withinGroupOrder(p) } : {}
  const filter = p.accept('FILTER') ? { filter: filterCondition(p) } : {}
  const over = overClause(p)
  const start = call.span.start
  return { ...call, ...nulls, ...withinDistinct, ...withinGroup, ...filter, ...over, span: p.spanFrom(start) }
}

const SUFFIXES: ReadonlySet<string> = new Set(['IGNORE', 'RESPECT', 'WITHIN', 'FILTER', 'OVER'])

export function withinGroupOrder(p: TokenCursor): OrderItem[] {
  p.expectSequence('WITHIN', 'GROUP', '(')
  const order = orderBy(p)
  p.expect(')')
  return order
}

function filterCondition(p: TokenCursor): Expression {
  p.expectSequence('(', 'WHERE')
  const condition = subQueryExpression(p)
  p.expect(')')
  return condition
}

function overClause(p: TokenCursor): Pick<Call, 'over'> {
  if (!p.accept('OVER')) return {}
  return { over: p.at('(') ? windowSpec(p) : p.simpleIdentifier() }
}

/** OVER behind a function that is no call in this tree takes the window alone. */
export function acceptOver(p: TokenCursor, call: Call): Call {
  const over = overClause(p)
  return over.over === undefined ? call : { ...call, ...over, span: p.spanFrom(call.span.start) }
}
