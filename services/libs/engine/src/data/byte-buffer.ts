/** Growing little-endian buffers: state snapshots and computed strings. */
const encoder = new TextEncoder()
const decoder = new TextDecoder()
const CAPACITY_MIN = 1024

/** An append-only arena; `bytes` moves when it grows, offsets stay. */
export class ByteArena {
  bytes: Uint8Array
  position = 0
  /** Length of the text that `appendText` wrote last. */
  textLength = 0

  constructor(capacity = CAPACITY_MIN) {
    this.bytes = new Uint8Array(capacity)
  }

  reset(): void {
    this.position = 0
  }

  ensure(extra: number): void {
    if (this.position + extra > this.bytes.length) this.#grow(extra)
  }

  /** Copies a slice and returns its offset. */
  append(data: Uint8Array, offset: number, length: number): number {
    this.ensure(length)
    const start = this.position
    if (length > 24) this.bytes.set(data.subarray(offset, offset + length), start)
    else for (let i = 0; i < length; i++) this.bytes[start + i] = data[offset + i]!
    this.position = start + length
    return start
  }

  /** Writes text as UTF-8 and returns its offset; its length is `textLength`. */
  appendText(text: string): number {
    this.ensure(text.length * 3)
    const start = this.position
    const { bytes } = this
    let i = 0
    for (; i < text.length && i < 64; i++) {
      const code = text.charCodeAt(i)
      if (code > 127) break
      bytes[start + i] = code
    }
    if (i < text.length) i = encoder.encodeInto(text, bytes.subarray(start)).written
    this.textLength = i
    this.position = start + i
    return start
  }

  #grow(extra: number): void {
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.position + extra))
    grown.set(this.bytes.subarray(0, this.position))
    this.bytes = grown
  }
}

export class ByteWriter {
  readonly #arena = new ByteArena()
  #view = new DataView(this.#arena.bytes.buffer)

  get length(): number {
    return this.#arena.position
  }

  #take(size: number): number {
    this.#arena.ensure(size)
    if (this.#view.buffer !== this.#arena.bytes.buffer) this.#view = new DataView(this.#arena.bytes.buffer)
    const at = this.#arena.position
    this.#arena.position = at + size
    return at
  }

  u8(value: number): void {
    const at = this.#take(1)
    this.#view.setUint8(at, value)
  }
  i32(value: number): void {
    const at = this.#take(4)
    this.#view.setInt32(at, value, true)
  }
  i64(value: bigint): void {
    const at = this.#take(8)
    this.#view.setBigInt64(at, value, true)
  }
  f64(value: number): void {
    const at = this.#take(8)
    this.#view.setFloat64(at, value, true)
  }
  bytes(value: Uint8Array): void {
    this.i32(value.length)
    this.#arena.append(value, 0, value.length)
  }
  text(value: string): void {
    this.bytes(encoder.encode(value))
  }
  /** A copy of what was written. */
  finish(): Uint8Array {
    return this.#arena.bytes.slice(0, this.#arena.position)
  }
}

export class ByteReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #position = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get remaining(): number {
    return this.#bytes.length - this.#position
  }
  #take(size: number): number {
    const at = this.#position
    this.#position = at + size
    return at
  }
  u8(): number {
    return this.#view.getUint8(this.#take(1))
  }
  i32(): number {
    return this.#view.getInt32(this.#take(4), true)
  }
  i64(): bigint {
    return this.#view.getBigInt64(this.#take(8), true)
  }
  f64(): number {
    return this.#view.getFloat64(this.#take(8), true)
  }
  bytes(): Uint8Array {
    const length = this.i32()
    const at = this.#take(length)
    return this.#bytes.slice(at, at + length)
  }
  text(): string {
    return decoder.decode(this.bytes())
  }
}
