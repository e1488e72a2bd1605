/** OVER: window specifications, Flink's streaming rules, and the nodes that compute the calls. */
import type { Identifier } from '../ast/identifier.ts'
import type { FrameBound, NamedWindow, WindowFrame, WindowSpec } from '../ast/query.ts'
import type { BindingContext } from '../bound/binding-context.ts'
import type { AggregateCall, BoundExpr, SortKey } from '../bound/expr.ts'
import type { BoundRel, OverFrame } from '../bound/rel.ts'
import { isTimeAttribute } from '../bound/time-attributes.ts'
import { exprKey, mapAggregateCall, mapExpr } from '../bound/walk.ts'
import { overBoundedFrame } from '../expressions/aggregate-expression.ts'
import { bindExpression } from '../expressions/bind-expression.ts'
import type { Span } from '../text/span.ts'
import type { BinderState } from './binder-state.ts'
import type { ColumnScope } from './column-scope.ts'
import { bindConstant, bindCount, literalOf } from './conditions.ts'
import { InputColumns } from './input-columns.ts'
import { pendingColumn, pendingOf } from './pending.ts'
import { bindSortKeys } from './sort-keys.ts'
import { didYouMean } from './suggestion.ts'

export interface PendingOver {
  readonly call: AggregateCall
  readonly partition: readonly BoundExpr[]
  readonly order: readonly SortKey[]
  readonly frame: OverFrame | undefined
}

/** Calls that number rows: they take any order. */
const RANKS: ReadonlySet<string> = new Set(['ROW_NUMBER', 'RANK', 'DENSE_RANK'])

/** Each different window is a node over all columns. */
const WINDOWS_MAX = 100

/** Calls whose frame is fixed by what they are. */
const WITHOUT_FRAME: ReadonlySet<string> = new Set([
  'ROW_NUMBER',
  'RANK',
  'DENSE_RANK',
  'PERCENT_RANK',
  'CUME_DIST',
  'NTILE',
  'LAG',
  'LEAD',
])

/** The OVER calls of one SELECT. */
export class OverCalls {
  readonly #state: BinderState
  readonly #scope: ColumnScope
  readonly #windows: readonly NamedWindow[]
  readonly #pending: PendingOver[] = []

  constructor(state: BinderState, scope: ColumnScope, windows: readonly NamedWindow[]) {
    this.#state = state
    this.#scope = scope
    this.#windows = windows
  }

  /** Names of the WINDOW clause stand once. */
  checkNames(): void {
    const names = this.#windows.map((window) => window.name.value)
    for (const [i, window] of this.#windows.entries()) {
      if (names.indexOf(window.name.value) === i) continue
      this.#state.error('SQL_DUPLICATE_WINDOW', window.name.span, `Window '${window.name.value}' is defined twice.`)
    }
  }

  get empty(): boolean {
    return this.#pending.length === 0
  }

  /** Registers `call OVER window`; the result column stands for it. */
  add(call: AggregateCall, window: Identifier | WindowSpec, context: BindingContext): BoundExpr | undefined {
    const spec = window.kind === 'Identifier' ? this.#named(window, 0) : this.#merged(window, 0)
    if (spec === undefined) return undefined
    const partition = spec.partitionBy.map((ast) => bindExpression(ast, this.#scope, context))
    const order = bindSortKeys(spec.orderBy, this.#scope, context)
    if (partition.includes(undefined) || order === undefined) return undefined
    if (call.filter !== undefined) {
      this.#state.error('SQL_UNSUPPORTED', window.span, [
        'FILTER is not supported with OVER.',
        'Use CASE inside of the aggregate.',
      ])
      return undefined
    }
    const frame = this.#frame(call, spec, order)
    if (frame === 'refused' || !this.#checkStreaming({ call, partition: [], order, frame }, window.span)) return undefined
    const typed = typeof frame?.preceding === 'number' ? overBoundedFrame(call) : call
    this.#pending.push({ call: typed, partition: partition as BoundExpr[], order, frame })
    return pendingColumn('over', this.#pending.length - 1, typed.type)
  }

  #named(name: Identifier, depth: number): WindowSpec | undefined {
    const wanted = name.parts[0]!.value
    const found = this.#windows.find((window) => window.name.value === wanted)
    if (found !== undefined) return this.#merged(found.spec, depth)
    const hint = didYouMean(
      wanted,
      this.#windows.map((window) => window.name.value),
    )
    this.#state.error('SQL_UNKNOWN_WINDOW', name.span, [`Window '${wanted}' is not defined in the WINDOW clause.`, hint])
    return undefined
  }

  #merged(spec: WindowSpec, depth: number): WindowSpec | undefined {
    if (spec.base === undefined) return spec
    if (depth > this.#windows.length) {
      this.#state.error('SQL_WINDOW_CYCLE', spec.span, 'Windows refer to each other in a circle.')
      return undefined
    }
    const base = this.#named({ kind: 'Identifier', parts: [spec.base], span: spec.base.span }, depth + 1)
    if (base === undefined) return undefined
    if (spec.partitionBy.length > 0 || (base.orderBy.length > 0 && spec.orderBy.length > 0)) {
      this.#state.error(
        'SQL_WINDOW_OVERRIDE',
        spec.span,
        `A window that extends '${spec.base.value}' cannot replace its PARTITION BY or ORDER BY.`,
      )
      return undefined
    }
    const frame = spec.frame ?? base.frame
    return {
      ...spec,
      partitionBy: base.partitionBy,
      orderBy: spec.orderBy.length > 0 ? spec.orderBy : base.orderBy,
      ...(frame === undefined ? {} : { frame }),
    }
  }

