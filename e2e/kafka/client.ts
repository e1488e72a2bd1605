import { type RawRecord, walkRecords } from './record-batch.ts'
import { Connection, type Credentials, type In, Out } from './wire.ts'

const FETCH_BYTES = 8 << 20

/** Produce, fetch and end offsets of one broker that leads every partition. */
export class KafkaClient {
  readonly #connection: Connection
  private constructor(connection: Connection) {
    this.#connection = connection
  }

  static async open(bootstrap: string, credentials: Credentials): Promise<KafkaClient> {
    return new KafkaClient(await Connection.open(bootstrap, credentials))
  }

  /** Appends one encoded batch (acks = all). */
  async produce(topic: string, partition: number, batch: Buffer): Promise<void> {
    const body = new Out()
      .string(null)
      .int16(-1)
      .int32(30_000)
      .int32(1)
      .string(topic)
      .int32(1)
      .int32(partition)
      .bytes(batch)
      .done()
    const answer = await this.#connection.request('produce', body)
    answer.array(() => {
      answer.string()
      return answer.array(() => {
        answer.int32()
        const code = answer.int16()
        if (code !== 0) throw new Error(`produce to ${topic}-${partition} failed with Kafka error ${code}`)
        answer.int64()
        answer.int64()
        answer.int64()
      })
    })
  }

  async partitions(topic: string): Promise<number> {
    const answer = await this.#connection.request('metadata', new Out().int32(1).string(topic).int8(0).int8(0).int8(0).done())
    answer.int32()
    answer.array(() => [answer.int32(), answer.string(), answer.int32(), answer.string()])
    answer.string()
    answer.int32()
    const [found] = answer.array(() => topicMetadata(answer))
    if (found?.code !== 0) throw new Error(`topic ${topic}: Kafka error ${found?.code}`)
    return found.partitions
  }

  /** The last stable offset (read_committed) or the high watermark of a partition. */
  async endOffset(topic: string, partition: number, isolation: 'read_committed' | 'read_uncommitted'): Promise<number> {
    const body = new Out()
      .int32(-1)
      .int8(isolation === 'read_committed' ? 1 : 0)
      .int32(1)
      .string(topic)
      .int32(1)
    const answer = await this.#connection.request('listOffsets', body.int32(partition).int32(-1).int64(-1n).done())
    answer.int32()
    const [offsets] = answer.array(() => {
      answer.string()
      return answer.array(() => {
        answer.int32()
        const code = answer.int16()
        answer.int64()
        const offset = Number(answer.int64())
        answer.int32()
        if (code !== 0) throw new Error(`end offset of ${topic}-${partition}: Kafka error ${code}`)
        return offset
      })
    })
    return offsets![0]!
  }

  /** Visits the committed records from `from`; returns the next offset (the same when nothing came). Waits up to `waitMs` for data. */
  async fetch(
    at: { readonly topic: string; readonly partition: number; readonly from: number; readonly waitMs: number },
    visit: (record: RawRecord) => void,
  ): Promise<number> {
    const body = new Out().int32(-1).int32(at.waitMs).int32(1).int32(FETCH_BYTES).int8(1).int32(0).int32(-1)
    body
      .int32(1)
      .string(at.topic)
      .int32(1)
      .int32(at.partition)
      .int32(-1)
      .int64(BigInt(at.from))
      .int64(-1n)
      .int32(FETCH_BYTES)
      .int32(0)
      .string('')
    const answer = await this.#connection.request('fetch', body.done())
    answer.int32()
    const code = answer.int16()
    answer.int32()
    if (code !== 0) throw new Error(`fetch: Kafka error ${code}`)
    let next = at.from
    answer.array(() => {
      answer.string()
      return answer.array(() => {
        next = Math.max(next, fetchedPartition(answer, at.from, visit))
      })
    })
    return next
  }

  close(): void {
    this.#connection.close()
  }
}

function topicMetadata(answer: In): { code: number; partitions: number } {
  const code = answer.int16()
  answer.string()
  answer.int8()
  const partitions = answer.array(() => {
    answer.int16()
    answer.int32()
    answer.int32()
    answer.int32()
    for (let list = 0; list < 3; list++) answer.array(() => answer.int32())
  })
  answer.int32()
  return { code, partitions: partitions.length }
}

function fetchedPartition(answer: In, from: number, visit: (record: RawRecord) => void): number {
  const partition = answer.int32()
  const code = answer.int16()
  if (code !== 0) throw new Error(`fetch of partition ${partition}: Kafka error ${code}`)
  answer.int64()
  answer.int64()
  answer.int64()
  const aborted = answer.array(() => ({ producer: answer.int64(), first: answer.int64() }))
  answer.int32()
  return walkRecords(answer.bytes(), { from, aborted }, visit)
}

/** Visits every committed record of a topic up to the last stable offsets at the time of the call. */
export async function readTopic(
  client: KafkaClient,
  topic: string,
  visit: (record: RawRecord, partition: number) => void,
): Promise<void> {
  const partitions = await client.partitions(topic)
  for (let partition = 0; partition < partitions; partition++) {
    const end = await client.endOffset(topic, partition, 'read_committed')
    for (let from = 0; from < end; ) {
      const next = await client.fetch({ topic, partition, from, waitMs: 500 }, (record) => {
        if (record.offset < end) visit(record, partition)
      })
      if (next <= from) throw new Error(`${topic}-${partition} gives nothing at offset ${from} although its end is ${end}`)
      from = next
    }
  }
}
