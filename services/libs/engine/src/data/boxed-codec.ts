/** Self-describing bytes of boxed values, for state snapshots. Tags are fixed: snapshots of earlier releases are read for ever. */
import type { Boxed, BoxedMap } from './boxed.ts'
import type { ByteReader, ByteWriter } from './byte-buffer.ts'

const TAG = { NULL: 0, FALSE: 1, TRUE: 2, NUMBER: 3, BIGINT: 4, BIG: 5, TEXT: 6, BYTES: 7, ARRAY: 8, MAP: 9 } as const

export function writeBoxed(out: ByteWriter, value: Boxed): void {
  if (value === null) out.u8(TAG.NULL)
  else if (typeof value === 'boolean') out.u8(value ? TAG.TRUE : TAG.FALSE)
  else if (typeof value === 'number') {
    out.u8(TAG.NUMBER)
    out.f64(value)
  } else if (typeof value === 'bigint') writeBigInt(out, value)
  else if (typeof value === 'string') {
    out.u8(TAG.TEXT)
    out.text(value)
  } else writeComposite(out, value)
}

function writeBigInt(out: ByteWriter, value: bigint): void {
  if (BigInt.asIntN(64, value) === value) {
    out.u8(TAG.BIGINT)
    out.i64(value)
  } else {
    out.u8(TAG.BIG)
    out.text(value.toString(16))
  }
}

function writeComposite(out: ByteWriter, value: Uint8Array | readonly Boxed[] | BoxedMap): void {
  if (value instanceof Uint8Array) {
    out.u8(TAG.BYTES)
    out.bytes(value)
  } else if (Array.isArray(value)) {
    out.u8(TAG.ARRAY)
    out.i32(value.length)
    for (const item of value as readonly Boxed[]) writeBoxed(out, item)
  } else {
    const map = value as BoxedMap
    out.u8(TAG.MAP)
    out.i32(map.size)
    for (const [key, item] of map) {
      writeBoxed(out, key)
      writeBoxed(out, item)
    }
  }
}

export function readBoxed(input: ByteReader): Boxed {
  const tag = input.u8()
  switch (tag) {
    case TAG.NULL:
      return null
    case TAG.FALSE:
      return false
    case TAG.TRUE:
      return true
    case TAG.NUMBER:
      return input.f64()
    case TAG.BIGINT:
      return input.i64()
    case TAG.BIG:
      return parseHex(input.text())
    case TAG.TEXT:
      return input.text()
    case TAG.BYTES:
      return input.bytes()
    case TAG.ARRAY:
      return Array.from({ length: input.i32() }, () => readBoxed(input))
    case TAG.MAP:
      return new Map(Array.from({ length: input.i32() }, () => [readBoxed(input), readBoxed(input)] as const))
    default:
      throw new Error(`unknown tag ${tag} in a state snapshot`)
  }
}

function parseHex(text: string): bigint {
  return text.startsWith('-') ? -BigInt(`0x${text.slice(1)}`) : BigInt(`0x${text}`)
}
