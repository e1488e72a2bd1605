import { createCipheriv, createDecipheriv, createHash } from 'node:crypto'
import type { RandomBytes } from '@millrace/kit'

const CIPHER = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** What a sealed value is bound to: it opens nowhere else. */
export interface SealBinding {
  readonly org: string
  readonly resource: string
  readonly field: string
  readonly version: number
}

/** The key that wraps every organization's data key; it comes from configuration and never enters the database. */
export interface MasterKey {
  readonly id: string
  readonly key: Uint8Array
}

/** Reads a master key from 64 hex digits or base64 of 32 bytes; its id is derived, so that a changed key is noticed. Throws otherwise. */
export function masterKeyFrom(text: string): MasterKey {
  const key = /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64')
  if (key.length !== 32) throw new Error('the master key is not 32 bytes in hex or base64')
  return { id: createHash('sha256').update('millrace master key id').update(key).digest('hex').slice(0, 16), key }
}

const associated = (b: SealBinding): Buffer => Buffer.from(JSON.stringify([b.org, b.resource, b.field, b.version]), 'utf8')

/** AES-256-GCM: nonce, ciphertext and tag in one piece. */
export function sealBytes(
  key: Uint8Array,
  plain: Uint8Array,
  options: { binding: SealBinding; random: RandomBytes },
): Uint8Array<ArrayBuffer> {
  const nonce = options.random(NONCE_BYTES)
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(associated(options.binding))
  return Uint8Array.from(Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]))
}

/** Opens what sealBytes made. Throws when the key, the binding or a bit is another. */
export function openBytes(key: Uint8Array, sealed: Uint8Array, binding: SealBinding): Uint8Array {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) throw new Error('sealed value is too short')
  const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE_BYTES))
  decipher.setAAD(associated(binding))
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES))
  return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES)), decipher.final()])
}

export const dataKeyBinding = (org: string, version: number): SealBinding => ({ org, resource: org, field: 'data-key', version })
