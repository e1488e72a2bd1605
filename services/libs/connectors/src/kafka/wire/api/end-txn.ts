import type { ApiCall } from '../connection.ts'
import type { ProducerIdentity } from './init-producer-id.ts'

export interface TransactionEnd {
  readonly transactionalId: string
  readonly producerId: number
  readonly producerEpoch: number
  readonly commit: boolean
}

/**
 * EndTxn v5: the answer holds the identity for the next transaction (the epoch is raised each time).
 *   request   transactional_id, producer_id, producer_epoch, committed
 *   response  throttle_ms, error, producer_id, producer_epoch
 */
export function endTxnCall(end: TransactionEnd): ApiCall<ProducerIdentity> {
  return {
    api: 26,
    version: 5,
    flexible: true,
    encode: (w) => w.compactString(end.transactionalId).i64(end.producerId).i16(end.producerEpoch).bool(end.commit).noTags(),
    decode(r) {
      r.i32()
      return { error: r.i16(), producerId: r.i64(), producerEpoch: r.i16() }
    },
  }
}
