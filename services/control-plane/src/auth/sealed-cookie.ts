import { createHash } from 'node:crypto'
import type { RandomBytes } from '@millrace/kit'
import { openBytes, sealBytes } from '@millrace/store'

/** Keeps a short value in the browser, unreadable and unchangeable: the flow between leaving for the identity provider and coming back. */
export interface SealedCookie<T> {
  seal(value: T, expiresMs: number): string
  /** null when it is not ours, was changed, or has expired. */
  open(text: string | undefined, nowMs: number): T | null
}

export function sealedCookie<T>(secret: Uint8Array, purpose: string, random: RandomBytes): SealedCookie<T> {
  const key = createHash('sha256').update('millrace cookie').update(purpose).update(secret).digest()
  const binding = { org: '', resource: purpose, field: 'cookie', version: 1 }
  return {
    seal: (value, expiresMs) =>
      Buffer.from(sealBytes(key, Buffer.from(JSON.stringify({ value, expiresMs }), 'utf8'), { binding, random })).toString(
        'base64url',
      ),
    open: (text, nowMs) => {
      if (text === undefined) return null
      try {
        const read = JSON.parse(Buffer.from(openBytes(key, Buffer.from(text, 'base64url'), binding)).toString('utf8')) as {
          value: T
          expiresMs: number
        }
        return read.expiresMs > nowMs ? read.value : null
      } catch {
        return null
      }
    },
  }
}
