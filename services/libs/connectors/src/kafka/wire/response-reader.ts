/** A response ended early or holds an impossible length: the connection is not usable any more. */
export class ResponseFormatError extends Error {
  override readonly name = 'ResponseFormatError'
}

/** Reads Kafka's primitive types. int64 are read as numbers: offsets, producer ids and times stay below 2^53. */
export class ResponseReader {
  readonly data: Uint8Array
  readonly end: number
  position: number
  readonly #view: DataView

  constructor(data: Uint8Array, position = 0, end = data.length) {
    this.data = data
    this.position = position
    this.end = end
    this.#view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  }

  #take(size: number): number {
    const at = this.position
    if (size < 0 || at + size > this.end) throw new ResponseFormatError(`response ends at ${this.end}, ${at + size} needed`)
    this.position = at + size
    return at
  }

  bool(): boolean {
    return this.i8() !== 0
  }
  i8(): number {
    return this.#view.getInt8(this.#take(1))
  }
  i16(): number {
    return this.#view.getInt16(this.#take(2))
  }
  i32(): number {
    return this.#view.getInt32(this.#take(4))
  }
  i64(): number {
    const at = this.#take(8)
    return this.#view.getInt32(at) * 4_294_967_296 + this.#view.getUint32(at + 4)
  }
  f64(): number {
    return this.#view.getFloat64(this.#take(8))
  }
  uvarint(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.data[this.#take(1)] as number
      value |= (byte & 127) << shift
      if (byte < 128) return value >>> 0
    }
    throw new ResponseFormatError('varint of more than five bytes')
  }
  string(): string | null {
    const length = this.i16()
    return length < 0 ? null : this.#text(length)
  }
  compactString(): string | null {
    const length = this.uvarint()
    return length === 0 ? null : this.#text(length - 1)
  }
  #text(length: number): string {
    const at = this.#take(length)
    return Buffer.from(this.data.buffer, this.data.byteOffset + at, length).toString('utf8')
  }
  compactBytes(): Uint8Array | null {
    const length = this.uvarint()
    if (length === 0) return null
    const at = this.#take(length - 1)
    return this.data.subarray(at, at + length - 1)
  }
  uuid(): string {
    const at = this.#take(16)
    return Buffer.from(this.data.buffer, this.data.byteOffset + at, 16).toString('hex')
  }
  /** Skips `length` bytes and returns where they began. */
  skip(length: number): number {
    return this.#take(length)
  }
  array<T>(read: () => T): T[] {
    return this.#items(this.i32(), read)
  }
  compactArray<T>(read: () => T): T[] {
    return this.#items(this.uvarint() - 1, read)
  }
  #items<T>(count: number, read: () => T): T[] {
    if (count > this.end - this.position)
      throw new ResponseFormatError(`array of ${count} items in ${this.end - this.position} bytes`)
    const items: T[] = []
    for (let i = 0; i < count; i++) items.push(read())
    return items
  }
  /** Skips tagged fields; `each` sees those that a caller wants. */
  tags(each?: (tag: number, reader: ResponseReader) => void): void {
    for (let count = this.uvarint(); count > 0; count--) {
      const tag = this.uvarint()
      const size = this.uvarint()
      const at = this.#take(size)
      each?.(tag, new ResponseReader(this.data, at, at + size))
    }
  }
}
