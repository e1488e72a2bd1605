import type { ApiCall } from '../connection.ts'

export interface OffsetQuery {
  readonly topic: string
  readonly partition: number
  /** Epoch ms, or −1 (end: the last stable offset under read_committed) or −2 (start). */
  readonly timestamp: number
}
export interface OffsetAnswer {
  readonly topic: string
  readonly partition: number
  readonly error: number
  readonly timestamp: number
  /** −1: no record at or after the time. */
  readonly offset: number
}

export const LATEST = -1
export const EARLIEST = -2

/**
 * ListOffsets v7.
 *   request   replica_id, isolation, [topic, [partition, leader_epoch, timestamp]]
 *   response  throttle_ms, [topic, [partition, error, timestamp, offset, leader_epoch]]
 */
export function listOffsetsCall(queries: readonly OffsetQuery[], readCommitted: boolean): ApiCall<readonly OffsetAnswer[]> {
  const byTopic = Map.groupBy(queries, (q) => q.topic)
  return {
    api: 2,
    version: 7,
    flexible: true,
    encode(w) {
      w.i32(-1).i8(readCommitted ? 1 : 0)
      w.compactArray([...byTopic], ([topic, partitions]) => {
        w.compactString(topic)
        w.compactArray(partitions, (q) => w.i32(q.partition).i32(-1).i64(q.timestamp).noTags())
        w.noTags()
      })
      w.noTags()
    },
    decode(r) {
      r.i32()
      const topics = r.compactArray(() => {
        const topic = r.compactString() ?? ''
        const partitions = r.compactArray(() => {
          const answer = { topic, partition: r.i32(), error: r.i16(), timestamp: r.i64(), offset: r.i64() }
          r.i32()
          r.tags()
          return answer
        })
        r.tags()
        return partitions
      })
      return topics.flat()
    },
  }
}
