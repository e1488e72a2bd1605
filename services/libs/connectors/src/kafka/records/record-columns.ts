import type { RecordSlices } from '@millrace/engine/formats'

/** A run of records of one partition as columns: no object is made for a record. Arrays are reused by the next run. */
export class RecordColumns {
  readonly capacity: number
  count = 0
  data: Uint8Array = new Uint8Array(0)
  readonly keyOffsets: Int32Array
  readonly keyLengths: Int32Array
  readonly valueOffsets: Int32Array
  readonly valueLengths: Int32Array
  /** Offsets in the partition's log. */
  readonly offsets: Float64Array
  readonly timestamps: Float64Array
  /** Where the headers of a record begin (their count as varint) and end in `data`. */
  readonly headerOffsets: Int32Array
  readonly headerEnds: Int32Array
  leaderEpoch = -1
  logAppendTime = false

  constructor(capacity: number) {
    this.capacity = capacity
    this.keyOffsets = new Int32Array(capacity)
    this.keyLengths = new Int32Array(capacity)
    this.valueOffsets = new Int32Array(capacity)
    this.valueLengths = new Int32Array(capacity)
    this.offsets = new Float64Array(capacity)
    this.timestamps = new Float64Array(capacity)
    this.headerOffsets = new Int32Array(capacity)
    this.headerEnds = new Int32Array(capacity)
  }

  keys(): RecordSlices {
    return { data: this.data, count: this.count, offsets: this.keyOffsets, lengths: this.keyLengths }
  }

  values(): RecordSlices {
    return { data: this.data, count: this.count, offsets: this.valueOffsets, lengths: this.valueLengths }
  }
}
