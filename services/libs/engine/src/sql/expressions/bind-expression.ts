/**
 * The expression binder: names are resolved, every node gets the type that Flink's planner infers, and implicit casts become
 * nodes. Pure: the scope resolves columns, the context answers what only a query can.
 */
import type { Expression } from '../ast/expression.ts'
import type { BindingContext } from '../bound/binding-context.ts'
import type { BoundExpr } from '../bound/expr.ts'
import type { Scope, Typed } from '../bound/scope.ts'
import { plannedInterval } from '../types/combine-intervals.ts'
import type { LogicalType } from '../types/logical-type.ts'
import { childrenOf, isInterval, withChildren } from '../types/type-family.ts'
import { bindJsonArrayAgg, bindJsonObjectAgg } from './aggregate-expression.ts'
import { bindCall } from './call-expression.ts'
import { bindCase } from './case-expression.ts'
import { bindCast } from './cast-expression.ts'
import { bindCollection, bindRow } from './constructor-expression.ts'
import { bindAll, type ExpressionBinder, fail, unsupported } from './expression-binder.ts'
import { callBuiltIn } from './function-call.ts'
import { bindJsonArray, bindJsonExists, bindJsonObject, bindJsonQuery, bindJsonValue } from './json-expression.ts'
import { bindLiteral } from './literal-expression.ts'
import { bindFieldAccess, bindIdentifier, bindItemAccess } from './name-expression.ts'
import {
  bindBetween,
  bindBinary,
  bindInList,
  bindIsTest,
  bindLike,
  bindPeriodPredicate,
  bindQuantified,
  bindUnary,
} from './operator-expression.ts'
import { bindSpecialForm, withUnit } from './special-form.ts'

/** Expressions inside of expressions, beyond which one is refused. */
export const EXPRESSION_DEPTH_MAX = 256

/**
 * Binds one expression; undefined after its errors were reported. A bare NULL is refused, as in Flink: nothing tells its type.
 */
export function bindExpression(ast: Expression, scope: Scope, context: BindingContext): Typed {
  const binder = new Binder(scope, context, { depth: 0, overflowed: false })
  const bound = binder.bind(ast)
  if (bound?.type.kind === 'NULL') {
    const message = 'A bare NULL has no type here'
    return fail(binder, { code: 'SQL_NULL_WITHOUT_TYPE', span: ast.span, message, hint: 'Cast it: CAST(NULL AS type).' })
  }
  return bound && withPlannedType(bound)
}

/** Columns know only intervals of months and of milliseconds. */
function withPlannedType(expr: BoundExpr): BoundExpr {
  return holdsInterval(expr.type) ? { ...expr, type: plannedType(expr.type) } : expr
}

function holdsInterval(type: LogicalType): boolean {
  return isInterval(type) || childrenOf(type).some(holdsInterval)
}

function plannedType(type: LogicalType): LogicalType {
  const children = childrenOf(type)
  return plannedInterval(children.length === 0 ? type : withChildren(type, children.map(plannedType)))
}

interface Nesting {
  depth: number
  overflowed: boolean
}

class Binder implements ExpressionBinder {
  readonly scope: Scope
  readonly context: BindingContext
  readonly #nesting: Nesting

  constructor(scope: Scope, context: BindingContext, nesting: Nesting) {
    this.scope = scope
    this.context = context
    this.#nesting = nesting
  }

