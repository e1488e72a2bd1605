/**
 * The dead-letter table of a source: a topic that gets, for each record that could not be read, the raw record, its position and the
 * reason, as one JSON object. Letters are acknowledged before the position passes the record, so each is written at least once.
 */
import type { DecodeFault } from '@millrace/engine/formats'
import { appendRecord } from '../records/append-record.ts'
import type { RecordColumns } from '../records/record-columns.ts'
import { Producer } from '../sink/producer.ts'
import type { KafkaClient } from '../wire/client.ts'
import type { RecordPlace } from './metadata-columns.ts'

/** Of key and of value, so that a letter fits where a record of any size came from. */
const RAW_BYTES_MAX = 256 * 1024

export interface DeadLetterOptions {
  readonly client: KafkaClient
  readonly topic: string
  /** catalog.database.table of the source. */
  readonly table: string
  readonly statementVersion: string
  readonly now: () => number
  readonly random: () => number
}

export class DeadLetters {
  readonly #options: DeadLetterOptions
  readonly #producer: Producer
  #opening: Promise<void> | null = null

  constructor(options: DeadLetterOptions) {
    this.#options = options
    const { client, topic, random } = options
    this.#producer = new Producer({ client, topic, random })
  }

  /** Resolves when all letters are acknowledged. Throws what makes the topic unusable. */
  async write(faults: readonly DecodeFault[], run: RecordColumns, place: RecordPlace): Promise<void> {
    const letters = faults.map((fault) => this.#letter(fault, run, place))
    this.#opening ??= this.#producer.open()
    await this.#opening
    if (this.#producer.failure) throw this.#producer.failure
    const partition = place.partition % this.#producer.partitions
    const timestamp = this.#options.now()
    for (const value of letters) {
      const builder = this.#producer.builder(partition)
      const before = builder.position
      appendRecord(builder, { key: null, value, timestamp })
      this.#producer.appended(partition, builder.position - before)
    }
    await this.#producer.flush()
  }

  #letter(fault: DecodeFault, run: RecordColumns, place: RecordPlace): Uint8Array {
    const { record } = fault
    const raw = (offsets: Int32Array, lengths: Int32Array): string | null => {
      const length = Math.min(lengths[record] ?? -1, RAW_BYTES_MAX)
      const at = run.data.byteOffset + (offsets[record] ?? 0)
      return length < 0 ? null : Buffer.from(run.data.buffer as ArrayBuffer, at, length).toString('base64')
    }
    const longest = Math.max(run.keyLengths[record] ?? 0, run.valueLengths[record] ?? 0)
    const letter = {
      statement_version: this.#options.statementVersion,
      table: this.#options.table,
      topic: place.topic,
      partition: place.partition,
      offset: run.offsets[record],
      timestamp: run.timestamps[record],
      reason: fault.reason,
      column: fault.column ?? null,
      key: raw(run.keyOffsets, run.keyLengths),
      value: raw(run.valueOffsets, run.valueLengths),
      truncated: longest > RAW_BYTES_MAX,
    }
    return Buffer.from(JSON.stringify(letter))
  }

  close(): void {
    this.#producer.close()
  }
}
