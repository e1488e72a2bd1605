/**
 * Keys as packed 32-bit words, and their hash. Both are fixed for ever: state and exchanges distribute by them.
 *
 * Layout: one word of NULL bits for each 32 key columns; then each column in order: bool and int32 one word; int64 and double two
 * (low first; doubles with one NaN; temporal and decimal ones without -0); timestamps beyond milliseconds three (ms as double,
 * nanoseconds); strings a word with the byte length, then the bytes little-endian, padded with zeros; other values a string of
 * their canonical text. A NULL column is zeros of its fixed width, or length 0.
 */
import { type Representation, representationOf } from '../data/vector.ts'
import type { LogicalType } from '../sql/types/logical-type.ts'

export class KeyScratch {
  words = new Int32Array(64)

  /** Room for `count` words; the array is replaced when it grows. */
  ensure(count: number): Int32Array {
    if (count > this.words.length) {
      const grown = new Int32Array(Math.max(count, this.words.length * 2))
      grown.set(this.words)
      this.words = grown
    }
    return this.words
  }
}

/** MurmurHash3 (x86, 32 bit, seed 0) over the words. Source: Austin Appleby's public domain reference. */
export function hashWords(words: Int32Array, count: number): number {
  let h = 0
  for (let i = 0; i < count; i++) {
    let k = Math.imul(words[i]!, 0xcc9e2d51)
    k = (k << 15) | (k >>> 17)
    h ^= Math.imul(k, 0x1b873593)
    h = (h << 13) | (h >>> 19)
    h = (Math.imul(h, 5) + 0xe6546b64) | 0
  }
  h ^= count << 2
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

export function maskWords(columns: number): number {
  return (columns + 31) >> 5
}

/** Words of a column of fixed width; 0 for strings and objects. */
export const FIXED_WORDS: Readonly<Record<Representation, number>> = {
  bool: 1,
  i32: 1,
  i64: 2,
  f64: 2,
  ts: 3,
  bytes: 0,
  object: 0,
}

/** Words of every packed key of these types; 0 where keys differ in length. */
export function fixedKeyWords(types: readonly LogicalType[]): number {
  const widths = types.map((type) => FIXED_WORDS[representationOf(type)])
  return widths.includes(0) ? 0 : widths.reduce((sum, width) => sum + width, maskWords(types.length))
}

/** Writes bytes as a length word and padded words; returns the position behind them. The scratch has room. */
export function packBytes(
  words: Int32Array,
  at: number,
  bytes: { readonly data: Uint8Array; readonly offset: number; readonly length: number },
): number {
  const { data, offset, length } = bytes
  words[at++] = length
  const whole = length & ~3
  let i = 0
  for (; i < whole; i += 4) {
    const p = offset + i
    words[at++] = data[p]! | (data[p + 1]! << 8) | (data[p + 2]! << 16) | (data[p + 3]! << 24)
  }
  if (i < length) {
    let word = 0
    for (let shift = 0; i < length; i++, shift += 8) word |= data[offset + i]! << shift
    words[at++] = word
  }
  return at
}