  #frame(call: AggregateCall, spec: WindowSpec, order: readonly SortKey[]): OverFrame | undefined | 'refused' {
    if (WITHOUT_FRAME.has(call.fn)) {
      if (spec.frame === undefined)
        return call.fn === 'ROW_NUMBER' ? undefined : { unit: 'RANGE', preceding: null, followingCurrentRow: true }
      this.#state.error('SQL_FRAME_NOT_ALLOWED', spec.frame.span, `${call.fn} takes no ROWS or RANGE frame.`)
      return 'refused'
    }
    if (spec.frame === undefined) return { unit: 'RANGE', preceding: null, followingCurrentRow: true }
    return this.#explicitFrame(spec.frame, order)
  }

  #explicitFrame(frame: WindowFrame, order: readonly SortKey[]): OverFrame | 'refused' {
    const { start, end, unit } = frame
    if (end !== undefined && end.bound !== 'CURRENT ROW') {
      this.#state.error(
        'SQL_FRAME_UNSUPPORTED',
        frame.span,
        `A frame that ends at ${end.bound} is not supported; frames end at CURRENT ROW.`,
      )
      return 'refused'
    }
    if (start.bound === 'UNBOUNDED PRECEDING') return { unit, preceding: null, followingCurrentRow: true }
    if (start.bound !== 'PRECEDING' || start.offset === undefined) {
      this.#state.error('SQL_FRAME_UNSUPPORTED', frame.span, `A frame that starts at ${start.bound} is not supported.`)
      return 'refused'
    }
    const preceding = unit === 'ROWS' ? bindCount(start.offset, this.#state, 'ROWS … PRECEDING') : this.#range(start, order)
    return preceding === undefined ? 'refused' : { unit, preceding, followingCurrentRow: true }
  }

  #range(start: FrameBound, order: readonly SortKey[]): number | undefined {
    const literal = bindConstant(start.offset!, this.#state, 'RANGE … PRECEDING')
    if (literal === undefined) return undefined
    const time = order[0]?.expr.type.kind
    if (
      literal.type.kind === 'INTERVAL_DAY_TIME' &&
      typeof literal.value === 'number' &&
      (time === 'TIMESTAMP' || time === 'TIMESTAMP_LTZ')
    ) {
      return literal.value
    }
    this.#state.error('SQL_INTERVAL_EXPECTED', start.span, [
      'RANGE … PRECEDING takes an interval over a time attribute.',
      'Use ROWS to count rows.',
    ])
    return undefined
  }

  #checkStreaming({ call, order, frame }: PendingOver, span: Span): boolean {
    if (!this.#state.streaming) return true
    const [first, second] = order
    if (first === undefined || (RANKS.has(call.fn) && order.every((key) => literalOf(key.expr) !== undefined))) {
      const what = RANKS.has(call.fn)
        ? `${call.fn} needs ORDER BY with columns.`
        : 'An OVER window has to be ordered in streaming.'
      this.#state.error('SQL_OVER_WITHOUT_ORDER', span, [what, 'Add ORDER BY on a time attribute.'])
      return false
    }
    if (RANKS.has(call.fn)) return true
    if (second !== undefined) {
      this.#state.error('SQL_OVER_ORDER', span, 'The window can only be ordered by a single column in streaming.')
      return false
    }
    if (first.descending) {
      this.#state.error('SQL_OVER_DESCENDING', span, 'The window can only be ordered in ascending mode in streaming.')
      return false
    }
    const timed = first.expr.kind === 'Column' && isTimeAttribute(this.#scope.item.rel, first.expr.index)
    if (timed || frame === undefined || frame.preceding === null) return true
    this.#state.error('SQL_TIME_ATTRIBUTE_EXPECTED', span, [
      'A bounded OVER window has to be ordered by a time attribute in streaming.',
      'Declare a WATERMARK on the column, or use UNBOUNDED PRECEDING.',
    ])
    return false
  }

  /** Rewrites what the calls read, where an aggregate was placed below them. */
  rewrite(read: (expr: BoundExpr) => BoundExpr | undefined): boolean {
    let complete = true
    const one = (expr: BoundExpr): BoundExpr => {
      const result = read(expr)
      if (result === undefined) complete = false
      return result ?? expr
    }
    for (const [i, pending] of this.#pending.entries()) {
      this.#pending[i] = {
        call: mapAggregateCall(pending.call, (expr, depth) => (depth === 0 ? one(expr) : undefined)),
        partition: pending.partition.map(one),
        order: pending.order.map((key) => ({ ...key, expr: one(key.expr) })),
        frame: pending.frame,
      }
    }
    return complete
  }

  /** False, and reported, when the SELECT has more windows than a statement may: one when it streams. */
  checkCount(span: Span): boolean {
    const count = new Set(this.#pending.map(windowKey)).size
    if (this.#state.streaming && count > 1) {
      this.#state.error('SQL_OVER_WINDOWS', span, [
        'All OVER calls of a SELECT have to be over the same window in streaming.',
        'Compute the other ones in a query around this one.',
      ])
      return false
    }
    if (count <= WINDOWS_MAX) return true
    this.#state.error(
      'SQL_TOO_MANY_WINDOWS',
      span,
      `A SELECT takes at most ${WINDOWS_MAX} different OVER windows, this one has ${count}.`,
    )
    return false
  }

  /** Places one node a distinct window above `input`; the second result reads pending columns from it. */
  place(input: BoundRel): { readonly rel: BoundRel; read(expr: BoundExpr): BoundExpr } {
    const positions = new Map<number, number>()
    const groups = new Map<string, number[]>()
    for (const [i, pending] of this.#pending.entries()) {
      const key = windowKey(pending)
      groups.set(key, [...(groups.get(key) ?? []), i])
    }
    let rel = input
    for (const members of groups.values()) {
      const base = this.#placeWindow(rel, members)
      for (const [k, i] of members.entries()) positions.set(i, base.schema.length - members.length + k)
      rel = base
    }
    return { rel, read: (expr) => mapExpr(expr, (node) => (node.kind === 'Column' ? placed(node, positions) : undefined)) }
  }

  #placeWindow(input: BoundRel, members: readonly number[]): BoundRel {
    const columns = new InputColumns(input, true)
    const window = this.#pending[members[0]!]!
    const partitionKeys = window.partition.map((expr) => columns.column(expr).index)
    const orderKeys = window.order.map((key) => ({ ...key, expr: columns.column(key.expr) }))
    const calls = members.map((i) => mapAggregateCall(this.#pending[i]!.call, (expr) => columns.argument(expr)))
    const below = columns.rel()
    return {
      kind: 'OverAggregate',
      input: below,
      partitionKeys,
      orderKeys,
      ...(window.frame === undefined ? {} : { frame: window.frame }),
      calls,
      schema: [...below.schema, ...calls.map((call, k) => ({ name: `w${members[k]!}$o`, type: call.type }))],
    }
  }
}

function windowKey({ partition, order, frame }: PendingOver): string {
  const keys = order.map((key) => `${exprKey(key.expr)}${key.descending}${key.nullsFirst}`)
  return JSON.stringify([partition.map(exprKey), keys, frame ?? null])
}

function placed(node: BoundExpr & { kind: 'Column' }, positions: ReadonlyMap<number, number>): BoundExpr | undefined {
  const pending = pendingOf(node.index)
  return pending?.kind === 'over' ? { ...node, index: positions.get(pending.position)! } : undefined
}
