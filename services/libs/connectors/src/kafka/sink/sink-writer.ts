import type { Batch, SinkWriter, TransactionHandle } from '@millrace/engine/connector'
import { appendRecord } from '../records/append-record.ts'
import { BatchBuilder } from '../records/batch-builder.ts'
import { partitionOfKey } from '../records/murmur2.ts'
import { PartitionCursor } from '../records/partition-cursor.ts'
import { RecordColumns } from '../records/record-columns.ts'
import type { SinkOptions } from '../table-options.ts'
import { KafkaError } from '../wire/kafka-error.ts'
import type { Producer, TransactionIdentity } from './producer.ts'
import type { RecordEncoder } from './record-encoder.ts'

export interface SinkWriterOptions {
  readonly producer: Producer
  readonly encoder: RecordEncoder
  readonly options: Pick<SinkOptions, 'guarantee' | 'partitioner' | 'topic'>
  readonly cluster: string
  readonly writer: number
  readonly writers: number
  readonly now: () => number
}

/** The partitions of one writer: partition p belongs to writer p mod writers, so that each has one owner that numbers its batches. */
export function ownedPartitions(partitions: number, writer: number, writers: number): readonly number[] {
  const owned = Array.from({ length: partitions }, (_, p) => p).filter((p) => p % writers === writer % writers)
  return owned.length > 0 ? owned : [writer % partitions]
}

const NO_KEY = new Uint8Array(0)
const UNPLACED_RUN = 1024

/**
 * Encodes rows into the batches of its own partitions. A row with a key goes to the partition that the Java client would choose
 * when that is its own (the exchange's router sees to it), and to a fixed one of its own otherwise.
 */
export class KafkaSinkWriter implements SinkWriter {
  readonly #o: SinkWriterOptions
  readonly #opening: Promise<void>
  #owned: readonly number[] | null = null
  /** Rows that came before the partitions were known. */
  #unplaced: BatchBuilder | null = null
  #turn = 0
  #written = 0
  #transaction: TransactionHandle | null = null
  #closed = false

  constructor(options: SinkWriterOptions) {
    this.#o = options
    this.#opening = options.producer.open().then(() => this.#opened())
  }

  #opened(): void {
    const { producer, writer, writers } = this.#o
    if (producer.failure || producer.partitions === 0) return
    if (writers > producer.partitions) {
      producer.fail(
        new KafkaError(
          'OPTION_INVALID',
          `${writers} writers for the ${producer.partitions} partitions of ${this.#o.options.topic}`,
        ),
      )
      return
    }
    this.#owned = ownedPartitions(producer.partitions, writer, writers)
    this.#begin()
    if (this.#unplaced) this.#place(this.#unplaced)
    this.#unplaced = null
  }

  #begin(): void {
    if (this.#transaction) this.#o.producer.begin(this.#transaction.data as TransactionIdentity)
  }

  begin(transaction: TransactionHandle): void {
    const { options, cluster, producer } = this.#o
    if (options.guarantee !== 'exactly-once') return
    if ((transaction.data as TransactionIdentity).cluster !== cluster) {
      const rule = 'exactly-once sinks of one statement must be on one cluster, under one principal'
      producer.fail(new KafkaError('OPTION_INVALID', `${options.topic}: ${rule}`))
      return
    }
    this.#transaction = transaction
    this.#written = 0
    this.#begin()
  }

  write(batch: Batch): void {
    const { producer, encoder, options } = this.#o
    if (producer.failure) throw producer.failure
    if (options.guarantee === 'exactly-once' && this.#transaction === null) {
      throw new KafkaError('KAFKA_REQUEST_FAILED', `exactly-once output to ${options.topic} needs a transaction`)
    }
    encoder.start(batch)
    const nowMs = this.#o.now()
    const inTurn = this.#next()
    for (let row = 0; row < batch.length; row++) {
      const key = encoder.keyed ? encoder.key(row) : NO_KEY
      const partition = this.#partition(key, inTurn)
      const builder = partition === null ? this.#stage() : producer.builder(partition)
      const bytes = encoder.append(builder, row, { key, nowMs })
      if (partition !== null && bytes > 0) producer.appended(partition, bytes)
    }
    this.#written += batch.length
  }

  /** Index among the owned partitions for rows without a key. */
  #next(): number {
    return this.#o.options.partitioner === 'fixed' ? 0 : this.#turn++
  }

  #partition(key: Uint8Array, inTurn: number): number | null {
    const owned = this.#owned
    if (owned === null) return null
    const { encoder, options, producer } = this.#o
    if (!encoder.keyed || options.partitioner !== 'default') {
      const index = options.partitioner === 'round-robin' ? this.#turn++ : inTurn
      return owned[index % owned.length] ?? null
    }
    const partition = partitionOfKey(key, producer.partitions)
    return partition % this.#o.writers === this.#o.writer ? partition : (owned[partition % owned.length] ?? null)
  }

  #stage(): BatchBuilder {
    this.#unplaced ??= new BatchBuilder()
    return this.#unplaced
  }

  /** Moves staged records to where they belong, by reading back the batch that holds them. */
  #place(staged: BatchBuilder): void {
    if (staged.count === 0) return
    const { producer } = this.#o
    const data = staged.seal({ producerId: -1, producerEpoch: -1, sequence: -1, transactional: false })
    const range = { from: 0, to: Number.MAX_SAFE_INTEGER }
    const cursor = new PartitionCursor({ data, start: 0, end: data.length, aborted: [], range }, false)
    const run = new RecordColumns(UNPLACED_RUN)
    while (cursor.fill(run)) {
      for (let i = 0; i < run.count; i++) {
        const key = slice(data, run.keyOffsets[i] ?? 0, run.keyLengths[i] ?? -1)
        const value = slice(data, run.valueOffsets[i] ?? 0, run.valueLengths[i] ?? -1)
        const partition = this.#partition(key ?? NO_KEY, this.#next()) ?? 0
        const builder = producer.builder(partition)
        const before = builder.position
        appendRecord(builder, { key, value, timestamp: run.timestamps[i] ?? 0 })
        producer.appended(partition, builder.position - before)
      }
    }
  }

  ready(): Promise<void> | undefined {
    const { producer } = this.#o
    if (producer.failure) return undefined
    if (this.#owned === null) return this.#opening
    return producer.full ? producer.room() : undefined
  }

  async flush(): Promise<void> {
    if (this.#o.options.guarantee === 'none' && this.#owned !== null) {
      if (this.#o.producer.failure) throw this.#o.producer.failure
      return
    }
    await this.#opening
    if (this.#closed) return
    await this.#o.producer.flush()
  }

  written(): number {
    return this.#written
  }
  bytesWritten(): number {
    return this.#o.producer.bytesSent
  }

  trouble(): { readonly code: string; readonly message: string } | null {
    const { trouble } = this.#o.producer
    return trouble && { code: trouble.code, message: trouble.message }
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#o.producer.close()
  }
}

function slice(data: Uint8Array, at: number, length: number): Uint8Array | null {
  return length < 0 ? null : data.subarray(at, at + length)
}
