import type { BatchBuilder } from './batch-builder.ts'

export interface PlainRecord {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly timestamp: number
}

/** Appends a record whose key and value are already bytes. */
export function appendRecord(builder: BatchBuilder, record: PlainRecord): void {
  builder.startRecord(record.timestamp)
  if (record.key === null) builder.nullKey()
  else {
    builder.startKey()
    put(builder, record.key)
    builder.endKey()
  }
  if (record.value === null) builder.nullValue()
  else {
    builder.startValue()
    put(builder, record.value)
    builder.endValue()
  }
  builder.endRecord()
}

function put(builder: BatchBuilder, bytes: Uint8Array): void {
  builder.ensure(bytes.length)
  builder.bytes.set(bytes, builder.position)
  builder.position += bytes.length
}
