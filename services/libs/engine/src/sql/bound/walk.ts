/** Structure-preserving maps over bound expressions and trees, and structural equality. */
import type { AggregateCall, BoundExpr, BoundSubquery, SortKey } from './expr.ts'
import type { BoundRel, TableFunctionArgument } from './rel.ts'

/** Called for every node before its children; a result replaces the node (its children are then not visited). `depth` counts query levels entered. */
export type Replace = (expr: BoundExpr, depth: number) => BoundExpr | undefined

export function mapExpr(expr: BoundExpr, replace: Replace, depth = 0): BoundExpr {
  const replaced = replace(expr, depth)
  if (replaced !== undefined) return replaced
  const go = (child: BoundExpr): BoundExpr => mapExpr(child, replace, depth)
  switch (expr.kind) {
    case 'Literal':
    case 'Column':
    case 'OuterColumn':
      return expr
    case 'Call':
    case 'UserCall':
      return { ...expr, args: expr.args.map(go) }
    case 'Cast':
      return { ...expr, input: go(expr.input) }
    case 'Case':
      return {
        ...expr,
        // biome-ignore lint/suspicious/noThenProperty: the branch's THEN, plain data that nothing awaits
        branches: expr.branches.map(({ when, then }) => ({ when: go(when), then: go(then) })),
        otherwise: go(expr.otherwise),
      }
    case 'Subquery':
      return mapSubquery(expr, replace, depth)
  }
}

function mapSubquery(expr: BoundSubquery, replace: Replace, depth: number): BoundSubquery {
  return {
    ...expr,
    operands: expr.operands.map((operand) => mapExpr(operand, replace, depth)),
    query: mapRelExprs(expr.query, replace, depth + 1),
  }
}

function mapSortKeys(keys: readonly SortKey[], go: (expr: BoundExpr) => BoundExpr): readonly SortKey[] {
  return keys.map((key) => ({ ...key, expr: go(key.expr) }))
}

function mapCall(call: AggregateCall, go: (expr: BoundExpr) => BoundExpr): AggregateCall {
  return {
    ...call,
    args: call.args.map(go),
    ...(call.filter === undefined ? {} : { filter: go(call.filter) }),
    ...(call.orderBy === undefined ? {} : { orderBy: mapSortKeys(call.orderBy, go) }),
  }
}

export function mapAggregateCall(call: AggregateCall, replace: Replace, depth = 0): AggregateCall {
  return mapCall(call, (expr) => mapExpr(expr, replace, depth))
}

function mapArgument(arg: TableFunctionArgument, replace: Replace, depth: number): TableFunctionArgument {
  if (arg.kind === 'scalar') return { ...arg, expr: mapExpr(arg.expr, replace, depth) }
  if (arg.kind !== 'table') return arg
  return {
    ...arg,
    input: mapRelExprs(arg.input, replace, depth),
    orderBy: mapSortKeys(arg.orderBy, (expr) => mapExpr(expr, replace, depth)),
  }
}

/** Maps every expression of a tree. The right side of a Correlate is one level deeper: its depth-1 columns are the left row. */
export function mapRelExprs(rel: BoundRel, replace: Replace, depth = 0): BoundRel {
  const go = (expr: BoundExpr): BoundExpr => mapExpr(expr, replace, depth)
  const input = (child: BoundRel): BoundRel => mapRelExprs(child, replace, depth)
  switch (rel.kind) {
    case 'Scan':
      return rel
    case 'Values':
      return { ...rel, rows: rel.rows.map((row) => row.map(go)) }
    case 'Project':
      return { ...rel, input: input(rel.input), exprs: rel.exprs.map(go) }
    case 'Filter':
      return { ...rel, input: input(rel.input), predicate: go(rel.predicate) }
    case 'Aggregate':
    case 'GroupWindowAggregate':
      return { ...rel, input: input(rel.input), aggregates: rel.aggregates.map((call) => mapCall(call, go)) }
    case 'Distinct':
    case 'WindowTvf':
      return { ...rel, input: input(rel.input) }
    case 'Join':
      return { ...rel, left: input(rel.left), right: input(rel.right), condition: go(rel.condition) }
    case 'TemporalJoin':
      return { ...rel, left: input(rel.left), right: input(rel.right), condition: go(rel.condition) }
    case 'Correlate':
      return {
        ...rel,
        left: input(rel.left),
        right: mapRelExprs(rel.right, replace, depth + 1),
        ...(rel.condition === undefined ? {} : { condition: go(rel.condition) }),
      }
    case 'Unnest':
      return { ...rel, collection: go(rel.collection) }
    case 'TableFunction':
      return { ...rel, args: rel.args.map((arg) => mapArgument(arg, replace, depth)) }
    case 'SetOp':
      return { ...rel, inputs: rel.inputs.map(input) }
    case 'Sort':
      return { ...rel, input: input(rel.input), keys: mapSortKeys(rel.keys, go) }
    case 'OverAggregate':
      return {
        ...rel,
        input: input(rel.input),
        orderKeys: mapSortKeys(rel.orderKeys, go),
        calls: rel.calls.map((call) => mapCall(call, go)),
      }
    case 'Match':
      return {
        ...rel,
        input: input(rel.input),
        orderKeys: mapSortKeys(rel.orderKeys, go),
        defines: rel.defines.map((define) => ({ ...define, condition: go(define.condition) })),
        measures: rel.measures.map((measure) => ({ ...measure, expr: go(measure.expr) })),
      }
  }
}

/** A text that two expressions share exactly when they compute the same thing from the same row (types included, names not). */
export function exprKey(expr: BoundExpr): string {
  return JSON.stringify(expr, (key, value: unknown) => (key === 'name' && typeof value === 'string' ? undefined : value))
}

/** True when some node satisfies the test; sub-queries are searched too. */
export function someExpr(expr: BoundExpr, test: (expr: BoundExpr, depth: number) => boolean): boolean {
  let found = false
  mapExpr(expr, (node, depth) => {
    if (found || test(node, depth)) {
      found = true
      return node
    }
    return undefined
  })
  return found
}
