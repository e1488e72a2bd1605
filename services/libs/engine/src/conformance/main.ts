/**
 * `node services/libs/engine/src/conformance/main.ts --suite functions|parser|types|programs [--cases FILE] [--report out.json]`
 * Runs a suite of Flink's answers, prints its counts, and exits with 1 where agreement is below the suite's threshold.
 */
import { existsSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { FUNCTIONS_THRESHOLD, runFunctionsSuite } from './functions-suite.ts'
import { PARSER_THRESHOLD, runParserSuite } from './parser-suite.ts'
import { PROGRAMS_THRESHOLD, runProgramsSuite } from './programs-suite.ts'
import type { SuiteReport } from './suite-report.ts'
import { runTypesSuite, TYPES_THRESHOLD } from './types-suite.ts'

type Suite = Readonly<{ run: (casesFile: string) => SuiteReport | Promise<SuiteReport>; cases: string; threshold: number }>

const SHARED = new URL('../../../../../../shared/conformance/', import.meta.url).pathname

const SUITES: Readonly<Record<string, Suite>> = {
  functions: { run: runFunctionsSuite, cases: `${SHARED}functions.json.gz`, threshold: FUNCTIONS_THRESHOLD },
  parser: { run: runParserSuite, cases: `${SHARED}parser.json.gz`, threshold: PARSER_THRESHOLD },
  programs: { run: runProgramsSuite, cases: `${SHARED}programs.json.gz`, threshold: PROGRAMS_THRESHOLD },
  types: { run: runTypesSuite, cases: SHARED, threshold: TYPES_THRESHOLD },
}

const SHOWN_MAX = 20

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { suite: { type: 'string', default: 'parser' }, cases: { type: 'string' }, report: { type: 'string' } },
  })
  const suite = SUITES[values.suite]
  if (suite === undefined) {
    console.error(`No suite ${values.suite}; there are: ${Object.keys(SUITES).join(', ')}.`)
    return 2
  }
  const casesFile = values.cases ?? suite.cases
  if (!existsSync(casesFile)) {
    console.log(`Skipped: ${casesFile} is absent; name another file with --cases.`)
    return values.cases === undefined ? 0 : 2
  }
  const report = await suite.run(casesFile)
  if (values.report !== undefined) writeFileSync(values.report, JSON.stringify(report, undefined, 1))
  return summary(values.suite, report, suite.threshold)
}

function summary(name: string, report: SuiteReport, threshold: number): number {
  for (const one of report.cases.filter(({ status }) => status === 'failed').slice(0, SHOWN_MAX)) {
    console.log(
      `failed ${one.id}: ${one.reason}\n  expected ${one.expected?.slice(0, 300)}\n  actual   ${one.actual?.slice(0, 300)}`,
    )
  }
  const share = (100 * report.passed) / Math.max(1, report.total - report.skipped)
  const { total, passed, failed, unsupported, skipped } = report
  console.log(`${name}: ${total} cases, ${passed} passed, ${failed} failed, ${unsupported} unsupported, ${skipped} skipped`)
  console.log(`${name}: ${share.toFixed(2)} % agreement, at least ${threshold} % wanted`)
  return share >= threshold ? 0 : 1
}

process.exitCode = await main()
