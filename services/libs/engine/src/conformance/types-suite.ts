/** The suite `types`: function cases, aggregate queries and table programs, bound without being run. */
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { runFunctionTypes } from './function-types-suite.ts'
import { runAggregateTypes, runProgramTypes } from './program-types-suite.ts'
import { type SuiteReport, summarize } from './suite-report.ts'

export const TYPES_THRESHOLD = 97

/** A file of functions or of programs, or a folder that holds both under their names. */
export function runTypesSuite(casesPath: string): SuiteReport {
  const files = statSync(casesPath).isDirectory()
    ? ['functions.json.gz', 'programs.json.gz'].map((name) => join(casesPath, name))
    : [casesPath]
  return summarize(files.flatMap((file) => suitesOf(file).flatMap((run) => run(file).cases)))
}

function suitesOf(file: string): readonly ((file: string) => SuiteReport)[] {
  const bytes = readFileSync(file)
  const content = JSON.parse((file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')) as object
  if ('programs' in content) return [runProgramTypes]
  return [
    ...('scalar' in content || 'expression' in content ? [runFunctionTypes] : []),
    ...('aggregate' in content ? [runAggregateTypes] : []),
  ]
}
