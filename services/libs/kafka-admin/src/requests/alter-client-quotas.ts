import type { ApiCall } from '@millrace/connectors/kafka-wire'

/** Limits of one principal; null removes the limit, undefined leaves it. */
export interface ClientQuotas {
  readonly producerBytesPerSecond?: number | null
  readonly consumerBytesPerSecond?: number | null
  /** Of the broker's request and network threads, in percent of one thread. */
  readonly requestPercentage?: number | null
}
export interface QuotaResult {
  readonly error: number
  readonly message: string | null
}

const KEYS = {
  producerBytesPerSecond: 'producer_byte_rate',
  consumerBytesPerSecond: 'consumer_byte_rate',
  requestPercentage: 'request_percentage',
} as const

/**
 * AlterClientQuotas v1 for one user.
 *   request   [[entity_type, entity_name], [key, value, remove]], validate_only
 *   response  throttle_ms, [error, message, [entity_type, entity_name]]
 */
export function alterClientQuotasCall(user: string, quotas: ClientQuotas): ApiCall<readonly QuotaResult[]> {
  const changes = Object.entries(KEYS).flatMap(([name, key]) => {
    const value = quotas[name as keyof ClientQuotas]
    return value === undefined ? [] : [{ key, value: value ?? 0, remove: value === null }]
  })
  return {
    api: 49,
    version: 1,
    flexible: true,
    encode(w) {
      w.compactArray([user], (name) => {
        w.compactArray([name], (n) => w.compactString('user').compactString(n).noTags())
        w.compactArray(changes, (change) => w.compactString(change.key).f64(change.value).bool(change.remove).noTags())
        w.noTags()
      })
      w.bool(false).noTags()
    },
    decode(r) {
      r.i32()
      return r.compactArray(() => {
        const result = { error: r.i16(), message: r.compactString() }
        r.compactArray(() => {
          r.compactString()
          r.compactString()
          r.tags()
        })
        r.tags()
        return result
      })
    },
  }
}
