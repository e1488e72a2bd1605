import type { Argument, Call, Expression, GroupWindow, TimeUnit, Trim } from '../ast/expression.ts'
import type { Token } from '../lex/token.ts'
import { acceptOver, parameterList } from './call.ts'
import { ExpressionContext } from './expression-context.ts'
import { jsonCall } from './json-call.ts'
import { literal, signedNumber } from './literal.ts'
import { subQueryExpression } from './query-node.ts'
import { atTimeUnit, timeUnit } from './time-unit.ts'
import type { TokenCursor } from './token-cursor.ts'
import { castType, TYPE_KEYWORDS } from './type-name.ts'

type Rule = (p: TokenCursor) => Expression

/** Functions with a grammar of their own, by keyword. Undefined where none begins. */
export function builtinCall(p: TokenCursor): Expression | undefined {
  const { key } = p.token
  if (key === 'MODEL') return p.isName(p.peek(1)) ? model(p) : undefined
  if (p.peek(1).key !== '(') return undefined
  const rule = RULES.get(key)
  return rule === undefined ? jsonCall(p) : rule(p)
}

/** Whether a word before a parenthesis begins a function with a grammar of its own, not a plain call. */
export function isGrammarFunction(key: string): boolean {
  return (
    RULES.has(key) ||
    key === 'POSITION' ||
    key === 'MAP' ||
    /^JSON_(?:EXISTS|VALUE|QUERY|OBJECT|OBJECTAGG|ARRAY|ARRAYAGG)$/.test(key)
  )
}

const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['CAST', cast],
  ['TRY_CAST', cast],
  ['SAFE_CAST', cast],
  ['EXTRACT', extract],
  ['CONVERT', convert],
  ['TRANSLATE', translate],
  ['OVERLAY', overlay],
  ['FLOOR', roundToUnit],
  ['CEIL', roundToUnit],
  ['CEILING', roundToUnit],
  ['SUBSTRING', substring],
  ['TRIM', trim],
  ['CONTAINS_SUBSTR', containsSubstring],
  ['DATE', dateTimeConstructor],
  ['TIME', dateTimeConstructor],
  ['DATETIME', dateTimeConstructor],
  ['TIMESTAMP', dateTimeConstructor],
  ['TIMESTAMPADD', unitFirst],
  ['TIMESTAMPDIFF', unitFirst],
  ['DATE_DIFF', (p) => unitLast(p, 2)],
  ['DATETIME_DIFF', (p) => unitLast(p, 2)],
  ['TIMESTAMP_DIFF', (p) => unitLast(p, 2)],
  ['TIME_DIFF', (p) => unitLast(p, 2)],
  ['DATE_TRUNC', dateTrunc],
  ['TIMESTAMP_TRUNC', (p) => unitLast(p, 1)],
  ['DATETIME_TRUNC', (p) => unitLast(p, 1)],
  ['TIME_TRUNC', (p) => unitLast(p, 1)],
  ['CLASSIFIER', withoutArguments],
  ['MATCH_NUMBER', withoutArguments],
  ['FIRST', navigation],
  ['LAST', navigation],
  ['PREV', navigation],
  ['NEXT', navigation],
  ['TUMBLE', groupWindow],
  ['HOP', groupWindow],
  ['SESSION', groupWindow],
])

function callOf(p: TokenCursor, start: Token, values: readonly Expression[]): Call {
  const span = { start: start.start, end: start.end }
  const name = {
    kind: 'Identifier',
    parts: [{ value: p.text.slice(start.start, start.end), quoted: false, span }],
    span,
  } as const
  const args: Argument[] = values.map((value) => ({ kind: 'Argument', value, span: value.span }))
  return { kind: 'Call', name, args, star: false, bare: false, span: p.spanFrom(start.start) }
}

function cast(p: TokenCursor): Expression {
  const token = p.advance()
  p.expect('(')
  const operand = subQueryExpression(p)
  p.expect('AS')
  const type = castType(p)
  p.expect(')')
  return { kind: 'Cast', safe: token.key !== 'CAST', operand, type, span: p.spanFrom(token.start) }
}

function extract(p: TokenCursor): Expression {
  const start = p.advance().start
  p.expect('(')
  const unit = timeUnit(p)
  p.expect('FROM')
  const source = subQueryExpression(p)
  p.expect(')')
  return { kind: 'Extract', unit, source, span: p.spanFrom(start) }
}

function convert(p: TokenCursor): Expression {
  const start = p.advance().start
  p.expect('(')
  if (TYPE_KEYWORDS.has(p.token.key) || p.token.key === 'INTERVAL') return convertType(p, start)
  const operand = subQueryExpression(p)
  if (p.accept('USING')) {
    const using = p.name()
    p.expect(')')
    return { kind: 'Translate', operand, using, span: p.spanFrom(start) }
  }
  p.expect(',')
  const from = p.name()
  p.expect(',')
  const to = p.name()
  p.expect(')')
  return { kind: 'Convert', operand, from, to, span: p.spanFrom(start) }
}

function convertType(p: TokenCursor, start: number): Expression {
  const type = castType(p)
  p.expect(',')
  const operand = subQueryExpression(p)
  const style = p.accept(',') ? { style: literal(p) } : {}
  p.expect(')')
  return { kind: 'ConvertType', type, operand, ...style, span: p.spanFrom(start) }
}

function translate(p: TokenCursor): Expression {
  const token = p.advance()
  p.expect('(')
  const values = [subQueryExpression(p)]
  if (p.accept('USING')) {
    const using = p.name()
    p.expect(')')
    return { kind: 'Translate', operand: values[0] as Expression, using, span: p.spanFrom(token.start) }
  }
  while (p.accept(',')) values.push(subQueryExpression(p))
  p.expect(')')
  return callOf(p, token, values)
}

