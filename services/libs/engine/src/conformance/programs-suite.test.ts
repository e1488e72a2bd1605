import { describe, expect, test } from 'vitest'
import { compileProgram, type TableProgram } from './program-case.ts'
import { runProgram } from './programs-suite.ts'

/** A program in the suite's shape: a running count before and after a restore. */
const COUNTS: TableProgram = {
  id: 'counts',
  has_restore_data: true,
  setup: [
    {
      kind: 'SOURCE_WITH_RESTORE_DATA',
      name: 's',
      ddl_without_options: 'CREATE TABLE s (k STRING)',
      options: {},
      produced_before_restore: [
        { kind: '+I', values: ['a'] },
        { kind: '+I', values: ['b'] },
      ],
      produced_after_restore: [{ kind: '+I', values: ['a'] }],
    },
    {
      kind: 'SINK_WITH_RESTORE_DATA',
      name: 'out',
      ddl_without_options: 'CREATE TABLE `out` (k STRING, n BIGINT)',
      options: { 'sink-insert-only': 'false' },
      compare: 'changelog',
      expected_strings_before_restore: ['+I[a, 1]', '+I[b, 1]'],
      expected_strings_after_restore: ['-U[a, 1]', '+U[a, 2]'],
    },
  ],
  run: [{ kind: 'SQL', sql: 'INSERT INTO `out` SELECT k, COUNT(*) FROM s GROUP BY k' }],
  flink_oneshot: {
    mode: 'streaming',
    status: 'ok',
    sinks: { out: { changelog: ['+I[a, 1]', '+I[b, 1]', '-U[a, 1]', '+U[a, 2]'], materialized: ['+I[a, 2]', '+I[b, 1]'] } },
  },
}

describe('table programs', { timeout: 60_000 }, () => {
  test('run in one go and over a restore', async () => {
    expect(await runProgram(COUNTS)).toEqual({ id: 'counts', status: 'passed' })
  })
  test('a wrong row is a failure that names the place', async () => {
    const [source, sink] = COUNTS.setup
    const wrong = { ...COUNTS, setup: [source!, { ...sink!, expected_strings_after_restore: ['+I[a, 1]'] }] }
    expect(await runProgram(wrong)).toMatchObject({ status: 'failed', reason: 'after the restore, out' })
  })
  test('what Flink refuses must be refused', async () => {
    expect(await runProgram({ ...COUNTS, expects_failure: true })).toMatchObject({ status: 'failed' })
  })
  test('tables keep the changelog of the program', () => {
    const { plans } = compileProgram(COUNTS, { folder: '/none', watermarks: 'periodic', firstHalf: true })
    const [source] = plans[0]!.operators
    expect(source?.body.kind === 'Source' && source.body.table.options['hold-after']).toBe('2')
  })
})
