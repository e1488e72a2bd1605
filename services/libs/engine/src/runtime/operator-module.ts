/**
 * What a task needs of the operators' half of the engine. Threads import the module by URL (`JobOptions.operatorModule`, the
 * engine's own by default), so that tests of the runtime bring small operators of their own.
 */
import type { Batch, WatermarkPoint } from '../data/batch.ts'
import type { PhysicalOperator, SourceBody } from '../plan/physical.ts'
import type { Schema } from '../sql/bound/rel.ts'
import type { LogicalType } from '../sql/types/logical-type.ts'
import type { Operator, OperatorContext } from './operator.ts'

export interface OperatorModule {
  /** Everything but sources. A Sink's operator enforces NOT NULL and passes on what the writer gets; a Values operator emits in onEnd. */
  createOperator(op: PhysicalOperator, inputSchemas: readonly Schema[], ctx: OperatorContext): Operator
  /** From the produced columns to the operator's output. The result is valid as long as its input. */
  createSourceProjection(body: SourceBody, ctx?: Pick<OperatorContext, 'evaluation'>): (batch: Batch) => Batch
  /** One a split: may keep the running maximum. Gets batches after the projection. Absent watermark = never called. */
  createWatermarkGenerator(body: SourceBody, ctx?: Pick<OperatorContext, 'evaluation'>): WatermarkGenerator
  /** `types` are those of all columns of the batch, `keys` the ordinals of the key columns in order. */
  createKeyHasher(types: readonly LogicalType[], keys: readonly number[]): KeyHasher
}

export interface WatermarkGenerator {
  onBatch(batch: Batch): {
    /** Highest watermark of the batch's rows; WATERMARK_MIN when none gave one. */
    readonly max: number
    /** A point after each row that raised it (on-event), or none (on-periodic). */
    readonly marks: readonly WatermarkPoint[]
  }
}

/** The function is fixed for ever: key groups, and so where state lies, follow from it. */
export interface KeyHasher {
  /** Hashes of the rows of `batch`, valid until the next call; only the first `batch.length` entries count. */
  hash(batch: Batch): Int32Array
}
