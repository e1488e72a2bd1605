/** Aggregates, as a group's or with OVER: their parts are bound here, what they range over is the query binder's. */
import type { Call, Expression, JsonArrayAgg, JsonObjectAgg, OrderItem } from '../ast/expression.ts'
import type { BindingContext, QueryCallbacks } from '../bound/binding-context.ts'
import type { AggregateCall, BoundExpr, SortKey } from '../bound/expr.ts'
import type { Typed } from '../bound/scope.ts'
import type { FunctionDefinition } from '../functions/function-definition.ts'
import { builtIn } from '../functions/function-table.ts'
import type { Span } from '../text/span.ts'
import { BOOLEAN, notNull } from '../types/make-type.ts'
import { bindAll, type ExpressionBinder, fail, literalValue, showTypes, unsupported } from './expression-binder.ts'
import { checkCall } from './function-call.ts'
import { symbol } from './special-form.ts'

/** What all aggregate forms share. */
interface AggregateForm {
  readonly definition: FunctionDefinition
  readonly args: readonly Expression[]
  readonly options: readonly BoundExpr[]
  readonly distinct: boolean
  readonly ignoreNulls: boolean
  readonly orderBy: readonly OrderItem[]
  readonly filter: Expression | undefined
  readonly over: Call['over']
  readonly span: Span
}

export function bindAggregate(binder: ExpressionBinder, definition: FunctionDefinition, ast: Call): Typed {
  if (definition.mode === 'batch' && binder.context.config['execution.runtime-mode']?.toLowerCase() !== 'batch') {
    return unsupported(binder, ast.span, `${definition.name} over a stream`)
  }
  const problem = clauseProblem(definition, ast)
  if (problem !== undefined) return fail(binder, { code: 'SQL_UNSUPPORTED', span: ast.span, message: problem })
  return bindForm(binder, {
    definition,
    args: ast.args.map((arg) => arg.value),
    options: [],
    distinct: ast.quantifier === 'DISTINCT',
    ignoreNulls: ast.nullTreatment === 'IGNORE NULLS',
    orderBy: ast.orderBy ?? [],
    filter: ast.filter,
    over: ast.over,
    span: ast.span,
  })
}

function clauseProblem({ name, kind }: FunctionDefinition, ast: Call): string | undefined {
  if (ast.star && name !== 'COUNT') return `${name}(*) is not supported`
  if (!ast.star && name === 'COUNT' && ast.args.length === 0) return 'COUNT needs an argument or *'
  if (ast.withinGroup !== undefined) return `WITHIN GROUP is not supported for ${name}`
  if (ast.withinDistinct !== undefined) return 'WITHIN DISTINCT is not supported'
  if (ast.separator !== undefined) return `SEPARATOR is not supported for ${name}`
  if (ast.nullTreatment !== undefined && name !== 'ARRAY_AGG') return `${ast.nullTreatment} is not supported for ${name}`
  if (ast.orderBy !== undefined && name !== 'ARRAY_AGG') return `ORDER BY is not supported inside of ${name}`
  return kind === 'over' && ast.quantifier === 'DISTINCT' ? `DISTINCT is not supported for ${name}` : undefined
}

export function bindJsonObjectAgg(binder: ExpressionBinder, ast: JsonObjectAgg): Typed {
  return bindForm(binder, { ...jsonForm('JSON_OBJECTAGG', ast), args: [ast.pair.key, ast.pair.value] })
}

export function bindJsonArrayAgg(binder: ExpressionBinder, ast: JsonArrayAgg): Typed {
  if (ast.withinGroup !== undefined) return unsupported(binder, ast.span, 'ORDER BY of JSON_ARRAYAGG')
  return bindForm(binder, { ...jsonForm('JSON_ARRAYAGG', ast), args: [ast.item] })
}

function jsonForm(name: string, ast: JsonObjectAgg | JsonArrayAgg): AggregateForm {
  const { span } = ast
  const definition = builtIn(name)!
  const options = [symbol(ast.onNull)]
  return {
    definition,
    args: [],
    options,
    distinct: false,
    ignoreNulls: false,
    orderBy: [],
    filter: undefined,
    over: undefined,
    span,
  }
}

function bindForm(binder: ExpressionBinder, form: AggregateForm): Typed {
  const query = binder.context.query
  const { definition, over, span } = form
  if (over === undefined && definition.kind === 'over') {
    return fail(binder, { code: 'SQL_OVER_NEEDED', span, message: `${definition.name} needs OVER (…)` })
  }
  const receive = over === undefined ? query?.aggregate : query?.over
  if (query === undefined || receive === undefined) return misplaced(binder, form)
  const call = aggregateCall(binder, form, query)
  if (call === undefined) return undefined
  return over === undefined ? query.aggregate!(call, span) : query.over!(call, over, span)
}

