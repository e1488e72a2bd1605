/** Projection push-down: no operator carries a column that nobody reads, and sources decode only what is used. */
import type { BoundExpr } from '../sql/bound/expr.ts'
import { type ColumnMap, collectCallColumns, collectColumns, moveCallColumns, moveColumns } from './expr-columns.ts'
import type {
  CalcBody,
  ChangelogNormalizeBody,
  Distribution,
  GroupAggregateBody,
  SourceBody,
  WindowAggregateBody,
} from './physical.ts'
import { isKind, type PlanInput, type PlanNode } from './plan-node.ts'

interface Pruned {
  readonly node: PlanNode
  /** New ordinal of a column that was kept. */
  readonly map: ColumnMap
}

const SAME: ColumnMap = (index) => index

export function pruneColumns(root: PlanNode): PlanNode {
  return prune(root, all(root)).node
}

function all(plan: PlanNode): ReadonlySet<number> {
  return new Set(plan.schema.keys())
}

function mapOf(kept: readonly number[]): ColumnMap {
  const places = new Map(kept.map((index, place) => [index, place]))
  return (index) => places.get(index)
}

function prune(plan: PlanNode, required: ReadonlySet<number>): Pruned {
  if (isKind(plan, 'Source')) return pruneSource(plan, required)
  if (isKind(plan, 'Calc')) return pruneCalc(plan, required)
  if (isKind(plan, 'GroupAggregate')) return { node: pruneGroup(plan), map: SAME }
  if (isKind(plan, 'WindowAggregate')) return { node: pruneWindow(plan), map: SAME }
  if (isKind(plan, 'ChangelogNormalize')) return pruneNormalize(plan, required)
  if (isKind(plan, 'Union')) return pruneUnion(plan, required)
  if (isKind(plan, 'Limit')) return pruneLimit(plan, required)
  const inputs = plan.inputs.map((input) => ({ ...input, node: prune(input.node, all(input.node)).node }))
  return { node: { ...plan, inputs }, map: SAME }
}

/** At least one column stays: rows without columns cannot be counted by every reader. */
function sortedOrFirst(required: ReadonlySet<number>): readonly number[] {
  return required.size === 0 ? [0] : [...required].sort((a, b) => a - b)
}

function pruneSource(plan: PlanNode<SourceBody>, required: ReadonlySet<number>): Pruned {
  const { body } = plan
  const needed = new Set(required)
  if (body.watermark !== undefined) {
    needed.add(body.watermark.column)
    collectColumns(body.watermark.expr, needed)
  }
  const kept = sortedOrFirst(needed)
  const map = mapOf(kept)
  const whole =
    body.projection ??
    body.produced.map((_, i): BoundExpr => ({ kind: 'Column', type: body.table.columns[i]!.type, index: i, name: '' }))
  const exprs = kept.map((index) => whole[index]!)
  const read = new Set<number>()
  for (const expr of exprs) collectColumns(expr, read)
  const produced = sortedOrFirst(read)
  const readMap = mapOf(produced)
  const projection = exprs.map((expr) => moveColumns(expr, readMap))
  const asRead =
    body.projection === undefined ||
    (projection.length === produced.length && projection.every((expr, i) => expr.kind === 'Column' && expr.index === i))
  const { projection: _old, watermark, ...rest } = body
  const pruned: SourceBody = {
    ...rest,
    produced,
    ...(asRead ? {} : { projection }),
    ...(watermark === undefined
      ? {}
      : { watermark: { ...watermark, column: map(watermark.column)!, expr: moveColumns(watermark.expr, map) } }),
  }
  return { node: { ...plan, body: pruned, schema: kept.map((index) => plan.schema[index]!) }, map }
}

function pruneCalc(plan: PlanNode<CalcBody>, required: ReadonlySet<number>): Pruned {
  const { condition, projection } = plan.body
  const kept = required.size === 0 && projection.length === 0 ? [] : sortedOrFirst(required)
  const needed = new Set<number>()
  for (const index of kept) collectColumns(projection[index]!, needed)
  if (condition !== undefined) collectColumns(condition, needed)
  const input = prune(plan.inputs[0]!.node, needed)
  const body: CalcBody = {
    kind: 'Calc',
    projection: kept.map((index) => moveColumns(projection[index]!, input.map)),
    ...(condition === undefined ? {} : { condition: moveColumns(condition, input.map) }),
  }
  return {
    node: { ...plan, body, schema: kept.map((index) => plan.schema[index]!), inputs: [{ ...plan.inputs[0]!, node: input.node }] },
    map: mapOf(kept),
  }
}

