import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { JobReport } from './job.ts'
import { checkTotals, expectedTotals, makeTestBench, type TestBench, until } from './testing/test-job.ts'

let bench: TestBench
beforeEach(async () => {
  bench = await makeTestBench()
})
afterEach(() => bench.dispose())

describe('a job', { timeout: 30_000 }, () => {
  test.each([1, 2, 3])('of %i threads reads everything once and finishes', async (parallelism) => {
    const job = await bench.start({ source: { splits: '4', rows: '5000', keys: '50' } }, { parallelism })
    const report = await job.done
    expect(report).toMatchObject({ state: 'FINISHED', failure: null })
    expect(report.counters).toMatchObject({ recordsIn: 20_000, recordsOut: 20_000 })
    expect(checkTotals(await bench.committed(), expectedTotals({ splits: 4, rows: 5_000, keys: 50 }))).toEqual([])
  })

  test('goes on from its checkpoint at another parallelism without loss or repetition', async () => {
    const source = { splits: '3', rows: '4000', keys: '40', 'per-second': '4000' }
    let known = null
    for (const [epoch, parallelism] of [2, 1, 3, 2].entries()) {
      const job = await bench.start({ source }, { parallelism, epoch: epoch + 1, knownCheckpoint: known })
      if (epoch < 3) {
        await until(job, (report) => report.counters.recordsIn > 500 || report.state === 'FINISHED')
        await job.stop({ checkpoint: true })
        expect(job.report().failure).toBeNull()
      } else expect((await job.done).state).toBe('FINISHED')
      known = job.report().checkpoint
      expect(known?.epoch).toBe(epoch + 1)
    }
    expect(checkTotals(await bench.committed(), expectedTotals({ splits: 3, rows: 4_000, keys: 40 }))).toEqual([])
  })

  test('killed at any moment loses nothing and repeats nothing that was committed', async () => {
    const source = { splits: '2', rows: '6000', keys: '30', 'per-second': '6000' }
    for (let epoch = 1; epoch <= 4; epoch++) {
      const job = await bench.start({ source }, { parallelism: 2, epoch, checkpointIntervalMs: 20 })
      if (epoch < 4) {
        const far = (report: JobReport): boolean => report.checkpoint?.epoch === epoch && report.counters.recordsIn > 300 * epoch
        await until(job, (report) => report.state === 'FINISHED' || far(report))
        await job.stop({ checkpoint: false })
      } else expect((await job.done).state).toBe('FINISHED')
    }
    expect(checkTotals(await bench.committed(), expectedTotals({ splits: 2, rows: 6_000, keys: 30 }))).toEqual([])
  })

  test('is fenced when a newer epoch has started, and what it had not committed is dropped', async () => {
    const source = { splits: '1', rows: '3000', keys: '10', 'per-second': '3000' }
    const old = await bench.start({ source }, { epoch: 1 })
    await until(old, (report) => report.checkpoint !== null)
    const young = await bench.start({ source }, { epoch: 2 })
    expect((await old.done).state).toBe('FENCED')
    expect((await young.done).state).toBe('FINISHED')
    expect(checkTotals(await bench.committed(), expectedTotals({ splits: 1, rows: 3_000, keys: 10 }))).toEqual([])
  })

  test('whose epoch is not confirmed reads nothing', async () => {
    const job = await bench.start({ source: {} }, { confirm: async () => false })
    expect(await job.done).toMatchObject({ state: 'FENCED', counters: { recordsIn: 0 } })
  })

  test('fails when a checkpoint is known that the truth does not know', async () => {
    const knownCheckpoint = { number: 7, epoch: 1, manifest: 'checkpoints/7.manifest' }
    const job = await bench.start({ source: {} }, { epoch: 2, knownCheckpoint })
    expect(await job.done).toMatchObject({ state: 'FAILED', failure: { code: 'CHECKPOINT_MISSING' } })
  })

  test('fails when the committed manifest is gone', async () => {
    const first = await bench.start({ source: { endless: 'true' } })
    await until(first, (report) => report.counters.recordsOut === 1_000 && report.checkpoint !== null)
    await first.stop({ checkpoint: true })
    await rm(join(bench.folder, 'store', first.report().checkpoint!.manifest))
    const second = await bench.start({ source: {} }, { epoch: 2 })
    expect(await second.done).toMatchObject({ state: 'FAILED', failure: { code: 'CHECKPOINT_MISSING' } })
  })

  test('while the store is full is degraded, and goes on by itself afterwards', async () => {
    const full = join(bench.folder, 'full')
    const source = { splits: '2', rows: '3000', keys: '20', 'per-second': '3000' }
    const store = { kind: 'fs', root: join(bench.folder, 'store'), faults: { full } } as const
    const job = await bench.start({ source }, { parallelism: 2, store })
    await until(job, (report) => report.checkpoint !== null)
    await writeFile(full, '')
    const degraded = await until(job, (report) => report.state === 'DEGRADED')
    expect(degraded.failure?.code).toBe('CHECKPOINT_STORE_FULL')
    await rm(full)
    expect((await job.done).state).toBe('FINISHED')
    expect(checkTotals(await bench.committed(), expectedTotals({ splits: 2, rows: 3_000, keys: 20 }))).toEqual([])
  })

  test('with trouble at a source is degraded with its reason, and running again without it', async () => {
    const trouble = join(bench.folder, 'trouble')
    await writeFile(trouble, '')
    const job = await bench.start({ source: { 'trouble-file': trouble } })
    expect(await until(job, (report) => report.state === 'DEGRADED')).toMatchObject({ failure: { code: 'BROKER_UNREACHABLE' } })
    await rm(trouble)
    expect(await job.done).toMatchObject({ state: 'FINISHED', failure: null })
  })

  test('fails with the code of a record that cannot be read', async () => {
    const job = await bench.start({ source: { 'fail-at': '500' } })
    const report = await job.done
    expect(report).toMatchObject({ state: 'FAILED', failure: { code: 'RECORD_MALFORMED' } })
    expect(report.failure?.message).toContain('offset 500')
  })

  test('is refused state beyond its hard limit', async () => {
    const job = await bench.start({ source: { keys: '500', endless: 'true' } }, { stateLimitBytes: 20_000 })
    expect(await job.done).toMatchObject({ state: 'FAILED', failure: { code: 'STATE_LIMIT' }, stateLimitState: 'HARD' })
  })

  test.each([1, 2])(
    'of %i threads gives the rows of a foreground SELECT in pages, held back while nobody reads',
    async (parallelism) => {
      const job = await bench.start(
        { source: { rows: '200000', 'batch-rows': '500' }, operator: 'none', collect: true },
        { parallelism },
      )
      await until(job, (report) => report.counters.recordsOut >= 10_000)
      const values: unknown[] = []
      for (let after = 0; ; ) {
        const page = await job.results(after, 7_000, 1_000)
        if (values.length === 0) expect(job.report().counters.recordsOut).toBeLessThan(100_000)
        expect(page.oldest).toBeLessThanOrEqual(after + 1)
        for (const row of page.rows) values.push(row.row[1])
        after = page.rows.at(-1)?.seq ?? after
        if (page.ended) break
      }
      expect(values).toEqual([...Array(200_000).keys()])
    },
  )

  test('stops with a checkpoint while nobody reads its rows', async () => {
    const source = { splits: '2', rows: '200000', 'batch-rows': '500' }
    const job = await bench.start({ source, operator: 'none', collect: true }, { parallelism: 2 })
    await until(job, (report) => report.counters.recordsOut >= 10_000)
    await job.stop({ checkpoint: true })
    expect(job.report()).toMatchObject({ state: 'STOPPED', failure: null })
    expect(job.report().checkpoint?.number).toBeGreaterThan(0)
  })

  test.each([1, 2])('of %i threads that is held back does not burn CPU', async (parallelism) => {
    const job = await bench.start(
      { source: { rows: '1000000', 'batch-rows': '500' }, operator: 'none', collect: true },
      { parallelism },
    )
    await until(job, (report) => report.counters.recordsOut >= 10_000)
    await new Promise((resolve) => setTimeout(resolve, 300))
    const before = job.report().counters.cpuUs
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    expect(job.report().counters.cpuUs - before).toBeLessThan(100_000)
  })

  test('that waits for an answer of the outside still stops at once', async () => {
    const job = await bench.start({ source: {} }, { confirm: () => new Promise(() => {}) })
    await job.stop({ checkpoint: true })
    expect(job.report()).toMatchObject({ state: 'STOPPED', failure: null })
  })

  test('keeps to its share of a core', async () => {
    const job = await bench.start({ source: { endless: 'true', rows: '1000000000' }, operator: 'totals' }, { cu: 0.1 })
    await until(job, (report) => report.counters.recordsIn > 0 && report.counters.cpuUs > 0)
    const [before, startMs] = [job.report().counters.cpuUs, performance.now()]
    await new Promise((resolve) => setTimeout(resolve, 2_000))
    const share = (job.report().counters.cpuUs - before) / 1_000 / (performance.now() - startMs)
    expect(share).toBeGreaterThan(0.04)
    expect(share).toBeLessThan(0.13)
    expect(job.report().busy).toBeGreaterThan(0.5)
  })
})
