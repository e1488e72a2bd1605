import type { ApiCall } from '../connection.ts'
import { type OffsetToCommit, type PartitionError, readPartitionErrors, writeOffsets } from './committed-offsets.ts'

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
  return {
    api: 28,
    version: 5,
    flexible: true,
    encode(w) {
      w.compactString(commit.transactionalId).compactString(commit.group).i64(commit.producerId).i16(commit.producerEpoch)
      w.i32(-1).compactString('').compactString(null)
      writeOffsets(w, commit.offsets)
    },
    decode: readPartitionErrors,
  }
}
