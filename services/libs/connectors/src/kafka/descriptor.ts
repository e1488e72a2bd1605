/** The connectors `kafka` and `upsert-kafka` as planning and validation see them: data, without any client. */
import type { ConnectorDescriptor, LogicalType, OptionDescriptor, TableOptions } from '@millrace/engine/connector'
import { DISCOVERY, DISCOVERY_DEFAULT, scanOptions, UPSERT, valueMistakes } from './table-options.ts'
import { KafkaError } from './wire/kafka-error.ts'

interface Described extends Partial<Omit<OptionDescriptor, 'doc'>> {
  readonly key: string
  readonly type: OptionDescriptor['type']
}
const option = (described: Described, doc: string): OptionDescriptor => ({ required: false, doc, ...described })
const choice = (key: string, values: readonly [string, ...string[]], doc: string): OptionDescriptor =>
  option({ key, type: 'enum', values, fallback: values[0] }, doc)

const CONNECTION: readonly OptionDescriptor[] = [
  option(
    { key: 'properties.bootstrap.servers', type: 'list', required: true },
    'Addresses host:port of the cluster, separated by commas.',
  ),
  choice('properties.security.protocol', ['PLAINTEXT', 'SASL_PLAINTEXT', 'SSL', 'SASL_SSL'], 'How the cluster is spoken to.'),
  choice('properties.sasl.mechanism', ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'], 'How the principal proves itself.'),
  option({ key: 'properties.sasl.username', type: 'string' }, 'The principal.'),
  option({ key: 'properties.sasl.password', type: 'string', sensitive: true }, 'Its password.'),
  option(
    { key: 'properties.sasl.jaas.config', type: 'string', sensitive: true },
    'Principal and password as a JAAS line, instead of the two.',
  ),
  option(
    { key: 'properties.group.id', type: 'string' },
    'Group whose offsets are read (group-offsets) and to which positions are committed for outside tools.',
  ),
]

const FORMAT: readonly OptionDescriptor[] = [
  option({ key: 'format', type: 'string' }, 'Format of the value (the same as value.format).'),
  option({ key: 'value.format', type: 'string' }, 'Format of the value.'),
  option({ key: 'key.format', type: 'string' }, 'Format of the key.'),
  option({ key: 'key.fields-prefix', type: 'string' }, 'Prefix of the key columns in the table, which the record does not have.'),
  choice('value.fields-include', ['ALL', 'EXCEPT_KEY'], 'Whether key columns stand in the value too.'),
]

const BOUNDED: readonly OptionDescriptor[] = [
  choice(
    'scan.bounded.mode',
    ['unbounded', 'latest-offset', 'group-offsets', 'timestamp', 'specific-offsets'],
    'Where reading ends; the end is fixed when the statement starts.',
  ),
  option({ key: 'scan.bounded.timestamp-millis', type: 'int' }, 'End of reading under timestamp, epoch ms.'),
  option(
    { key: 'scan.bounded.specific-offsets', type: 'string' },
    'End of reading: partition:0,offset:42;partition:1,offset:300.',
  ),
]

const ERRORS: readonly OptionDescriptor[] = [
  choice('error-handling.mode', ['fail', 'ignore', 'log'], 'What a record that cannot be read does.'),
  option({ key: 'error-handling.log.topic', type: 'string' }, 'Topic of the dead-letter table under log, on the same cluster.'),
]

const SINK: readonly OptionDescriptor[] = [
  choice('sink.delivery-guarantee', ['exactly-once', 'at-least-once', 'none'], 'What a crash may do to the output.'),
  option(
    { key: 'sink.transactional-id-prefix', type: 'string' },
    'Put before the transactional ids and the group of checkpoints.',
  ),
  option({ key: 'sink.parallelism', type: 'int' }, 'Writers, at most as many as the topic has partitions.'),
]

const KAFKA_ONLY: readonly OptionDescriptor[] = [
  option({ key: 'topic', type: 'list' }, 'The topic; a source may name several, separated by semicolons.'),
  option(
    { key: 'topic-pattern', type: 'string' },
    'Instead of topic: all topics whose whole name matches. Without groups and counts.',
  ),
  option({ key: 'key.fields', type: 'list' }, 'Columns of the key, separated by semicolons.'),
  choice(
    'scan.startup.mode',
    ['group-offsets', 'earliest-offset', 'latest-offset', 'timestamp', 'specific-offsets'],
    'Where reading starts when there is no checkpoint.',
  ),
  option({ key: 'scan.startup.timestamp-millis', type: 'int' }, 'Start under timestamp, epoch ms.'),
  option({ key: 'scan.startup.specific-offsets', type: 'string' }, 'Start: partition:0,offset:42;partition:1,offset:300.'),
  option(
    { key: DISCOVERY, type: 'duration', fallback: DISCOVERY_DEFAULT },
    'How often new partitions (with topic-pattern: topics) are looked for; they are read from their beginning. 0 or less: never.',
  ),
  choice('sink.partitioner', ['default', 'fixed', 'round-robin'], 'default: by key as the Java client, without one in turn.'),
]

const MAX = 2147483647
const NOT_NULL = { nullable: false } as const
const SOURCE_METADATA: Readonly<Record<string, LogicalType>> = {
  topic: { kind: 'VARCHAR', length: MAX, ...NOT_NULL },
  partition: { kind: 'INTEGER', ...NOT_NULL },
  headers: {
    kind: 'MAP',
    key: { kind: 'VARCHAR', length: MAX, nullable: true },
    value: { kind: 'VARBINARY', length: MAX, nullable: true },
    ...NOT_NULL,
  },
  'leader-epoch': { kind: 'INTEGER', nullable: true },
  offset: { kind: 'BIGINT', ...NOT_NULL },
  timestamp: { kind: 'TIMESTAMP_LTZ', precision: 3, ...NOT_NULL },
  'timestamp-type': { kind: 'VARCHAR', length: MAX, ...NOT_NULL },
}
const SINK_METADATA: Readonly<Record<string, LogicalType>> = {
  timestamp: { kind: 'TIMESTAMP_LTZ', precision: 3, nullable: true },
}

const bounded = ({ options }: TableOptions): boolean => (options['scan.bounded.mode'] ?? 'unbounded') !== 'unbounded'

type Finding = ReturnType<NonNullable<ConnectorDescriptor['check']>>[number]

/** A table may be a source, a sink or both, so only what is wrong in either use is reported; the rest shows when it is used. */
function check(connector: string, { options, primaryKey }: TableOptions): readonly Finding[] {
  const mistakes = [...valueMistakes(options)]
  if (options['format'] === undefined && options['value.format'] === undefined)
    mistakes.push(`'format' or 'value.format' is missing`)
  if (connector === UPSERT) {
    if (primaryKey.length === 0) mistakes.push('upsert-kafka needs PRIMARY KEY (…) NOT ENFORCED: it is the key of the records')
    if (options['key.format'] === undefined) mistakes.push(`'key.format' is missing`)
    if (options['topic'] === undefined) mistakes.push(`'topic' is missing`)
  } else {
    if (primaryKey.length > 0)
      mistakes.push('a table of connector kafka holds insertions and can have no PRIMARY KEY; use upsert-kafka')
    if ((options['key.format'] === undefined) !== (options['key.fields'] === undefined)) {
      mistakes.push(`'key.format' and 'key.fields' go together`)
    }
  }
  if (options['scan.startup.mode'] !== undefined || options['scan.bounded.mode'] !== undefined) {
    mistakes.push(...mistakesOf(() => scanOptions(connector, { 'properties.group.id': '', ...options })))
  }
  const hint = 'See the options of the connector.'
  return [...new Set(mistakes)].map((message) => ({ code: 'OPTION_INVALID', severity: 'error', message, hint }))
}

function mistakesOf(read: () => unknown): readonly string[] {
  try {
    read()
    return []
  } catch (error) {
    if (error instanceof KafkaError) return [error.message]
    throw error
  }
}

const COMMON = {
  optionPrefixes: [
    'properties.',
    'json.',
    'csv.',
    'raw.',
    'key.json.',
    'key.csv.',
    'key.raw.',
    'value.json.',
    'value.csv.',
    'value.raw.',
  ],
  formats: ['json', 'csv', 'raw'],
}

export const kafkaDescriptor: ConnectorDescriptor = {
  identifier: 'kafka',
  doc: 'Topics of an Apache Kafka cluster. Rows are appended, exactly once by default.',
  options: [...CONNECTION, ...KAFKA_ONLY, ...FORMAT, ...BOUNDED, ...ERRORS, ...SINK],
  ...COMMON,
  source: { bounded, changelog: () => 'append', metadata: SOURCE_METADATA },
  sink: { changelog: () => 'append', metadata: SINK_METADATA, partitionedByKey: false },
  check: (table) => check('kafka', table),
}

export const upsertKafkaDescriptor: ConnectorDescriptor = {
  identifier: UPSERT,
  doc: 'A topic whose last record of a key is its row, and a record without a value deletes it.',
  options: [
    ...CONNECTION,
    option({ key: 'topic', type: 'string', required: true }, 'The topic.'),
    ...FORMAT,
    ...BOUNDED,
    ...ERRORS,
    ...SINK,
  ],
  ...COMMON,
  source: { bounded, changelog: () => 'upsert', metadata: SOURCE_METADATA },
  sink: { changelog: () => 'upsert', metadata: SINK_METADATA, partitionedByKey: true },
  check: (table) => check(UPSERT, table),
}
