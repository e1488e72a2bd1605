import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ResolvedTable } from '@millrace/engine/connector'
import { type Job, type JobOptions, type JobReport, startJob } from '@millrace/engine/runtime'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bench, kafkaMissing, startBench } from './testing/broker-bench.ts'

const title = kafkaMissing ? `Jobs from Kafka to Kafka (skipped: ${kafkaMissing})` : 'Jobs from Kafka to Kafka'

/** Source → sink without anything between. */
function copyPlan(source: ResolvedTable, sink: ResolvedTable, keys: readonly number[] = []): JobOptions['plan'] {
  const schema = source.columns.map(({ name, type }) => ({ name, type }))
  const changelog = ['I'] as const
  return {
    format: 1,
    keyGroups: 128,
    operators: [
      {
        id: 'source',
        name: 'Source',
        inputs: [],
        schema,
        changelog,
        body: { kind: 'Source', table: source, produced: source.columns.map((_, i) => i), changelog: 'append', bounded: false },
      },
      {
        id: 'sink',
        name: 'Sink',
        inputs: [{ from: 'source', distribution: { kind: 'writers', keys } }],
        schema,
        changelog,
        body: {
          kind: 'Sink',
          table: sink,
          changelog: keys.length > 0 ? 'upsert' : 'append',
          notNull: { columns: [], enforcer: 'ERROR' },
          upsertKeys: keys,
        },
      },
    ],
    config: {},
    traits: { sqlKind: 'INSERT', isBounded: false, isAppendOnly: true, upsertColumns: null, schema: null },
  }
}

