/** What a conformance suite reports: a count of each outcome, and each case by name. */
export type CaseStatus = 'passed' | 'failed' | 'unsupported' | 'skipped'

export interface CaseReport {
  readonly id: string
  readonly status: CaseStatus
  readonly reason?: string
  readonly expected?: string
  readonly actual?: string
}

export interface SuiteReport {
  readonly total: number
  readonly passed: number
  readonly failed: number
  readonly unsupported: number
  readonly skipped: number
  readonly cases: readonly CaseReport[]
}

export function summarize(cases: readonly CaseReport[]): SuiteReport {
  const count = (status: CaseStatus): number => cases.filter((one) => one.status === status).length
  return {
    total: cases.length,
    passed: count('passed'),
    failed: count('failed'),
    unsupported: count('unsupported'),
    skipped: count('skipped'),
    cases,
  }
}
