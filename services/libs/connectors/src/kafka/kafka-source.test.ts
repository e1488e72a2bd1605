import { createDialler } from '@millrace/kit/dialler'
import { startTlsProxy, tlsMissing } from '@millrace/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openClient } from './client-of-table.ts'
import { createKafkaSink } from './sink/sink.ts'
import { createKafkaSource } from './source/source.ts'
import {
  type Bench,
  batchOf,
  kafkaMissing,
  openSource,
  openWriter,
  readRows,
  startBench,
  writeRows,
} from './testing/broker-bench.ts'

const title = kafkaMissing ? `Kafka source (skipped: ${kafkaMissing})` : 'Kafka source'
const BOUNDED = { 'scan.startup.mode': 'earliest-offset', 'scan.bounded.mode': 'latest-offset' }

describe.skipIf(kafkaMissing)(title, { timeout: 60_000 }, () => {
  let bench: Bench
  beforeAll(async () => {
    bench = await startBench()
  }, 120_000)
  afterAll(() => bench?.stop())

  const plain = (topic: string, options: Record<string, string> = {}) =>
    bench.table('kafka', {
      columns: { id: 'BIGINT', name: 'STRING' },
      options: { topic, format: 'json', ...BOUNDED, 'sink.delivery-guarantee': 'at-least-once', ...options },
    })

  const fill = (topic: string, values: readonly (string | null)[]) =>
    bench.send(
      topic,
      values.map((value) => ({ partition: 0, value })),
    )

  it('reads back what the sink wrote, over several partitions, and ends at the bound', async () => {
    await bench.createTopic('round', 3)
    const table = plain('round')
    const writer = openWriter(bench, table)
    const rows = Array.from({ length: 5000 }, (_, i) => [i, `name ${i} ü`] as const)
    for (let at = 0; at < rows.length; at += 500) await writeRows(writer, batchOf(table, rows.slice(at, at + 500)))
    expect(writer.written()).toBe(5000)
    await writer.close()
    const reader = await openSource(bench, table)
    const read = await readRows(reader, table)
    expect(read.sort()).toEqual(rows.map(([id, name]) => `+I[${id}, ${name}]`).sort())
    expect(reader.metrics()).toMatchObject({ lagRecords: 0, oldestUnreadMs: null, trouble: null })
    await reader.close()
  })

  it('rows that are written before the partitions are known find their place', async () => {
    await bench.createTopic('early', 2)
    const table = plain('early')
    const writer = openWriter(bench, table)
    expect(writer.ready()).toBeInstanceOf(Promise)
    writer.write(
      batchOf(table, [
        [1, 'a'],
        [2, 'b'],
      ]),
    )
    writer.write(batchOf(table, [[3, 'c']]))
    await writer.flush()
    await writer.close()
    const reader = await openSource(bench, table)
    expect((await readRows(reader, table)).sort()).toEqual(['+I[1, a]', '+I[2, b]', '+I[3, c]'])
    await reader.close()
  })

  it('finds topics by pattern and partitions that appear later, which begin at their start', async () => {
    await bench.createTopic('logs.a')
    await bench.createTopic('logs.b')
    await fill('logs.a', ['{"id":1}'])
    const options = { 'topic-pattern': 'logs[.].*', format: 'json', 'scan.startup.mode': 'latest-offset' }
    const table = bench.table('kafka', { columns: { id: 'BIGINT' }, options })
    const enumerator = createKafkaSource('kafka').createEnumerator(table, bench.context())
    const offsets = async () =>
      Object.fromEntries((await enumerator.discover()).map((s) => [s.id, (s.position as { offset: string }).offset]))
    expect(await offsets()).toEqual({ 'logs.a-0': '1', 'logs.b-0': '0' })
    await bench.createTopic('logs.c')
    await fill('logs.c', ['{"id":2}'])
    expect(await offsets()).toEqual({ 'logs.a-0': '1', 'logs.b-0': '0', 'logs.c-0': '0' })
    await enumerator.close()
  })

  it('goes on from a snapshot in the middle of a batch', async () => {
    await bench.createTopic('resume')
    const table = plain('resume')
    await fill(
      'resume',
      Array.from({ length: 100 }, (_, i) => JSON.stringify({ id: i, name: 'x' })),
    )
    const source = createKafkaSource('kafka')
    const [split] = await source.createEnumerator(table, bench.context()).discover()
    const position = { ...(split?.position as object), offset: '37' }
    const reader = source.createReader(table, [0, 1], bench.context())
    reader.addSplits([{ id: split?.id ?? '', position }])
    const read = await readRows(reader, table)
    expect(read).toHaveLength(63)
    expect(read[0]).toBe('+I[37, x]')
    expect(reader.snapshot()[0]?.position).toMatchObject({ offset: '100' })
    await reader.close()
  })

  it('gives metadata, and starts at a time or at given offsets', async () => {
    await bench.createTopic('meta')
    await fill('meta', ['{"id":1}', '{"id":2}', '{"id":3}'])
    const columns = { id: 'BIGINT' } as const
    const metadata = {
      topic: 'STRING',
      partition: 'INT',
      offset: 'BIGINT',
      'timestamp-type': 'STRING',
      'leader-epoch': 'INT',
      headers: 'HEADERS',
    } as const
    const at = (options: Record<string, string>) =>
      bench.table('kafka', { columns, metadata, options: { topic: 'meta', format: 'json', ...BOUNDED, ...options } })
    const table = at({ 'scan.startup.mode': 'specific-offsets', 'scan.startup.specific-offsets': 'partition:0,offset:1' })
    const reader = await openSource(bench, table)
    expect(await readRows(reader, table)).toEqual([
      '+I[2, meta, 0, 1, CreateTime, 0, {}]',
      '+I[3, meta, 0, 2, CreateTime, 0, {}]',
    ])
    await reader.close()
    const late = at({ 'scan.startup.mode': 'timestamp', 'scan.startup.timestamp-millis': String(Date.now() + 60_000) })
    const none = await openSource(bench, late)
    expect(await readRows(none, late)).toEqual([])
    await none.close()
  })

  it('reads gzip written by another client', async () => {
    await bench.createTopic('zipped')
    const rows = [1, 2, 3].map((id) => ({ value: JSON.stringify({ id, name: 'z' }) }))
    await bench.send('zipped', rows, 'gzip')
    const table = plain('zipped')
    const reader = await openSource(bench, table)
    expect(await readRows(reader, table)).toEqual(['+I[1, z]', '+I[2, z]', '+I[3, z]'])
    await reader.close()
  })

  describe('a record that cannot be read', () => {
    const bad = ['{"id":1,"name":"a"}', '{"id":oops', '{"id":3,"name":"c"}']

    it('ends the statement under fail, naming partition, offset and reason', async () => {
      await bench.createTopic('bad-fail')
      await fill('bad-fail', bad)
      const table = plain('bad-fail')
      const reader = await openSource(bench, table)
      await expect(readRows(reader, table)).rejects.toMatchObject({
        code: 'RECORD_MALFORMED',
        message: expect.stringContaining('Partition 0, offset 1 of t'),
      })
      await reader.close()
    })

    it('is skipped and counted under ignore', async () => {
      const table = plain('bad-fail', { 'error-handling.mode': 'ignore' })
      const context = bench.context()
      const reader = await openSource(bench, table, context)
      expect(await readRows(reader, table)).toEqual(['+I[1, a]', '+I[3, c]'])
      expect(context.counted).toEqual({ errors_ignored: 1 })
      await reader.close()
    })

    it('goes to the dead-letter table under log, before the position passes it', async () => {
      await bench.createTopic('dead')
      const table = plain('bad-fail', { 'error-handling.mode': 'log', 'error-handling.log.topic': 'dead' })
      const reader = await openSource(bench, table)
      expect(await readRows(reader, table)).toEqual(['+I[1, a]', '+I[3, c]'])
      await reader.close()
      const [[, letter] = []] = await bench.committed('dead')
      expect(JSON.parse(letter ?? '')).toMatchObject({
        table: 'default_catalog.default.t',
        topic: 'bad-fail',
        partition: 0,
        offset: 1,
        key: null,
        value: Buffer.from('{"id":oops').toString('base64'),
        reason: expect.any(String),
      })
    })
  })

  it('a principal without rights is told so, for reading, writing and committing', async () => {
    await bench.createTopic('private')
    await bench.createUser('nobody', 'secret')
    const user = { 'properties.sasl.username': 'nobody', 'properties.sasl.password': 'secret' }
    const table = plain('private', user)
    const denied = { code: 'TOPIC_AUTHORIZATION' }
    await expect(createKafkaSource('kafka').createEnumerator(table, bench.context()).discover()).rejects.toMatchObject(denied)
    const [split] = await createKafkaSource('kafka').createEnumerator(plain('private'), bench.context()).discover()
    const reader = createKafkaSource('kafka').createReader(table, [0, 1], bench.context())
    if (split) reader.addSplits([{ ...split, position: { ...(split.position as object), stopAt: null } }])
    await expect(readRows(reader, table)).rejects.toMatchObject(denied)
    await reader.close()
    const writer = openWriter(bench, table)
    await expect(writeRows(writer, batchOf(table, [[1, 'x']]))).rejects.toMatchObject(denied)
    await writer.close()
    const exactly = plain('private', { ...user, 'sink.delivery-guarantee': 'exactly-once' })
    const truth = createKafkaSink('kafka').createTruth?.([exactly], bench.context())
    await expect(truth?.recover()).rejects.toMatchObject(denied)
    await truth?.close()
  })

  it('says what is wrong: unknown topic, wrong password, missing group offset', async () => {
    const discover = (options: Record<string, string>) =>
      createKafkaSource('kafka').createEnumerator(plain('nowhere', options), bench.context()).discover()
    await expect(discover({})).rejects.toMatchObject({ code: 'TOPIC_UNKNOWN' })
    await expect(discover({ 'properties.sasl.password': 'wrong' })).rejects.toMatchObject({ code: 'KAFKA_AUTHENTICATION' })
    await bench.createTopic('grouped')
    const group = { topic: 'grouped', 'scan.startup.mode': 'group-offsets', 'properties.group.id': 'fresh' }
    await expect(discover(group)).rejects.toMatchObject({ code: 'OFFSET_MISSING' })
    await expect(discover({ ...group, 'properties.auto.offset.reset': 'earliest' })).resolves.toHaveLength(1)
  })

  it('commits positions to the group of the table, for outside tools, and starts from them', async () => {
    await bench.createTopic('tracked')
    await fill('tracked', ['{"id":1}', '{"id":2}', '{"id":3}'])
    const table = plain('tracked', { 'properties.group.id': 'tools' })
    const reader = await openSource(bench, table)
    await readRows(reader, table)
    const [split] = reader.snapshot()
    reader.committed?.([{ id: split?.id ?? '', position: { ...(split?.position as object), offset: '2' } }])
    const started = plain('tracked', { 'properties.group.id': 'tools', 'scan.startup.mode': 'group-offsets' })
    await expect
      .poll(
        async () => {
          const found = await createKafkaSource('kafka')
            .createEnumerator(started, bench.context())
            .discover()
            .catch(() => [])
          return (found[0]?.position as { offset?: string } | undefined)?.offset
        },
        { timeout: 10_000 },
      )
      .toBe('2')
    await reader.close()
  })

  it.skipIf(tlsMissing)('reads and writes over TLS, and refuses a broker whose certificate it does not trust', async () => {
    await bench.createTopic('sealed')
    const proxy = await startTlsProxy(Number(bench.kafka.bootstrap.split(':')[1]))
    const dial = createDialler({ allowedAddresses: [`127.0.0.1:${proxy.port}`] })
    const context = bench.context({ dial: (target) => dial({ ...target, port: proxy.port }) })
    const sealed = plain('sealed', {
      'properties.security.protocol': 'SASL_SSL',
      'properties.ssl.truststore.type': 'PEM',
      'properties.ssl.truststore.certificates': proxy.ca,
    })
    const writer = openWriter(bench, sealed, context)
    const rows = Array.from({ length: 3000 }, (_, i) => [i, 'x'.repeat(50)] as const)
    await writeRows(writer, batchOf(sealed, rows))
    await writer.close()
    const reader = await openSource(bench, sealed, context)
    expect(await readRows(reader, sealed)).toHaveLength(3000)
    await reader.close()
    const { 'properties.ssl.truststore.certificates': _, ...untrusting } = sealed.options
    const client = openClient({ ...sealed, options: untrusting }, context)
    await expect(client.metadata([])).rejects.toThrow(/self-signed/)
    client.close()
    await proxy.stop()
  })

  it('upsert-kafka: keys and values, and a record without a value deletes', async () => {
    await bench.createTopic('upserts', 2)
    const table = bench.table('upsert-kafka', {
      columns: { id: 'BIGINT', name: 'STRING' },
      primaryKey: ['id'],
      options: {
        topic: 'upserts',
        'key.format': 'json',
        'value.format': 'json',
        'scan.bounded.mode': 'latest-offset',
        'sink.delivery-guarantee': 'at-least-once',
      },
    })
    const writer = openWriter(bench, table)
    const rows = [
      [1, 'a'],
      [2, 'b'],
      [1, 'a2'],
      [2, 'b'],
    ] as const
    await writeRows(writer, batchOf(table, rows, ['+I', '+I', '+U', '-D']))
    await writer.close()
    const reader = await openSource(bench, table)
    expect((await readRows(reader, table)).sort()).toEqual(['+I[1, a2]', '+I[1, a]', '+I[2, b]', '-D[2, null]'])
    await reader.close()
    expect((await bench.committed('upserts', 2)).map((pair) => pair.join(' = ')).sort()).toEqual([
      '{"id":1} = {"id":1,"name":"a"}',
      '{"id":1} = {"id":1,"name":"a2"}',
      '{"id":2} = ',
      '{"id":2} = {"id":2,"name":"b"}',
    ])
  })

  it('key fields come from the key, with their prefix', async () => {
    await bench.createTopic('keyed')
    const table = bench.table('kafka', {
      columns: { k_id: 'BIGINT', name: 'STRING' },
      options: {
        topic: 'keyed',
        'key.format': 'json',
        'key.fields': 'k_id',
        'key.fields-prefix': 'k_',
        'value.format': 'json',
        'value.fields-include': 'EXCEPT_KEY',
        ...BOUNDED,
        'sink.delivery-guarantee': 'at-least-once',
      },
    })
    const writer = openWriter(bench, table)
    await writeRows(writer, batchOf(table, [[7, 'seven']]))
    await writer.close()
    const reader = await openSource(bench, table)
    expect(await readRows(reader, table)).toEqual(['+I[7, seven]'])
    await reader.close()
    expect(await bench.committed('keyed')).toEqual([['{"id":7}', '{"name":"seven"}']])
  })

  it('a topic that was deleted and created again ends the statement', async () => {
    await bench.createTopic('reborn')
    await fill('reborn', ['{"id":1,"name":"old"}'])
    const table = bench.table('kafka', {
      columns: { id: 'BIGINT' },
      options: { topic: 'reborn', format: 'json', 'scan.startup.mode': 'earliest-offset' },
    })
    const reader = await openSource(bench, table)
    await readRows(reader, table, 1)
    await bench.deleteTopic('reborn')
    await bench.createTopic('reborn')
    await fill('reborn', ['{"id":2,"name":"new"}'])
    await expect(readRows(reader, table, 1)).rejects.toMatchObject({ code: 'TOPIC_RECREATED' })
    await reader.close()
  })
})
