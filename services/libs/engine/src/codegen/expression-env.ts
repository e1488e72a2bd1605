import type { Evaluation } from '../runtime/operator.ts'
import type { BoundExpr } from '../sql/bound/expr.ts'
import type { CodeBuilder } from './code-builder.ts'
import type { Value } from './value.ts'

/** Readings that generated code may use. */
export type EvaluationContext = Evaluation

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
