import { randomBytes } from 'node:crypto'
import type { Clock } from './clock.ts'

/** Randomness as a parameter: `count` random bytes. */
export type RandomBytes = (count: number) => Uint8Array

export const systemRandom: RandomBytes = (count) => randomBytes(count)

/** Makes the uids of resources. */
export type NewUid = () => string

/** UUIDv7 (RFC 9562): 48 bits of milliseconds, then random bits, so uids sort by creation time. */
export function uuidV7(nowMs: number, random: RandomBytes): string {
  const bytes = Uint8Array.from(random(16))
  let ms = nowMs
  for (let i = 5; i >= 0; i--) {
    bytes[i] = ms % 256
    ms = Math.floor(ms / 256)
  }
  bytes[6] = (bytes[6]! & 0x0f) | 0x70
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = Buffer.from(bytes).toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

export function uidMaker(clock: Clock, random: RandomBytes = systemRandom): NewUid {
  return () => uuidV7(clock.now(), random)
}

/** splitmix64 reduced to 53 bits: a small seeded generator for tests, data generators and jitter. Returns [0, 1). */
export function seededRandom(seed: number): () => number {
  let state = BigInt.asUintN(64, BigInt(Math.trunc(seed)))
  return () => {
    state = BigInt.asUintN(64, state + 0x9e3779b97f4a7c15n)
    let z = state
    z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n)
    z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn)
    z ^= z >> 31n
    return Number(z >> 11n) / 2 ** 53
  }
}
