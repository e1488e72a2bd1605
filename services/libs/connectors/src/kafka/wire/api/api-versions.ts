import type { ApiCall } from '../connection.ts'

/** What a broker can do. */
export interface BrokerFeatures {
  /** Highest version of an API, or −1 where the broker lacks it. */
  maxVersion(api: number): number
  /** 2 where transactions follow KIP-890 (partitions join implicitly, EndTxn raises the epoch). */
  readonly transactionVersion: number
}

/**
 * ApiVersions v3.
 *   request   client_software_name, client_software_version
 *   response  error, [api_key, min_version, max_version], throttle_ms, tags: 2 = finalized_features [name, max_level, min_level]
 */
export function apiVersionsCall(): ApiCall<BrokerFeatures> {
  return {
    api: 18,
    version: 3,
    flexible: true,
    encode: (w) => w.compactString('millrace').compactString('0.1').noTags(),
    decode(r) {
      r.i16()
      const versions = new Map<number, number>()
      r.compactArray(() => {
        const api = r.i16()
        r.i16()
        versions.set(api, r.i16())
        r.tags()
      })
      r.i32()
      let transactionVersion = 0
      r.tags((tag, field) => {
        if (tag !== 2) return
        field.compactArray(() => {
          const name = field.compactString()
          const level = field.i16()
          field.i16()
          field.tags()
          if (name === 'transaction.version') transactionVersion = level
        })
      })
      return { maxVersion: (api) => versions.get(api) ?? -1, transactionVersion }
    },
  }
}
