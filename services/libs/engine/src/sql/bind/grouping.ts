/** GROUP BY: its items, grouping sets, and the rewriting of what stands above the aggregate. */
import type { Expression } from '../ast/expression.ts'
import type { GroupBy, GroupItem, GroupWindow } from '../ast/query.ts'
import type { BindingContext } from '../bound/binding-context.ts'
import type { AggregateCall, BoundExpr } from '../bound/expr.ts'
import type { BoundField, BoundRel } from '../bound/rel.ts'
import { exprKey, mapAggregateCall, mapExpr } from '../bound/walk.ts'
import { bindExpression } from '../expressions/bind-expression.ts'
import type { Span } from '../text/span.ts'
import { nullable } from '../types/make-type.ts'
import type { BinderState } from './binder-state.ts'
import type { ColumnScope } from './column-scope.ts'
import { bindGroupWindow, type GroupWindowBinding, propertyType } from './group-window.ts'
import { InputColumns } from './input-columns.ts'
import { pendingOf } from './pending.ts'

/** CUBE doubles with each item. */
const GROUPING_SETS_MAX = 1024

export interface Grouping {
  readonly keys: readonly BoundExpr[]
  /** Absent for plain GROUP BY. */
  readonly sets: readonly (readonly number[])[] | undefined
  readonly window: GroupWindowBinding | undefined
  /** Items of GROUP BY, () apart: Calcite's group count. */
  readonly count: number
  /** Some key failed and is missing. */
  readonly broken: boolean
}

export const NO_KEYS: Grouping = { keys: [], sets: undefined, window: undefined, count: 0, broken: false }

export interface GroupingPlace {
  readonly scope: ColumnScope
  readonly context: BindingContext
  readonly state: BinderState
}

export function bindGrouping(groupBy: GroupBy, { scope, context, state }: GroupingPlace): Grouping {
  return new GroupingBinder(scope, context, state).bind(groupBy)
}

class GroupingBinder {
  readonly #scope: ColumnScope
  readonly #context: BindingContext
  readonly #state: BinderState
  readonly #keys: BoundExpr[] = []
  readonly #positions = new Map<string, number>()
  #window: GroupWindowBinding | undefined
  #broken = false

  constructor(scope: ColumnScope, context: BindingContext, state: BinderState) {
    this.#scope = scope
    this.#context = context
    this.#state = state
  }

  bind(groupBy: GroupBy): Grouping {
    let sets: readonly (readonly number[])[] = [[]]
    let plain = true
    let count = 0
    for (const item of groupBy.items) {
      if (item.kind === 'GroupingSets') plain = false
      if (item.kind !== 'EmptyGroup') count++
      sets = this.#cross(sets, this.#setsOf(item), item.span)
    }
    const unique = groupBy.quantifier === 'DISTINCT' ? distinctSets(sets) : sets
    return { keys: this.#keys, sets: plain ? undefined : unique, window: this.#window, count, broken: this.#broken }
  }

  #cross(
    left: readonly (readonly number[])[],
    right: readonly (readonly number[])[],
    span: Span,
  ): readonly (readonly number[])[] {
    if (left.length * right.length > GROUPING_SETS_MAX) {
      this.#state.error('SQL_TOO_MANY_GROUPING_SETS', span, `GROUP BY expands to more than ${GROUPING_SETS_MAX} grouping sets.`)
      return left
    }
    return left.flatMap((a) => right.map((b) => [...new Set([...a, ...b])]))
  }

