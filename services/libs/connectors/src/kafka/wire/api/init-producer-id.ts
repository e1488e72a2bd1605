import type { ApiCall } from '../connection.ts'

export interface ProducerIdentity {
  readonly error: number
  readonly producerId: number
  readonly producerEpoch: number
}

/**
 * InitProducerId v4: fences every older producer of the transactional id and aborts its open transaction. The identity sent is
 * always −1/−1; naming an old one would make the broker keep it.
 *   request   transactional_id, transaction_timeout_ms, producer_id, producer_epoch
 *   response  throttle_ms, error, producer_id, producer_epoch
 */
export function initProducerIdCall(transactionalId: string | null, timeoutMs: number): ApiCall<ProducerIdentity> {
  return {
    api: 22,
    version: 4,
    flexible: true,
    encode: (w) => w.compactString(transactionalId).i32(timeoutMs).i64(-1).i16(-1).noTags(),
    decode(r) {
      r.i32()
      return { error: r.i16(), producerId: r.i64(), producerEpoch: r.i16() }
    },
  }
}
