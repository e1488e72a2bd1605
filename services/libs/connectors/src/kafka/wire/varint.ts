/** Zig-zag varints of record batches (as protobuf's sint32 and sint64). */

/** Bytes that `value` (int32) takes. */
export function varintSize(value: number): number {
  const zigzag = ((value << 1) ^ (value >> 31)) >>> 0
  return zigzag < 0x80 ? 1 : zigzag < 0x4000 ? 2 : zigzag < 0x20_0000 ? 3 : zigzag < 0x1000_0000 ? 4 : 5
}

/** Writes `value` (int32) at `at`; returns the position after it. */
export function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  let rest = ((value << 1) ^ (value >> 31)) >>> 0
  let p = at
  while (rest > 127) {
    bytes[p++] = (rest & 127) | 128
    rest >>>= 7
  }
  bytes[p++] = rest
  return p
}

/** Writes a safe integer as varint64; returns the position after it. */
export function writeVarlong(bytes: Uint8Array, at: number, value: number): number {
  let rest = value < 0 ? -value * 2 - 1 : value * 2
  let p = at
  while (rest > 127) {
    bytes[p++] = (rest % 128) | 128
    rest = Math.floor(rest / 128)
  }
  bytes[p++] = rest
  return p
}
