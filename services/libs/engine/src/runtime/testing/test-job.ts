/** Starts jobs for tests in a folder of their own and reads what they committed. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@millrace/kit'
import { readCommitted } from '../../local/folder-transactions.ts'
import type { Job, JobOptions, JobReport } from '../job.ts'
import { startJob } from '../start-job.ts'
import { type TestPlanOptions, testPlan } from './test-plan.ts'

export interface TestBench {
  readonly folder: string
  readonly logged: string[]
  start(plan: Omit<TestPlanOptions, 'sinkFolder'>, options?: Partial<JobOptions>): Promise<Job>
  committed(): Promise<string[]>
  dispose(): Promise<void>
}

export async function makeTestBench(): Promise<TestBench> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-job-'))
  const sinkFolder = join(folder, 'out')
  const logged: string[] = []
  const jobs: Job[] = []
  return {
    folder,
    logged,
    start: async (plan, options = {}) => {
      const job = await startJob({
        plan: testPlan({ ...plan, sinkFolder }),
        parallelism: 1,
        installation: 'test',
        statementVersion: 'version',
        epoch: 1,
        knownCheckpoint: null,
        store: { kind: 'fs', root: join(folder, 'store') },
        checkpointPrefix: 'checkpoints',
        checkpointIntervalMs: 50,
        connectorModule: new URL('./test-connectors.ts', import.meta.url).href,
        operatorModule: new URL('./test-operators.ts', import.meta.url).href,
        secrets: {},
        allowedAddresses: [],
        stateLimitBytes: 1e9,
        confirm: async () => true,
        now: () => systemClock.now(),
        log: (level, message) => logged.push(`${level} ${message}`),
        ...options,
      })
      jobs.push(job)
      return job
    },
    committed: () => readCommitted(sinkFolder, 'out'),
    dispose: async () => {
      await Promise.all(jobs.map((job) => job.stop({ checkpoint: false })))
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Polls the report until it satisfies `wanted`; throws with the last report after `timeoutMs`. */
export async function until(job: Job, wanted: (report: JobReport) => boolean, timeoutMs = 15_000): Promise<JobReport> {
  const end = systemClock.now() + timeoutMs
  for (;;) {
    const report = job.report()
    if (wanted(report)) return report
    if (systemClock.now() > end) throw new Error(`not reached: ${JSON.stringify(report)}`)
    await systemClock.sleep(10)
  }
}

/** What `numbers` with the running totals must give in all: each key's count and sum once a row. */
export function expectedTotals(source: {
  splits: number
  rows: number
  keys: number
}): Map<number, { count: number; sum: number }> {
  const totals = new Map<number, { count: number; sum: number }>()
  for (let split = 0; split < source.splits; split++) {
    for (let i = 0; i < source.rows; i++) {
      const key = (i * 7 + split) % source.keys
      const total = totals.get(key) ?? { count: 0, sum: 0 }
      totals.set(key, { count: total.count + 1, sum: total.sum + i })
    }
  }
  return totals
}

/** Checks that every key's running count goes 1, 2, 3 … without a gap or repetition and ends at the expected totals. */
export function checkTotals(lines: readonly string[], expected: Map<number, { count: number; sum: number }>): string[] {
  const faults: string[] = []
  const counts = new Map<number, number[]>()
  const sums = new Map<number, number>()
  for (const line of lines) {
    const [key, count, sum] = (JSON.parse(line) as { row: [number, number, number] }).row
    counts.set(key, [...(counts.get(key) ?? []), count])
    sums.set(key, Math.max(sums.get(key) ?? 0, sum))
  }
  for (const [key, total] of expected) {
    const seen = counts.get(key) ?? []
    if (seen.some((count, i) => count !== i + 1)) faults.push(`key ${key}: counts ${seen.slice(0, 20).join()}`)
    if (seen.length !== total.count) faults.push(`key ${key}: ${seen.length} rows, ${total.count} expected`)
    if (sums.get(key) !== total.sum) faults.push(`key ${key}: sum ${sums.get(key)}, ${total.sum} expected`)
  }
  return faults
}
