import type { components } from './generated/api.ts'

export type Problem = components['schemas']['Problem']

/** An error answer of the API. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly problem: Problem
  constructor(problem: Problem) {
    super(problem.detail)
    this.problem = problem
  }
}
