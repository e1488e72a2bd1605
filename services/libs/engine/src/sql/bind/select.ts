/** One SELECT: names from FROM, then WHERE, GROUP BY, HAVING, OVER, the select list, DISTINCT and ORDER BY. */
import type { Expression } from '../ast/expression.ts'
import type { Select, SelectItem } from '../ast/query.ts'
import type { BindingContext, QueryCallbacks } from '../bound/binding-context.ts'
import type { AggregateCall, BoundExpr, SortKey } from '../bound/expr.ts'
import type { BoundHint, BoundRel } from '../bound/rel.ts'
import type { Scope, Typed } from '../bound/scope.ts'
import { windowColumn } from '../bound/time-attributes.ts'
import { exprKey } from '../bound/walk.ts'
import { bindExpression } from '../expressions/bind-expression.ts'
import type { Span } from '../text/span.ts'
import { BIGINT, NULL, notNull } from '../types/make-type.ts'
import { containsAggregate } from './aggregate-detection.ts'
import type { QueryResult } from './binder-state.ts'
import { columnsOf, project } from './coerce.ts'
import { ColumnScope, NO_TABLE } from './column-scope.ts'
import { bindCondition } from './conditions.ts'
import { auxiliaryOf, propertyType, sameArguments } from './group-window.ts'
import { AggregatedRows, bindGrouping, type Grouping, NO_KEYS } from './grouping.ts'
import { bindQueryHints } from './hints.ts'
import { OverCalls } from './over-window.ts'
import { pendingColumn } from './pending.ts'
import { type QueryEnv, subqueryCallbacks } from './query-env.ts'
import { expandItem, type OutputColumn, uniqueNames } from './select-list.ts'
import { ordinalOf, outputScope, placeSort, type SortRequest, sortKey } from './sort.ts'
import { nullsFirst } from './sort-keys.ts'
import { bindTableRef } from './table-ref.ts'

export function bindSelect(select: Select, env: QueryEnv, sort: SortRequest | undefined): QueryResult {
  return new SelectBinder(select, env).bind(sort)
}

interface OrderKey {
  readonly expr: BoundExpr
  readonly item: SortRequest['items'][number]
}

class SelectBinder {
  readonly #select: Select
  readonly #env: QueryEnv
  readonly #scope: ColumnScope
  readonly #aggregates: AggregateCall[] = []
  readonly #aggregatePositions = new Map<string, number>()
  readonly #over: OverCalls
  #hints: readonly BoundHint[] = []
  #input: BoundRel
  #grouping: Grouping | undefined
  #groupCount = -1
  #reportedNotGrouped = false

  constructor(select: Select, env: QueryEnv) {
    this.#select = select
    this.#env = env
    const item = select.from === undefined ? NO_TABLE : bindTableRef(select.from, env)
    this.#scope = new ColumnScope(item, env.outer)
    this.#input = item.rel
    this.#over = new OverCalls(env.state, this.#scope, select.windows)
  }

  bind(sort: SortRequest | undefined): QueryResult {
    const { state } = this.#env
    this.#hints = bindQueryHints(this.#select.hints, this.#scope.item.spaces, state)
    this.#over.checkNames()
    this.#bindWhere()
    this.#bindGroupBy()
    const outputs = this.#bindItems()
    const having = this.#select.having && bindCondition(this.#select.having, this.#scope, this.#context('HAVING'))
    const qualify =
      this.#select.qualify && bindCondition(this.#select.qualify, this.#aliasScope(outputs), this.#context('QUALIFY'))
    const order = this.#bindOrder(sort, outputs)
    return this.#assemble({ outputs, having, qualify, order }, sort)
  }

  #bindWhere(): void {
    const { where } = this.#select
    if (where === undefined) return
    const context = this.#env.state.context('WHERE', subqueryCallbacks(this.#env, this.#scope))
    const predicate = bindCondition(where, this.#scope, context)
    if (predicate !== undefined) this.#input = { kind: 'Filter', input: this.#input, predicate, schema: this.#input.schema }
  }

