/**
 * Record batch v2, as it lies on disk and wire:
 *
 *   0 base_offset i64 · 8 length i32 (from 12) · 12 leader_epoch i32 · 16 magic i8 = 2 · 17 crc u32 (CRC-32C from 21)
 *   21 attributes i16 · 23 last_offset_delta i32 · 27 base_timestamp i64 · 35 max_timestamp i64 · 43 producer_id i64
 *   51 producer_epoch i16 · 53 base_sequence i32 · 57 count i32 · 61 records
 *
 * A record: length varint, attributes i8, timestamp_delta varlong, offset_delta varint, key_length varint, key, value_length varint,
 * value, header count varint, headers.
 */
export const BATCH_HEADER_BYTES = 61
export const LOG_OVERHEAD = 12

export const ATTRIBUTE = { COMPRESSION: 0x07, LOG_APPEND_TIME: 0x08, TRANSACTIONAL: 0x10, CONTROL: 0x20 } as const
/** Of control records: the second int16 of the key. */
export const CONTROL_ABORT = 0

export const COMPRESSION = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const

/** int64 as a number; exact below 2^53. */
export function readInt64(view: DataView, at: number): number {
  return view.getInt32(at) * 4_294_967_296 + view.getUint32(at + 4)
}

export function writeInt64(view: DataView, at: number, value: number): void {
  view.setInt32(at, Math.floor(value / 4_294_967_296))
  view.setUint32(at + 4, value >>> 0)
}
