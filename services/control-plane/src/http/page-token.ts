import { createHmac, timingSafeEqual } from 'node:crypto'
import { MillraceError } from '@millrace/protocol'

/**
 * Page tokens are opaque and signed: `about` names the operation, the organization and every filter, so that a token made for one
 * list continues no other.
 */
export interface PageTokens {
  make(about: readonly string[], after: string | null): string | null
  /** Where to go on, or undefined for the first page. Throws PAGE_TOKEN_INVALID. */
  read(about: readonly string[], token: string | undefined): string | undefined
}

export function pageTokens(key: Uint8Array): PageTokens {
  const sign = (about: readonly string[], after: string): Buffer =>
    createHmac('sha256', key)
      .update(JSON.stringify([...about, after]))
      .digest()
      .subarray(0, 16)
  return {
    make: (about, after) =>
      after === null ? null : Buffer.concat([sign(about, after), Buffer.from(after, 'utf8')]).toString('base64url'),
    read: (about, token) => {
      if (token === undefined) return undefined
      const bytes = Buffer.from(token, 'base64url')
      const after = bytes.subarray(16).toString('utf8')
      if (bytes.length <= 16 || !timingSafeEqual(bytes.subarray(0, 16), sign(about, after)))
        throw new MillraceError('PAGE_TOKEN_INVALID')
      return after
    },
  }
}
