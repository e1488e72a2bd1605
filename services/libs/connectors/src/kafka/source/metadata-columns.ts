/** Metadata of records as columns. The types that they natively have are in the descriptor; a table may declare wider ones. */
import { type LogicalType, representationOf, type Vector } from '@millrace/engine/connector'
import type { RecordColumns } from '../records/record-columns.ts'
import { ResponseReader } from '../wire/response-reader.ts'

export interface RecordPlace {
  readonly topic: string
  readonly partition: number
}

export interface MetadataRows {
  readonly run: RecordColumns
  readonly place: RecordPlace
  /** Record of each row; null = row i is record i. */
  readonly records: Int32Array | null
  readonly count: number
}

export const METADATA_KEYS = ['topic', 'partition', 'headers', 'leader-epoch', 'offset', 'timestamp', 'timestamp-type'] as const
export type MetadataKey = (typeof METADATA_KEYS)[number]

export function isMetadataKey(key: string): key is MetadataKey {
  return (METADATA_KEYS as readonly string[]).includes(key)
}

export function metadataColumn(key: MetadataKey, type: LogicalType, rows: MetadataRows): Vector {
  const { run, place } = rows
  switch (key) {
    case 'topic':
      return constantText(place.topic, rows.count)
    case 'timestamp-type':
      return constantText(run.logAppendTime ? 'LogAppendTime' : 'CreateTime', rows.count)
    case 'partition':
      return numbers(type, rows, constantOf(place.partition, rows))
    case 'leader-epoch':
      return numbers(type, rows, constantOf(run.leaderEpoch, rows))
    case 'offset':
      return numbers(type, rows, run.offsets)
    case 'timestamp':
      return numbers(type, rows, run.timestamps)
    case 'headers':
      return { repr: 'object', values: headerMaps(rows), nulls: null }
  }
}

function constantText(text: string, count: number): Vector {
  const data = new TextEncoder().encode(text)
  return { repr: 'bytes', data, offsets: new Int32Array(count), lengths: new Int32Array(count).fill(data.length), nulls: null }
}

function constantOf(value: number, rows: MetadataRows): Float64Array {
  return new Float64Array(rows.run.count).fill(value)
}

function numbers(type: LogicalType, { records, count }: MetadataRows, source: Float64Array): Vector {
  const at = (row: number): number => source[records === null ? row : (records[row] as number)] as number
  switch (representationOf(type)) {
    case 'i32': {
      const values = new Int32Array(count)
      for (let i = 0; i < count; i++) values[i] = at(i)
      return { repr: 'i32', values, nulls: null }
    }
    case 'i64': {
      const values = new BigInt64Array(count)
      for (let i = 0; i < count; i++) values[i] = BigInt(at(i))
      return { repr: 'i64', values, nulls: null }
    }
    case 'ts':
      return { repr: 'ts', values: floats(at, count), nanos: new Int32Array(count), nulls: null }
    default:
      return { repr: 'f64', values: floats(at, count), nulls: null }
  }
}

function floats(at: (row: number) => number, count: number): Float64Array {
  const values = new Float64Array(count)
  for (let i = 0; i < count; i++) values[i] = at(i)
  return values
}

function headerMaps({ run, records, count }: MetadataRows): ReadonlyMap<string, Uint8Array | null>[] {
  return Array.from({ length: count }, (_, row) => {
    const record = records === null ? row : (records[row] as number)
    return readHeaders(run.data, run.headerOffsets[record] as number, run.headerEnds[record] as number)
  })
}

function readHeaders(data: Uint8Array, at: number, end: number): ReadonlyMap<string, Uint8Array | null> {
  const reader = new ResponseReader(data, at, end)
  const signed = () => {
    const z = reader.uvarint()
    return (z >>> 1) ^ -(z & 1)
  }
  const headers = new Map<string, Uint8Array | null>()
  for (let count = signed(); count > 0; count--) {
    const keyLength = signed()
    const keyAt = reader.skip(keyLength)
    const valueLength = signed()
    const valueAt = reader.skip(Math.max(0, valueLength))
    const key = Buffer.from(data.buffer, data.byteOffset + keyAt, keyLength).toString('utf8')
    headers.set(key, valueLength < 0 ? null : data.slice(valueAt, valueAt + valueLength))
  }
  return headers
}
