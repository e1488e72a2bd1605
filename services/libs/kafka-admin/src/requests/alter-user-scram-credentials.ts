import type { ApiCall } from '@millrace/connectors/kafka-wire'

export interface ScramUpsertion {
  readonly user: string
  readonly mechanism: 'SCRAM-SHA-256' | 'SCRAM-SHA-512'
  readonly iterations: number
  readonly salt: Uint8Array
  readonly saltedPassword: Uint8Array
}
export interface ScramDeletion {
  readonly user: string
  readonly mechanism: 'SCRAM-SHA-256' | 'SCRAM-SHA-512'
}
export interface ScramResult {
  readonly user: string
  readonly error: number
  readonly message: string | null
}

const MECHANISM = { 'SCRAM-SHA-256': 1, 'SCRAM-SHA-512': 2 } as const

/**
 * AlterUserScramCredentials v0. The password itself never travels.
 *   request   [user, mechanism] deletions, [user, mechanism, iterations, salt, salted_password] upsertions
 *   response  throttle_ms, [user, error, message]
 */
export function alterUserScramCredentialsCall(changes: {
  readonly upsertions: readonly ScramUpsertion[]
  readonly deletions: readonly ScramDeletion[]
}): ApiCall<readonly ScramResult[]> {
  return {
    api: 51,
    version: 0,
    flexible: true,
    encode(w) {
      w.compactArray(changes.deletions, (d) => w.compactString(d.user).i8(MECHANISM[d.mechanism]).noTags())
      w.compactArray(changes.upsertions, (u) => {
        w.compactString(u.user).i8(MECHANISM[u.mechanism]).i32(u.iterations)
        w.compactBytes(u.salt).compactBytes(u.saltedPassword).noTags()
      })
      w.noTags()
    },
    decode(r) {
      r.i32()
      return r.compactArray(() => {
        const result = { user: r.compactString() ?? '', error: r.i16(), message: r.compactString() }
        r.tags()
        return result
      })
    },
  }
}
