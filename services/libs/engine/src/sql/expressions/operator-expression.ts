/** Unary and binary operators, BETWEEN, LIKE, IN, IS and quantified comparisons. */
import type { Between, Binary, Expression, InList, IsTest, Like, PeriodPredicate, Quantified, Unary } from '../ast/expression.ts'
import type { BoundCall, BoundExpr } from '../bound/expr.ts'
import type { Typed } from '../bound/scope.ts'
import type { Span } from '../text/span.ts'
import { isComparable, mayHoldNull } from '../types/comparability.ts'
import { leastRestrictive } from '../types/least-restrictive.ts'
import { BOOLEAN, withNullability } from '../types/make-type.ts'
import { isCharacter, isDatetime, isInterval, isNumeric } from '../types/type-family.ts'
import { bindAll, type ExpressionBinder, fail, literalValue, showTypes, unsupported } from './expression-binder.ts'
import { callBuiltIn } from './function-call.ts'
import { castComparands, castOperands, castTo } from './implicit-cast.ts'
import { likePatternProblem } from './like-pattern.ts'
import { bindNumber } from './literal-expression.ts'

interface Operation {
  readonly operands: readonly BoundExpr[]
  readonly span: Span
}

export interface BinaryOperation {
  readonly operands: readonly [BoundExpr, BoundExpr]
  readonly span: Span
}

export function bindUnary(binder: ExpressionBinder, ast: Unary): Typed {
  const { op, operand, span } = ast
  if (op === '-' && operand.kind === 'NumericLiteral') return bindNumber(binder, operand, true)
  switch (op) {
    case '-':
    case '+': {
      const bound = binder.bind(operand)
      if (bound === undefined) return undefined
      const negated = callBuiltIn(binder, 'NEGATE', { args: [bound], span })
      return op === '-' ? negated : negated && bound
    }
    case 'NOT': {
      const bound = binder.bind(operand)
      return bound && callBuiltIn(binder, 'NOT', { args: [bound], span })
    }
    default:
      return unsupported(binder, span, op)
  }
}

const COMPARISONS: ReadonlySet<string> = new Set(['=', '<>', '<', '<=', '>', '>=', 'IS DISTINCT FROM', 'IS NOT DISTINCT FROM'])
const EQUALITIES: ReadonlySet<string> = new Set(['=', '<>', 'IS DISTINCT FROM', 'IS NOT DISTINCT FROM'])
const ARITHMETIC: ReadonlySet<string> = new Set(['+', '-', '*', '/', '%'])

/** Operators of one chain, so that `a AND b AND …` needs no deep recursion. */
export function bindBinary(binder: ExpressionBinder, ast: Binary): Typed {
  if (ast.op === 'AND' || ast.op === 'OR') return bindJunction(binder, ast, ast.op)
  const chain: Binary[] = []
  let first: Expression = ast
  while (first.kind === 'Binary' && first.op !== 'AND' && first.op !== 'OR') {
    chain.push(first)
    first = first.left
  }
  let left = binder.bind(first)
  for (const link of chain.reverse()) {
    const right = binder.bind(link.right)
    left = left && right && applyBinary(binder, link, [left, right])
  }
  return left
}

/** AND and OR take all operands of a chain at once. */
function bindJunction(binder: ExpressionBinder, ast: Binary, op: 'AND' | 'OR'): Typed {
  const parts: Expression[] = []
  let rest: Expression = ast
  while (rest.kind === 'Binary' && rest.op === op) {
    parts.push(rest.right)
    rest = rest.left
  }
  const operands = bindAll(binder, [rest, ...parts.reverse()])
  return operands && junction(binder, op, { operands, span: ast.span })
}

function junction(binder: ExpressionBinder, op: 'AND' | 'OR', { operands, span }: Operation): Typed<BoundCall> {
  for (const operand of operands) {
    if (callBuiltIn(binder, op, { args: [operand, operand], span }) === undefined) return undefined
  }
  const args = operands.flatMap((operand) => (operand.kind === 'Call' && operand.fn === op ? operand.args : [operand]))
  return {
    kind: 'Call',
    fn: op,
    type: withNullability(
      BOOLEAN,
      args.some((arg) => arg.type.nullable),
    ),
    args,
  }
}

