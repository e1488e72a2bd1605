import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { inputOfRun } from '../../fuzz/run.ts'
import { treeProblems } from '../bound/check-tree.ts'
import { analyzeScript } from './analyze-script.ts'
import { sessionOf, treesOf } from './bind-fixture.ts'

const TABLE = `a INT, b STRING, c DOUBLE, x INT, y INT, z INT, r ROW<f INT, g STRING>, l ARRAY<INT>, m MAP<STRING, INT>,
  ts TIMESTAMP(3), proc AS PROCTIME(), WATERMARK FOR ts AS ts`
const session = sessionOf(
  ['t', 'u', 'v', 't1', 't2', 'orders', 'src'].map((name) => `CREATE TABLE ${name} (${TABLE})`).join('; '),
)

function problemsOf(text: string): string[] {
  const { statements, diagnostics } = analyzeScript(text, session)
  const spans = diagnostics.filter(({ span }) => span.start < 0 || span.end > text.length || span.start > span.end)
  const trees = statements.flatMap(({ bound }) => (bound === undefined ? [] : treesOf(bound)))
  return [...spans.map(({ message }) => `span of ${message}`), ...trees.flatMap(treeProblems)]
}

test('generated and broken statements bind to sound trees or diagnostics, and never throw', { timeout: 60_000 }, () => {
  const seed = 20_260_101
  for (let run = 0; run < 1500; run++) {
    const text = inputOfRun(seed, run)
    expect(problemsOf(text), `seed ${seed}, run ${run}: ${text}`).toEqual([])
  }
})

const shared = new URL('../../../../../../../shared/conformance/parser.json.gz', import.meta.url)

test.skipIf(!existsSync(shared))(
  'statements of Flink and Calcite tests bind to sound trees or diagnostics (needs ../shared)',
  { timeout: 60_000 },
  () => {
    const { cases = [], statements = cases } = JSON.parse(gunzipSync(readFileSync(shared)).toString('utf8'))
    for (const { sql, form } of statements as { sql: string; form?: string }[]) {
      const text = form === 'expression' ? `SELECT ${sql} FROM t` : sql
      expect(problemsOf(text), text).toEqual([])
    }
  },
)
