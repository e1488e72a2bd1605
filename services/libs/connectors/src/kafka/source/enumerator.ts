import type { SplitEnumerator, SplitState } from '@millrace/engine/connector'
import type { ScanOptions } from '../table-options.ts'
import type { TopicMetadata } from '../wire/api/metadata.ts'
import { type KafkaClient, retryKafka } from '../wire/client.ts'
import { brokerError, KafkaError } from '../wire/kafka-error.ts'
import { type PartitionLeader, type ResolveOptions, resolveOffsets } from './resolve-offsets.ts'
import { encodeSplit, splitId } from './split-position.ts'

export interface EnumeratorOptions {
  readonly client: KafkaClient
  readonly scan: ScanOptions
  readonly now: () => number
  readonly random: () => number
}

/** How long a cluster may stay silent before `discover` gives up for this time. */
const DISCOVERY_DEADLINE_MS = 30_000
/** A topic that was just created is not known to every broker at once. */
const UNKNOWN_TOPIC_ATTEMPTS = 5

/** Finds partitions. Those that appear later begin at their start, so that no record of a new partition is missed. */
export class KafkaSplitEnumerator implements SplitEnumerator {
  readonly #options: EnumeratorOptions
  readonly #known = new Map<string, SplitState>()
  #closed = false

  constructor(options: EnumeratorOptions) {
    this.#options = options
  }

  get discoveryIntervalMs(): number | null {
    return this.#options.scan.discoveryMs
  }

  async discover(known: readonly string[] = []): Promise<readonly SplitState[]> {
    const { now, random, client } = this.#options
    let unknown = 0
    const attempt = async () => {
      try {
        return await this.#discover(known)
      } catch (error) {
        const repeats = error instanceof KafkaError && error.code === 'TOPIC_UNKNOWN' && ++unknown >= UNKNOWN_TOPIC_ATTEMPTS
        throw repeats ? new KafkaError('TOPIC_UNKNOWN', error.message, { cause: error }) : error
      }
    }
    return retryKafka(attempt, { deadlineMs: DISCOVERY_DEADLINE_MS, now, random, signal: client.signal })
  }

  async #discover(known: readonly string[]): Promise<readonly SplitState[]> {
    const topics = await this.#topics()
    const partitions = topics.flatMap(({ name, id, partitions: list }) =>
      list.map(({ partition, leader }) => ({ topic: name, topicId: id, partition, leader })),
    )
    const later = known.length > 0 || this.#known.size > 0
    const seen = new Set(known)
    const fresh = partitions.filter((p) => !this.#known.has(splitId(p.topic, p.partition)))
    const unseen = fresh.filter((p) => !seen.has(splitId(p.topic, p.partition)))
    const positions = await this.#positions(unseen, later)
    for (const { topic, topicId, partition } of fresh) {
      const id = splitId(topic, partition)
      const at = positions.get(id) ?? { offset: 0, stopAt: null }
      this.#known.set(id, encodeSplit({ topic, topicId, partition, ...at }))
    }
    return [...this.#known.values()]
  }

  async #topics(): Promise<readonly TopicMetadata[]> {
    const { client, scan } = this.#options
    const { pattern } = scan
    const { topics } = await client.metadata(pattern === null ? scan.topics : null)
    const matching = pattern === null ? topics : topics.filter((t) => !t.internal && pattern.test(t.name))
    for (const topic of matching) {
      if (topic.error === 3) throw new KafkaError('TOPIC_UNKNOWN', `There is no topic ${topic.name}.`, { retriable: true })
      if (topic.error !== 0) throw brokerError('Metadata', topic.error, topic.name)
    }
    return matching
  }

  async #positions(
    partitions: readonly PartitionLeader[],
    later: boolean,
  ): Promise<ReadonlyMap<string, { readonly offset: number; readonly stopAt: number | null }>> {
    if (partitions.length === 0) return new Map()
    const { client, scan } = this.#options
    const { readCommitted, groupId, reset } = scan
    const options: ResolveOptions = { client, readCommitted, groupId, reset }
    const starts = await resolveOffsets(later ? { kind: 'earliest' } : scan.startup, partitions, options)
    const stops = scan.bounded && (await resolveOffsets(scan.bounded, partitions, options))
    return new Map([...starts].map(([id, offset]) => [id, { offset, stopAt: stops?.get(id) ?? null }]))
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#options.client.close()
  }
}
