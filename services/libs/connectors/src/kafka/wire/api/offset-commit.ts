import type { ApiCall } from '../connection.ts'

export interface OffsetToCommit {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly metadata: string | null
}
export interface PartitionError {
  readonly topic: string
  readonly partition: number
  readonly error: number
}

/**
 * OffsetCommit v8 outside of any membership.
 *   request   group, generation, member, instance, [topic, [partition, offset, leader_epoch, metadata]]
 *   response  throttle_ms, [topic, [partition, error]]
 */
export function offsetCommitCall(group: string, offsets: readonly OffsetToCommit[]): ApiCall<readonly PartitionError[]> {
  const byTopic = Map.groupBy(offsets, (o) => o.topic)
  return {
    api: 8,
    version: 8,
    flexible: true,
    encode(w) {
      w.compactString(group).i32(-1).compactString('').compactString(null)
      w.compactArray([...byTopic], ([topic, partitions]) => {
        w.compactString(topic)
        w.compactArray(partitions, (o) => w.i32(o.partition).i64(o.offset).i32(-1).compactString(o.metadata).noTags())
        w.noTags()
      })
      w.noTags()
    },
    decode(r) {
      r.i32()
      const topics = r.compactArray(() => {
        const topic = r.compactString() ?? ''
        const partitions = r.compactArray(() => {
          const answer = { topic, partition: r.i32(), error: r.i16() }
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
