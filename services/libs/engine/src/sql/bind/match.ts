/** MATCH_RECOGNIZE with Flink's rules. */
import type { MatchRecognize } from '../ast/query.ts'
import type { BindingContext, QueryCallbacks } from '../bound/binding-context.ts'
import type { AggregateCall, BoundExpr } from '../bound/expr.ts'
import type { BoundField, MatchRel } from '../bound/rel.ts'
import type { NameResolution, Scope, Typed } from '../bound/scope.ts'
import { isTimeAttribute } from '../bound/time-attributes.ts'
import { someExpr } from '../bound/walk.ts'
import { bindExpression } from '../expressions/bind-expression.ts'
import type { Span } from '../text/span.ts'
import { notNull, STRING } from '../types/make-type.ts'
import type { BinderState } from './binder-state.ts'
import { ColumnScope, type FromItem, fromRel } from './column-scope.ts'
import { bindCondition, bindDuration } from './conditions.ts'
import { bindPattern, patternVariables } from './match-pattern.ts'
import type { QueryEnv } from './query-env.ts'
import { bindSortKeys } from './sort-keys.ts'
import { didYouMean } from './suggestion.ts'

/** The call that reads a column of the rows mapped to a variable; '*' stands for every row of the match so far. */
const PATTERN_REF = 'PATTERN_REF'

export function bindMatch(ref: MatchRecognize, input: FromItem, env: QueryEnv): FromItem {
  const { state } = env
  checkForms(ref, state)
  const scope = new ColumnScope(input, undefined)
  const partitionKeys = columnKeys(ref, scope, state)
  const orderKeys = bindSortKeys(ref.orderBy, scope, state.context('ORDER BY')) ?? []
  checkOrder(ref, { input, keys: orderKeys }, state)
  const variables = new Set(patternVariables(ref.pattern))
  const pattern = bindPattern(ref.pattern, state)
  const rows = new PatternScope(scope, variables)
  const defines = bindDefines(ref, variables, { scope: rows, state })
  const measures = ref.measures.flatMap((measure) => {
    const expr = bindExpression(measure.expr, rows, matchContext('MEASURES', state))
    return expr === undefined ? [] : [{ name: measure.alias.value, expr }]
  })
  const within = ref.within === undefined ? undefined : bindDuration(ref.within, state, 'WITHIN')
  const keys = partitionKeys.map((index): BoundField => input.rel.schema[index]!)
  const schema: BoundField[] = [...keys, ...measures.map(({ name, expr }) => ({ name, type: expr.type }))]
  const rel: MatchRel = {
    kind: 'Match',
    input: input.rel,
    partitionKeys,
    orderKeys,
    pattern,
    skip: skipOf(ref, variables, state),
    defines,
    measures,
    schema,
    ...(within === undefined ? {} : { within }),
  }
  return fromRel(rel, { open: measures.length < ref.measures.length })
}

function checkForms(ref: MatchRecognize, state: BinderState): void {
  const unsupported: readonly (readonly [boolean, Span, string])[] = [
    [ref.rowsPerMatch === 'ALL ROWS PER MATCH', ref.span, 'ALL ROWS PER MATCH'],
    [ref.subsets.length > 0, ref.span, 'SUBSET'],
    [ref.strictStart || ref.strictEnd, ref.pattern.span, 'An anchor in PATTERN'],
  ]
  for (const [found, span, what] of unsupported)
    if (found) state.error('SQL_UNSUPPORTED', span, `${what} is not supported in MATCH_RECOGNIZE.`)
}

function columnKeys(ref: MatchRecognize, scope: ColumnScope, state: BinderState): readonly number[] {
  return ref.partitionBy.flatMap((ast) => {
    const column = bindExpression(ast, scope, state.context('PARTITION BY'))
    if (column === undefined) return []
    if (column.kind === 'Column') return [column.index]
    state.error('SQL_COLUMN_EXPECTED', ast.span, 'PARTITION BY of MATCH_RECOGNIZE takes columns.')
    return []
  })
}

function checkOrder(
  ref: MatchRecognize,
  { input, keys }: { readonly input: FromItem; readonly keys: MatchRel['orderKeys'] },
  state: BinderState,
): void {
  const [first] = keys
  if (first === undefined) {
    if (ref.orderBy.length === 0) state.error('SQL_MATCH_ORDER', ref.span, 'MATCH_RECOGNIZE needs ORDER BY on a time attribute.')
    return
  }
  if (!state.streaming) return
  if (first.expr.kind !== 'Column' || !isTimeAttribute(input.rel, first.expr.index)) {
    state.error(
      'SQL_TIME_ATTRIBUTE_EXPECTED',
      ref.orderBy[0]!.span,
      'The first ORDER BY key of MATCH_RECOGNIZE has to be a time attribute.',
    )
  } else if (first.descending) {
    state.error('SQL_MATCH_ORDER', ref.orderBy[0]!.span, 'The time attribute of MATCH_RECOGNIZE has to be ordered ascending.')
  }
}

