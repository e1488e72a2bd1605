import { gzipSync, zstdCompressSync } from 'node:zlib'
import { crc32c } from '@node-rs/crc32'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BatchBuilder } from './batch-builder.ts'
import { offsetAfter } from './batch-walk.ts'
import { murmur2, partitionOfKey } from './murmur2.ts'
import { PartitionCursor } from './partition-cursor.ts'
import { BATCH_HEADER_BYTES, writeInt64 } from './record-batch.ts'
import { RecordColumns } from './record-columns.ts'

interface Plain {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly timestamp: number
}

const IDENTITY = { producerId: -1, producerEpoch: -1, sequence: -1, transactional: false }

function encode(
  records: readonly Plain[],
  options: { baseOffset?: number; attributes?: number; producerId?: number } = {},
): Uint8Array {
  const builder = new BatchBuilder(64)
  for (const record of records) {
    builder.startRecord(record.timestamp)
    if (record.key === null) builder.nullKey()
    else {
      builder.startKey()
      append(builder, record.key)
      builder.endKey()
    }
    if (record.value === null) builder.nullValue()
    else {
      builder.startValue()
      append(builder, record.value)
      builder.endValue()
    }
    builder.endRecord()
  }
  const bytes = builder.seal(IDENTITY).slice()
  return reseal(bytes, options)
}

function reseal(bytes: Uint8Array, options: { baseOffset?: number; attributes?: number; producerId?: number }): Uint8Array {
  const view = new DataView(bytes.buffer)
  if (options.baseOffset !== undefined) writeInt64(view, 0, options.baseOffset)
  if (options.attributes !== undefined) view.setInt16(21, options.attributes)
  if (options.producerId !== undefined) writeInt64(view, 43, options.producerId)
  view.setInt32(8, bytes.length - 12)
  view.setUint32(17, crc32c(bytes.subarray(21) as Buffer))
  return bytes
}

function append(builder: BatchBuilder, bytes: Uint8Array): void {
  builder.ensure(bytes.length)
  builder.bytes.set(bytes, builder.position)
  builder.position += bytes.length
}

const compress = (batch: Uint8Array, codec: number, how: (b: Uint8Array) => Buffer) =>
  reseal(new Uint8Array([...batch.subarray(0, BATCH_HEADER_BYTES), ...how(batch.subarray(BATCH_HEADER_BYTES))]), {
    attributes: codec,
  })

interface Read extends Plain {
  readonly offset: number
}

function readAll(data: Uint8Array, options: Partial<ConstructorParameters<typeof PartitionCursor>[0]> = {}, capacity = 7) {
  const range = options.range ?? { from: 0, to: Number.MAX_SAFE_INTEGER }
  const cursor = new PartitionCursor({ data, start: 0, end: data.length, aborted: [], ...options, range })
  const columns = new RecordColumns(capacity)
  const read: Read[] = []
  while (cursor.fill(columns)) {
    const take = (at: number, length: number) => (length < 0 ? null : columns.data.slice(at, at + length))
    for (let i = 0; i < columns.count; i++) {
      read.push({
        key: take(columns.keyOffsets[i]!, columns.keyLengths[i]!),
        value: take(columns.valueOffsets[i]!, columns.valueLengths[i]!),
        timestamp: columns.timestamps[i]!,
        offset: columns.offsets[i]!,
      })
    }
  }
  return { read, nextOffset: cursor.nextOffset }
}

const text = (value: string) => new Uint8Array(Buffer.from(value))
const rows = (count: number, from = 0): Plain[] =>
  Array.from({ length: count }, (_, i) => ({ key: null, value: text(`v${from + i}`), timestamp: 1_700_000_000_000 + i }))
const valuesOf = (read: readonly Read[]) => read.map((r) => Buffer.from(r.value ?? []).toString())
const concat = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts))

const bytesOrNull = fc.option(fc.uint8Array({ maxLength: 300 }), { nil: null })
const plainRecord = fc.record({
  key: bytesOrNull,
  value: bytesOrNull,
  timestamp: fc.integer({ min: -1_000_000, max: 4_102_444_800_000 }),
})

