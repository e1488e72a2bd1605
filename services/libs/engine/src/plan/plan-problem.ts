/** Raised inside the planner for what cannot be planned, and turned into a diagnostic at its border. */
export class PlanProblem extends Error {
  override readonly name = 'PlanProblem'
  readonly code: string
  readonly hint: string | undefined
  constructor(code: string, message: string, hint?: string) {
    super(message)
    this.code = code
    this.hint = hint
  }
}

/** `construct` names what the statement uses. */
export function unsupported(construct: string): PlanProblem {
  return new PlanProblem('SQL_UNSUPPORTED', `The embedded runtime does not support ${construct}.`)
}
