import type { ApiCall } from '../connection.ts'

export interface CommittedOffset {
  readonly topic: string
  readonly partition: number
  /** −1: nothing is committed. */
  readonly offset: number
  readonly metadata: string | null
  readonly error: number
}
export interface OffsetFetchAnswer {
  readonly error: number
  readonly offsets: readonly CommittedOffset[]
}

export interface OffsetFetchQuery {
  readonly group: string
  readonly partitions: ReadonlyMap<string, readonly number[]>
  /** Fail with UNSTABLE_OFFSET_COMMIT while a transaction holds an offset that is neither committed nor aborted. */
  readonly requireStable: boolean
}

/**
 * OffsetFetch v8 for one group.
 *   request   [group, [topic, [partition]]], require_stable
 *   response  throttle_ms, [group, [topic, [partition, offset, leader_epoch, metadata, error]], error]
 */
export function offsetFetchCall(query: OffsetFetchQuery): ApiCall<OffsetFetchAnswer> {
  return {
    api: 9,
    version: 8,
    flexible: true,
    encode(w) {
      w.compactArray([query], (q) => {
        w.compactString(q.group).compactArray([...q.partitions], ([topic, partitions]) => {
          w.compactString(topic).compactArray(partitions, (p) => w.i32(p))
          w.noTags()
        })
        w.noTags()
      })
      w.bool(query.requireStable).noTags()
    },
    decode(r) {
      r.i32()
      const [group] = r.compactArray(() => {
        r.compactString()
        const topics = r.compactArray(() => {
          const topic = r.compactString() ?? ''
          const offsets = r.compactArray(() => {
            const head = { topic, partition: r.i32(), offset: r.i64() }
            r.i32()
            const answer = { ...head, metadata: r.compactString(), error: r.i16() }
            r.tags()
            return answer
          })
          r.tags()
          return offsets
        })
        const error = r.i16()
        r.tags()
        return { error, offsets: topics.flat() }
      })
      return group ?? { error: 0, offsets: [] }
    },
  }
}
