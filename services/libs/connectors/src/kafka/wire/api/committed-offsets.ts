/** The part that OffsetCommit and TxnOffsetCommit have alike: offsets by topic, and an error for each partition. */
import type { RequestWriter } from '../request-writer.ts'
import type { ResponseReader } from '../response-reader.ts'

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

/** [topic, [partition, offset, leader_epoch, metadata]], then the request's tags. */
export function writeOffsets(w: RequestWriter, offsets: readonly OffsetToCommit[]): void {
  const byTopic = Map.groupBy(offsets, (o) => o.topic)
  w.compactArray([...byTopic], ([topic, partitions]) => {
    w.compactString(topic)
    w.compactArray(partitions, (o) => w.i32(o.partition).i64(o.offset).i32(-1).compactString(o.metadata).noTags())
    w.noTags()
  })
  w.noTags()
}

/** throttle_ms, [topic, [partition, error]] */
export function readPartitionErrors(r: ResponseReader): readonly PartitionError[] {
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
}
