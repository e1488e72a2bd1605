/** Aggregates: in event-time windows where the grouping says so, else unbounded groups. */

import { zoneOf } from '../../codegen/expression-env.ts'
import type { AggregateCall, BoundExpr } from '../../sql/bound/expr.ts'
import type { AggregateRel, BoundRel, GroupWindowAggregateRel, Schema, WindowSpec } from '../../sql/bound/rel.ts'
import type { LogicalType } from '../../sql/types/logical-type.ts'
import { timestamp, timestampLtz } from '../../sql/types/make-type.ts'
import { moveCallColumns } from '../expr-columns.ts'
import type { WindowAggregateBody } from '../physical.ts'
import { byKey, node, type PlanNode } from '../plan-node.ts'
import { unsupported } from '../plan-problem.ts'
import { type PlanningEnv, stateTtl } from '../planning-env.ts'
import { type StrippedWindow, stripWindow, type WindowProperty } from '../rules/strip-window.ts'
import { makeCalc } from './make-calc.ts'

export type Lower = (rel: BoundRel) => PlanNode

const WINDOW_TYPE = timestamp(3)

export function lowerAggregate(rel: AggregateRel, env: PlanningEnv, lower: Lower): PlanNode {
  if (rel.groupingSets !== undefined) throw unsupported('GROUPING SETS, ROLLUP and CUBE')
  const window = stripWindow(rel.input)
  const properties = window === undefined ? [] : rel.groupKeys.map((key) => window.columns[key])
  if (window !== undefined && properties.includes('START') && properties.includes('END'))
    return lowerWindow(rel, window, { env, lower })
  const input = lower(rel.input)
  const keys = rel.groupKeys
  return node(
    { kind: 'GroupAggregate', keys, aggregates: rel.aggregates, emitUpdateBefore: true, retracting: false, ttlMs: stateTtl(env) },
    {
      inputs: [{ node: input, distribution: byKey(keys) }],
      schema: rel.schema,
      ...(keys.length === 0 ? { parallelismMax: 1 } : {}),
    },
  )
}

interface Lowering {
  readonly env: PlanningEnv
  readonly lower: Lower
}

function lowerWindow(rel: AggregateRel, window: StrippedWindow, { env, lower }: Lowering): PlanNode {
  const input = lower(window.rel)
  const keyed = rel.groupKeys.flatMap((key) => {
    const place = window.columns[key]
    return typeof place === 'number' ? [place] : []
  })
  const aggregates = rel.aggregates.map((call) => moveCallColumns(call, (index) => numberOf(window.columns[index])))
  const plan = windowNode(input, {
    window: window.tvf.window,
    timeColumn: window.timeColumn,
    keys: keyed,
    aggregates,
    windowColumns: ['START', 'END', 'TIME'],
    env,
  })
  return reordered(plan, rel, { window, keyed })
}

function numberOf(place: number | WindowProperty | undefined): number {
  if (typeof place !== 'number') throw unsupported('an aggregate over the columns of its window')
  return place
}

/** The columns of the aggregate in the order of its GROUP BY. */
function reordered(
  plan: PlanNode,
  rel: AggregateRel,
  facts: { readonly window: StrippedWindow; readonly keyed: readonly number[] },
): PlanNode {
  const { window, keyed } = facts
  const first = keyed.length + rel.aggregates.length
  const order: readonly WindowProperty[] = ['START', 'END', 'TIME']
  let nextKey = 0
  const projection = rel.schema.map((field, i): BoundExpr => {
    const key = rel.groupKeys[i]
    const place = key === undefined ? undefined : window.columns[key]
    const index =
      key === undefined
        ? keyed.length + (i - rel.groupKeys.length)
        : typeof place === 'string'
          ? first + order.indexOf(place)
          : nextKey++
    return { kind: 'Column', type: field.type, index, name: field.name }
  })
  return makeCalc(plan, { projection, schema: rel.schema })
}

interface WindowRequest {
  readonly window: WindowSpec
  readonly timeColumn: number
  readonly keys: readonly number[]
  readonly aggregates: readonly AggregateCall[]
  readonly windowColumns: WindowAggregateBody['windowColumns']
  readonly env: PlanningEnv
}

function windowNode(input: PlanNode, request: WindowRequest): PlanNode {
  const { window, timeColumn, keys, aggregates, windowColumns, env } = request
  const time = input.schema[timeColumn]!.type
  if (window.kind === 'SESSION') throw unsupported('SESSION windows')
  if (isProctime(time)) throw unsupported('a window over processing time')
  const zone = time.kind === 'TIMESTAMP_LTZ' ? zoneOf(env.session.config) : null
  const schema: Schema = [
    ...keys.map((key) => input.schema[key]!),
    ...aggregates.map(({ name, type }) => ({ name, type })),
    ...windowColumns.map((column) => ({
      name: `window_${column.toLowerCase()}`,
      type: column === 'TIME' ? windowTime(time) : WINDOW_TYPE,
    })),
  ]
  return node(
    { kind: 'WindowAggregate', window, timeColumn, keys, aggregates, windowColumns, zone },
    { inputs: [{ node: input, distribution: byKey(keys) }], schema, ...(keys.length === 0 ? { parallelismMax: 1 } : {}) },
  )
}

function isProctime(type: LogicalType): boolean {
  return 'timeAttribute' in type && type.timeAttribute === 'PROCTIME'
}

function windowTime(type: LogicalType): LogicalType {
  return type.kind === 'TIMESTAMP_LTZ' ? timestampLtz(3, 'ROWTIME') : timestamp(3, 'ROWTIME')
}

/** TUMBLE and HOP in GROUP BY. */
export function lowerGroupWindow(rel: GroupWindowAggregateRel, env: PlanningEnv, lower: Lower): PlanNode {
  if (rel.properties.includes('PROCTIME')) throw unsupported('a window over processing time')
  const windowColumns = rel.properties.map((property) => (property === 'ROWTIME' ? 'TIME' : (property as 'START' | 'END')))
  const plan = windowNode(lower(rel.input), {
    window: rel.window,
    timeColumn: rel.timeColumn,
    keys: rel.groupKeys,
    aggregates: rel.aggregates,
    windowColumns,
    env,
  })
  return { ...plan, schema: rel.schema }
}