  #bindGroupBy(): void {
    const { groupBy, having, items } = this.#select
    const { state } = this.#env
    if (groupBy !== undefined) {
      const context = state.context('GROUP BY', subqueryCallbacks(this.#env, this.#scope))
      this.#grouping = bindGrouping(groupBy, { scope: this.#scope, context, state })
      this.#groupCount = this.#grouping.count
      return
    }
    const parts: readonly Expression[] = [...items.map((item) => item.expr), ...(having === undefined ? [] : [having])]
    if (having === undefined && !parts.some(containsAggregate)) return
    this.#grouping = NO_KEYS
    this.#groupCount = 0
  }

  #bindItems(): readonly OutputColumn[] {
    const outputs: OutputColumn[] = []
    for (const item of this.#select.items) {
      for (const column of this.#outputsOf(item, outputs.length)) outputs.push(column)
    }
    return uniqueNames(outputs)
  }

  #outputsOf(item: SelectItem, position: number): readonly OutputColumn[] {
    return expandItem(item, { scope: this.#scope, context: this.#context('SELECT'), state: this.#env.state, position })
  }

  #bindOrder(sort: SortRequest | undefined, outputs: readonly OutputColumn[]): readonly OrderKey[] {
    if (sort === undefined) return []
    const scope = this.#aliasScope(outputs)
    const keys: OrderKey[] = []
    for (const item of sort.items) {
      const ordinal = ordinalOf(item.expr, outputs.length, this.#env.state)
      if (ordinal === 'refused') continue
      const expr = ordinal === undefined ? bindExpression(item.expr, scope, this.#context('ORDER BY')) : outputs[ordinal]!.expr
      if (expr !== undefined) keys.push({ expr, item })
    }
    return keys
  }

  /** ORDER BY and QUALIFY: names of the select list before those of FROM. */
  #aliasScope(outputs: readonly OutputColumn[]): Scope {
    const named = new Map<string, Scope['resolveColumn']>()
    for (const { name, expr } of outputs) {
      if (named.has(name)) continue
      named.set(name, () => (expr === undefined ? { kind: 'reported' } : { kind: 'expr', expr, used: 1 }))
    }
    return outputScope(named, this.#scope)
  }

  #context(place: string): BindingContext {
    const { state } = this.#env
    const plain = subqueryCallbacks(this.#env, this.#scope)
    const callbacks: QueryCallbacks = {
      ...plain,
      groupCount: this.#groupCount,
      ...(this.#grouping === undefined
        ? {}
        : {
            aggregate: (call, span) => this.#aggregate(call, span),
            grouping: (name, args, span) => this.#groupingCall(name, args, span),
          }),
      ...(place === 'HAVING' ? {} : { over: (call, window) => this.#over.add(call, window, this.#overContext()) }),
      groupAuxiliary: (name, args, span) => this.#auxiliary(name, args, span),
    }
    return state.context(place, callbacks)
  }

  #overContext(): BindingContext {
    const callbacks: QueryCallbacks = {
      groupCount: this.#groupCount,
      ...(this.#grouping === undefined ? {} : { aggregate: (call, span) => this.#aggregate(call, span) }),
      groupAuxiliary: (name, args, span) => this.#auxiliary(name, args, span),
    }
    return this.#env.state.context('OVER', callbacks)
  }

  #aggregate(call: AggregateCall, span?: Span): Typed {
    if (call.fn === 'COUNT' && call.args.length > 1) {
      this.#env.state.error('SQL_UNSUPPORTED', span ?? this.#select.span, 'COUNT of several values is not supported.')
      return undefined
    }
    const key = JSON.stringify([
      call.fn,
      call.distinct,
      call.args.map(exprKey),
      call.filter && exprKey(call.filter),
      call.orderBy ?? null,
    ])
    let position = this.#aggregatePositions.get(key)
    if (position === undefined) {
      position = this.#aggregates.length
      this.#aggregatePositions.set(key, position)
      this.#aggregates.push({ ...call, name: `agg$${position}` })
    }
    return pendingColumn('aggregate', position, this.#aggregates[position]!.type)
  }

  #groupingCall(name: string, args: readonly BoundExpr[], span: Span): Typed {
    const keys = new Set(this.#grouping?.keys.map(exprKey))
    if (!args.every((arg) => keys.has(exprKey(arg)))) {
      this.#env.state.error('SQL_NOT_GROUPED', span, `Arguments of ${name} have to be expressions of GROUP BY.`)
      return undefined
    }
    return this.#aggregate({ fn: name, type: notNull(BIGINT), args, distinct: false, name })
  }

  #auxiliary(name: string, args: readonly BoundExpr[], span: Span): Typed {
    const wanted = auxiliaryOf(name)
    const window = this.#grouping?.window
    if (wanted === undefined || window === undefined || wanted.op !== window.op || !sameArguments(window, args)) {
      const op = wanted?.op ?? name
      this.#env.state.error('SQL_NO_GROUP_WINDOW', span, [
        `${name} needs a ${op} window in GROUP BY.`,
        `Add ${op}(time, INTERVAL …) to GROUP BY with the same arguments.`,
      ])
      return undefined
    }
    let position = window.properties.indexOf(wanted.property)
    if (position < 0) position = window.properties.push(wanted.property) - 1
    return pendingColumn('property', position, propertyType(wanted.property, window.timeType))
  }

  #assemble(
    parts: { outputs: readonly OutputColumn[]; having: Typed; qualify: Typed; order: readonly OrderKey[] },
    sort: SortRequest | undefined,
  ): QueryResult {
    const reader = this.#placeAggregate()
    let rel = this.#input
    const having = parts.having && reader(parts.having, this.#select.having!.span)
    if (having !== undefined) rel = { kind: 'Filter', input: rel, predicate: having, schema: rel.schema }
    const outputs = parts.outputs.map((output) => ({ ...output, expr: output.expr && reader(output.expr, output.span) }))
    const order = parts.order.flatMap(({ expr, item }) => {
      const read = reader(expr, item.span)
      return read === undefined ? [] : [{ expr: read, item }]
    })
    const qualify = parts.qualify && reader(parts.qualify, this.#select.qualify!.span)
    const overComplete = this.#over.rewrite((expr) => reader(expr, this.#select.span)) && this.#over.checkCount(this.#select.span)
    const over = this.#over.empty || !overComplete ? { rel, read: (expr: BoundExpr) => expr } : this.#over.place(rel)
    rel = over.rel
    if (qualify !== undefined) rel = { kind: 'Filter', input: rel, predicate: over.read(qualify), schema: rel.schema }
    const broken = new Set(outputs.flatMap((output, i) => (output.expr === undefined || !overComplete ? [i] : [])))
    const exprs = outputs.map(
      (output): BoundExpr => (output.expr === undefined ? { kind: 'Literal', type: NULL, value: null } : over.read(output.expr)),
    )
    const names = outputs.map((output) => output.name)
    const final = this.#finish(
      { rel, exprs, names },
      order.map((key) => ({ ...key, expr: over.read(key.expr) })),
      sort,
    )
    return { rel: final, broken, open: this.#scope.open && this.#select.items.some((item) => item.expr.kind === 'Star') }
  }

  /** Places the aggregate, if there is one, and gives the function that reads expressions above it. */
  #placeAggregate(): (expr: BoundExpr, span: Span) => BoundExpr | undefined {
    if (this.#grouping === undefined) return (expr) => expr
    const rows = new AggregatedRows(this.#input, this.#grouping, this.#aggregates)
    this.#input = rows.rel
    this.#checkHopping(rows.rel)
    const broken = this.#grouping.broken
    return (expr, span) =>
      rows.read(expr, (name) => {
        if (!broken) this.#notGrouped(name, span)
      })
  }

  /** Flink's rule for aggregates over HOP windows: they are made of slices. */
  #checkHopping(rel: BoundRel): void {
    if (rel.kind !== 'Aggregate') return
    const columns = rel.groupKeys.map((key) => windowColumn(rel.input, key))
    const { window } = columns.find((column) => column?.role === 'end')?.window ?? {}
    if (window?.kind !== 'HOP' || window.size % window.slide === 0 || !columns.some((column) => column?.role === 'start')) return
    const message = `An aggregate over HOP needs a size that is a whole multiple of the slide, not ${window.size} ms and ${window.slide} ms.`
    this.#env.state.error('SQL_WINDOW_SIZE', this.#select.span, message)
  }

  #notGrouped(name: string, span: Span): void {
    const hint = this.#reportedNotGrouped ? undefined : 'Add it to GROUP BY, or aggregate it.'
    this.#reportedNotGrouped = true
    this.#env.state.error('SQL_NOT_GROUPED', span, [`Expression '${name}' is not being grouped.`, hint])
  }

  /** Project, DISTINCT and Sort. Sort keys that are no output columns ride along and are dropped at the end. */
  #finish(
    list: { rel: BoundRel; exprs: readonly BoundExpr[]; names: readonly string[] },
    order: readonly OrderKey[],
    sort: SortRequest | undefined,
  ): BoundRel {
    const distinct = this.#select.quantifier === 'DISTINCT'
    const positions = new Map(list.exprs.map((expr, i) => [exprKey(expr), i]).reverse() as [string, number][])
    const exprs = [...list.exprs]
    const names = [...list.names]
    const columns: { index: number; item: OrderKey['item'] }[] = []
    for (const { expr, item } of sort?.keepOrder ? order : []) {
      let index = positions.get(exprKey(expr))
      if (index === undefined) {
        if (distinct) {
          this.#env.state.error(
            'SQL_ORDER_NOT_SELECTED',
            item.span,
            'With DISTINCT, ORDER BY takes expressions of the select list only.',
          )
          continue
        }
        index = exprs.push(expr) - 1
        names.push(`$sort${index}`)
        positions.set(exprKey(expr), index)
      }
      columns.push({ index, item })
    }
    let rel = withHints(project(list.rel, exprs, names), this.#hints)
    if (distinct) rel = { kind: 'Distinct', input: rel, schema: rel.schema }
    if (sort === undefined) return rel
    const below = rel
    const keys = columns.map(
      ({ index, item }): SortKey => ({ ...sortKey(item, { index, rel: below }), nullsFirst: nullsFirst(item) }),
    )
    const sorted = placeSort(below, { keys, request: sort, state: this.#env.state })
    return project(sorted, columnsOf(sorted.schema).slice(0, list.exprs.length), list.names)
  }
}

/** Hints ride on the Project that ends the block, which is there for them even where it changes nothing. */
function withHints(rel: BoundRel, hints: readonly BoundHint[]): BoundRel {
  if (hints.length === 0) return rel
  if (rel.kind === 'Project') return { ...rel, hints }
  return { kind: 'Project', input: rel, exprs: columnsOf(rel.schema), schema: rel.schema, hints }
}
