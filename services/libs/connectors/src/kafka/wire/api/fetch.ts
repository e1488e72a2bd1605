import type { ApiCall } from '../connection.ts'

export interface FetchPosition {
  readonly topicId: string
  readonly partition: number
  readonly offset: number
  readonly leaderEpoch: number
}
export interface FetchOptions {
  readonly positions: readonly FetchPosition[]
  readonly readCommitted: boolean
  readonly maxWaitMs: number
  readonly minBytes: number
  readonly maxBytes: number
  readonly partitionMaxBytes: number
}
export interface AbortedTransaction {
  readonly producerId: number
  readonly firstOffset: number
}
export interface FetchedPartition {
  readonly topicId: string
  readonly partition: number
  readonly error: number
  readonly highWatermark: number
  readonly lastStableOffset: number
  readonly aborted: readonly AbortedTransaction[]
  /** Record batches lie at data[start .. start + length); the last one may be cut off. */
  readonly start: number
  readonly length: number
}
export interface FetchAnswer {
  readonly error: number
  readonly data: Uint8Array
  readonly partitions: readonly FetchedPartition[]
}

/**
 * Fetch v13, without a fetch session: every request names its partitions.
 *   request   replica_id, max_wait_ms, min_bytes, max_bytes, isolation, session_id, session_epoch, [topic_id, [partition,
 *             leader_epoch, offset, last_fetched_epoch, log_start_offset, max_bytes]], [forgotten], rack
 *   response  throttle_ms, error, session_id, [topic_id, [partition, error, high_watermark, last_stable_offset, log_start_offset,
 *             [producer_id, first_offset], preferred_read_replica, records]]
 */
export function fetchCall(options: FetchOptions): ApiCall<FetchAnswer> {
  const byTopic = Map.groupBy(options.positions, (p) => p.topicId)
  return {
    api: 1,
    version: 13,
    flexible: true,
    encode(w) {
      w.i32(-1).i32(options.maxWaitMs).i32(options.minBytes).i32(options.maxBytes)
      w.i8(options.readCommitted ? 1 : 0)
        .i32(0)
        .i32(-1)
      w.compactArray([...byTopic], ([topicId, positions]) => {
        w.uuid(topicId).compactArray(positions, (p) => {
          w.i32(p.partition).i32(p.leaderEpoch).i64(p.offset).i32(-1).i64(-1).i32(options.partitionMaxBytes).noTags()
        })
        w.noTags()
      })
      w.compactArray([], () => {})
        .compactString('')
        .noTags()
    },
    decode(r) {
      r.i32()
      const error = r.i16()
      r.i32()
      const topics = r.compactArray(() => {
        const topicId = r.uuid()
        const partitions = r.compactArray(() => {
          const head = {
            topicId,
            partition: r.i32(),
            error: r.i16(),
            highWatermark: r.i64(),
            lastStableOffset: r.i64(),
          }
          r.i64()
          const aborted = r.compactArray(() => {
            const transaction = { producerId: r.i64(), firstOffset: r.i64() }
            r.tags()
            return transaction
          })
          r.i32()
          const length = Math.max(0, r.uvarint() - 1)
          const start = r.skip(length)
          r.tags()
          return { ...head, aborted, start, length }
        })
        r.tags()
        return partitions
      })
      return { error, data: r.data, partitions: topics.flat() }
    },
  }
}
