import type { ApiCall } from '../connection.ts'

export interface SaslAnswer {
  readonly error: number
  readonly message: string | null
  readonly bytes: Uint8Array
}

/** SaslAuthenticate v2. Request: bytes. Response: error, message, bytes, session_lifetime_ms. */
export function saslAuthenticateCall(bytes: Uint8Array): ApiCall<SaslAnswer> {
  return {
    api: 36,
    version: 2,
    flexible: true,
    encode: (w) => w.compactBytes(bytes).noTags(),
    decode: (r) => ({ error: r.i16(), message: r.compactString(), bytes: r.compactBytes() ?? new Uint8Array() }),
  }
}