/** The input with its columns moved, and the distribution with it. */
function moved(input: PlanInput, pruned: Pruned): PlanInput {
  const { distribution } = input
  const keys = (list: readonly number[]): readonly number[] => list.map((key) => pruned.map(key)!)
  const placed: Distribution =
    distribution.kind === 'hash' || distribution.kind === 'writers'
      ? { ...distribution, keys: keys(distribution.keys) }
      : distribution
  return { node: pruned.node, distribution: placed }
}

function pruneGroup(plan: PlanNode<GroupAggregateBody>): PlanNode {
  const { keys, aggregates } = plan.body
  const needed = new Set(keys)
  for (const call of aggregates) collectCallColumns(call, needed)
  const pruned = prune(plan.inputs[0]!.node, needed)
  const body = {
    ...plan.body,
    keys: keys.map((key) => pruned.map(key)!),
    aggregates: aggregates.map((call) => moveCallColumns(call, pruned.map)),
  }
  return { ...plan, body, inputs: [moved(plan.inputs[0]!, pruned)] }
}

function pruneWindow(plan: PlanNode<WindowAggregateBody>): PlanNode {
  const { keys, aggregates, timeColumn } = plan.body
  const needed = new Set([...keys, timeColumn])
  for (const call of aggregates) collectCallColumns(call, needed)
  const pruned = prune(plan.inputs[0]!.node, needed)
  const body = {
    ...plan.body,
    keys: keys.map((key) => pruned.map(key)!),
    timeColumn: pruned.map(timeColumn)!,
    aggregates: aggregates.map((call) => moveCallColumns(call, pruned.map)),
  }
  return { ...plan, body, inputs: [moved(plan.inputs[0]!, pruned)] }
}

/** Output = the kept columns of the input. */
function pruneNormalize(plan: PlanNode<ChangelogNormalizeBody>, required: ReadonlySet<number>): Pruned {
  const { keys, condition } = plan.body
  const needed = new Set([...required, ...keys])
  if (condition !== undefined) collectColumns(condition, needed)
  const pruned = prune(plan.inputs[0]!.node, needed)
  const body: ChangelogNormalizeBody = {
    ...plan.body,
    keys: keys.map((key) => pruned.map(key)!),
    ...(condition === undefined ? {} : { condition: moveColumns(condition, pruned.map) }),
  }
  const kept = [...plan.schema.keys()]
    .filter((index) => pruned.map(index) !== undefined)
    .sort((a, b) => pruned.map(a)! - pruned.map(b)!)
  return {
    node: { ...plan, body, schema: kept.map((index) => plan.schema[index]!), inputs: [moved(plan.inputs[0]!, pruned)] },
    map: pruned.map,
  }
}

/** Passes on whatever columns its input keeps. */
function pruneLimit(plan: PlanNode, required: ReadonlySet<number>): Pruned {
  const [input] = plan.inputs
  const pruned = prune(input!.node, required)
  return { node: { ...plan, inputs: [{ ...input!, node: pruned.node }], schema: pruned.node.schema }, map: pruned.map }
}

/** All inputs keep the same columns; an input that keeps more (a watermark's) is cut by a projection. */
function pruneUnion(plan: PlanNode, required: ReadonlySet<number>): Pruned {
  const kept = sortedOrFirst(required)
  const inputs = plan.inputs.map((input) => {
    const pruned = prune(input.node, new Set(kept))
    return { ...input, node: exactly(pruned, kept) }
  })
  return { node: { ...plan, inputs, schema: kept.map((index) => plan.schema[index]!) }, map: mapOf(kept) }
}

function exactly({ node: plan, map }: Pruned, kept: readonly number[]): PlanNode {
  if (plan.schema.length === kept.length && kept.every((index, place) => map(index) === place)) return plan
  const projection = kept.map((index): BoundExpr => {
    const place = map(index)!
    return { kind: 'Column', index: place, ...plan.schema[place]! }
  })
  const schema = projection.map((expr, i) => ({ name: plan.schema[map(kept[i]!)!]!.name, type: expr.type }))
  return {
    body: { kind: 'Calc', projection },
    name: 'Calc',
    inputs: [{ node: plan, distribution: { kind: 'forward' } }],
    schema,
    changelog: ['I'],
  }
}
