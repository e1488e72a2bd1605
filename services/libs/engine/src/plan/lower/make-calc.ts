/** Filters and projections as one Calc: neighbours are merged, a filter over a normalised changelog moves into it. */
import type { BoundExpr } from '../../sql/bound/expr.ts'
import type { Schema } from '../../sql/bound/rel.ts'
import { isVolatile, nodeCount, substitute } from '../expr-columns.ts'
import type { CalcBody, ChangelogNormalizeBody } from '../physical.ts'
import { FORWARD, isKind, node, type PlanNode } from '../plan-node.ts'

/** Expressions are not merged beyond this many nodes. */
const MERGED_NODES_MAX = 2000

export interface CalcRequest {
  readonly condition?: BoundExpr
  readonly projection: readonly BoundExpr[]
  readonly schema: Schema
}

export function columnsOf(schema: Schema): readonly BoundExpr[] {
  return schema.map(({ name, type }, index): BoundExpr => ({ kind: 'Column', type, index, name }))
}

export function makeCalc(input: PlanNode, request: CalcRequest): PlanNode {
  const { condition, projection, schema } = request
  if (isKind(input, 'Calc')) {
    const merged = mergeCalcs(input, request)
    if (merged !== undefined) return merged
  }
  if (condition !== undefined && isKind(input, 'ChangelogNormalize') && !isVolatile(condition)) {
    return makeCalc(filteredNormalize(input, condition), { projection, schema })
  }
  if (condition === undefined && isIdentity(projection, input.schema)) return { ...input, schema }
  const body: CalcBody = { kind: 'Calc', projection, ...(condition === undefined ? {} : { condition }) }
  return node(body, { inputs: [{ node: input, distribution: FORWARD }], schema })
}

function isIdentity(projection: readonly BoundExpr[], schema: Schema): boolean {
  return projection.length === schema.length && projection.every((expr, i) => expr.kind === 'Column' && expr.index === i)
}

function conjunction(a: BoundExpr | undefined, b: BoundExpr | undefined): BoundExpr | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return { kind: 'Call', type: { kind: 'BOOLEAN', nullable: true }, fn: 'AND', args: [a, b] }
}

function filteredNormalize(input: PlanNode<ChangelogNormalizeBody>, condition: BoundExpr): PlanNode {
  const whole = conjunction(input.body.condition, condition)
  return { ...input, body: { ...input.body, ...(whole === undefined ? {} : { condition: whole }) } }
}

function mergeCalcs(input: PlanNode<CalcBody>, { condition, projection, schema }: CalcRequest): PlanNode | undefined {
  const inner = input.body
  if (inner.projection.some(isVolatile)) return undefined
  const merged = projection.map((expr) => substitute(expr, inner.projection))
  const filter = condition === undefined ? undefined : substitute(condition, inner.projection)
  const whole = conjunction(inner.condition, filter)
  const nodes = [...merged, ...(whole === undefined ? [] : [whole])].reduce((sum, expr) => sum + nodeCount(expr), 0)
  if (nodes > MERGED_NODES_MAX) return undefined
  return makeCalc(input.inputs[0]!.node, { projection: merged, schema, ...(whole === undefined ? {} : { condition: whole }) })
}
