/** A real broker with topics, tables and contexts for tests, and a client that shares no code with ours to check against. */
import { pbkdf2Sync } from 'node:crypto'
import type { ConnectorContext, ResolvedColumn, ResolvedTable, SinkWriter, SourceReader } from '@millrace/engine/connector'
import { ColumnBuilder, rowText } from '@millrace/engine/formats'
import { systemClock } from '@millrace/kit'
import { createDialler } from '@millrace/kit/dialler'
import { kafkaMissing, startTestKafka } from '@millrace/testkit'
import kafkajs from 'kafkajs'
import { testContext } from '../../testing/connector-context.ts'
import { connectionOptions } from '../connection-options.ts'
import { createKafkaSink } from '../sink/sink.ts'
import { createKafkaSource } from '../source/source.ts'
import { KafkaClient } from '../wire/client.ts'

export { kafkaMissing }

const STRING = { kind: 'VARCHAR', length: 2147483647, nullable: true } as const
const BIGINT = { kind: 'BIGINT', nullable: true } as const
const INT = { kind: 'INTEGER', nullable: true } as const
const TIMESTAMP_LTZ = { kind: 'TIMESTAMP_LTZ', precision: 3, nullable: true } as const
const HEADERS = {
  kind: 'MAP',
  key: STRING,
  value: { kind: 'VARBINARY', length: 2147483647, nullable: true },
  nullable: true,
} as const
const TYPES = { STRING, BIGINT, INT, TIMESTAMP_LTZ, HEADERS } as const

export type TypeName = keyof typeof TYPES
export type Cell = string | number | bigint | null

// kafkajs, because @platformatic/kafka 2.12 shows the rows of a producer's second aborted transaction.
type OtherClient = kafkajs.Kafka

/** kafkajs takes a topic that is still being made, of anybody, for a failure of whatever it was asked. */
async function repeat<T>(action: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await action()
    } catch (error) {
      if (attempt === 10 || (error as { type?: string }).type !== 'UNKNOWN_TOPIC_OR_PARTITION') throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

export interface OtherMessage {
  readonly partition?: number
  readonly key?: string
  readonly value: string | null
}

async function send(
  other: OtherClient,
  batch: { readonly topic: string; readonly messages: readonly OtherMessage[]; readonly compression?: 'gzip' | undefined },
): Promise<void> {
  const producer = other.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner })
  await producer.connect()
  const compression = batch.compression ? kafkajs.CompressionTypes.GZIP : kafkajs.CompressionTypes.None
  await repeat(() => producer.send({ topic: batch.topic, messages: [...batch.messages], compression }))
  await producer.disconnect()
}

const END_MARK = '__end '

export interface TableSpec {
  readonly columns: Readonly<Record<string, TypeName>>
  readonly metadata?: Readonly<Record<string, TypeName>>
  readonly primaryKey?: readonly string[]
  readonly options: Readonly<Record<string, string>>
}

const columnsOf = (types: Readonly<Record<string, TypeName>>) =>
  Object.entries(types).map(([name, type]) => ({ name, type: TYPES[type] }))

export async function startBench() {
  const kafka = await startTestKafka()
  const other = new kafkajs.Kafka({
    brokers: [kafka.bootstrap],
    logLevel: kafkajs.logLevel.NOTHING,
    sasl: { mechanism: 'scram-sha-256', ...kafka.admin },
  })
  const admin = other.admin()
  await admin.connect()
  const connection = (user: { username: string; password: string } = kafka.admin): Record<string, string> => ({
    'properties.bootstrap.servers': kafka.bootstrap,
    'properties.security.protocol': 'SASL_PLAINTEXT',
    'properties.sasl.mechanism': 'SCRAM-SHA-256',
    'properties.sasl.username': user.username,
    'properties.sasl.password': user.password,
  })
  const table = (connector: 'kafka' | 'upsert-kafka', spec: TableSpec): ResolvedTable => {
    const physical = columnsOf(spec.columns).map((column): ResolvedColumn => ({ ...column, kind: 'physical' }))
    const metadata = columnsOf(spec.metadata ?? {}).map(
      (column): ResolvedColumn => ({ ...column, kind: 'metadata', key: column.name }),
    )
    return {
      path: ['default_catalog', 'default', 't'],
      connector,
      options: { ...connection(), ...spec.options },
      columns: [...physical, ...metadata],
      primaryKey: spec.primaryKey ?? [],
      partitionKeys: [],
    }
  }
  const dial = createDialler({ allowedAddresses: [kafka.bootstrap] })
  let checks = 0
  return {
    kafka,
    admin,
    table,
    context: (overrides: Partial<ConnectorContext> = {}) => testContext({ dial, now: systemClock.now, ...overrides }),
    committed: (topic: string, partitions = 1) => readCommitted(other, { topic, partitions, check: ++checks }),
    send: (topic: string, messages: readonly OtherMessage[], compression?: 'gzip') =>
      send(other, { topic, messages, compression }),
    /** A principal without any right. */
    createUser: (username: string, password: string) => createScramUser({ connection: connection(), dial, username, password }),
    createTopic: (topic: string, numPartitions = 1) =>
      admin.createTopics({ topics: [{ topic, numPartitions }], waitForLeaders: true }),
    deleteTopic: (topic: string): Promise<void> =>
      repeat(async () => {
        if ((await admin.listTopics()).includes(topic)) await admin.deleteTopics({ topics: [topic] })
      }),
    stop: async () => {
      await admin.disconnect()
      await kafka.remove()
    },
  }
}