function bindDefines(
  ref: MatchRecognize,
  variables: ReadonlySet<string>,
  { scope, state }: { scope: PatternScope; state: BinderState },
): MatchRel['defines'] {
  return ref.define.flatMap(({ name, condition }) => {
    if (!variables.has(name.value)) {
      state.warning('SQL_PATTERN_VARIABLE', name.span, [
        `Pattern variable '${name.value}' is not in PATTERN; its definition is not used.`,
        didYouMean(name.value, [...variables]),
      ])
      return []
    }
    const bound = bindCondition(condition, scope.within(name.value), matchContext('DEFINE', state))
    return bound === undefined ? [] : [{ variable: name.value, condition: bound }]
  })
}

function skipOf(ref: MatchRecognize, variables: ReadonlySet<string>, state: BinderState): MatchRel['skip'] {
  const after = ref.afterMatch
  if (after === undefined || after.skip === 'PAST LAST ROW') return { kind: 'PAST_LAST_ROW' }
  if (after.skip === 'TO NEXT ROW') return { kind: 'TO_NEXT_ROW' }
  const variable = after.target?.value ?? ''
  if (!variables.has(variable))
    state.error('SQL_PATTERN_VARIABLE', after.span, [
      `Pattern variable '${variable}' is not in PATTERN.`,
      didYouMean(variable, [...variables]),
    ])
  return { kind: after.skip === 'TO FIRST' ? 'TO_FIRST' : 'TO_LAST', variable }
}

/** Aggregates over the rows of one variable stay calls inside of the expression. */
function matchContext(place: string, state: BinderState): BindingContext {
  const callbacks: QueryCallbacks = { groupCount: 0, aggregate: (call, span) => matchAggregate(call, span, state) }
  return state.context(place, callbacks)
}

function matchAggregate(call: AggregateCall, span: Span, state: BinderState): Typed {
  if (call.distinct) {
    state.error('SQL_UNSUPPORTED', span, 'DISTINCT aggregates are not supported in MATCH_RECOGNIZE.')
    return undefined
  }
  const variables = new Set<string>()
  for (const arg of call.args) {
    someExpr(arg, (node) => {
      const first = node.kind === 'Call' && node.fn === PATTERN_REF ? node.args[0] : undefined
      if (first?.kind === 'Literal') variables.add(String(first.value))
      return false
    })
  }
  if (variables.size > 1) {
    state.error(
      'SQL_UNSUPPORTED',
      span,
      `An aggregate in MATCH_RECOGNIZE reads one pattern variable, this one reads ${[...variables].join(', ')}.`,
    )
    return undefined
  }
  return { kind: 'Call', fn: call.fn, type: call.type, args: call.args }
}

/** Names inside of DEFINE and MEASURES: `A.price` is the column over the rows of A. */
class PatternScope implements Scope {
  readonly #input: ColumnScope
  readonly #variables: ReadonlySet<string>
  readonly #current: string

  /** `current`: the variable being defined, which unqualified names mean. */
  constructor(input: ColumnScope, variables: ReadonlySet<string>, current = '*') {
    this.#input = input
    this.#variables = variables
    this.#current = current
  }

  within(variable: string): PatternScope {
    return new PatternScope(this.#input, this.#variables, variable)
  }

  resolveColumn(parts: Parameters<Scope['resolveColumn']>[0]): NameResolution {
    const qualifier = parts.length > 1 && this.#variables.has(parts[0]!.value) ? parts[0]!.value : undefined
    const found = this.#input.resolveColumn(qualifier === undefined ? parts : parts.slice(1))
    if (found.kind !== 'expr') return found
    const used = qualifier === undefined ? found.used : found.used + 1
    return { kind: 'expr', used, expr: patternRef(qualifier ?? this.#current, found.expr) }
  }

  expandStar(): undefined {
    return undefined
  }
}

function patternRef(variable: string, column: BoundExpr): BoundExpr {
  return {
    kind: 'Call',
    fn: PATTERN_REF,
    type: column.type,
    args: [{ kind: 'Literal', type: notNull(STRING), value: variable }, column],
  }
}
