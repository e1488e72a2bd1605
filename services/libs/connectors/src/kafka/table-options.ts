/** What a table's options mean, beyond the connection. Pure: the same functions check options at planning and read them at run time. */
import { parseDuration } from '@millrace/kit/duration'
import { KafkaError } from './wire/kafka-error.ts'

type Options = Readonly<Record<string, string>>

export type OffsetMode =
  | { readonly kind: 'earliest' }
  | { readonly kind: 'latest' }
  | { readonly kind: 'group' }
  | { readonly kind: 'timestamp'; readonly ms: number }
  | { readonly kind: 'specific'; readonly offsets: ReadonlyMap<number, number> }

export interface ScanOptions {
  readonly topics: readonly string[]
  readonly pattern: RegExp | null
  readonly startup: OffsetMode
  /** null = unbounded. */
  readonly bounded: OffsetMode | null
  /** How often new partitions are looked for; null = only at the start. A bounded table has the partitions of its start. */
  readonly discoveryMs: number | null
  readonly groupId: string | undefined
  readonly reset: 'earliest' | 'latest' | 'none'
  readonly readCommitted: boolean
  readonly checkCrcs: boolean
  readonly errors: ErrorHandling
}

export type ErrorHandling = { readonly mode: 'fail' | 'ignore' } | { readonly mode: 'log'; readonly topic: string }

export interface SinkOptions {
  readonly topic: string
  readonly guarantee: 'exactly-once' | 'at-least-once' | 'none'
  readonly idPrefix: string
  readonly partitioner: 'default' | 'fixed' | 'round-robin'
}

export const UPSERT = 'upsert-kafka'
const PATTERN_LENGTH_MAX = 200
export const DISCOVERY = 'scan.topic-partition-discovery.interval'
/** Flink's default is 5 min: rows of a new partition should not wait so long. */
export const DISCOVERY_DEFAULT = '30 s'

/** Throws OPTION_INVALID. */
export function scanOptions(connector: string, options: Options): ScanOptions {
  const upsert = connector === UPSERT
  const startup = upsert ? ({ kind: 'earliest' } as const) : startupMode(options)
  const groupId = options['properties.group.id']
  if (startup.kind === 'group' && groupId === undefined) {
    throw invalid(`'scan.startup.mode' = 'group-offsets' (the default) needs 'properties.group.id'`)
  }
  const topics = topicList(options)
  const pattern = topicPattern(options['topic-pattern'])
  if ((topics.length === 0) === (pattern === null)) throw invalid(`give either 'topic' or 'topic-pattern'`)
  const scan = { startup, bounded: boundedMode(options) }
  for (const mode of [scan.startup, scan.bounded]) {
    if (mode?.kind === 'specific' && topics.length !== 1) throw invalid('specific offsets need exactly one topic')
  }
  return {
    ...scan,
    discoveryMs: scan.bounded === null ? discoveryMs(options) : null,
    topics,
    pattern,
    groupId,
    reset: oneOf(options, 'properties.auto.offset.reset', ['none', 'earliest', 'latest']),
    readCommitted: oneOf(options, 'properties.isolation.level', ['read_committed', 'read_uncommitted']) === 'read_committed',
    checkCrcs: oneOf(options, 'properties.check.crcs', ['true', 'false']) === 'true',
    errors: errorHandling(options),
  }
}

/** Throws OPTION_INVALID. */
export function sinkOptions(options: Options): SinkOptions {
  const [topic, ...others] = topicList(options)
  if (topic === undefined || others.length > 0) throw invalid(`a sink needs exactly one 'topic'`)
  return {
    topic,
    guarantee: oneOf(options, 'sink.delivery-guarantee', ['exactly-once', 'at-least-once', 'none']),
    idPrefix: options['sink.transactional-id-prefix'] ?? '',
    partitioner: oneOf(options, 'sink.partitioner', ['default', 'fixed', 'round-robin']),
  }
}

/** Mistakes in single values, whichever use the table has: enumerations that are not. */
export function valueMistakes(options: Options): readonly string[] {
  const mistakes: string[] = []
  for (const read of [
    () => errorHandling(options),
    () => sinkOptions({ ...options, topic: 'any' }),
    () => topicPattern(options['topic-pattern']),
    () => discoveryMs(options),
  ]) {
    try {
      read()
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error
      mistakes.push(error.message)
    }
  }
  return mistakes
}

