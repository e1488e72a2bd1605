/**
 * Fetches for the splits of one reader: a connection and a loop for each leader, the next fetch issued as soon as the last answer is
 * there. At most two answers a leader wait to be read. Leaders that move and brokers that fail are looked up again until they answer.
 */

import { offsetAfter } from '../records/batch-walk.ts'
import type { AbortedTransaction, FetchAnswer, FetchedPartition } from '../wire/api/fetch.ts'
import { fetchCall } from '../wire/api/fetch.ts'
import type { PartitionMetadata } from '../wire/api/metadata.ts'
import { backOff, type KafkaClient, leaderMoved, type PreparedConnection } from '../wire/client.ts'
import { isRetriable, KAFKA } from '../wire/error-codes.ts'
import { brokerError, KafkaError } from '../wire/kafka-error.ts'
import { type FetchBuffer, FetchBufferPool } from './fetch-buffer.ts'
import type { KafkaPosition } from './split-position.ts'

export interface FetchedSplit {
  readonly id: string
  readonly start: KafkaPosition
  /** Where the next fetch begins. */
  fetchOffset: number
  /** −1 = to be looked up. */
  leader: number
  leaderEpoch: number
  /** End of what can be read (last stable offset under read_committed); null before the first answer. */
  endOffset: number | null
  /** Since when a transaction that somebody left open has held back the end of what can be read; null = it moves. Epoch ms. */
  heldSinceMs: number | null
  /** Nothing more is fetched: the split has been fetched up to its end. */
  done: boolean
}

/** What one answer brought for one split. */
export interface FetchedChunk {
  readonly split: FetchedSplit
  readonly buffer: FetchBuffer
  readonly start: number
  readonly end: number
  readonly aborted: readonly AbortedTransaction[]
  readonly from: number
  /** Offset after the chunk. */
  readonly next: number
  readonly release: () => void
}

export interface FetcherOptions {
  readonly client: KafkaClient
  readonly readCommitted: boolean
  readonly reset: 'earliest' | 'latest' | 'none'
  readonly now: () => number
  readonly random: () => number
  readonly wake: () => void
  readonly log: (message: string) => void
  /** Offset of the log's start or end, for `reset`. */
  readonly edge: (split: FetchedSplit, which: 'earliest' | 'latest') => Promise<number>
}

const MAX_WAIT_MS = 500
const FETCH_BYTES = 2 * 1024 * 1024
const PARTITION_BYTES = 1024 * 1024
const ANSWERS_WAITING_MAX = 2
const TRICKLE_BYTES = 16 * 1024
const TRICKLE_PAUSE_MS = 5
const UNKNOWN_TOPIC_ATTEMPTS = 8

export class Fetcher {
  readonly #options: FetcherOptions
  readonly #splits: FetchedSplit[] = []
  readonly #loops = new Set<number>()
  readonly #waiting = new Map<number, number>()
  readonly #pool = new FetchBufferPool()
  readonly chunks: FetchedChunk[] = []
  failure: Error | null = null
  trouble: KafkaError | null = null
  #closed = false
  #turn = 0
  #supervising = false
  #changed = Promise.withResolvers<void>()

  constructor(options: FetcherOptions) {
    this.#options = options
  }

  add(splits: readonly FetchedSplit[]): void {
    this.#splits.push(...splits)
    if (!this.#supervising) void this.#supervise()
    this.#change()
  }

  close(): void {
    this.#closed = true
    this.#options.client.close()
    this.#change()
  }

  #change(): void {
    const { resolve } = this.#changed
    this.#changed = Promise.withResolvers()
    resolve()
  }

