import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { FUNCTIONS_THRESHOLD, runFunctionsSuite } from './functions-suite.ts'

const CASES = new URL('../../../../../../shared/conformance/functions.json.gz', import.meta.url).pathname

test.skipIf(!existsSync(CASES))(
  'functions and casts give what Flink gives (skipped where the cases are absent)',
  () => {
    const report = runFunctionsSuite(CASES)
    const judged = report.total - report.skipped
    expect(judged).toBeGreaterThan(2000)
    expect((100 * report.passed) / judged).toBeGreaterThanOrEqual(FUNCTIONS_THRESHOLD)
  },
  60_000,
)