function applyBinary(binder: ExpressionBinder, ast: Binary, operands: readonly [BoundExpr, BoundExpr]): Typed {
  if (COMPARISONS.has(ast.op)) return compare(binder, ast.op, { operands, span: ast.span })
  if (ARITHMETIC.has(ast.op)) return arithmetic(binder, ast.op, { operands, span: ast.span })
  if (ast.op === '||') return callBuiltIn(binder, '||', { args: operands, span: ast.span })
  return unsupported(binder, ast.span, `Operator ${ast.op}`)
}

/** A comparison with both sides cast to what they are compared in. */
export function compare(binder: ExpressionBinder, op: string, { operands, span }: BinaryOperation): Typed<BoundCall> {
  const [left, right] = operands
  const checked = callBuiltIn(binder, op, { args: [left, right], span })
  if (checked === undefined || !fieldsCompare(binder, op, { operands, span })) return undefined
  return { ...checked, args: castComparands(left, right, EQUALITIES.has(op) ? 'equality' : 'order') }
}

/** Two row constructors are compared field by field, each by the rules for its values. */
function fieldsCompare(binder: ExpressionBinder, op: string, { operands: [left, right], span }: BinaryOperation): boolean {
  if (left.kind !== 'Call' || right.kind !== 'Call' || left.fn !== 'ROW' || right.fn !== 'ROW') return true
  return left.args.every((field, i) => compare(binder, op, { operands: [field, right.args[i]!], span }) !== undefined)
}

/** `a op b`; an interval stands right of a moment and left of a number. */
export function arithmetic(binder: ExpressionBinder, op: string, { operands, span }: BinaryOperation): Typed<BoundCall> {
  const [left, right] = operands
  const checked = callBuiltIn(binder, op, { args: [left, right], span })
  if (checked === undefined) return undefined
  const swapped =
    (op === '+' && isInterval(left.type) && isDatetime(right.type)) ||
    (op === '*' && isNumeric(left.type) && isInterval(right.type))
  const args = swapped ? [right, left] : castOperands([left, right], checked.type)
  return { ...checked, args }
}

function negate(
  binder: ExpressionBinder,
  expr: Typed,
  { negated, span }: { readonly negated: boolean; readonly span: Span },
): Typed {
  return negated && expr ? callBuiltIn(binder, 'NOT', { args: [expr], span }) : expr
}

/** `a BETWEEN b AND c` is `a >= b AND a <= c`. */
export function bindBetween(binder: ExpressionBinder, ast: Between): Typed {
  const bound = bindAll(binder, [ast.operand, ast.low, ast.high])
  if (bound === undefined) return undefined
  const [operand, low, high] = bound as [BoundExpr, BoundExpr, BoundExpr]
  const inRange = (from: BoundExpr, to: BoundExpr): Typed => {
    const above = compare(binder, '>=', { operands: [operand, from], span: ast.span })
    const below = above && compare(binder, '<=', { operands: [operand, to], span: ast.span })
    return above && below && junction(binder, 'AND', { operands: [above, below], span: ast.span })
  }
  const straight = inRange(low, high)
  const reversed = ast.symmetric && straight ? inRange(high, low) : undefined
  const within = reversed && straight ? junction(binder, 'OR', { operands: [straight, reversed], span: ast.span }) : straight
  return negate(binder, within, ast)
}

export function bindLike(binder: ExpressionBinder, ast: Like): Typed {
  if (ast.op === 'ILIKE' || ast.op === 'RLIKE') {
    return fail(binder, {
      code: 'SQL_UNSUPPORTED',
      span: ast.span,
      message: `${ast.op} is not supported`,
      hint: 'Use LIKE with LOWER, or REGEXP.',
    })
  }
  const args = bindAll(binder, ast.escape ? [ast.operand, ast.pattern, ast.escape] : [ast.operand, ast.pattern])
  if (args === undefined) return undefined
  const problem = ast.op === 'LIKE' ? likePatternProblem(literalValue(args[1]!), args[2] && literalValue(args[2])) : undefined
  if (problem !== undefined) return fail(binder, { code: 'SQL_INVALID_LITERAL', span: ast.pattern.span, message: problem })
  return negate(binder, callBuiltIn(binder, ast.op, { args, span: ast.span }), ast)
}

