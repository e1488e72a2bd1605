/** Strings as UTF-8 slices and as JS strings; the order is Flink's: by unsigned bytes, which is the order of code points. */
const decoder = new TextDecoder()
const encoder = new TextEncoder()
const ASCII_LOOP_MAX = 40

export function decodeSlice(data: Uint8Array, offset: number, length: number): string {
  if (length <= ASCII_LOOP_MAX) {
    let text = ''
    let i = 0
    for (; i < length; i++) {
      const byte = data[offset + i]!
      if (byte > 127) break
      text += String.fromCharCode(byte)
    }
    if (i === length) return text
  }
  return decoder.decode(data.subarray(offset, offset + length))
}

export function copySlice(data: Uint8Array, offset: number, length: number): Uint8Array {
  return data.slice(offset, offset + length)
}

export function encodeText(text: string): Uint8Array {
  return encoder.encode(text)
}

export interface Slice {
  readonly data: Uint8Array
  readonly offset: number
  readonly length: number
}

export function sliceEquals(data: Uint8Array, offset: number, other: Slice): boolean {
  const { length } = other
  for (let i = 0; i < length; i++) if (data[offset + i] !== other.data[other.offset + i]) return false
  return true
}

export function compareSlices(a: Slice, b: Slice): number {
  const shared = Math.min(a.length, b.length)
  for (let i = 0; i < shared; i++) {
    const difference = a.data[a.offset + i]! - b.data[b.offset + i]!
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

/** Compares by code point. UTF-16 order differs only where one side has a surrogate and the other a unit above U+DFFF. */
export function compareText(a: string, b: string): number {
  const shared = Math.min(a.length, b.length)
  for (let i = 0; i < shared; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x !== y) return surrogateLast(x) - surrogateLast(y)
  }
  return a.length - b.length
}

function surrogateLast(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit
}
