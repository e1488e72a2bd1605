import { KafkaError } from '../wire/kafka-error.ts'
import type { RecordColumns } from './record-columns.ts'

/** Where the split of one batch's records stands. */
export interface SplitCursor {
  readonly data: Uint8Array
  position: number
  readonly end: number
  /** Records of the batch that are not read yet. */
  remaining: number
  readonly baseOffset: number
  readonly baseTimestamp: number
  /** Set when the broker stamps records: the time of all of them. */
  readonly appendTime: number | null
}

/** Records before `from` are passed over, those from `to` on are not read: the batch ends there. */
export interface OffsetRange {
  readonly from: number
  readonly to: number
}

/** Appends records of a batch to `out` until it is full or the batch ends. Throws RECORD_MALFORMED when lengths do not fit. */
export function splitRecords(cursor: SplitCursor, range: OffsetRange, out: RecordColumns): void {
  const { data, end, baseOffset, baseTimestamp, appendTime } = cursor
  const { from, to } = range
  let p = cursor.position
  let n = out.count
  let remaining = cursor.remaining
  while (remaining > 0 && n < out.capacity) {
    let b = data[p++] as number
    let z = b & 127
    for (let shift = 7; b > 127 && shift < 35; shift += 7) {
      b = data[p++] as number
      z |= (b & 127) << shift
    }
    const recordEnd = p + (z >>> 1)
    if (recordEnd > end || (z & 1) === 1) throw malformed(baseOffset, 'a record is longer than its batch')
    p++
    b = data[p++] as number
    let delta = b & 127
    for (let scale = 128; b > 127 && p < recordEnd; scale *= 128) {
      b = data[p++] as number
      delta += (b & 127) * scale
    }
    b = data[p++] as number
    z = b & 127
    for (let shift = 7; b > 127 && shift < 35; shift += 7) {
      b = data[p++] as number
      z |= (b & 127) << shift
    }
    const offset = baseOffset + (z >>> 1)
    b = data[p++] as number
    z = b & 127
    for (let shift = 7; b > 127 && shift < 35; shift += 7) {
      b = data[p++] as number
      z |= (b & 127) << shift
    }
    const keyLength = (z >>> 1) ^ -(z & 1)
    const keyAt = p
    if (keyLength > 0) p += keyLength
    b = data[p++] as number
    z = b & 127
    for (let shift = 7; b > 127 && shift < 35; shift += 7) {
      b = data[p++] as number
      z |= (b & 127) << shift
    }
    const valueLength = (z >>> 1) ^ -(z & 1)
    const headersAt = valueLength > 0 ? p + valueLength : p
    if (headersAt > recordEnd) throw malformed(baseOffset, 'a key or value is longer than its record')
    remaining--
    if (offset >= to) {
      remaining = 0
      break
    }
    if (offset >= from) {
      out.keyOffsets[n] = keyAt
      out.keyLengths[n] = keyLength < 0 ? -1 : keyLength
      out.valueOffsets[n] = p
      out.valueLengths[n] = valueLength < 0 ? -1 : valueLength
      out.offsets[n] = offset
      out.timestamps[n] = appendTime ?? baseTimestamp + (delta % 2 === 0 ? delta / 2 : -(delta + 1) / 2)
      out.headerOffsets[n] = headersAt
      out.headerEnds[n] = recordEnd
      n++
    }
    p = recordEnd
  }
  cursor.position = p
  cursor.remaining = remaining
  out.count = n
}

function malformed(baseOffset: number, reason: string): KafkaError {
  return new KafkaError('RECORD_MALFORMED', `the batch at offset ${baseOffset} is damaged: ${reason}`)
}
