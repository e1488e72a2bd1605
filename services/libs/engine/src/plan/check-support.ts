/** Generates each operator's code once, so that a function without an implementation is refused while planning and never while running. */
import { generateCalc } from '../codegen/calc-code.ts'
import { type GroupSpec, generateChangelog } from '../codegen/group-code.ts'
import { UnsupportedError } from '../codegen/unsupported-error.ts'
import { representationOf } from '../data/vector.ts'
import type { AggregateCall, BoundExpr } from '../sql/bound/expr.ts'
import type { Schema } from '../sql/bound/rel.ts'
import type { LogicalType } from '../sql/types/logical-type.ts'
import type { PhysicalOperator, PhysicalPlan } from './physical.ts'
import { unsupported } from './plan-problem.ts'

type Config = PhysicalPlan['config']

const typesOf = (schema: Schema): readonly LogicalType[] => schema.map((field) => field.type)

/** Throws PlanProblem for the first thing that has no code. */
export function checkSupport(operators: readonly PhysicalOperator[], config: Config): void {
  const schemas = new Map(operators.map((op) => [op.id, op.schema]))
  for (const op of operators) {
    try {
      generateOnce(op, typesOf(schemas.get(op.inputs[0]?.from ?? '') ?? []), config)
    } catch (error) {
      if (error instanceof UnsupportedError) throw unsupported(error.construct)
      throw error
    }
  }
}

function generateOnce(op: PhysicalOperator, inputTypes: readonly LogicalType[], config: Config): void {
  const { body } = op
  const project = (projection: readonly BoundExpr[], types: readonly LogicalType[], condition?: BoundExpr): void => {
    generateCalc({
      inputTypes: types,
      projection,
      outputTypes: projection.map((expr) => expr.type),
      config,
      ...(condition === undefined ? {} : { condition }),
    })
  }
  switch (body.kind) {
    case 'Source':
      if (body.projection !== undefined)
        project(
          body.projection,
          body.produced.map((i) => body.table.columns[i]!.type),
        )
      if (body.watermark !== undefined) project([body.watermark.expr], typesOf(op.schema))
      return
    case 'Calc':
      project(body.projection, inputTypes, body.condition)
      return
    case 'ChangelogNormalize':
      if (body.condition !== undefined) project([body.condition], inputTypes)
      return
    case 'GroupAggregate':
    case 'WindowAggregate':
      checkAggregate(body, inputTypes, config)
      return
    case 'Values':
      for (const row of body.rows) if (row.some((expr) => expr.kind !== 'Literal')) project(row, [])
      return
    default:
  }
}

/** Types whose values cannot be compared yet. */
const OPAQUE = new Set(['VARIANT', 'BITMAP', 'RAW'])

function comparedTypes(call: AggregateCall): readonly LogicalType[] {
  return call.fn === 'COUNT' && !call.distinct ? [] : call.args.map((arg) => arg.type)
}

function checkAggregate(
  body: Extract<PhysicalOperator['body'], { kind: 'GroupAggregate' | 'WindowAggregate' }>,
  inputTypes: readonly LogicalType[],
  config: Config,
): void {
  const spec: GroupSpec = {
    inputTypes,
    keys: body.keys,
    aggregates: body.aggregates,
    retracting: body.retracting ?? false,
    config,
  }
  const grouped = [...body.keys.map((key) => inputTypes[key]!), ...body.aggregates.flatMap(comparedTypes)]
  const opaque = grouped.find((type) => OPAQUE.has(type.kind))
  if (opaque !== undefined) throw new UnsupportedError(`groups and aggregates of ${opaque.kind} values`)
  generateChangelog(spec, { emitUpdateBefore: true, ttlMs: null })
  if (body.kind !== 'WindowAggregate') return
  const kept = body.keys
    .map((key) => inputTypes[key]!)
    .find((type) => representationOf(type) === 'object' && type.kind !== 'DECIMAL')
  if (kept !== undefined) throw new UnsupportedError(`GROUP BY a ${kept.kind} in a window`)
}
