import { ATTRIBUTE, BATCH_HEADER_BYTES, LOG_OVERHEAD, readInt64 } from './record-batch.ts'

/** Goes over the complete record batches in data[start .. end) and exposes the header of the current one. */
export class BatchWalk {
  readonly data: Uint8Array
  readonly view: DataView
  readonly #end: number
  #next: number
  start = 0
  /** End of the current batch in the data. */
  end = 0
  baseOffset = 0
  lastOffset = 0
  leaderEpoch = 0
  magic = 2
  attributes = 0
  baseTimestamp = 0
  maxTimestamp = 0
  producerId = 0
  count = 0

  constructor(data: Uint8Array, start: number, end: number) {
    this.data = data
    this.view = new DataView(data.buffer, data.byteOffset, data.byteLength)
    this.#next = start
    this.#end = end
  }

  /** Moves to the next complete batch; false at the end, or where the last one is cut off. */
  next(): boolean {
    const { view } = this
    const start = this.#next
    if (start + BATCH_HEADER_BYTES > this.#end) return false
    const end = start + LOG_OVERHEAD + view.getInt32(start + 8)
    if (end > this.#end || end < start + BATCH_HEADER_BYTES) return false
    this.#next = end
    this.start = start
    this.end = end
    this.baseOffset = readInt64(view, start)
    this.leaderEpoch = view.getInt32(start + 12)
    this.magic = view.getInt8(start + 16)
    this.attributes = view.getInt16(start + 21)
    this.lastOffset = this.baseOffset + view.getInt32(start + 23)
    this.baseTimestamp = readInt64(view, start + 27)
    this.maxTimestamp = readInt64(view, start + 35)
    this.producerId = readInt64(view, start + 43)
    this.count = view.getInt32(start + 57)
    return true
  }

  get control(): boolean {
    return (this.attributes & ATTRIBUTE.CONTROL) !== 0
  }
  get transactional(): boolean {
    return (this.attributes & ATTRIBUTE.TRANSACTIONAL) !== 0
  }
  get compression(): number {
    return this.attributes & ATTRIBUTE.COMPRESSION
  }
  get logAppendTime(): boolean {
    return (this.attributes & ATTRIBUTE.LOG_APPEND_TIME) !== 0
  }
}

/** Offset after the last complete batch of data[start .. end), or `fallback` when there is none. Reads headers only. */
export function offsetAfter(data: Uint8Array, range: { readonly start: number; readonly end: number }, fallback: number): number {
  const walk = new BatchWalk(data, range.start, range.end)
  let next = fallback
  while (walk.next()) next = Math.max(next, walk.lastOffset + 1)
  return next
}
