import { existsSync } from 'node:fs'
import { expect, it } from 'vitest'
import { runFunctionTypes } from './function-types-suite.ts'

const CASES = new URL('../../../../../../shared/conformance/functions.json.gz', import.meta.url)

it.skipIf(!existsSync(CASES))("types of Flink's own function tests are Flink's (skipped where the cases are not there)", () => {
  const report = runFunctionTypes(CASES.pathname)
  expect(report.cases.filter((one) => one.status === 'failed')).toEqual([])
  expect(report.passed).toBeGreaterThan(3_000)
})
