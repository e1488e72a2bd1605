/** Writes Kafka's primitive types (big endian; compact forms carry length + 1 as an unsigned varint). Grows as needed. */
export class RequestWriter {
  bytes: Buffer
  position = 0

  constructor(capacity = 512) {
    this.bytes = Buffer.allocUnsafe(capacity)
  }

  ensure(extra: number): void {
    if (this.position + extra <= this.bytes.length) return
    const grown = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.position + extra))
    this.bytes.copy(grown, 0, 0, this.position)
    this.bytes = grown
  }

  finish(): Buffer {
    return this.bytes.subarray(0, this.position)
  }

  bool(value: boolean): this {
    return this.i8(value ? 1 : 0)
  }
  i8(value: number): this {
    this.ensure(1)
    this.position = this.bytes.writeInt8(value, this.position)
    return this
  }
  i16(value: number): this {
    this.ensure(2)
    this.position = this.bytes.writeInt16BE(value, this.position)
    return this
  }
  i32(value: number): this {
    this.ensure(4)
    this.position = this.bytes.writeInt32BE(value, this.position)
    return this
  }
  /** int64 from a safe integer. */
  i64(value: number): this {
    this.ensure(8)
    this.bytes.writeInt32BE(Math.floor(value / 4_294_967_296), this.position)
    this.bytes.writeUInt32BE(value >>> 0, this.position + 4)
    this.position += 8
    return this
  }
  f64(value: number): this {
    this.ensure(8)
    this.position = this.bytes.writeDoubleBE(value, this.position)
    return this
  }
  uvarint(value: number): this {
    this.ensure(5)
    let rest = value >>> 0
    while (rest > 127) {
      this.bytes[this.position++] = (rest & 127) | 128
      rest >>>= 7
    }
    this.bytes[this.position++] = rest
    return this
  }
  /** STRING and NULLABLE_STRING of non-flexible versions. */
  string(value: string | null): this {
    if (value === null) return this.i16(-1)
    const length = Buffer.byteLength(value)
    this.i16(length).ensure(length)
    this.position += this.bytes.write(value, this.position)
    return this
  }
  compactString(value: string | null): this {
    if (value === null) return this.uvarint(0)
    const length = Buffer.byteLength(value)
    this.uvarint(length + 1).ensure(length)
    this.position += this.bytes.write(value, this.position)
    return this
  }
  raw(value: Uint8Array): this {
    this.ensure(value.length)
    this.bytes.set(value, this.position)
    this.position += value.length
    return this
  }
  compactBytes(value: Uint8Array | null): this {
    return value === null ? this.uvarint(0) : this.uvarint(value.length + 1).raw(value)
  }
  /** A UUID as 32 hexadecimal digits. */
  uuid(value: string): this {
    return this.raw(Buffer.from(value, 'hex'))
  }
  compactArray<T>(items: readonly T[] | null, write: (item: T) => void): this {
    if (items === null) return this.uvarint(0)
    this.uvarint(items.length + 1)
    for (const item of items) write(item)
    return this
  }
  /** An empty set of tagged fields, which ends every structure of a flexible version. */
  noTags(): this {
    return this.uvarint(0)
  }
}