/** AlterUserScramCredentials v0, as kafka-admin does it for the product. */
async function createScramUser(user: {
  readonly connection: Readonly<Record<string, string>>
  readonly dial: ConnectorContext['dial']
  readonly username: string
  readonly password: string
}): Promise<void> {
  const client = new KafkaClient({ ...connectionOptions(user.connection), dial: user.dial })
  const salt = Buffer.from('0123456789abcdef')
  await client.requestAny({
    api: 51,
    version: 0,
    flexible: true,
    encode: (w) => {
      w.compactArray([], () => {}).compactArray([user.username], (name) => {
        w.compactString(name).i8(1).i32(4096).compactBytes(salt)
        w.compactBytes(pbkdf2Sync(user.password, salt, 4096, 32, 'sha256')).noTags()
      })
      w.noTags()
    },
    decode: () => undefined,
  })
  client.close()
}

/**
 * What the other client reads with read_committed from the start of a topic: [key, value] in log order. It marks the end of each
 * partition with a record of its own and reads up to there, so nothing may be open in a transaction.
 */
async function readCommitted(
  other: OtherClient,
  { topic, partitions, check }: { readonly topic: string; readonly partitions: number; readonly check: number },
): Promise<(readonly [string | null, string | null])[]> {
  const end = `${END_MARK}${check}`
  await send(other, { topic, messages: Array.from({ length: partitions }, (_, partition) => ({ partition, value: end })) })
  const rows: (readonly [string | null, string | null])[] = []
  const text = (bytes: Buffer | null) => (bytes ? bytes.toString('utf8') : null)
  const consumer = other.consumer({ groupId: `check-${topic}-${check}`, maxWaitTimeInMs: 100, readUncommitted: false })
  const ended = Promise.withResolvers<void>()
  let open = partitions
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({
    eachMessage: async ({ message }) => {
      const found = text(message.value)
      if (found === end && --open === 0) ended.resolve()
      if (!found?.startsWith(END_MARK)) rows.push([text(message.key), found])
    },
  })
  await ended.promise
  await consumer.disconnect()
  return rows
}

export type Bench = Awaited<ReturnType<typeof startBench>>

/** A batch of rows; kinds as '+I', '+U', '-U', '-D'. */
export function batchOf(table: ResolvedTable, rows: readonly (readonly Cell[])[], kinds?: readonly string[]) {
  const columns = table.columns.map((column, c) => {
    const builder = new ColumnBuilder(column.type)
    builder.begin(new Uint8Array(0), rows.length)
    rows.forEach((row, r) => {
      const cell = row[c] ?? null
      if (cell === null) builder.setNull(r)
      else if (builder.repr === 'bytes') builder.setBytes(r, Buffer.from(String(cell)))
      else if (builder.repr === 'i64') builder.setInt64(r, BigInt(cell))
      else if (builder.repr === 'i32') builder.i32[r] = Number(cell)
      else builder.f64[r] = Number(cell)
    })
    return builder.finish()
  })
  const codes = ['+I', '-U', '+U', '-D']
  const kindBytes = kinds ? Uint8Array.from(kinds.map((kind) => codes.indexOf(kind))) : null
  return { length: rows.length, columns, kinds: kindBytes, marks: [], lease: null }
}

/** Writes rows and waits for their acknowledgement. */
export async function writeRows(writer: SinkWriter, batch: ReturnType<typeof batchOf>): Promise<void> {
  await writer.ready()
  writer.write(batch)
  await writer.flush()
}

export function openWriter(bench: Bench, table: ResolvedTable, context = bench.context()) {
  return createKafkaSink(table.connector as 'kafka').createWriter(table, { ...context, writer: 0, writers: 1 })
}

export async function openSource(bench: Bench, table: ResolvedTable, context = bench.context()): Promise<SourceReader> {
  const source = createKafkaSource(table.connector as 'kafka')
  const enumerator = source.createEnumerator(table, context)
  const splits = await enumerator.discover()
  await enumerator.close()
  const reader = source.createReader(
    table,
    table.columns.map((_, i) => i),
    context,
  )
  reader.addSplits(splits)
  return reader
}

const KINDS = ['+I', '-U', '+U', '-D']

/** Rows as text with their kinds, until the reader ended or `count` rows are there. Fails after `timeoutMs`. */
const READ_TIMEOUT_MS = 20_000

export async function readRows(reader: SourceReader, table: ResolvedTable, count = Number.MAX_SAFE_INTEGER) {
  const rows: string[] = []
  const types = table.columns.map((column) => column.type)
  const end = performance.now() + READ_TIMEOUT_MS
  while (rows.length < count && !reader.ended()) {
    const polled = reader.poll()
    if (polled) {
      const { batch } = polled
      for (let r = 0; r < batch.length; r++) rows.push(`${KINDS[batch.kinds?.[r] ?? 0]}${rowText(batch, r, types)}`)
      continue
    }
    if (performance.now() > end) throw new Error(`only ${rows.length} rows in ${READ_TIMEOUT_MS} ms: ${rows.slice(-5).join(' ')}`)
    await Promise.race([reader.available(), new Promise((resolve) => setTimeout(resolve, 200))])
  }
  return rows
}
