/** Bound relations to physical operators. What the embedded runtime lacks is refused by name. */

import { zoneOf } from '../../codegen/expression-env.ts'
import type { BoundExpr } from '../../sql/bound/expr.ts'
import type { BoundRel, ProjectRel, SetOpRel, SortRel, ValuesRel, WindowTvfRel } from '../../sql/bound/rel.ts'
import type { WindowExpandBody } from '../physical.ts'
import { FORWARD, node, type PlanNode } from '../plan-node.ts'
import { unsupported } from '../plan-problem.ts'
import type { PlanningEnv } from '../planning-env.ts'
import { distinctToAggregate, unionToAggregate } from '../rules/distinct-to-aggregate.ts'
import { foldConstants } from '../rules/fold-constants.ts'
import { lowerAggregate, lowerGroupWindow } from './lower-aggregate.ts'
import { lowerScan } from './lower-scan.ts'
import { columnsOf, makeCalc } from './make-calc.ts'

export function lowerRel(rel: BoundRel, env: PlanningEnv): PlanNode {
  const lower = (input: BoundRel): PlanNode => lowerRel(input, env)
  switch (rel.kind) {
    case 'Scan':
      return lowerScan(rel, env)
    case 'Values':
      return lowerValues(rel, env)
    case 'Project':
      return lowerProject(rel, env)
    case 'Filter':
      return lowerFilter(rel, env)
    case 'Aggregate':
      return lowerAggregate(rel, env, lower)
    case 'Distinct':
      return lowerAggregate(distinctToAggregate(rel), env, lower)
    case 'GroupWindowAggregate':
      return lowerGroupWindow(rel, env, lower)
    case 'WindowTvf':
      return lowerWindowTvf(rel, env, lower)
    case 'Sort':
      return lowerLimit(rel, lower)
    case 'SetOp':
      return lowerSetOp(rel, env, lower)
    default:
      throw unsupported(CONSTRUCTS[rel.kind] ?? rel.kind)
  }
}

const CONSTRUCTS: Partial<Readonly<Record<BoundRel['kind'], string>>> = {
  Join: 'JOIN',
  TemporalJoin: 'JOIN … FOR SYSTEM_TIME AS OF',
  Correlate: 'LATERAL',
  Unnest: 'UNNEST',
  TableFunction: 'table functions in FROM',
  OverAggregate: 'OVER',
  Match: 'MATCH_RECOGNIZE',
}

function lowerProject(rel: ProjectRel, env: PlanningEnv): PlanNode {
  const projection = rel.exprs.map((expr) => foldConstants(expr, env.session.config))
  return makeCalc(lowerRel(rel.input, env), { projection, schema: rel.schema })
}

function lowerFilter(rel: Extract<BoundRel, { kind: 'Filter' }>, env: PlanningEnv): PlanNode {
  const input = lowerRel(rel.input, env)
  const condition = foldConstants(rel.predicate, env.session.config)
  const projection = columnsOf(input.schema)
  if (condition.kind === 'Literal' && condition.value === true) return makeCalc(input, { projection, schema: rel.schema })
  return makeCalc(input, { condition, projection, schema: rel.schema })
}

function lowerValues(rel: ValuesRel, env: PlanningEnv): PlanNode {
  const rows = rel.rows.map((row) => row.map((expr) => foldConstants(expr, env.session.config)))
  return node({ kind: 'Values', rows }, { inputs: [], schema: rel.schema, parallelismMax: 1 })
}

function lowerSetOp(rel: SetOpRel, env: PlanningEnv, lower: (rel: BoundRel) => PlanNode): PlanNode {
  if (rel.op !== 'UNION') throw unsupported(rel.op)
  if (!rel.all) return lowerAggregate(unionToAggregate(rel), env, lower)
  const inputs = rel.inputs.map((input) => ({ node: aligned(lower(input), rel), distribution: FORWARD }))
  return node({ kind: 'Union' }, { inputs, schema: rel.schema })
}

/** An input of UNION ALL in the representation of the union's types. */
function aligned(input: PlanNode, rel: SetOpRel): PlanNode {
  const projection = input.schema.map(({ name, type }, index): BoundExpr => {
    const column: BoundExpr = { kind: 'Column', type, index, name }
    const to = rel.schema[index]!.type
    const same = JSON.stringify({ ...type, nullable: true }) === JSON.stringify({ ...to, nullable: true })
    return same ? column : { kind: 'Cast', type: to, input: column, mode: 'CAST', implicit: true }
  })
  return makeCalc(input, { projection, schema: rel.schema })
}

function lowerLimit(rel: SortRel, lower: (rel: BoundRel) => PlanNode): PlanNode {
  if (rel.keys.length > 0) throw unsupported('ORDER BY')
  const input = lower(rel.input)
  return node(
    { kind: 'Limit', offset: rel.offset ?? 0, fetch: rel.fetch ?? null },
    { inputs: [{ node: input, distribution: { kind: 'single' } }], schema: rel.schema, parallelismMax: 1 },
  )
}

/** A tumbling window function by itself adds its three columns to each row; others give several rows for one. */
function lowerWindowTvf(rel: WindowTvfRel, env: PlanningEnv, lower: (rel: BoundRel) => PlanNode): PlanNode {
  const { window } = rel
  if (window.kind === 'SESSION') throw unsupported('SESSION windows')
  const input = lower(rel.input)
  const time = columnsOf(input.schema)[rel.timeColumn]!
  if ('timeAttribute' in time.type && time.type.timeAttribute === 'PROCTIME') throw unsupported('a window over processing time')
  if (window.kind !== 'TUMBLE') {
    const zone = time.type.kind === 'TIMESTAMP_LTZ' ? zoneOf(env.session.config) : null
    const body: WindowExpandBody = { kind: 'WindowExpand', window, timeColumn: rel.timeColumn, zone }
    return node(body, { inputs: [{ node: input, distribution: FORWARD }], schema: rel.schema })
  }
  const long = (value: number): BoundExpr => ({
    kind: 'Literal',
    type: { kind: 'BIGINT', nullable: false },
    value: String(value),
  })
  const first = input.schema.length
  const windows = ['$TUMBLE_START', '$TUMBLE_END', '$TUMBLE_TIME'].map(
    (fn, i): BoundExpr => ({
      kind: 'Call',
      type: rel.schema[first + i]!.type,
      fn,
      args: [time, long(window.size), long(window.offset)],
    }),
  )
  return makeCalc(input, { projection: [...columnsOf(input.schema), ...windows], schema: rel.schema })
}
