/**
 * Which columns still are time attributes once a tree runs. Types carry the attribute through names; some nodes turn it into a plain
 * timestamp all the same (Flink's RelTimeIndicatorConverter): regular joins, aggregates without a window, DISTINCT and the like.
 */
import type { BoundExpr } from './expr.ts'
import type { AggregateRel, BoundRel, JoinRel, WindowTvfRel } from './rel.ts'
import { someExpr } from './walk.ts'

/** True when the column's type has an attribute and no node below takes it away. */
export function isTimeAttribute(rel: BoundRel, column: number): boolean {
  const type = rel.schema[column]?.type
  return type !== undefined && 'timeAttribute' in type && type.timeAttribute !== undefined && keeps(rel, column, [])
}

/** `filters`: conditions on the way down, which may bound a join in time. They are over this tree's row. */
function keeps(rel: BoundRel, column: number, filters: readonly BoundExpr[]): boolean {
  switch (rel.kind) {
    case 'Project': {
      const expr = rel.exprs[column]
      return expr?.kind === 'Column' ? keeps(rel.input, expr.index, []) : expr !== undefined
    }
    case 'Filter':
      return keeps(rel.input, column, [...filters, rel.predicate])
    case 'Sort':
    case 'OverAggregate':
      return keeps(rel.input, column, [])
    case 'WindowTvf':
      return column >= rel.input.schema.length || keeps(rel.input, column, [])
    case 'Aggregate':
      return keepsKey(rel, column)
    case 'SetOp':
      return rel.op === 'UNION' && rel.all && rel.inputs.every((input) => keeps(input, column, []))
    case 'Join':
      return keepsJoined(rel, column, filters)
    case 'TemporalJoin':
    case 'Correlate':
      return column < rel.left.schema.length && keeps(rel.left, column, [])
    case 'Distinct':
    case 'Values':
    case 'Unnest':
    case 'TableFunction':
      return false
    default:
      return true
  }
}

/** A window aggregate keeps the window's time; any other grouping makes plain keys. */
function keepsKey({ input, groupKeys }: AggregateRel, column: number): boolean {
  const keys = groupKeys.map((key) => windowColumn(input, key)?.role)
  const windowed = keys.includes('start') && keys.includes('end')
  return windowed && keys[column] === 'time'
}

export interface WindowColumn {
  readonly role: 'start' | 'end' | 'time'
  readonly window: WindowTvfRel
}

/** The window function that a column comes from, and which of its three columns it is. */
export function windowColumn(rel: BoundRel, column: number): WindowColumn | undefined {
  if (rel.kind === 'Project') {
    const expr = rel.exprs[column]
    return expr?.kind === 'Column' ? windowColumn(rel.input, expr.index) : undefined
  }
  if (rel.kind === 'Filter') return windowColumn(rel.input, column)
  if (rel.kind !== 'WindowTvf') return undefined
  const role = (['start', 'end', 'time'] as const)[column - rel.input.schema.length]
  return role === undefined ? undefined : { role, window: rel }
}

/** A join that is bounded in time on both sides (an interval or a window join) keeps time attributes. */
function keepsJoined(rel: JoinRel, column: number, filters: readonly BoundExpr[]): boolean {
  const offset = rel.left.schema.length
  if (rel.joinType === 'SEMI' || rel.joinType === 'ANTI') return keeps(rel.left, column, [])
  const bounded = [rel.condition, ...filters].some((condition) => comparesTimes(condition, rel))
  if (!bounded) return false
  return column < offset ? keeps(rel.left, column, []) : keeps(rel.right, column - offset, [])
}

const COMPARISONS: ReadonlySet<string> = new Set(['=', '<', '<=', '>', '>=', 'BETWEEN'])

function comparesTimes(condition: BoundExpr, rel: JoinRel): boolean {
  const offset = rel.left.schema.length
  const timed = (index: number): boolean => {
    const [side, position] = index < offset ? [rel.left, index] : [rel.right, index - offset]
    const type = side.schema[position]?.type
    const attribute = type !== undefined && 'timeAttribute' in type && type.timeAttribute !== undefined
    return attribute || windowColumn(side, position) !== undefined
  }
  return someExpr(condition, (node) => {
    if (node.kind !== 'Call' || !COMPARISONS.has(node.fn)) return false
    const reads = (left: boolean): boolean =>
      node.args.some((arg) =>
        someExpr(
          arg,
          (leaf, depth) => depth === 0 && leaf.kind === 'Column' && leaf.index < offset === left && timed(leaf.index),
        ),
      )
    return reads(true) && reads(false)
  })
}