function overlay(p: TokenCursor): Expression {
  const start = p.advance().start
  p.expect('(')
  const source = subQueryExpression(p)
  p.expect('PLACING')
  const placing = subQueryExpression(p)
  p.expect('FROM')
  const from = subQueryExpression(p)
  const length = p.accept('FOR') ? { length: subQueryExpression(p) } : {}
  p.expect(')')
  return { kind: 'Overlay', source, placing, from, ...length, span: p.spanFrom(start) }
}

function roundToUnit(p: TokenCursor): Expression {
  const token = p.advance()
  p.expect('(')
  const operand = subQueryExpression(p)
  const unit = p.accept('TO') ? timeUnit(p) : undefined
  p.expect(')')
  if (unit === undefined) return acceptOver(p, callOf(p, token, [operand]))
  return { kind: 'RoundToUnit', op: token.key === 'FLOOR' ? 'FLOOR' : 'CEIL', operand, unit, span: p.spanFrom(token.start) }
}

/** FROM and FOR are commas: there is one tree for both forms. */
function substring(p: TokenCursor): Expression {
  const token = p.advance()
  p.expect('(')
  const values = [subQueryExpression(p)]
  p.expectOne(['FROM', ','])
  values.push(subQueryExpression(p))
  if (p.acceptOne(['FOR', ',']) !== undefined) values.push(subQueryExpression(p))
  p.expect(')')
  return callOf(p, token, values)
}

function trim(p: TokenCursor): Expression {
  const start = p.advance().start
  p.expect('(')
  const where: Trim['where'] | undefined = p.acceptOne(['BOTH', 'TRAILING', 'LEADING'])
  const blank = { kind: 'StringLiteral', value: ' ', span: { start: p.token.start, end: p.token.start } } as const
  const first = p.at('FROM') ? undefined : subQueryExpression(p)
  let characters: Expression = blank
  let source = first
  if (p.at('FROM')) {
    if (where === undefined && first === undefined) p.fail('TRIM needs characters or a side before FROM.')
    p.advance()
    characters = first ?? blank
    source = subQueryExpression(p)
  }
  p.expect(')')
  return { kind: 'Trim', where: where ?? 'BOTH', characters, source: source as Expression, span: p.spanFrom(start) }
}

function containsSubstring(p: TokenCursor): Expression {
  const token = p.advance()
  p.expect('(')
  const values = [subQueryExpression(p)]
  p.expect(',')
  values.push(subQueryExpression(p))
  if (p.accept(',')) {
    p.expectSequence('JSON_SCOPE', '=>')
    values.push(subQueryExpression(p))
  }
  p.expect(')')
  return callOf(p, token, values)
}

function dateTimeConstructor(p: TokenCursor): Expression {
  const token = p.advance()
  const { args, quantifier } = parameterList(p, ExpressionContext.subQuery)
  if (args.length === 0) return p.fail('An argument is expected.')
  return { ...callOf(p, token, []), args, ...quantifier, span: p.spanFrom(token.start) }
}

function unitFirst(p: TokenCursor): Expression {
  const token = p.advance()
  p.expect('(')
  const values: Expression[] = [timeUnit(p)]
  p.expect(',')
  values.push(subQueryExpression(p))
  p.expect(',')
  values.push(subQueryExpression(p))
  p.expect(')')
  return callOf(p, token, values)
}

function unitLast(p: TokenCursor, operands: number): Expression {
  const token = p.advance()
  p.expect('(')
  const values: Expression[] = []
  for (let i = 0; i < operands; i++) {
    values.push(subQueryExpression(p))
    p.expect(',')
  }
  values.push(timeUnit(p))
  p.expect(')')
  return callOf(p, token, values)
}

function dateTrunc(p: TokenCursor): Expression {
  const token = p.advance()
  p.expect('(')
  const value = subQueryExpression(p)
  p.expect(',')
  const unit = atTimeUnit(p) ? truncationUnit(timeUnit(p)) : subQueryExpression(p)
  p.expect(')')
  return callOf(p, token, [value, unit])
}

/** WEEK(MONDAY) is a name: here every name is an expression. */
function truncationUnit(unit: TimeUnit): Expression {
  if (!unit.custom) return unit
  return { kind: 'Identifier', parts: [{ value: unit.name, quoted: true, span: unit.span }], span: unit.span }
}

function withoutArguments(p: TokenCursor): Expression {
  const token = p.advance()
  p.expectSequence('(', ')')
  return callOf(p, token, [])
}

/** FIRST, LAST (offset 0 by default), PREV and NEXT (offset 1) of MATCH_RECOGNIZE. */
function navigation(p: TokenCursor): Call {
  const token = p.advance()
  p.expect('(')
  const value = subQueryExpression(p)
  const implied = token.key === 'FIRST' || token.key === 'LAST' ? '0' : '1'
  const at = { start: p.token.start, end: p.token.start }
  const offset: Expression = p.accept(',')
    ? signedNumber(p)
    : { kind: 'NumericLiteral', text: implied, approximate: false, span: at }
  p.expect(')')
  return callOf(p, token, [value, offset])
}

function groupWindow(p: TokenCursor): Expression {
  const { key, start } = p.advance()
  const { args } = parameterList(p, ExpressionContext.subQuery)
  if (args.length === 0) return p.fail('A time attribute is expected.')
  return { kind: 'GroupWindow', op: key as GroupWindow['op'], args, span: p.spanFrom(start) }
}

function model(p: TokenCursor): Expression {
  const start = p.advance().start
  const name = p.identifier()
  return { kind: 'ModelArgument', name, span: p.spanFrom(start) }
}