  #setsOf(item: GroupItem): readonly (readonly number[])[] {
    if (item.kind === 'EmptyGroup') return [[]]
    if (item.kind === 'GroupWindow') return this.#groupWindow(item)
    if (item.kind !== 'GroupingSets') return [this.#keysOf(item)]
    if (item.op === 'GROUPING SETS') return item.items.flatMap((inner) => this.#setsOf(inner))
    const parts = item.items.map((inner) => this.#setsOf(inner).flat())
    if (item.op === 'ROLLUP') return parts.map((_, i) => parts.slice(0, parts.length - i).flat()).concat([[]])
    if (2 ** parts.length > GROUPING_SETS_MAX) {
      this.#state.error('SQL_TOO_MANY_GROUPING_SETS', item.span, `CUBE expands to more than ${GROUPING_SETS_MAX} grouping sets.`)
      return [[]]
    }
    const subsets = Array.from({ length: 2 ** parts.length }, (_, bits) =>
      parts.filter((_part, i) => ((bits >> i) & 1) === 0).flat(),
    )
    return subsets
  }

  /** `(a, b)` in GROUP BY is two keys. */
  #keysOf(item: Expression): readonly number[] {
    if (item.kind === 'RowConstructor' && !item.explicit) return item.items.flatMap((inner) => this.#keysOf(inner))
    const bound = bindExpression(item, this.#scope, this.#context)
    if (bound === undefined) {
      this.#broken = true
      return []
    }
    return [this.#add(bound)]
  }

  #add(expr: BoundExpr): number {
    const key = exprKey(expr)
    const known = this.#positions.get(key)
    if (known !== undefined) return known
    this.#positions.set(key, this.#keys.length)
    this.#keys.push(expr)
    return this.#keys.length - 1
  }

  #groupWindow(item: GroupWindow): readonly (readonly number[])[] {
    if (this.#window !== undefined) {
      this.#state.error('SQL_SECOND_GROUP_WINDOW', item.span, 'GROUP BY takes one window only.')
      return [[]]
    }
    this.#window = bindGroupWindow(item, this.#scope, this.#state)
    if (this.#window === undefined) this.#broken = true
    return [[]]
  }
}

function distinctSets(sets: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const seen = new Map(sets.map((set) => [[...set].sort((a, b) => a - b).join(), set]))
  return [...seen.values()]
}

/** The aggregate node over `input`, and how expressions bound over `input` read its output. */
export class AggregatedRows {
  readonly rel: BoundRel
  readonly #grouping: Grouping
  readonly #positions: ReadonlyMap<string, number>
  readonly #types: readonly BoundField[]
  readonly #keyCount: number
  readonly #callCount: number

  constructor(input: BoundRel, grouping: Grouping, calls: readonly AggregateCall[]) {
    this.#grouping = grouping
    this.#positions = new Map(grouping.keys.map((key, i) => [exprKey(key), i]))
    this.#keyCount = grouping.keys.length
    this.#callCount = calls.length
    this.rel = place(input, grouping, calls)
    this.#types = this.rel.schema
  }

  /** The expression over the aggregate's output; undefined when it reads a column that is not grouped (its name goes to `refuse`). */
  read(expr: BoundExpr, refuse: (name: string) => void): BoundExpr | undefined {
    let refused = false
    const result = mapExpr(expr, (node, depth) => {
      const placed = this.#place(node, depth)
      if (placed === 'not grouped') {
        if (!refused) refuse('name' in node ? node.name : '')
        refused = true
        return node
      }
      return placed
    })
    return refused ? undefined : result
  }

  readCall(call: AggregateCall, refuse: (name: string) => void): AggregateCall {
    return mapAggregateCall(call, (node, depth) => (depth === 0 ? this.read(node, refuse) : undefined))
  }

  #place(node: BoundExpr, depth: number): BoundExpr | undefined | 'not grouped' {
    if (node.kind === 'Literal') return undefined
    if (depth === 0) {
      const key = this.#positions.get(exprKey(node))
      if (key !== undefined) return this.#column(key)
      if (node.kind !== 'Column') return undefined
      const pending = pendingOf(node.index)
      if (pending === undefined) return 'not grouped'
      if (pending.kind === 'aggregate') return this.#column(this.#keyCount + pending.position)
      return pending.kind === 'property' ? this.#column(this.#keyCount + this.#callCount + pending.position) : node
    }
    if (node.kind !== 'OuterColumn' || node.depth !== depth) return undefined
    const outer = this.#place({ kind: 'Column', type: node.type, index: node.index, name: node.name }, 0)
    if (outer === undefined || outer === 'not grouped' || outer.kind !== 'Column') return 'not grouped'
    return { ...node, index: outer.index, type: outer.type }
  }

  #column(index: number): BoundExpr {
    const field = this.#types[index]!
    return { kind: 'Column', type: field.type, index, name: field.name }
  }

  get grouping(): Grouping {
    return this.#grouping
  }
}

function place(input: BoundRel, grouping: Grouping, calls: readonly AggregateCall[]): BoundRel {
  const columns = new InputColumns(input, grouping.window !== undefined)
  const keys = grouping.keys.map((key) => columns.column(key))
  const aggregates = calls.map((call) => mapAggregateCall(call, (expr) => columns.argument(expr)))
  const partial = (i: number): boolean => grouping.sets?.some((set) => !set.includes(i)) ?? false
  const schema: BoundField[] = [
    ...keys.map((key, i) => ({ name: key.name, type: partial(i) ? nullable(key.type) : key.type })),
    ...aggregates.map((call) => ({ name: call.name, type: call.type })),
  ]
  const groupKeys = keys.map((key) => key.index)
  const rel = columns.rel()
  if (grouping.window !== undefined) {
    const { timeColumn, window, properties } = grouping.window
    const named = properties.map((property) => ({
      name: `w$${property.toLowerCase()}`,
      type: propertyType(property, rel.schema[timeColumn]!.type),
    }))
    const all = [...schema, ...named]
    return { kind: 'GroupWindowAggregate', input: rel, timeColumn, window, groupKeys, aggregates, properties, schema: all }
  }
  return {
    kind: 'Aggregate',
    input: rel,
    groupKeys,
    aggregates,
    schema,
    ...(grouping.sets === undefined ? {} : { groupingSets: grouping.sets }),
  }
}
