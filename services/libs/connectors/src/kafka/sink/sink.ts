/** The sinks `kafka` (rows are appended) and `upsert-kafka` (the last record of a key counts, a record without a value deletes it). */
import type { Batch, ConnectorContext, ResolvedTable, SinkFactory } from '@millrace/engine/connector'
import { openClient, openSharedClient } from '../client-of-table.ts'
import { connectionKey, connectionOptions } from '../connection-options.ts'
import { partitionOfKey } from '../records/murmur2.ts'
import { sinkOptions } from '../table-options.ts'
import { retryKafka } from '../wire/client.ts'
import { brokerError, KafkaError } from '../wire/kafka-error.ts'
import { Producer } from './producer.ts'
import { RecordEncoder } from './record-encoder.ts'
import { KafkaSinkWriter } from './sink-writer.ts'
import { KafkaTransactionTruth } from './transaction-truth.ts'

const TRANSACTION_TIMEOUT_MIN_MS = 60_000
/** Kafka's default for transaction.max.timeout.ms; a broker with a lower one is noticed when it refuses. */
const TRANSACTION_TIMEOUT_MAX_MS = 900_000
/** How often a checkpoint without output is worth a transaction of its own. */
const POINTER_INTERVAL_MS = 60_000
const METADATA_DEADLINE_MS = 30_000

export function createKafkaSink(identifier: 'kafka' | 'upsert-kafka'): SinkFactory {
  return { identifier, writers, createRouter, createWriter, createTruth }
}

const zoneOf = (context: ConnectorContext): string => context.config['table.local-time-zone'] ?? 'UTC'

/** As many writers as partitions: each partition has one owner. Throws TOPIC_UNKNOWN; repeated for a while when no broker answers. */
async function writers(table: ResolvedTable, context: ConnectorContext): Promise<number> {
  const { topic } = sinkOptions(table.options)
  const client = openSharedClient(table, context)
  try {
    const limits = { deadlineMs: METADATA_DEADLINE_MS, now: context.now, random: context.random }
    let unknown = 0
    const partitions = await retryKafka(async () => {
      const { topics } = await client.metadata([topic])
      const error = topics[0]?.error ?? 0
      if (error === 0) return topics[0]?.partitions.length ?? 0
      const failure = brokerError('Metadata', error, topic)
      if (failure.code === 'TOPIC_UNKNOWN' && ++unknown >= 5) throw new KafkaError('TOPIC_UNKNOWN', `There is no topic ${topic}.`)
      throw failure
    }, limits)
    const asked = Number(table.options['sink.parallelism'] ?? partitions)
    return Math.max(1, Math.min(partitions, Number.isInteger(asked) && asked > 0 ? asked : partitions))
  } finally {
    client.close()
  }
}

function createRouter(
  table: ResolvedTable,
  context: ConnectorContext,
  count: { readonly limit: number; readonly writers: number },
): ((batch: Batch, row: number) => number) | undefined {
  const encoder = new RecordEncoder(table, zoneOf(context))
  if (!encoder.keyed || sinkOptions(table.options).partitioner !== 'default') return undefined
  if (table.options['sink.parallelism'] !== undefined) return undefined
  let current: Batch | null = null
  return (batch, row) => {
    if (current !== batch) encoder.start(batch)
    current = batch
    return partitionOfKey(encoder.key(row), count.limit) % count.writers
  }
}

function createWriter(
  table: ResolvedTable,
  context: ConnectorContext & { readonly writer: number; readonly writers: number },
): KafkaSinkWriter {
  const options = sinkOptions(table.options)
  const encoder = new RecordEncoder(table, zoneOf(context))
  const producer = new Producer({ client: openClient(table, context), topic: options.topic, random: context.random })
  const { writer, writers: count, now } = context
  return new KafkaSinkWriter({ producer, encoder, options, cluster: clusterOf(table), writer, writers: count, now })
}

/** undefined where no table asks for exactly-once. Throws OPTION_INVALID when such tables lie on several clusters. */
function createTruth(tables: readonly ResolvedTable[], context: ConnectorContext): KafkaTransactionTruth | undefined {
  const transactional = tables.filter((table) => isKafka(table) && sinkOptions(table.options).guarantee === 'exactly-once')
  const [first] = transactional
  if (!first) return undefined
  const [cluster = '', ...others] = new Set(transactional.map(clusterOf))
  if (others.length > 0) {
    throw new KafkaError('OPTION_INVALID', 'exactly-once sinks of one statement must be on one cluster, under one principal')
  }
  const { topic, idPrefix } = sinkOptions(first.options)
  const wanted = Math.max(TRANSACTION_TIMEOUT_MIN_MS, 3 * context.checkpointIntervalMs)
  return new KafkaTransactionTruth({
    client: openSharedClient(first, context),
    cluster,
    id: `${idPrefix}${context.installation}-${context.statementVersion}`,
    topic,
    epoch: context.epoch,
    transactionTimeoutMs: Math.min(TRANSACTION_TIMEOUT_MAX_MS, wanted),
    pointerIntervalMs: POINTER_INTERVAL_MS,
    now: context.now,
    random: context.random,
  })
}

const clusterOf = (table: ResolvedTable): string => connectionKey(connectionOptions(table.options))

const isKafka = (table: ResolvedTable): boolean => table.connector === 'kafka' || table.connector === 'upsert-kafka'
