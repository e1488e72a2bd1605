/**
 * Sends record batches of one topic: one open batch a partition, one request in flight a leader, batches of a partition strictly in
 * order, repeated until acknowledged (acks = all). The next batches fill while a request is under way, so that requests grow with
 * the load. Memory is bounded by `full`, which callers take as back-pressure.
 */
import { FencedError } from '@millrace/engine/connector'
import { BatchBuilder } from '../records/batch-builder.ts'
import { PRODUCE_TRANSACTION_V2, type ProducedPartition, produceCall } from '../wire/api/produce.ts'
import { backOff, type KafkaClient } from '../wire/client.ts'
import { errorName, isFenced, isRetriable, KAFKA } from '../wire/error-codes.ts'
import { brokerError, KafkaError } from '../wire/kafka-error.ts'

/** Of a transaction, as the truth hands it to every writer. */
export interface TransactionIdentity {
  /** Cluster and principal that the transaction belongs to. */
  readonly cluster: string
  readonly transactionalId: string
  readonly producerId: number
  readonly producerEpoch: number
}

export interface ProducerOptions {
  readonly client: KafkaClient
  readonly topic: string
  readonly random: () => number
}

interface SealedBatch {
  readonly builder: BatchBuilder
  readonly bytes: Uint8Array
}

interface PartitionQueue {
  readonly partition: number
  leader: number
  building: BatchBuilder
  /** Full batches that wait for their turn. */
  readonly closed: BatchBuilder[]
  /** Sealed with its sequence and not yet acknowledged. */
  sealed: SealedBatch | null
  sequence: number
}

/** A batch is closed at this size; brokers take 1 MiB by default. */
const BATCH_BYTES = 512 * 1024
const REQUEST_BYTES = 4 * 1024 * 1024
const HIGH_WATER_BYTES = 8 * 1024 * 1024
const LOW_WATER_BYTES = 4 * 1024 * 1024
const PRODUCE_TIMEOUT_MS = 10_000
const UNKNOWN_TOPIC_ATTEMPTS = 5
const SEQUENCE_END = 2 ** 31

export class Producer {
  readonly #options: ProducerOptions
  #queues: PartitionQueue[] = []
  readonly #busy = new Set<number>()
  readonly #spare: BatchBuilder[] = []
  #identity: TransactionIdentity | null = null
  #scheduled = false
  #attempts = 0
  #waitingBytes = 0
  #failure: Error | null = null
  #trouble: KafkaError | null = null
  #progress = Promise.withResolvers<void>()
  bytesSent = 0

  constructor(options: ProducerOptions) {
    this.#options = options
  }

  /** Learns the partitions; repeated while no broker answers. Afterwards `partitions` is known, or `failure` is set. */
  async open(): Promise<void> {
    await this.#refresh()
    this.#moved()
  }

  get partitions(): number {
    return this.#queues.length
  }
  get failure(): Error | null {
    return this.#failure
  }
  get trouble(): KafkaError | null {
    return this.#trouble
  }
  get full(): boolean {
    return this.#waitingBytes >= HIGH_WATER_BYTES
  }