function misplaced({ context }: ExpressionBinder, { definition, over, span }: AggregateForm): undefined {
  const what = over === undefined ? `Aggregate ${definition.name}` : `${definition.name} OVER`
  context.report({
    code: 'SQL_MISPLACED_AGGREGATE',
    severity: 'error',
    message: `${what} cannot stand in ${context.place}`,
    span,
  })
  return undefined
}

function aggregateCall(binder: ExpressionBinder, form: AggregateForm, query: QueryCallbacks): AggregateCall | undefined {
  const inner = binder.within(insideOf(binder.context, query, form))
  const bound = bindAll(inner, form.args)
  const filter = form.filter && filterOf(inner, form.filter)
  const orderBy = sortKeys(inner, form.orderBy)
  if (bound === undefined || orderBy === undefined || (form.filter !== undefined && filter === undefined)) return undefined
  const skipNulls = form.ignoreNulls ? notNullTest(bound[0]!) : undefined
  const condition = filter && skipNulls ? both(filter, skipNulls) : (filter ?? skipNulls)
  const place = { groupCount: form.over === undefined ? query.groupCount : -1, filtered: form.filter !== undefined }
  const { definition, span } = form
  const checked = checkCall(inner, definition, { args: [...form.options, ...bound], span, place })
  if (checked === undefined) return undefined
  const unhashable = form.distinct ? bound.find((arg) => NO_KEYS.has(arg.type.kind)) : undefined
  if (form.distinct && bound.length > 1 && definition.name === 'COUNT')
    return unsupported(inner, span, 'COUNT(DISTINCT …) of several values')
  if (unhashable !== undefined) return unsupported(inner, span, `DISTINCT over ${showTypes([unhashable.type])}`)
  return {
    fn: definition.name,
    type: checked.type,
    args: checked.args,
    distinct: form.distinct,
    name: definition.name,
    ...(condition && { filter: condition }),
    ...(orderBy.length > 0 && { orderBy }),
  }
}

/** Types whose values Flink cannot keep as keys of the distinct ones seen. */
const NO_KEYS: ReadonlySet<string> = new Set(['BINARY', 'VARBINARY', 'MAP', 'MULTISET', 'ROW', 'STRUCTURED', 'RAW'])

/** The call over a bounded OVER frame: as Flink sees it the frame may be empty, so that SUM and its like may be NULL. */
export function overBoundedFrame(call: AggregateCall): AggregateCall {
  const types = call.args.map((arg) => arg.type)
  const type = builtIn(call.fn)?.result({ types, literals: call.args.map(literalValue), groupCount: 0 })
  return type?.nullable ? { ...call, type } : call
}

/** Aggregates do not nest; the arguments of OVER may hold a group's aggregates. */
function insideOf(context: BindingContext, query: QueryCallbacks, form: AggregateForm): BindingContext {
  const { over: _over, aggregate, ...rest } = query
  const place = `the argument of ${form.definition.name}`
  return { ...context, place, query: form.over !== undefined && aggregate ? { ...rest, aggregate } : rest }
}

function filterOf(binder: ExpressionBinder, ast: Expression): Typed {
  const bound = binder.bind(ast)
  if (bound === undefined || bound.type.kind === 'BOOLEAN') return bound
  return fail(binder, {
    code: 'SQL_ARGUMENT_TYPES',
    span: ast.span,
    message: `FILTER takes a BOOLEAN, not ${showTypes([bound.type])}`,
  })
}

function notNullTest(value: BoundExpr): BoundExpr {
  return { kind: 'Call', fn: 'IS NOT NULL', type: notNull(BOOLEAN), args: [value] }
}

function both(a: BoundExpr, b: BoundExpr): BoundExpr {
  return { kind: 'Call', fn: 'AND', type: a.type.nullable ? BOOLEAN : notNull(BOOLEAN), args: [a, b] }
}

function sortKeys(binder: ExpressionBinder, items: readonly OrderItem[]): SortKey[] | undefined {
  const bound = bindAll(
    binder,
    items.map((item) => item.expr),
  )
  return bound?.map((expr, i) => {
    const { descending, nulls } = items[i]!
    // Flink's default: NULLs are low, first when ascending and last when descending.
    return { expr, descending, nullsFirst: nulls === undefined ? !descending : nulls === 'FIRST' }
  })
}
