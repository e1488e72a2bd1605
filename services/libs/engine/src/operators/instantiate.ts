/** From a physical operator to one that runs. Task threads import this module by its URL. */
import type { Batch } from '../data/batch.ts'
import { typesOf } from '../data/column-builder.ts'
import type { PhysicalOperator, SourceBody } from '../plan/physical.ts'
import type { Operator, OperatorContext } from '../runtime/operator.ts'
import type { OperatorModule } from '../runtime/operator-module.ts'
import type { Schema } from '../sql/bound/rel.ts'
import type { LogicalType } from '../sql/types/logical-type.ts'
import { createCalc, createProjection } from './calc.ts'
import { ChangelogNormalize } from './changelog-normalize.ts'
import { evaluationOf } from './evaluation.ts'
import { GroupAggregate } from './group-aggregate.ts'
import { Limit } from './limit.ts'
import { createSink } from './sink.ts'
import { createValues } from './values.ts'
import { makeWatermarkGenerator } from './watermark-generator.ts'
import { WindowAggregate } from './window-aggregate.ts'
import { createWindowExpand } from './window-expand.ts'

export { createKeyHasher } from './key-hasher.ts'

const PASS_ON: Operator = { processBatch: (_port, batch, out) => out.emit(batch) }

/** Throws UnsupportedError for what has no implementation; a plan made by the planner holds nothing of that kind. */
export const createOperator: OperatorModule['createOperator'] = (
  op: PhysicalOperator,
  inputSchemas: readonly Schema[],
  ctx: OperatorContext,
) => {
  const inputTypes = typesOf(inputSchemas[0] ?? [])
  const outputTypes = typesOf(op.schema)
  const { body } = op
  switch (body.kind) {
    case 'Calc':
      return createCalc({
        body,
        inputTypes,
        outputTypes,
        config: ctx.config,
        evaluation: evaluationOf(ctx),
        count: (metric, by) => ctx.count(metric, by),
      })
    case 'GroupAggregate':
      return new GroupAggregate({ body, inputTypes, ctx })
    case 'WindowAggregate':
      return new WindowAggregate({ body, inputTypes, ctx })
    case 'ChangelogNormalize':
      return new ChangelogNormalize({ body, inputTypes, ctx })
    case 'WindowExpand':
      return createWindowExpand(body)
    case 'Limit':
      return new Limit(body)
    case 'Values':
      return createValues(body, outputTypes, ctx)
    case 'Sink':
      return createSink(body)
    case 'Union':
    case 'Collect':
      return PASS_ON
    case 'Source':
      throw new Error('a source is read by its task, not instantiated as an operator')
  }
}

/** Types of the columns that the reader produces. */
export function producedTypes(body: SourceBody): readonly LogicalType[] {
  return body.produced.map((ordinal) => body.table.columns[ordinal]!.type)
}

function outputTypesOf(body: SourceBody): readonly LogicalType[] {
  return body.projection?.map((expr) => expr.type) ?? producedTypes(body)
}

export const createSourceProjection = (
  body: SourceBody,
  ctx: Pick<OperatorContext, 'evaluation'> & Partial<Pick<OperatorContext, 'count'>> = {},
): ((batch: Batch) => Batch) => {
  if (body.projection === undefined) return (batch) => batch
  return createProjection(body.projection, {
    inputTypes: producedTypes(body),
    config: body.config ?? {},
    evaluation: evaluationOf(ctx),
    ...(ctx.count === undefined ? {} : { count: ctx.count }),
    ...(body.table.options['error-handling.mode'] === 'ignore' ? { onError: 'ignore' as const } : {}),
  })
}

export const createWatermarkGenerator = (body: SourceBody, ctx: Pick<OperatorContext, 'evaluation'> = {}) => {
  if (body.watermark === undefined) throw new Error('a source without a watermark has no generator')
  return makeWatermarkGenerator(body.watermark, outputTypesOf(body), { config: body.config ?? {}, evaluation: evaluationOf(ctx) })
}
