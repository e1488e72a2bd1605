import type { CheckpointTruth, ConnectorContext, SinkWriter } from '@millrace/engine/connector'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createKafkaSink } from './sink/sink.ts'
import {
  type Bench,
  batchOf,
  type Cell,
  kafkaMissing,
  openSource,
  openWriter,
  readRows,
  startBench,
} from './testing/broker-bench.ts'

const title = kafkaMissing ? `Kafka exactly once (skipped: ${kafkaMissing})` : 'Kafka exactly once'

describe.skipIf(kafkaMissing)(title, { timeout: 60_000 }, () => {
  let bench: Bench
  beforeAll(async () => {
    bench = await startBench()
  }, 120_000)
  afterAll(() => bench?.stop())

  interface Run {
    readonly truth: CheckpointTruth
    readonly writer: SinkWriter
    write(rows: readonly (readonly Cell[])[]): Promise<void>
    /** Begins the next transaction, then commits checkpoint `number` with what was written before. */
    commit(number: number): Promise<void>
    kill(): Promise<void>
  }

  const tableOf = (topic: string) => bench.table('kafka', { columns: { id: 'BIGINT' }, options: { topic, format: 'json' } })

  /** One run of a statement with one sink: recovered, with its first transaction begun. */
  const start = async (topic: string, overrides: Partial<ConnectorContext> = {}, first = 1): Promise<Run> => {
    const table = tableOf(topic)
    const context = bench.context({ statementVersion: `sv-${topic}`, ...overrides })
    const truth = createKafkaSink('kafka').createTruth?.([table], context)
    if (!truth) throw new Error('no truth')
    await truth.recover()
    const writer = openWriter(bench, table, context)
    writer.begin?.((await truth.begin(first)) ?? { checkpoint: first, data: null })
    return {
      truth,
      writer,
      write: async (rows) => {
        await writer.ready()
        writer.write(batchOf(table, rows))
        await writer.flush()
      },
      commit: async (number) => {
        await writer.flush()
        const wrote = writer.written() > 0
        const next = await truth.begin(number + 1)
        if (next) writer.begin?.(next)
        await truth.commit({ number, epoch: context.epoch, manifest: `m-${number}` }, { wrote })
      },
      kill: async () => {
        await writer.close()
        await truth.close()
      },
    }
  }

  const values = async (topic: string, partitions = 1) =>
    (await bench.committed(topic, partitions)).map(([, value]) => JSON.parse(value ?? 'null').id as number)

  const recovered = async (topic: string, epoch = 99) => {
    const context = bench.context({ statementVersion: `sv-${topic}`, epoch })
    const truth = createKafkaSink('kafka').createTruth?.([tableOf(topic)], context)
    const pointer = await truth?.recover()
    await truth?.close()
    return pointer
  }

  it('output and checkpoint number become visible together, checkpoint after checkpoint', async () => {
    await bench.createTopic('eo-plain', 2)
    expect(await recovered('eo-plain', 1)).toBeNull()
    const run = await start('eo-plain')
    for (let n = 1; n <= 6; n++) {
      await run.write([[n * 10], [n * 10 + 1]])
      await run.commit(n)
    }
    await run.kill()
    expect((await values('eo-plain', 2)).sort()).toEqual([10, 11, 20, 21, 30, 31, 40, 41, 50, 51, 60, 61])
    expect(await recovered('eo-plain')).toEqual({ number: 6, epoch: 1, manifest: 'm-6' })
  })

  it('rows of the next checkpoint are written while the last one commits', async () => {
    await bench.createTopic('eo-two')
    const run = await start('eo-two')
    await run.write([[1]])
    const next = await run.truth.begin(2)
    if (next) run.writer.begin?.(next)
    await Promise.all([run.write([[2]]), run.truth.commit({ number: 1, epoch: 1, manifest: 'm' }, { wrote: true })])
    expect(await recovered('eo-two')).toMatchObject({ number: 1 })
    await run.kill()
    expect(await values('eo-two')).toEqual([1])
  })

  it('a checkpoint that advanced without output moves the pointer alone', async () => {
    await bench.createTopic('eo-pointer')
    const run = await start('eo-pointer')
    await run.commit(1)
    await run.kill()
    expect(await recovered('eo-pointer')).toMatchObject({ number: 1, manifest: 'm-1' })
    expect(await values('eo-pointer')).toEqual([])
  })

  describe('killed between two steps of a commit', () => {
    it('after writing, before the commit: nothing is visible, the number stays', async () => {
      await bench.createTopic('eo-kill-1')
      const run = await start('eo-kill-1')
      await run.write([[1]])
      await run.commit(1)
      await run.write([[2]])
      await run.kill()
      expect(await recovered('eo-kill-1')).toMatchObject({ number: 1 })
      const second = await start('eo-kill-1', { epoch: 100 }, 2)
      await second.write([[22]])
      await second.commit(2)
      await second.kill()
      expect(await values('eo-kill-1')).toEqual([1, 22])
    })

    it('after the offset commit, before the end of the transaction: the old number is found', async () => {
      await bench.createTopic('eo-kill-2')
      const run = await start('eo-kill-2')
      await run.write([[1]])
      await run.commit(1)
      await run.write([[2]])
      // A coordinator that dies after TxnOffsetCommit: the connection breaks as its answer arrives.
      const context = bench.context({ statementVersion: 'sv-eo-kill-2' })
      const { KafkaClient } = await import('./wire/client.ts')
      const { connectionOptions } = await import('./connection-options.ts')
      const { txnOffsetCommitCall } = await import('./wire/api/txn-offset-commit.ts')
      const client = new KafkaClient({ ...connectionOptions(tableOf('x').options), dial: context.dial })
      const handle = (await run.truth.begin(2))?.data as { transactionalId: string; producerId: number; producerEpoch: number }
      const offsets = [{ topic: 'eo-kill-2', partition: 0, offset: 2, metadata: '{"manifest":"m-2","epoch":1}' }]
      const group = 'test-sv-eo-kill-2'
      const answer = await client.requestCoordinator(
        { kind: 'group', key: group },
        txnOffsetCommitCall({ ...handle, group, offsets }),
        (a) => a[0]?.error ?? 0,
      )
      expect(answer[0]?.error).toBe(0)
      client.close()
      await run.kill()
      expect(await recovered('eo-kill-2')).toMatchObject({ number: 1 })
      expect(await values('eo-kill-2')).toEqual([1])
    })

    it('after the end of the transaction: the new number is found', async () => {
      await bench.createTopic('eo-kill-3')
      const run = await start('eo-kill-3')
      await run.write([[1]])
      await run.commit(1)
      await run.kill()
      expect(await recovered('eo-kill-3')).toMatchObject({ number: 1 })
      expect(await values('eo-kill-3')).toEqual([1])
    })
  })

  it('a coordinator that dies at any request of a commit, sent or answered, leaves number and output in agreement', async () => {
    await bench.createTopic('eo-any')
    const seen = new Set<string>()
    const expected: number[] = []
    let number = 0
    let epoch = 0
    let finished = false
    for (let step = 1; !finished; step++) {
      for (const fate of ['lost', 'answer lost'] as const) {
        const { dial } = bench.context()
        let writes = Number.POSITIVE_INFINITY
        let dead = false
        const context: Partial<ConnectorContext> = {
          epoch: ++epoch,
          dial: async (target) => {
            if (dead) throw new Error('the process is dead')
            const socket = await dial(target)
            const write = socket.write.bind(socket) as (chunk: Uint8Array) => boolean
            socket.write = ((chunk: Uint8Array) => {
              if (--writes > 0) return write(chunk)
              dead = true
              if (fate === 'answer lost') socket.end(chunk)
              else socket.destroy()
              return false
            }) as typeof socket.write
            return socket
          },
        }
        const next = number + 1
        const run = await start('eo-any', context, next)
        await run.write([[next]])
        writes = step
        const outcome = run.truth.commit({ number: next, epoch, manifest: `m-${next}` }, { wrote: true })
        const closing = expect
          .poll(() => dead, { timeout: 2_000 })
          .toBe(true)
          .then(
            () => run.kill(),
            () => {},
          )
        finished = await outcome.then(
          () => true,
          () => false,
        )
        await closing
        await run.kill()
        const pointer = await recovered('eo-any', epoch)
        const committed = pointer?.number === next
        if (committed) expected.push(next)
        expect(committed || (pointer?.number ?? 0) === number).toBe(true)
        number = pointer?.number ?? 0
        seen.add(committed ? 'committed' : 'not committed')
        expect(await values('eo-any')).toEqual(expected)
      }
    }
    expect(seen).toEqual(new Set(['committed', 'not committed']))
  })

  it('a zombie is fenced: its rows stay invisible, its commit is refused', async () => {
    await bench.createTopic('eo-zombie')
    const zombie = await start('eo-zombie')
    await zombie.write([[1]])
    await zombie.commit(1)
    await zombie.write([[666]])
    const successor = await start('eo-zombie', { epoch: 2 }, 2)
    await expect(zombie.write([[667]])).rejects.toMatchObject({ name: 'FencedError' })
    await expect(zombie.truth.commit({ number: 2, epoch: 1, manifest: 'z' }, { wrote: true })).rejects.toMatchObject({
      name: 'FencedError',
    })
    await successor.write([[2]])
    await successor.commit(2)
    await zombie.kill()
    await successor.kill()
    expect(await values('eo-zombie')).toEqual([1, 2])
  })

  it('an older epoch that initialises late finds that it is fenced', async () => {
    await bench.createTopic('eo-late')
    const run = await start('eo-late', { epoch: 5 })
    await run.write([[1]])
    await run.commit(1)
    await run.kill()
    await expect(recovered('eo-late', 4)).rejects.toMatchObject({ name: 'FencedError' })
  })

  it('aborted rows never become visible, and our own reader skips them too', async () => {
    await bench.createTopic('eo-abort')
    const run = await start('eo-abort')
    await run.write([[1]])
    await run.truth.abort()
    await run.writer.close()
    await run.truth.close()
    const second = await start('eo-abort')
    await second.write([[2]])
    await second.commit(1)
    await second.kill()
    const bounded = bench.table('kafka', {
      columns: { id: 'BIGINT' },
      options: {
        topic: 'eo-abort',
        format: 'json',
        'scan.startup.mode': 'earliest-offset',
        'scan.bounded.mode': 'latest-offset',
      },
    })
    const reader = await openSource(bench, bounded)
    expect(await readRows(reader, bounded)).toEqual(['+I[2]'])
    await reader.close()
    const everything = { ...bounded, options: { ...bounded.options, 'properties.isolation.level': 'read_uncommitted' } }
    const uncommitted = await openSource(bench, everything)
    expect(await readRows(uncommitted, everything)).toEqual(['+I[1]', '+I[2]'])
    await uncommitted.close()
    expect(await values('eo-abort')).toEqual([2])
  })

  it('after an abort both transactions take rows again, also those that had none', async () => {
    await bench.createTopic('eo-again')
    const run = await start('eo-again')
    for (let n = 1; n <= 3; n++) {
      if (n % 2 === 1) await run.write([[666]])
      await run.truth.abort()
      const handle = await run.truth.begin(n)
      if (handle) run.writer.begin?.(handle)
      await run.write([[n]])
      await run.commit(n)
    }
    await run.kill()
    expect(await values('eo-again')).toEqual([1, 2, 3])
  })

  it('a pointer without output is deferred for a while, unless it is the last, and durable tells', async () => {
    await bench.createTopic('eo-defer')
    const run = await start('eo-defer')
    const pointer = (number: number) => ({ number, epoch: 1, manifest: `m-${number}` })
    await run.commit(1)
    expect(run.truth.durable?.()).toEqual(pointer(1))
    await run.commit(2)
    expect(run.truth.durable?.()).toEqual(pointer(1))
    await run.write([[3]])
    await run.commit(3)
    expect(run.truth.durable?.()).toEqual(pointer(3))
    await run.commit(4)
    await run.truth.commit(pointer(5), { wrote: false, final: true })
    expect(run.truth.durable?.()).toEqual(pointer(5))
    await run.kill()
    expect(await recovered('eo-defer')).toEqual(pointer(5))
    expect(await values('eo-defer')).toEqual([3])
  })

  it('a transaction that a producer left open is named as the reason why nothing comes', async () => {
    await bench.createTopic('eo-open')
    let nowMs = Date.now()
    const run = await start('eo-open')
    await run.write([[1]])
    const table = bench.table('kafka', {
      columns: { id: 'BIGINT' },
      options: { topic: 'eo-open', format: 'json', 'scan.startup.mode': 'earliest-offset' },
    })
    const reader = await openSource(bench, table, bench.context({ now: () => nowMs }))
    await expect
      .poll(
        () => {
          reader.poll()
          nowMs += 30_000
          return reader.metrics().trouble?.code
        },
        { timeout: 10_000 },
      )
      .toBe('UPSTREAM_TRANSACTION_OPEN')
    await run.commit(1)
    expect(await readRows(reader, table, 1)).toEqual(['+I[1]'])
    expect(reader.metrics().trouble).toBeNull()
    await reader.close()
    await run.kill()
  })

  it('several writers of one transaction own disjoint partitions', async () => {
    await bench.createTopic('eo-many', 4)
    const table = tableOf('eo-many')
    const context = bench.context({ statementVersion: 'sv-eo-many' })
    const sink = createKafkaSink('kafka')
    expect(await sink.writers?.(table, context)).toBe(4)
    const truth = sink.createTruth?.([table], context)
    await truth?.recover()
    const writers = [0, 1, 2].map((writer) => sink.createWriter(table, { ...context, writer, writers: 3 }))
    const expected: number[] = []
    for (let n = 1; n <= 3; n++) {
      const handle = await truth?.begin(n)
      for (const [w, writer] of writers.entries()) {
        await writer.ready()
        if (handle) writer.begin?.(handle)
        for (let i = 0; i < 5; i++) {
          const id = n * 1000 + w * 100 + i
          writer.write(batchOf(table, [[id]]))
          expected.push(id)
        }
      }
      await Promise.all(writers.map((writer) => writer.flush()))
      await truth?.commit({ number: n, epoch: 1, manifest: `m-${n}` }, { wrote: true })
    }
    for (const writer of writers) await writer.close()
    await truth?.close()
    expect((await values('eo-many', 4)).sort()).toEqual(expected.sort())
  })

  it('rows of a key go to the partition of the Java client when the router places them', async () => {
    await bench.createTopic('eo-keys', 4)
    const table = bench.table('upsert-kafka', {
      columns: { id: 'BIGINT', total: 'BIGINT' },
      primaryKey: ['id'],
      options: { topic: 'eo-keys', 'key.format': 'json', 'value.format': 'json', 'sink.delivery-guarantee': 'at-least-once' },
    })
    const sink = createKafkaSink('upsert-kafka')
    const context = bench.context()
    const router = sink.createRouter?.(table, context, { limit: 4, writers: 2 })
    const writers = [0, 1].map((writer) => sink.createWriter(table, { ...context, writer, writers: 2 }))
    const batch = batchOf(
      table,
      Array.from({ length: 40 }, (_, i) => [i, 1]),
    )
    for (const [w, writer] of writers.entries()) {
      await writer.ready()
      const rows = Array.from({ length: 40 }, (_, i) => [i, w] as const).filter((_, i) => router?.(batch, i) === w)
      writer.write(batchOf(table, rows))
      await writer.flush()
      await writer.close()
    }
    await bench.send(
      'eo-keys',
      Array.from({ length: 40 }, (_, i) => ({ key: JSON.stringify({ id: i }), value: 'x' })),
    )
    const raw = bench.table('kafka', {
      columns: { raw: 'STRING', key: 'STRING' },
      metadata: { partition: 'INT' },
      options: {
        topic: 'eo-keys',
        'key.format': 'raw',
        'key.fields': 'key',
        'value.format': 'raw',
        'value.fields-include': 'EXCEPT_KEY',
        'scan.startup.mode': 'earliest-offset',
        'scan.bounded.mode': 'latest-offset',
      },
    })
    const reader = await openSource(bench, raw)
    const places = new Map<string, Set<string>>()
    for (const row of await readRows(reader, raw)) {
      const [, key = '', partition = ''] = /(\{"id":\d+\}), (\d)\]$/.exec(row) ?? []
      places.set(key, (places.get(key) ?? new Set()).add(partition))
    }
    await reader.close()
    expect(places.size).toBe(40)
    expect([...places.values()].every((set) => set.size === 1)).toBe(true)
  })

  it('an unreachable broker is trouble, not failure, and both sides go on by themselves', async () => {
    await bench.createTopic('eo-outage')
    const table = bench.table('kafka', {
      columns: { id: 'BIGINT' },
      options: {
        topic: 'eo-outage',
        format: 'json',
        'scan.startup.mode': 'earliest-offset',
        'sink.delivery-guarantee': 'at-least-once',
      },
    })
    let up = true
    const sockets = new Set<{ destroy(): unknown }>()
    const { dial } = bench.context()
    const context = bench.context({
      dial: async (target) => {
        if (!up) throw new Error('connection refused')
        const socket = await dial(target)
        sockets.add(socket)
        return socket
      },
    })
    const writer = openWriter(bench, table, context)
    const reader = await openSource(bench, table, context)
    await writer.ready()
    writer.write(batchOf(table, [[1]]))
    expect(await readRows(reader, table, 1)).toEqual(['+I[1]'])
    up = false
    for (const socket of sockets) socket.destroy()
    writer.write(batchOf(table, [[2]]))
    await expect.poll(() => reader.metrics().trouble?.code, { timeout: 10_000 }).toBe('BROKER_UNREACHABLE')
    await expect.poll(() => writer.trouble()?.code, { timeout: 10_000 }).toBe('BROKER_UNREACHABLE')
    up = true
    await writer.flush()
    expect(await readRows(reader, table, 1)).toEqual(['+I[2]'])
    expect(reader.metrics().trouble).toBeNull()
    expect(writer.trouble()).toBeNull()
    await writer.close()
    await reader.close()
  })
})
