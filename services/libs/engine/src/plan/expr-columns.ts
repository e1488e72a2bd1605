/** Columns inside of expressions. */
import type { AggregateCall, BoundExpr } from '../sql/bound/expr.ts'
import { mapAggregateCall, mapExpr } from '../sql/bound/walk.ts'
import { PlanProblem } from './plan-problem.ts'

/** Ordinals that an expression reads, added to `into`. */
export function collectColumns(expr: BoundExpr, into: Set<number>): void {
  mapExpr(expr, (inner) => {
    if (inner.kind === 'Column') into.add(inner.index)
    return undefined
  })
}

export function collectCallColumns(call: AggregateCall, into: Set<number>): void {
  for (const arg of call.args) collectColumns(arg, into)
  if (call.filter !== undefined) collectColumns(call.filter, into)
  for (const key of call.orderBy ?? []) collectColumns(key.expr, into)
}

export type ColumnMap = (index: number) => number | undefined

function moved(map: ColumnMap) {
  return (inner: BoundExpr): BoundExpr | undefined => {
    if (inner.kind !== 'Column') return undefined
    const index = map(inner.index)
    if (index === undefined) throw new PlanProblem('INTERNAL', `Column ${inner.name} is gone from the plan.`)
    return { ...inner, index }
  }
}

export function moveColumns(expr: BoundExpr, map: ColumnMap): BoundExpr {
  return mapExpr(expr, moved(map))
}

export function moveCallColumns(call: AggregateCall, map: ColumnMap): AggregateCall {
  return mapAggregateCall(call, moved(map))
}

/** The expression with each column replaced by what stands at its ordinal. */
export function substitute(expr: BoundExpr, columns: readonly BoundExpr[]): BoundExpr {
  return mapExpr(expr, (inner) => (inner.kind === 'Column' ? columns[inner.index]! : undefined))
}

export function nodeCount(expr: BoundExpr): number {
  let count = 0
  mapExpr(expr, () => {
    count++
    return undefined
  })
  return count
}

const VOLATILE = new Set(['RAND', 'RAND_INTEGER', 'UUID'])

/** True where two evaluations may differ for the same row. */
export function isVolatile(expr: BoundExpr): boolean {
  let found = false
  mapExpr(expr, (inner) => {
    if (inner.kind === 'Call' && VOLATILE.has(inner.fn)) found = true
    if (inner.kind === 'UserCall') found = true
    return undefined
  })
  return found
}