describe.skipIf(kafkaMissing)(title, { timeout: 120_000 }, () => {
  let bench: Bench
  let folder: string
  const jobs: Job[] = []
  beforeAll(async () => {
    bench = await startBench()
    folder = await mkdtemp(join(tmpdir(), 'millrace-kafka-job-'))
  }, 120_000)
  afterAll(async () => {
    await Promise.all(jobs.map((job) => job.stop({ checkpoint: false })))
    await bench?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const start = async (plan: JobOptions['plan'], options: Partial<JobOptions> & { readonly statementVersion: string }) => {
    const job = await startJob({
      plan,
      parallelism: 1,
      installation: 'test',
      epoch: 1,
      knownCheckpoint: null,
      store: { kind: 'fs', root: join(folder, 'store') },
      checkpointPrefix: options.statementVersion,
      checkpointIntervalMs: 50,
      connectorModule: new URL('../registry.ts', import.meta.url).href,
      secrets: { 'kafka-password': bench.kafka.admin.password },
      allowedAddresses: [bench.kafka.bootstrap],
      stateLimitBytes: 1e9,
      confirm: async () => true,
      now: () => Date.now(),
      log: () => {},
      ...options,
    })
    jobs.push(job)
    return job
  }

  const until = (job: Job, wanted: (report: JobReport) => boolean) =>
    expect
      .poll(() => (['FAILED', 'FENCED'].includes(job.report().state) ? job.report() : wanted(job.report())), {
        timeout: 40_000,
        interval: 10,
      })
      .toBe(true)

  const fill = async (topic: string, partitions: number, rows: readonly object[]) => {
    for (let at = 0; at < rows.length; at += 2000) {
      const part = rows.slice(at, at + 2000)
      await bench.send(
        topic,
        part.map((row, i) => ({ partition: i % partitions, value: JSON.stringify(row) })),
      )
    }
  }

  const password = { 'properties.sasl.password': '${secret:kafka-password}' }
  const source = (topic: string) =>
    bench.table('kafka', {
      columns: { id: 'BIGINT', total: 'BIGINT' },
      options: { topic, format: 'json', 'scan.startup.mode': 'earliest-offset', ...password },
    })

  const read = (report: JobReport) => Object.values(report.positions).reduce((sum, offset) => sum + Number(offset), 0)

  it('a partition that is added later is read from its beginning, unless that is turned off', async () => {
    await bench.createTopic('growing', 1)
    const interval = (text: string) => ({ 'scan.topic-partition-discovery.interval': text })
    const blackhole = { ...source('growing'), connector: 'blackhole', options: {} }
    const plan = (text: string) => {
      const table = source('growing')
      return copyPlan({ ...table, options: { ...table.options, ...interval(text) } }, blackhole)
    }
    // Far apart checkpoints: the interval alone decides when it is looked.
    const options = { parallelism: 2, checkpointIntervalMs: 600_000 }
    const looking = await start(plan('200 ms'), { statementVersion: 'looking', ...options })
    const off = await start(plan('-1'), { statementVersion: 'off', ...options })
    await fill('growing', 1, [{ id: 1, total: 1 }])
    for (const job of [looking, off]) await until(job, (report) => report.counters.recordsIn === 1)
    await bench.admin.createPartitions({ topicPartitions: [{ topic: 'growing', count: 3 }] })
    const late = [1, 2].map((partition) => ({ partition, value: JSON.stringify({ id: partition, total: 0 }) }))
    await bench.send('growing', late)
    await until(looking, (report) => report.counters.recordsIn === 3)
    expect(looking.report().sourceSplits).toBe(3)
    expect(off.report()).toMatchObject({ sourceSplits: 1, counters: { recordsIn: 1 } })
    for (const job of [looking, off]) await job.stop({ checkpoint: false })
  })

  it('every row once, over kills and other parallelisms', async () => {
    await bench.createTopic('in', 4)
    await bench.createTopic('out', 3)
    const count = 40_000
    const rows = Array.from({ length: count }, (_, id) => ({ id, total: id * 2 }))
    const sink = bench.table('kafka', {
      columns: { id: 'BIGINT', total: 'BIGINT' },
      options: { topic: 'out', format: 'json', ...password },
    })
    const plan = copyPlan(source('in'), sink)
    let known: JobOptions['knownCheckpoint'] = null
    let filled = 0
    for (const [run, parallelism] of [2, 1, 3, 2].entries()) {
      const job = await start(plan, { statementVersion: 'copy', epoch: run + 1, parallelism, knownCheckpoint: known })
      await fill('in', 4, rows.slice(filled, filled + count / 4))
      filled += count / 4
      if (run < 3) {
        await until(job, (report) => report.checkpoint?.epoch === run + 1 && read(report) > filled - count / 8)
        await job.stop({ checkpoint: run === 1 })
        known = job.report().checkpoint
      } else {
        await until(job, (report) => read(report) === count)
        await job.stop({ checkpoint: true })
        expect(job.report()).toMatchObject({ state: 'STOPPED', failure: null })
      }
    }
    const ids = (await bench.committed('out', 3)).map(([, value]) => JSON.parse(value ?? '').id as number)
    expect(ids).toHaveLength(count)
    expect(new Set(ids).size).toBe(count)
  })

  it('keys stay in order and in their partition over changes of parallelism', async () => {
    await bench.createTopic('totals', 1)
    await bench.createTopic('upserted', 4)
    const keys = 50
    const rows = Array.from({ length: 6000 }, (_, i) => ({ id: i % keys, total: i }))
    const sink = bench.table('upsert-kafka', {
      columns: { id: 'BIGINT', total: 'BIGINT' },
      primaryKey: ['id'],
      options: { topic: 'upserted', 'key.format': 'json', 'value.format': 'json', ...password },
    })
    const plan = copyPlan(source('totals'), sink, [0])
    for (const [run, parallelism] of [1, 3, 2].entries()) {
      await fill('totals', 1, rows.slice(run * 2000, run * 2000 + 2000))
      const job = await start(plan, { statementVersion: 'upsert', epoch: run + 1, parallelism })
      await until(job, (report) => read(report) === (run + 1) * 2000)
      await job.stop({ checkpoint: true })
    }
    const last = new Map<string, number>()
    let steps = 0
    for (const [key, value] of await bench.committed('upserted', 4)) {
      const total = JSON.parse(value ?? '').total as number
      expect(total).toBeGreaterThan(last.get(key ?? '') ?? -1)
      last.set(key ?? '', total)
      steps++
    }
    expect(steps).toBe(6000)
    expect([...last.values()].sort((a, b) => a - b)).toEqual(Array.from({ length: keys }, (_, i) => 5950 + i))
  })

  it('a record that cannot be read fails the statement with its place; a topic that is not there too', async () => {
    await bench.createTopic('broken')
    await bench.createTopic('broken-out')
    await fill('broken', 1, [
      { id: 1, total: 1 },
      { id: 'x', total: 2 },
    ])
    const sink = bench.table('kafka', {
      columns: { id: 'BIGINT', total: 'BIGINT' },
      options: { topic: 'broken-out', format: 'json' },
    })
    const failed = await start(copyPlan(source('broken'), sink), { statementVersion: 'broken' })
    expect((await failed.done).failure).toMatchObject({
      code: 'RECORD_MALFORMED',
      message: expect.stringContaining('Partition 0, offset 1'),
    })
    expect(await bench.committed('broken-out')).toEqual([])
    const nowhere = await start(copyPlan(source('nowhere'), sink), { statementVersion: 'nowhere' })
    expect((await nowhere.done).failure).toMatchObject({ code: 'TOPIC_UNKNOWN' })
  })

  it('a broker that dies and comes back is trouble for a while: nothing is lost, nothing comes twice', async () => {
    await bench.createTopic('stormy', 2)
    await bench.createTopic('stormy-out', 2)
    const rows = Array.from({ length: 3000 }, (_, id) => ({ id, total: 0 }))
    await fill('stormy', 2, rows.slice(0, 1500))
    const sink = bench.table('kafka', {
      columns: { id: 'BIGINT', total: 'BIGINT' },
      options: { topic: 'stormy-out', format: 'json', ...password },
    })
    const job = await start(copyPlan(source('stormy'), sink), { statementVersion: 'stormy', parallelism: 2 })
    await until(job, (report) => read(report) === 1500)
    await bench.kafka.kill()
    await until(job, (report) => report.state === 'DEGRADED' && report.failure?.code === 'BROKER_UNREACHABLE')
    await bench.kafka.restart()
    await fill('stormy', 2, rows.slice(1500))
    await until(job, (report) => read(report) === 3000 && report.state === 'RUNNING')
    await job.stop({ checkpoint: true })
    expect(job.report()).toMatchObject({ state: 'STOPPED', failure: null })
    const ids = (await bench.committed('stormy-out', 2)).map(([, value]) => JSON.parse(value ?? '').id as number)
    expect(ids.sort((a, b) => a - b)).toEqual(rows.map((row) => row.id))
  })
})
