import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { PARSER_THRESHOLD, runParserSuite } from './parser-suite.ts'

const CASES = new URL('../../../../../../shared/conformance/parser.json.gz', import.meta.url).pathname

test.skipIf(!existsSync(CASES))(
  'the parser agrees with Flink (skipped where the shared cases are absent)',
  { timeout: 120_000 },
  () => {
    const { total, passed, cases } = runParserSuite(CASES)
    const wrong = cases.filter(({ reason }) => reason === 'refused, Flink accepts' || reason === 'accepted, Flink refuses')
    expect(wrong).toEqual([])
    expect((100 * passed) / total).toBeGreaterThan(PARSER_THRESHOLD)
  },
)
