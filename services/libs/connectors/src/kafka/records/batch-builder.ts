import type { ByteSink } from '@millrace/engine/formats'
import { crc32c } from '@node-rs/crc32'
import { varintSize, writeVarint, writeVarlong } from '../wire/varint.ts'
import { ATTRIBUTE, BATCH_HEADER_BYTES, LOG_OVERHEAD, writeInt64 } from './record-batch.ts'

export interface BatchIdentity {
  /** −1 where the producer is not idempotent; then epoch and sequence are −1 too. */
  readonly producerId: number
  readonly producerEpoch: number
  readonly sequence: number
  readonly transactional: boolean
}

/**
 * Encodes records straight into the bytes of a record batch. Lengths stand before what they measure, so room for them is guessed
 * from the last record and bytes move only when the guess was wrong. It is the format's byte sink while a key or value is written:
 *
 *   startRecord(ts); startKey(); …bytes…; endKey() | nullKey(); startValue(); …bytes…; endValue() | nullValue(); endRecord()
 */
export class BatchBuilder implements ByteSink {
  bytes: Uint8Array
  position = BATCH_HEADER_BYTES
  count = 0
  #view: DataView
  #baseTimestamp = 0
  #maxTimestamp = 0
  #recordStart = 0
  #bodyStart = 0
  #fieldStart = 0
  #lengthGuess = 2
  #keyGuess = 1
  #valueGuess = 2
  #gap = 0

  constructor(capacity = 16 * 1024) {
    this.bytes = new Uint8Array(capacity)
    this.#view = new DataView(this.bytes.buffer)
  }

  ensure(extra: number): void {
    if (this.position + extra <= this.bytes.length) return
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.position + extra))
    grown.set(this.bytes.subarray(0, this.position))
    this.bytes = grown
    this.#view = new DataView(grown.buffer)
  }

  /** Of a batch without records. */
  get emptyBytes(): number {
    return BATCH_HEADER_BYTES
  }

  reset(): void {
    this.position = BATCH_HEADER_BYTES
    this.count = 0
  }

  startRecord(timestamp: number): void {
    this.ensure(64)
    if (this.count === 0) {
      this.#baseTimestamp = timestamp
      this.#maxTimestamp = timestamp
    } else if (timestamp > this.#maxTimestamp) this.#maxTimestamp = timestamp
    this.#recordStart = this.position
    this.#bodyStart = this.position + this.#lengthGuess
    const { bytes } = this
    bytes[this.#bodyStart] = 0
    const afterTime = writeVarlong(bytes, this.#bodyStart + 1, timestamp - this.#baseTimestamp)
    this.position = writeVarint(bytes, afterTime, this.count)
  }

  nullKey(): void {
    this.ensure(16)
    this.bytes[this.position++] = 1
  }
  startKey(): void {
    this.#startField(this.#keyGuess)
  }
  endKey(): void {
    this.#keyGuess = this.#endField()
  }
  nullValue(): void {
    this.ensure(16)
    this.bytes[this.position++] = 1
  }
  startValue(): void {
    this.#startField(this.#valueGuess)
  }
  endValue(): void {
    this.#valueGuess = this.#endField()
  }

  /** Bytes of the key or value that was just ended; `from` is where they begin. */
  fieldRange(): { readonly from: number; readonly to: number } {
    return { from: this.#fieldStart, to: this.position }
  }

  #startField(gap: number): void {
    this.ensure(16)
    this.#gap = gap
    this.position += gap
    this.#fieldStart = this.position
  }

  #endField(): number {
    const length = this.position - this.#fieldStart
    const size = varintSize(length)
    const lengthAt = this.#fieldStart - this.#gap
    this.#move(this.#fieldStart, lengthAt + size)
    writeVarint(this.bytes, lengthAt, length)
    this.#fieldStart = lengthAt + size
    return size
  }

  /** Moves everything from `from` up to the position so that it begins at `to`. */
  #move(from: number, to: number): void {
    if (from === to) return
    this.ensure(8)
    this.bytes.copyWithin(to, from, this.position)
    this.position += to - from
  }

  endRecord(): void {
    this.ensure(16)
    this.bytes[this.position++] = 0
    const length = this.position - this.#bodyStart
    const size = varintSize(length)
    this.#move(this.#bodyStart, this.#recordStart + size)
    writeVarint(this.bytes, this.#recordStart, length)
    this.#lengthGuess = size
    this.count++
  }

  /** Drops the record that was started and not ended. */
  cancelRecord(): void {
    this.position = this.#recordStart
  }

  /** Writes the header and, last, the checksum. The result is a view: valid until the builder is reset. */
  seal(identity: BatchIdentity): Uint8Array {
    const view = this.#view
    const end = this.position
    writeInt64(view, 0, 0)
    view.setInt32(8, end - LOG_OVERHEAD)
    view.setInt32(12, -1)
    view.setInt8(16, 2)
    view.setInt16(21, identity.transactional ? ATTRIBUTE.TRANSACTIONAL : 0)
    view.setInt32(23, this.count - 1)
    writeInt64(view, 27, this.#baseTimestamp)
    writeInt64(view, 35, this.#maxTimestamp)
    writeInt64(view, 43, identity.producerId)
    view.setInt16(51, identity.producerEpoch)
    view.setInt32(53, identity.sequence)
    view.setInt32(57, this.count)
    view.setUint32(17, crc32c(this.bytes.subarray(21, end) as Buffer))
    return this.bytes.subarray(0, end)
  }
}
