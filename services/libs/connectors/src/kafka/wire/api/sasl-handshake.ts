import type { ApiCall } from '../connection.ts'

/** SaslHandshake v1 (not flexible). Request: mechanism. Response: error, [mechanism]. */
export function saslHandshakeCall(
  mechanism: string,
): ApiCall<{ readonly error: number; readonly mechanisms: readonly string[] }> {
  return {
    api: 17,
    version: 1,
    flexible: false,
    encode: (w) => w.string(mechanism),
    decode: (r) => ({ error: r.i16(), mechanisms: r.array(() => r.string() ?? '') }),
  }
}
