/** Packed keys back to values. */
import { type Boxed, isCharacterType } from '../data/boxed.ts'
import { representationOf } from '../data/vector.ts'
import type { LogicalType } from '../sql/types/logical-type.ts'
import { FIXED_WORDS, maskWords } from './key-words.ts'

const decoder = new TextDecoder()
const cell = new Int32Array(2)
const asDouble = new Float64Array(cell.buffer)
const asBigint = new BigInt64Array(cell.buffer)

/** True for types whose values can be read back from a packed key. */
export function isUnpackable(type: LogicalType): boolean {
  return representationOf(type) !== 'object' || type.kind === 'DECIMAL'
}

export function unpackKey(words: Int32Array, types: readonly LogicalType[]): Boxed[] {
  let at = maskWords(types.length)
  return types.map((type, i) => {
    const isNull = (words[i >> 5]! & (1 << (i & 31))) !== 0
    const repr = representationOf(type)
    const start = at
    at += FIXED_WORDS[repr] === 0 ? 1 + ((words[at]! + 3) >> 2) : FIXED_WORDS[repr]
    return isNull ? null : unpackValue(words, start, type)
  })
}

function unpackValue(words: Int32Array, at: number, type: LogicalType): Boxed {
  const repr = representationOf(type)
  if (repr === 'bool') return words[at] === 1
  if (repr === 'i32') return words[at]!
  if (repr === 'bytes') return unpackBytes(words, at, isCharacterType(type))
  if (repr === 'object') return BigInt(String(unpackBytes(words, at, true)).replace(/^bigint/, ''))
  cell[0] = words[at]!
  cell[1] = words[at + 1]!
  if (repr === 'i64') return asBigint[0]!
  return repr === 'ts' ? [asDouble[0]!, words[at + 2]!] : asDouble[0]!
}

function unpackBytes(words: Int32Array, at: number, asText: boolean): string | Uint8Array {
  const length = words[at]!
  const bytes = new Uint8Array(length)
  for (let i = 0; i < length; i++) bytes[i] = words[at + 1 + (i >> 2)]! >> ((i & 3) * 8)
  return asText ? decoder.decode(bytes) : bytes
}