export function bindInList(binder: ExpressionBinder, ast: InList): Typed {
  const bound = bindAll(binder, [ast.operand, ...ast.items])
  if (bound === undefined) return undefined
  return negate(binder, inList(binder, bound, ast.span), ast)
}

/** The items must share a type and are cast to the operand's. */
function inList(binder: ExpressionBinder, [operand, ...items]: readonly BoundExpr[], span: Span): Typed {
  const types = items.map((item) => item.type)
  const shared = types.every((type) => type.kind === 'NULL') ? types[0]! : leastRestrictive(types)
  if (shared === undefined) {
    return fail(binder, {
      code: 'SQL_ARGUMENT_TYPES',
      span,
      message: `The values of IN must be of one type, not ${showTypes(types)}`,
    })
  }
  if (!isComparable(operand!.type, shared)) {
    return fail(binder, {
      code: 'SQL_ARGUMENT_TYPES',
      span,
      message: `IN cannot compare ${showTypes([operand!.type])} with ${showTypes([shared])}`,
    })
  }
  const target = operand!.type.kind === 'NULL' ? shared : operand!.type
  const args = [
    castTo(operand!, target),
    ...items.map((item) => (isCharacter(target) && isCharacter(item.type) ? item : castTo(item, target))),
  ]
  return {
    kind: 'Call',
    fn: 'IN',
    type: withNullability(
      BOOLEAN,
      args.some((arg) => mayHoldNull(arg.type)),
    ),
    args,
  }
}

export function bindIsTest(binder: ExpressionBinder, ast: IsTest): Typed {
  const operand = binder.bind(ast.operand)
  if (operand === undefined) return undefined
  if (ast.test === 'A SET' || ast.test === 'EMPTY') return unsupported(binder, ast.span, `IS ${ast.test}`)
  // UNKNOWN is the NULL of a BOOLEAN.
  if (ast.test === 'UNKNOWN' && callBuiltIn(binder, 'IS TRUE', { args: [operand], span: ast.span }) === undefined)
    return undefined
  const test = ast.test === 'UNKNOWN' ? 'NULL' : ast.test
  return callBuiltIn(binder, `IS ${ast.negated ? 'NOT ' : ''}${test}`, { args: [operand], span: ast.span })
}

/** `a op SOME (list)` is an OR, `a op ALL (list)` an AND; over a query `= SOME` is IN and `<> ALL` is NOT IN. */
export function bindQuantified(binder: ExpressionBinder, ast: Quantified): Typed {
  if (ast.items === undefined) return quantifiedQuery(binder, ast)
  const bound = bindAll(binder, [ast.operand, ...ast.items])
  if (bound === undefined) return undefined
  const [operand, ...items] = bound
  const tests = items.map((item) => compare(binder, ast.op, { operands: [operand!, item], span: ast.span }))
  if (tests.some((test) => test === undefined)) return undefined
  if (tests.length === 1) return tests[0]
  return junction(binder, ast.quantifier === 'SOME' ? 'OR' : 'AND', { operands: tests as BoundCall[], span: ast.span })
}

function quantifiedQuery(binder: ExpressionBinder, ast: Quantified): Typed {
  const { op, operand, query, span } = ast
  const isIn = op === '=' && ast.quantifier === 'SOME'
  const isNotIn = op === '<>' && ast.quantifier === 'ALL'
  if (query === undefined || !(isIn || isNotIn)) return unsupported(binder, span, `${op} ${ast.quantifier} over a query`)
  return binder.bind({ kind: 'InQuery', operand, query, negated: isNotIn, span })
}

/** Only OVERLAPS. */
export function bindPeriodPredicate(binder: ExpressionBinder, ast: PeriodPredicate): Typed {
  if (ast.op !== 'OVERLAPS') return unsupported(binder, ast.span, ast.op)
  const sides = [ast.left, ast.right].map((side) =>
    side.kind === 'RowConstructor' && side.items.length === 2 ? side.items : undefined,
  )
  if (sides[0] === undefined || sides[1] === undefined) {
    return fail(binder, { code: 'SQL_ARGUMENT_TYPES', span: ast.span, message: 'A period is (start, end) or (start, length)' })
  }
  const args = bindAll(binder, [...sides[0], ...sides[1]])
  return args && callBuiltIn(binder, 'OVERLAPS', { args, span: ast.span })
}