  #fail(error: unknown): void {
    this.failure ??= error instanceof Error ? error : new Error(String(error))
    this.#options.wake()
    this.#change()
  }

  get #running(): boolean {
    return !this.#closed && this.failure === null
  }

  /** Finds leaders for splits without one and keeps a loop for each leader. */
  async #supervise(): Promise<void> {
    this.#supervising = true
    for (let attempt = 1; this.#running; ) {
      const lost = this.#splits.filter((split) => split.leader < 0 && !split.done)
      if (lost.length === 0) {
        attempt = 1
        await this.#changed.promise
        continue
      }
      try {
        await this.#findLeaders(lost, attempt)
        if (lost.every((split) => split.leader >= 0)) continue
      } catch (error) {
        if (!(error instanceof KafkaError) || !error.retriable) return this.#fail(error)
        this.trouble = error
        this.#options.wake()
      }
      await backOff(attempt++, this.#options.random, this.#options.client.signal)
    }
  }

  async #findLeaders(lost: readonly FetchedSplit[], attempt: number): Promise<void> {
    const names = [...new Set(lost.map((split) => split.start.topic))]
    const { topics } = await this.#options.client.metadata(names)
    for (const topic of topics) {
      if (topic.error === KAFKA.UNKNOWN_TOPIC_OR_PARTITION && attempt < UNKNOWN_TOPIC_ATTEMPTS) continue
      if (topic.error === KAFKA.UNKNOWN_TOPIC_OR_PARTITION) {
        throw new KafkaError('TOPIC_UNKNOWN', `There is no topic ${topic.name} any more.`)
      }
      if (topic.error !== 0 && !isRetriable(topic.error)) throw brokerError('Metadata', topic.error, topic.name)
      const led = lost.filter((split) => split.start.topic === topic.name)
      for (const split of led) this.#assign(split, topic.id, topic.partitions)
    }
    for (const leader of new Set(lost.map((split) => split.leader))) {
      if (leader >= 0 && !this.#loops.has(leader)) void this.#loop(leader)
    }
    this.#change()
  }

  #assign(split: FetchedSplit, topicId: string, partitions: readonly PartitionMetadata[]): void {
    if (topicId !== split.start.topicId) {
      throw new KafkaError(
        'TOPIC_RECREATED',
        `The topic ${split.start.topic} was deleted and created again; positions of the old one mean nothing in it.`,
      )
    }
    const found = partitions.find((p) => p.partition === split.start.partition)
    split.leader = found?.leader ?? -1
    split.leaderEpoch = found?.leaderEpoch ?? -1
  }

  async #loop(leader: number): Promise<void> {
    this.#loops.add(leader)
    let prepared: PreparedConnection | null = null
    try {
      prepared = await this.#options.client.openTo(leader)
      while (this.#running) {
        const splits = this.#splits.filter((split) => split.leader === leader && !split.done)
        if (splits.length === 0) break
        if ((this.#waiting.get(leader) ?? 0) >= ANSWERS_WAITING_MAX) await this.#changed.promise
        else await this.#paced(await this.#fetch(prepared, splits, leader))
      }
    } catch (error) {
      this.#lost(leader, error)
    } finally {
      this.#loops.delete(leader)
      if (prepared) this.#options.client.release(prepared)
      this.#abandon(leader)
    }
  }

  /** A trickle is fetched in small steps of time instead of record by record: on a small slot, requests would cost more than rows. */
  async #paced(bytes: number): Promise<void> {
    if (bytes > 0 && bytes < TRICKLE_BYTES) await new Promise((resolve) => setTimeout(resolve, TRICKLE_PAUSE_MS))
  }

  /** Splits that still name this leader have no loop now: they are looked up again. */
  #abandon(leader: number): void {
    for (const split of this.#splits) if (split.leader === leader && !split.done) split.leader = -1
    this.#change()
  }

  #lost(leader: number, error: unknown): void {
    if (this.#closed) return
    if (!(error instanceof KafkaError) || !error.retriable) {
      this.#fail(error)
      return
    }
    this.#options.log(`fetching from broker ${leader} is interrupted: ${error.message}`)
    this.trouble = error
    this.#options.wake()
  }

  /** Bytes of records in the answer. */
  async #fetch(prepared: PreparedConnection, splits: readonly FetchedSplit[], leader: number): Promise<number> {
    const first = this.#turn++ % splits.length
    const order = [...splits.slice(first), ...splits.slice(0, first)]
    const positions = order.map((split) => ({
      topicId: split.start.topicId,
      partition: split.start.partition,
      offset: split.fetchOffset,
      leaderEpoch: split.leaderEpoch,
    }))
    let buffer: FetchBuffer | null = null
    const allocate = (length: number) => {
      buffer = this.#pool.take(length)
      return buffer.bytes
    }
    const limits = { maxWaitMs: MAX_WAIT_MS, minBytes: 1, maxBytes: FETCH_BYTES, partitionMaxBytes: PARTITION_BYTES }
    const call = fetchCall({ positions, readCommitted: this.#options.readCommitted, ...limits })
    const answer = await prepared.connection.request(call, { allocate })
    if (answer.error !== 0) throw brokerError('Fetch', answer.error, prepared.connection.address)
    this.trouble = null
    if (buffer) await this.#take({ answer, buffer, leader, splits })
    return answer.partitions.reduce((sum, part) => sum + part.length, 0)
  }

  async #take(fetched: {
    readonly answer: FetchAnswer
    readonly buffer: FetchBuffer
    readonly leader: number
    readonly splits: readonly FetchedSplit[]
  }): Promise<void> {
    const { answer, buffer, leader, splits } = fetched
    let holders = 1
    const release = () => {
      if (--holders > 0) return
      buffer.release()
      this.#waiting.set(leader, (this.#waiting.get(leader) ?? 1) - 1)
      this.#change()
    }
    this.#waiting.set(leader, (this.#waiting.get(leader) ?? 0) + 1)
    const refused: [FetchedSplit, FetchedPartition][] = []
    for (const part of answer.partitions) {
      const split = splits.find((s) => s.start.topicId === part.topicId && s.start.partition === part.partition)
      if (!split) continue
      if (part.error !== 0) refused.push([split, part])
      else if (this.#queue({ split, part, buffer, release })) holders++
    }
    release()
    this.#options.wake()
    for (const [split, part] of refused) await this.#refused(split, part)
  }

  #queue(piece: {
    readonly split: FetchedSplit
    readonly part: FetchedPartition
    readonly buffer: FetchBuffer
    readonly release: () => void
  }): boolean {
    const { split, part, buffer, release } = piece
    this.#advanceEnd(split, part)
    const start = part.start
    const end = part.start + part.length
    const from = split.fetchOffset
    const next = part.length === 0 ? from : offsetAfter(buffer.bytes, { start, end }, from)
    const { stopAt } = split.start
    split.fetchOffset = next
    if (stopAt !== null && next >= stopAt) split.done = true
    if (next === from && !split.done) return false
    this.chunks.push({ split, buffer, start, end, aborted: part.aborted, from, next, release })
    return true
  }

  #advanceEnd(split: FetchedSplit, part: FetchedPartition): void {
    const end = this.#options.readCommitted ? part.lastStableOffset : part.highWatermark
    const held = end < part.highWatermark && end === split.endOffset
    split.heldSinceMs = held ? (split.heldSinceMs ?? this.#options.now()) : null
    split.endOffset = end
  }

  async #refused(split: FetchedSplit, part: FetchedPartition): Promise<void> {
    if (part.error === KAFKA.OFFSET_OUT_OF_RANGE) return this.#resetOffset(split)
    const failure = brokerError('Fetch', part.error, split.id)
    if (!leaderMoved(part.error) && !failure.retriable) return this.#fail(failure)
    split.leader = -1
    this.#change()
  }

  async #resetOffset(split: FetchedSplit): Promise<void> {
    const { reset, log, edge } = this.#options
    if (reset === 'none') {
      return this.#fail(
        new KafkaError(
          'OFFSET_MISSING',
          `${split.id} does not hold offset ${split.fetchOffset} any more, and 'properties.auto.offset.reset' is not set`,
        ),
      )
    }
    const offset = await edge(split, reset)
    log(`${split.id} does not hold offset ${split.fetchOffset} any more: going on at ${offset} (${reset})`)
    split.fetchOffset = offset
    const { stopAt } = split.start
    if (stopAt === null || offset < stopAt) return
    split.done = true
    this.#options.wake()
  }
}
