import type { ApiCall } from '../connection.ts'
import { type OffsetToCommit, type PartitionError, readPartitionErrors, writeOffsets } from './committed-offsets.ts'

/**
 * OffsetCommit v8 outside of any membership.
 *   request   group, generation, member, instance, [topic, [partition, offset, leader_epoch, metadata]]
 *   response  throttle_ms, [topic, [partition, error]]
 */
export function offsetCommitCall(group: string, offsets: readonly OffsetToCommit[]): ApiCall<readonly PartitionError[]> {
  return {
    api: 8,
    version: 8,
    flexible: true,
    encode(w) {
      w.compactString(group).i32(-1).compactString('').compactString(null)
      writeOffsets(w, offsets)
    },
    decode: readPartitionErrors,
  }
}