  within(context: BindingContext): ExpressionBinder {
    return new Binder(this.scope, context, this.#nesting)
  }

  bind(ast: Expression): Typed {
    const nesting = this.#nesting
    if (nesting.depth >= EXPRESSION_DEPTH_MAX) return this.#tooDeep(ast)
    nesting.depth++
    try {
      return bindNode(this, ast)
    } finally {
      nesting.depth--
    }
  }

  #tooDeep(ast: Expression): undefined {
    if (this.#nesting.overflowed) return undefined
    this.#nesting.overflowed = true
    const message = `Expressions are nested more than ${EXPRESSION_DEPTH_MAX} levels deep`
    return fail(this, { code: 'SQL_TOO_DEEP', span: ast.span, message })
  }
}

type Rule<K extends Expression['kind']> = (binder: ExpressionBinder, ast: Extract<Expression, { kind: K }>) => Typed
type Rules = { readonly [K in Expression['kind']]: Rule<K> }

const RULES: Rules = {
  Identifier: bindIdentifier,
  Star: (binder, ast) => fail(binder, { code: 'SQL_INVALID_CALL', span: ast.span, message: '* cannot stand here' }),
  StringLiteral: bindLiteral,
  BinaryLiteral: bindLiteral,
  NumericLiteral: bindLiteral,
  BooleanLiteral: bindLiteral,
  NullLiteral: bindLiteral,
  DateTimeLiteral: bindLiteral,
  IntervalLiteral: bindLiteral,
  DynamicParam: (binder, ast) => unsupported(binder, ast.span, 'A parameter (?)'),
  DefaultValue: (binder, ast) => fail(binder, { code: 'SQL_INVALID_CALL', span: ast.span, message: 'DEFAULT cannot stand here' }),
  Unary: bindUnary,
  Binary: bindBinary,
  Between: bindBetween,
  Like: bindLike,
  InList: bindInList,
  InQuery: (binder, ast) => {
    const parts = ast.operand.kind === 'RowConstructor' && !ast.operand.explicit ? ast.operand.items : [ast.operand]
    const operands = bindAll(binder, parts)
    const found = operands && subquery(binder, 'IN', { operands, ast })
    return found && ast.negated ? callBuiltIn(binder, 'NOT', { args: [found], span: ast.span }) : found
  },
  Quantified: bindQuantified,
  IsTest: bindIsTest,
  Exists: (binder, ast) => (ast.op === 'EXISTS' ? subquery(binder, 'EXISTS', { ast }) : unsupported(binder, ast.span, 'UNIQUE')),
  PeriodPredicate: bindPeriodPredicate,
  Case: bindCase,
  Cast: bindCast,
  Call: bindCall,
  Extract: bindSpecialForm,
  Trim: bindSpecialForm,
  PositionOf: bindSpecialForm,
  Overlay: bindSpecialForm,
  RoundToUnit: bindSpecialForm,
  Convert: bindSpecialForm,
  ConvertType: bindSpecialForm,
  Translate: bindSpecialForm,
  SequenceValue: bindSpecialForm,
  IntervalOf: bindSpecialForm,
  IntervalDifference: bindSpecialForm,
  GroupWindow: (binder, ast) =>
    fail(binder, {
      code: 'SQL_MISPLACED_FUNCTION',
      span: ast.span,
      message: `${ast.op} can only stand in GROUP BY or, as a table function, in FROM`,
    }),
  JsonExists: bindJsonExists,
  JsonValueOf: bindJsonValue,
  JsonQueryOf: bindJsonQuery,
  JsonObject: bindJsonObject,
  JsonArray: bindJsonArray,
  JsonObjectAgg: bindJsonObjectAgg,
  JsonArrayAgg: bindJsonArrayAgg,
  RowConstructor: bindRow,
  CollectionConstructor: bindCollection,
  CollectionQuery: (binder, ast) => unsupported(binder, ast.span, `${ast.collection} over a query`),
  ItemAccess: bindItemAccess,
  FieldAccess: bindFieldAccess,
  SubQuery: (binder, ast) => subquery(binder, 'SCALAR', { ast }),
  TableArgument: (binder, ast) => misplacedArgument(binder, ast, 'A table'),
  ModelArgument: (binder, ast) => misplacedArgument(binder, ast, 'A model'),
  Descriptor: (binder, ast) => misplacedArgument(binder, ast, 'DESCRIPTOR'),
  TimeUnit: (binder, ast) => withUnit(binder, ast, (unit) => unit),
}

function bindNode(binder: ExpressionBinder, ast: Expression): Typed {
  // One rule a kind: the table's type ties each to its node.
  const rule = RULES[ast.kind] as (binder: ExpressionBinder, ast: Expression) => Typed
  return rule(binder, ast)
}

function subquery(
  binder: ExpressionBinder,
  form: 'SCALAR' | 'EXISTS' | 'IN',
  {
    operands = [],
    ast,
  }: { readonly operands?: readonly BoundExpr[]; readonly ast: Extract<Expression, { kind: 'InQuery' | 'Exists' | 'SubQuery' }> },
): Typed {
  const { query } = binder.context
  if (query?.subquery === undefined) {
    return fail(binder, {
      code: 'SQL_MISPLACED_QUERY',
      span: ast.span,
      message: `A sub-query cannot stand in ${binder.context.place}`,
    })
  }
  return query.subquery({ form, operands, query: ast.query, span: ast.span })
}

function misplacedArgument(binder: ExpressionBinder, ast: Expression, what: string): undefined {
  return fail(binder, {
    code: 'SQL_INVALID_CALL',
    span: ast.span,
    message: `${what} can only be an argument of a table function`,
  })
}
