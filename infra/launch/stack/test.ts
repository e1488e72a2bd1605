// `npm test`: checks, then every package's tests, then the journeys end to end. The last line counts tests.
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { runChecks } from './checks.ts'
import { runCommand } from './run-command.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const args = process.argv.slice(2)
const only = args.filter((a) => !a.startsWith('--'))
const cache = path.join(root, '.cache')
fs.mkdirSync(cache, { recursive: true })

/** All packages as projects of one run; the root holds no configuration of its own. */
const CONFIG = ['--root', '.', '--config', 'services/libs/tooling/config/repository-tests.ts']

interface Counts {
  passed: number
  failed: number
  skipped: number
}

async function vitest(name: string, flags: readonly string[]): Promise<Counts> {
  const report = path.join(cache, `tests-${name}.json`)
  fs.rmSync(report, { force: true })
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const { code } = await runCommand('node_modules/.bin/vitest', ['run', ...CONFIG, ...reporters, ...flags], {
    cwd: root,
    show: true,
  })
  if (!fs.existsSync(report)) return { passed: 0, failed: 1, skipped: 0 }
  const { numPassedTests, numFailedTests, numPendingTests, numFailedTestSuites } = JSON.parse(
    fs.readFileSync(report, 'utf8'),
  ) as Record<string, number>
  // A file that does not load, or an error outside a test, fails the run although no test is counted as failed.
  const failed = Math.max(numFailedTests ?? 0, code !== 0 || (numFailedTestSuites ?? 0) > 0 ? 1 : 0)
  return { passed: numPassedTests ?? 0, failed, skipped: numPendingTests ?? 0 }
}

const started = performance.now()
const total: Counts = { passed: 0, failed: 0, skipped: 0 }
const add = (counts: Counts): void => {
  total.passed += counts.passed
  total.failed += counts.failed
  total.skipped += counts.skipped
}
if (only.length > 0) {
  add(
    await vitest(
      'some',
      only.flatMap((name) => ['--project', name.startsWith('@') ? name : `@millrace/${name}`]),
    ),
  )
} else {
  if (!args.includes('--no-check')) {
    console.log('Checks')
    total.failed += await runChecks(root)
  }
  console.log('\nTests of the packages')
  add(await vitest('packages', ['--project', '!@millrace/e2e', '--maxWorkers=2']))
  console.log('\nJourneys, end to end')
  add(await vitest('e2e', ['--project', '@millrace/e2e', '--maxWorkers=1', '--no-file-parallelism']))
}
console.log(`\n${((performance.now() - started) / 60_000).toFixed(1)} minutes`)
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
process.exitCode = total.failed > 0 ? 1 : 0
