/** The sources `kafka` and `upsert-kafka` (a record without a value deletes its key). */
import type { ConnectorContext, ResolvedTable, SourceFactory } from '@millrace/engine/connector'
import { openClient, openSharedClient } from '../client-of-table.ts'
import { scanOptions } from '../table-options.ts'
import { DeadLetters } from './dead-letters.ts'
import { KafkaSplitEnumerator } from './enumerator.ts'
import { KafkaSourceReader } from './reader.ts'
import { RecordDecoder } from './record-decoder.ts'

export function createKafkaSource(identifier: 'kafka' | 'upsert-kafka'): SourceFactory {
  return { identifier, createEnumerator, createReader }
}

function createEnumerator(table: ResolvedTable, context: ConnectorContext): KafkaSplitEnumerator {
  const scan = scanOptions(table.connector, table.options)
  return new KafkaSplitEnumerator({ client: openSharedClient(table, context), scan, now: context.now, random: context.random })
}

function createReader(table: ResolvedTable, produced: readonly number[], context: ConnectorContext): KafkaSourceReader {
  const scan = scanOptions(table.connector, table.options)
  const decoder = new RecordDecoder(table, produced, context.config['table.local-time-zone'] ?? 'UTC')
  return new KafkaSourceReader({
    client: openClient(table, context),
    scan,
    decoder,
    deadLetters: createDeadLetters(table, context),
    table: table.path[2],
    now: context.now,
    random: context.random,
    log: (message) => context.log('warn', message),
    countIgnored: (by) => context.count('errors_ignored', by),
  })
}

function createDeadLetters(table: ResolvedTable, context: ConnectorContext): DeadLetters | null {
  const { errors } = scanOptions(table.connector, table.options)
  if (errors.mode !== 'log') return null
  const { now, random, statementVersion } = context
  return new DeadLetters({
    client: openClient(table, context),
    topic: errors.topic,
    table: table.path.join('.'),
    statementVersion,
    now,
    random,
  })
}
