import { type Batch, WATERMARK_MIN, type WatermarkPoint } from '../data/batch.ts'
import type { SourceBody } from '../plan/physical.ts'
import type { WatermarkGenerator } from '../runtime/operator-module.ts'
import type { LogicalType } from '../sql/types/logical-type.ts'
import { createProjection } from './calc.ts'

/** Evaluates WATERMARK FOR … AS over a split's rows. NULL and smaller values are ignored. */
export function makeWatermarkGenerator(
  watermark: NonNullable<SourceBody['watermark']>,
  outputTypes: readonly LogicalType[],
  settings: Pick<Parameters<typeof createProjection>[1], 'config' | 'evaluation'>,
): WatermarkGenerator {
  const project = createProjection([watermark.expr], { inputTypes: outputTypes, ...settings })
  const onEvent = watermark.emit === 'on-event'
  let max = WATERMARK_MIN
  return {
    onBatch(batch: Batch) {
      const vector = project({ ...batch, kinds: null, marks: [] }).columns[0]!
      if (vector.repr !== 'f64' && vector.repr !== 'ts') throw new Error(`a watermark in a column of ${vector.repr}`)
      const marks: WatermarkPoint[] = []
      for (let row = 0; row < batch.length; row++) {
        const value = vector.values[row]!
        if (value <= max || (vector.nulls !== null && vector.nulls[row] === 1)) continue
        max = value
        if (onEvent) marks.push({ row: row + 1, watermark: value })
      }
      return { max, marks }
    },
  }
}
