import type { ApiCall } from '../connection.ts'
import type { OffsetToCommit, PartitionError } from './offset-commit.ts'

export interface TransactionalOffsets {
  readonly transactionalId: string
  readonly group: string
  readonly producerId: number
  readonly producerEpoch: number
  readonly offsets: readonly OffsetToCommit[]
}

/**
 * TxnOffsetCommit v5: offsets that become visible with the transaction; the group joins it implicitly.
 *   request   transactional_id, group, producer_id, producer_epoch, generation, member, instance,
 *             [topic, [partition, offset, leader_epoch, metadata]]
 *   response  throttle_ms, [topic, [partition, error]]
 */
export function txnOffsetCommitCall(commit: TransactionalOffsets): ApiCall<readonly PartitionError[]> {
  const byTopic = Map.groupBy(commit.offsets, (o) => o.topic)
  return {
    api: 28,
    version: 5,
    flexible: true,
    encode(w) {
      w.compactString(commit.transactionalId).compactString(commit.group).i64(commit.producerId).i16(commit.producerEpoch)
      w.i32(-1).compactString('').compactString(null)
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