describe('record batches', () => {
  it('read back what was written, whatever the sizes, times and run length', () => {
    fc.assert(
      fc.property(
        fc.array(plainRecord, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 50 }),
        (records, capacity) => {
          const { read, nextOffset } = readAll(encode(records, { baseOffset: 5_000_000_000 }), {}, capacity)
          expect(read).toEqual(records.map((r, i) => ({ ...r, offset: 5_000_000_000 + i })))
          expect(nextOffset).toBe(5_000_000_000 + records.length)
        },
      ),
      { numRuns: 200 },
    )
  })

  it.each([
    ['gzip', 1, gzipSync],
    ['zstd', 4, zstdCompressSync],
  ] as const)('are read when compressed with %s', (_name, codec, how) => {
    const data = concat(compress(encode(rows(20)), codec, how), encode(rows(3, 20), { baseOffset: 20 }))
    expect(valuesOf(readAll(data).read)).toEqual(
      valuesOf(readAll(concat(encode(rows(20)), encode(rows(3, 20), { baseOffset: 20 }))).read),
    )
  })

  it('name the codec that is not supported', () => {
    expect(() => readAll(compress(encode(rows(1)), 3, gzipSync))).toThrow(/lz4/)
  })

  it('are refused when a byte is damaged', () => {
    const data = encode(rows(5))
    data[70]! ^= 1
    expect(() => readAll(data)).toThrow(/checksum/)
  })

  it('whose records are garbage under a valid checksum never point outside of their memory', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.integer({ min: 1, max: 20 }), (garbage, count) => {
        const header = encode(rows(1)).subarray(0, BATCH_HEADER_BYTES)
        const data = new Uint8Array([...header, ...garbage])
        new DataView(data.buffer).setInt32(57, count)
        reseal(data, {})
        const cursor = new PartitionCursor({ data, start: 0, end: data.length, aborted: [], range: { from: 0, to: 1000 } })
        const columns = new RecordColumns(4)
        try {
          while (cursor.fill(columns)) {
            for (let i = 0; i < columns.count; i++) {
              expect(columns.keyLengths[i]).toBeGreaterThanOrEqual(-1)
              expect(columns.keyOffsets[i]! + Math.max(0, columns.keyLengths[i]!)).toBeLessThanOrEqual(data.length)
              expect(columns.valueOffsets[i]! + Math.max(0, columns.valueLengths[i]!)).toBeLessThanOrEqual(data.length)
            }
          }
        } catch (error) {
          expect(error).toMatchObject({ code: 'RECORD_MALFORMED' })
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('may be cut off at the end of a fetch', () => {
    const whole = encode(rows(5))
    const data = concat(whole, encode(rows(5, 5), { baseOffset: 5 }).subarray(0, 80))
    expect(valuesOf(readAll(data).read)).toHaveLength(5)
    expect(offsetAfter(data, { start: 0, end: data.length }, 0)).toBe(5)
  })

  it('give only the offsets that were asked for', () => {
    const data = concat(encode(rows(5)), encode(rows(5, 5), { baseOffset: 5 }))
    const { read, nextOffset } = readAll(data, { range: { from: 3, to: 7 } })
    expect(valuesOf(read)).toEqual(['v3', 'v4', 'v5', 'v6'])
    expect(nextOffset).toBe(7)
  })
})

describe('read committed', () => {
  const TRANSACTIONAL = 0x10
  const marker = (type: number, producerId: number, baseOffset: number) =>
    encode([{ key: Uint8Array.of(0, 0, 0, type), value: Uint8Array.of(0, 0, 0, 0, 0, 0), timestamp: 1 }], {
      attributes: TRANSACTIONAL | 0x20,
      producerId,
      baseOffset,
    })
  const sent = (producerId: number, from: number, count: number) =>
    encode(rows(count, from), { attributes: TRANSACTIONAL, producerId, baseOffset: from })

  it('drops what a producer wrote before its abort marker and nothing else', () => {
    const data = concat(sent(1, 0, 2), sent(2, 2, 2), marker(0, 1, 4), sent(1, 5, 1), marker(1, 2, 6), marker(1, 1, 7))
    const { read, nextOffset } = readAll(data, { aborted: [{ producerId: 1, firstOffset: 0 }] })
    expect(valuesOf(read)).toEqual(['v2', 'v3', 'v5'])
    expect(nextOffset).toBe(8)
  })

  it('knows an aborted transaction that began before the fetch, and a second one of the same producer', () => {
    const data = concat(sent(1, 10, 1), marker(0, 1, 11), sent(1, 12, 1), marker(1, 1, 13), sent(1, 14, 1), marker(0, 1, 15))
    const aborted = [
      { producerId: 1, firstOffset: 14 },
      { producerId: 1, firstOffset: 3 },
    ]
    expect(valuesOf(readAll(data, { aborted, range: { from: 10, to: Number.MAX_SAFE_INTEGER } }).read)).toEqual(['v12'])
  })

  it('gives everything but markers when nothing was aborted', () => {
    expect(valuesOf(readAll(concat(sent(1, 0, 2), marker(1, 1, 2))).read)).toEqual(['v0', 'v1'])
  })
})

describe('partitioning', () => {
  // Values of the Java client's own test (UtilsTest.testMurmur2).
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('murmur2 of %s is that of the Java client', (key, hash) => {
    expect(murmur2(text(key))).toBe(hash)
    expect(partitionOfKey(text(key), 12)).toBe((hash & 0x7fff_ffff) % 12)
  })
})
