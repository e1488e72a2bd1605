import type { ApiCall } from '../connection.ts'

export interface ProducePartition {
  readonly topic: string
  readonly partition: number
  /** One complete record batch. */
  readonly records: Uint8Array
}
export interface ProduceOptions {
  readonly transactionalId: string | null
  readonly timeoutMs: number
  readonly partitions: readonly ProducePartition[]
}
export interface ProducedPartition {
  readonly topic: string
  readonly partition: number
  readonly error: number
  readonly baseOffset: number
  readonly message: string | null
}

/** The version that joins partitions to the transaction implicitly (KIP-890). */
export const PRODUCE_TRANSACTION_V2 = 12

/**
 * Produce v9–v12 (one layout), acks = all.
 *   request   transactional_id, acks, timeout_ms, [topic, [partition, records]]
 *   response  [topic, [partition, error, base_offset, log_append_time, log_start_offset, [record_error], message]], throttle_ms
 */
export function produceCall(options: ProduceOptions, version: number): ApiCall<readonly ProducedPartition[]> {
  const byTopic = Map.groupBy(options.partitions, (p) => p.topic)
  return {
    api: 0,
    version,
    flexible: true,
    encode(w) {
      w.ensure(options.partitions.reduce((sum, p) => sum + p.records.length + 32, 256))
      w.compactString(options.transactionalId).i16(-1).i32(options.timeoutMs)
      w.compactArray([...byTopic], ([topic, partitions]) => {
        w.compactString(topic)
        w.compactArray(partitions, (p) => w.i32(p.partition).compactBytes(p.records).noTags())
        w.noTags()
      })
      w.noTags()
    },
    decode(r) {
      const topics = r.compactArray(() => {
        const topic = r.compactString() ?? ''
        const partitions = r.compactArray(() => {
          const head = { topic, partition: r.i32(), error: r.i16(), baseOffset: r.i64() }
          r.i64()
          r.i64()
          r.compactArray(() => {
            r.i32()
            r.compactString()
            r.tags()
          })
          const message = r.compactString()
          r.tags()
          return { ...head, message }
        })
        r.tags()
        return partitions
      })
      return topics.flat()
    },
  }
}