  /** Records from here on belong to this transaction. Everything before must be flushed. */
  begin(identity: TransactionIdentity): void {
    this.#identity = identity
    for (const queue of this.#queues) queue.sequence = 0
  }

  /** The batch that takes the partition's next record; call `appended` afterwards. */
  builder(partition: number): BatchBuilder {
    return (this.#queues[partition] as PartitionQueue).building
  }

  appended(partition: number, bytes: number): void {
    const queue = this.#queues[partition] as PartitionQueue
    this.#waitingBytes += bytes
    if (queue.building.position >= BATCH_BYTES) {
      queue.closed.push(queue.building)
      queue.building = this.#spare.pop() ?? new BatchBuilder()
    }
    this.#schedule()
  }

  /** Resolves when everything appended so far is acknowledged. Throws what made the producer fail. */
  async flush(): Promise<void> {
    for (;;) {
      if (this.#failure) throw this.#failure
      if (this.#queues.every(isEmpty) && this.#busy.size === 0) return
      this.#pump()
      await this.#progress.promise
    }
  }

  /** Resolves when there is room again, or the producer has failed. */
  async room(): Promise<void> {
    while (!this.#failure && this.#waitingBytes > LOW_WATER_BYTES) await this.#progress.promise
  }

  fail(error: Error): void {
    this.#failure ??= error
    this.#moved()
  }

  #moved(): void {
    const { resolve } = this.#progress
    this.#progress = Promise.withResolvers()
    resolve()
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#pump()
    })
  }

  #pump(): void {
    if (this.#failure) return
    const byLeader = Map.groupBy(this.#queues, (queue) => queue.leader)
    for (const [leader, queues] of byLeader) {
      if (this.#busy.has(leader)) continue
      const ready = this.#collect(queues)
      if (ready.length === 0) continue
      this.#busy.add(leader)
      void this.#send(leader, ready)
    }
  }

  #collect(queues: readonly PartitionQueue[]): PartitionQueue[] {
    const ready: PartitionQueue[] = []
    let bytes = 0
    for (const queue of queues) {
      if (bytes >= REQUEST_BYTES) break
      if (queue.sealed === null) this.#seal(queue)
      if (queue.sealed === null) continue
      bytes += queue.sealed.bytes.length
      ready.push(queue)
    }
    return ready
  }

  #seal(queue: PartitionQueue): void {
    let builder = queue.closed.shift()
    if (!builder) {
      if (queue.building.count === 0) return
      builder = queue.building
      queue.building = this.#spare.pop() ?? new BatchBuilder()
    }
    const identity = this.#identity
    const bytes = builder.seal({
      producerId: identity?.producerId ?? -1,
      producerEpoch: identity?.producerEpoch ?? -1,
      sequence: identity ? queue.sequence : -1,
      transactional: identity !== null,
    })
    queue.sequence = (queue.sequence + builder.count) % SEQUENCE_END
    queue.sealed = { builder, bytes }
  }

  async #send(leader: number, queues: readonly PartitionQueue[]): Promise<void> {
    const { client, topic } = this.#options
    try {
      if (leader < 0) throw new KafkaError('BROKER_UNREACHABLE', `${topic} has a partition without a leader`, { retriable: true })
      const partitions = queues.flatMap((queue) =>
        queue.sealed ? [{ topic, partition: queue.partition, records: queue.sealed.bytes }] : [],
      )
      const transactionalId = this.#identity?.transactionalId ?? null
      const { connection, features } = await client.connectionTo(leader)
      const version = Math.min(PRODUCE_TRANSACTION_V2, features.maxVersion(0))
      const answers = await connection.request(
        produceCall({ transactionalId, timeoutMs: PRODUCE_TIMEOUT_MS, partitions }, version),
      )
      await this.#settle(answers)
    } catch (error) {
      await this.#recover(error)
    } finally {
      this.#busy.delete(leader)
      this.#moved()
      this.#schedule()
    }
  }

  async #settle(answers: readonly ProducedPartition[]): Promise<void> {
    let retry: ProducedPartition | null = null
    for (const answer of answers) {
      const { error } = answer
      if (error === KAFKA.NONE || error === KAFKA.DUPLICATE_SEQUENCE_NUMBER) this.#acknowledge(answer.partition)
      else if (isRetriable(error)) retry = answer
      else return this.fail(this.#refusal(answer))
    }
    if (retry === null) {
      this.#attempts = 0
      this.#trouble = null
    } else await this.#recover(brokerError('Produce', retry.error, `${this.#options.topic}-${retry.partition}`))
  }

  #refusal(answer: ProducedPartition): Error {
    const what = `${this.#options.topic}-${answer.partition}`
    if (isFenced(answer.error)) return new FencedError(`Produce on ${what}: ${errorName(answer.error)}`)
    if (answer.error === KAFKA.MESSAGE_TOO_LARGE || answer.error === KAFKA.RECORD_LIST_TOO_LARGE) {
      return new KafkaError('VALUE_INVALID', `a record for ${what} is larger than the topic takes: ${errorName(answer.error)}`)
    }
    return brokerError('Produce', answer.error, answer.message ? `${what} (${answer.message})` : what)
  }

  #acknowledge(partition: number): void {
    const queue = this.#queues[partition]
    if (!queue?.sealed) return
    const { builder, bytes } = queue.sealed
    this.#waitingBytes = Math.max(0, this.#waitingBytes - (bytes.length - builder.emptyBytes))
    this.bytesSent += bytes.length
    builder.reset()
    this.#spare.push(builder)
    queue.sealed = null
  }

  async #recover(error: unknown): Promise<void> {
    if (!(error instanceof KafkaError) || !error.retriable) return this.fail(toError(error))
    if (error.code === 'TOPIC_UNKNOWN' && this.#attempts >= UNKNOWN_TOPIC_ATTEMPTS) return this.fail(error)
    if (error.code === 'BROKER_UNREACHABLE') this.#trouble = error
    await backOff(++this.#attempts, this.#options.random, this.#options.client.signal)
    await this.#refresh()
  }

  /** Leaders (and, at first, the partitions) anew. A cluster that does not answer is asked again until it does. */
  async #refresh(): Promise<void> {
    const { client, topic, random } = this.#options
    for (let attempt = 1; !client.signal.aborted && !this.#failure; attempt++) {
      try {
        const { topics } = await client.metadata([topic])
        const [found] = topics
        if (found?.error !== 0) throw brokerError('Metadata', found?.error ?? KAFKA.UNKNOWN_TOPIC_OR_PARTITION, topic)
        this.#learn(found.partitions)
        this.#trouble = null
        return
      } catch (error) {
        if (!(error instanceof KafkaError) || !error.retriable) return this.fail(toError(error))
        if (error.code === 'TOPIC_UNKNOWN' && attempt >= UNKNOWN_TOPIC_ATTEMPTS) {
          return this.fail(new KafkaError('TOPIC_UNKNOWN', `There is no topic ${topic}.`, { cause: error }))
        }
        this.#trouble = error
        this.#moved()
        await backOff(attempt, random, client.signal)
      }
    }
  }

  /** The number of partitions is fixed at the first answer: keys keep their partition while the statement runs. */
  #learn(partitions: readonly { readonly partition: number; readonly leader: number }[]): void {
    if (this.#queues.length === 0) {
      this.#queues = Array.from({ length: partitions.length }, (_, partition) => ({
        partition,
        leader: -1,
        building: new BatchBuilder(),
        closed: [],
        sealed: null,
        sequence: 0,
      }))
    }
    for (const { partition, leader } of partitions) {
      const queue = this.#queues[partition]
      if (queue) queue.leader = leader
    }
  }

  /** What is not acknowledged is dropped; a flush that waits fails. */
  close(): void {
    this.#options.client.close()
    this.fail(new KafkaError('BROKER_UNREACHABLE', `the producer of ${this.#options.topic} is closed`, { retriable: true }))
  }
}

const isEmpty = (queue: PartitionQueue): boolean =>
  queue.sealed === null && queue.closed.length === 0 && queue.building.count === 0

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