function startupMode(options: Options): OffsetMode {
  const key = 'scan.startup.mode'
  const modes = ['group-offsets', 'earliest-offset', 'latest-offset', 'timestamp', 'specific-offsets'] as const
  return offsetMode(options, { key, stem: 'scan.startup', mode: oneOf(options, key, modes) })
}

function boundedMode(options: Options): OffsetMode | null {
  const key = 'scan.bounded.mode'
  const modes = ['unbounded', 'group-offsets', 'latest-offset', 'timestamp', 'specific-offsets'] as const
  const mode = oneOf(options, key, modes)
  if (mode === 'group-offsets' && options['properties.group.id'] === undefined) {
    throw invalid(`'${key}' = 'group-offsets' needs 'properties.group.id'`)
  }
  return mode === 'unbounded' ? null : offsetMode(options, { key, stem: 'scan.bounded', mode })
}

/** Zero and less turn it off, as in Flink. */
function discoveryMs(options: Options): number | null {
  const text = (options[DISCOVERY] ?? DISCOVERY_DEFAULT).trim()
  const ms = parseDuration(text.replace(/^-/, ''))
  if (ms === undefined) throw invalid(`'${DISCOVERY}' is '${text}', not a duration`)
  return text.startsWith('-') || ms === 0 ? null : ms
}

function offsetMode(options: Options, choice: { key: string; stem: string; mode: string }): OffsetMode {
  const need = (suffix: string): string => {
    const value = options[`${choice.stem}.${suffix}`]
    if (value === undefined) throw invalid(`'${choice.key}' = '${choice.mode}' needs '${choice.stem}.${suffix}'`)
    return value
  }
  switch (choice.mode) {
    case 'earliest-offset':
      return { kind: 'earliest' }
    case 'latest-offset':
      return { kind: 'latest' }
    case 'timestamp':
      return { kind: 'timestamp', ms: wholeNumber(need('timestamp-millis'), `${choice.stem}.timestamp-millis`) }
    case 'specific-offsets':
      return { kind: 'specific', offsets: specificOffsets(need('specific-offsets'), `${choice.stem}.specific-offsets`) }
    default:
      return { kind: 'group' }
  }
}

/** `partition:0,offset:42;partition:1,offset:300` */
function specificOffsets(text: string, key: string): ReadonlyMap<number, number> {
  const offsets = new Map<number, number>()
  for (const entry of text.split(';')) {
    const [, partition, offset] = /^\s*partition:(\d+)\s*,\s*offset:(\d+)\s*$/.exec(entry) ?? []
    if (partition === undefined || offset === undefined) {
      throw invalid(`'${key}' is not of the form partition:0,offset:42;partition:1,offset:300`)
    }
    offsets.set(Number(partition), Number(offset))
  }
  return offsets
}

function topicList(options: Options): readonly string[] {
  return (options['topic'] ?? '')
    .split(';')
    .map((topic) => topic.trim())
    .filter((topic) => topic !== '')
}

function topicPattern(text: string | undefined): RegExp | null {
  if (text === undefined) return null
  if (text.length > PATTERN_LENGTH_MAX) throw invalid(`'topic-pattern' is longer than ${PATTERN_LENGTH_MAX} characters`)
  if (/[(){}\\]|[*+?][*+?]/.test(text)) {
    throw invalid(`'topic-pattern' may hold literals, character classes, '.', '*', '+', '?' and '|' without groups`)
  }
  try {
    return new RegExp(`^(?:${text})$`)
  } catch {
    throw invalid(`'topic-pattern' is not a regular expression`)
  }
}

function errorHandling(options: Options): ErrorHandling {
  const mode = oneOf(options, 'error-handling.mode', ['fail', 'ignore', 'log'])
  if (mode !== 'log') return { mode }
  const topic = options['error-handling.log.topic']
  if (topic === undefined) throw invalid(`'error-handling.mode' = 'log' needs 'error-handling.log.topic'`)
  return { mode, topic }
}

/** The option's value out of `values`; the first is the default. */
function oneOf<const V extends string>(options: Options, key: string, values: readonly [V, ...V[]]): V {
  const text = options[key]
  if (text === undefined) return values[0]
  const found = values.find((value) => value === text.toLowerCase())
  if (found === undefined) throw invalid(`'${key}' is '${text}'; it is one of ${values.join(', ')}`)
  return found
}

function wholeNumber(text: string, key: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 0) throw invalid(`'${key}' is '${text}', not a whole number`)
  return value
}

function invalid(message: string): KafkaError {
  return new KafkaError('OPTION_INVALID', message)
}
