import { createHmac, timingSafeEqual } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { RandomBytes } from '@millrace/kit'

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const SHAPE = /^mr_live_([0-9A-Za-z]{12})_([0-9A-Za-z]{32})([0-9A-Za-z]{6})$/

/** The peppers that secrets are hashed with, by version; new keys use the highest. They live in configuration, not in the database. */
export type Peppers = ReadonlyMap<number, Uint8Array>

export interface MintedKey {
  /** The whole key; shown once. */
  readonly text: string
  readonly id: string
  readonly secret: string
}

/** `mr_live_<12 id>_<32 secret><6 CRC-32 of what stands before it>`, all base62, so that scanners find leaked keys and typing errors are told offline. */
export function mintApiKey(random: RandomBytes): MintedKey {
  const id = base62(random, 12)
  const secret = base62(random, 32)
  return { text: `mr_live_${id}_${secret}${checksum(`mr_live_${id}_${secret}`)}`, id, secret }
}

/** Id and secret of a well-formed key, or null when its shape or checksum is wrong. */
export function parseApiKey(text: string): { readonly id: string; readonly secret: string } | null {
  const [, id, secret, sum] = SHAPE.exec(text) ?? []
  if (id === undefined || secret === undefined || sum === undefined) return null
  return checksum(`mr_live_${id}_${secret}`) === sum ? { id, secret } : null
}

/** HMAC-SHA-256 of the secret under the newest pepper. */
export function hashSecret(
  peppers: Peppers,
  secret: string,
): { readonly hash: Uint8Array<ArrayBuffer>; readonly version: number } {
  const version = Math.max(...peppers.keys())
  return { hash: hmac(peppers, secret, version), version }
}

/** Whether `secret` hashes to `hash` under pepper `version`, in constant time. False when that pepper is gone. */
export function secretMatches(
  peppers: Peppers,
  secret: string,
  stored: { readonly hash: Uint8Array; readonly version: number },
): boolean {
  if (!peppers.has(stored.version)) return false
  const own = hmac(peppers, secret, stored.version)
  return own.length === stored.hash.length && timingSafeEqual(own, stored.hash)
}

function hmac(peppers: Peppers, secret: string, version: number): Uint8Array<ArrayBuffer> {
  const pepper = peppers.get(version)
  if (!pepper) throw new Error(`no pepper of version ${version}`)
  return Uint8Array.from(createHmac('sha256', pepper).update(secret).digest())
}

/** Uniform: bytes at or over the largest multiple of 62 are drawn again. */
function base62(random: RandomBytes, length: number): string {
  let out = ''
  while (out.length < length) {
    for (const byte of random(length)) if (byte < 248 && out.length < length) out += ALPHABET[byte % 62]
  }
  return out
}

function checksum(text: string): string {
  let n = crc32(text)
  let out = ''
  for (let i = 0; i < 6; i++) {
    out = ALPHABET[n % 62] + out
    n = Math.floor(n / 62)
  }
  return out
}
