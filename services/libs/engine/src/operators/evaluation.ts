import type { Evaluation, OperatorContext } from '../runtime/operator.ts'

/** The task's readings, or fixed ones where it gives none: processing time 0, no watermark, a constant instead of randomness. */
export function evaluationOf(ctx: Pick<OperatorContext, 'evaluation'>): Evaluation {
  return ctx.evaluation ?? { nowMs: 0, watermarkMs: null, random: () => 0.5 }
}
