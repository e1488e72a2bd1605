import type { BoundExpr } from '../sql/bound/expr.ts'
import type { CodeBuilder } from './code-builder.ts'
import type { Value } from './value.ts'

/** Clock readings that generated code may use; set by the host before a batch. */
export interface EvaluationContext {
  /** CURRENT_TIMESTAMP, NOW(), PROCTIME(): epoch ms at which the record is processed. */
  nowMs: number
  /** CURRENT_WATERMARK; null before the first one. */
  watermarkMs: number | null
  /** A number in [0, 1): RAND and UUID. */
  random: () => number
}

/** What an emitter of a function works with. */
export interface ExpressionEnv {
  readonly code: CodeBuilder
  /** SET options of the statement. */
  readonly config: Readonly<Record<string, string>>
  /** table.local-time-zone, UTC where it is not set or 'default'. */
  readonly zone: string
  emit(expr: BoundExpr): Value
  /** JS expression of the EvaluationContext. */
  readonly context: string
}

export function zoneOf(config: Readonly<Record<string, string>>): string {
  const zone = config['table.local-time-zone']
  return zone === undefined || zone === '' || zone === 'default' ? 'UTC' : zone
}
