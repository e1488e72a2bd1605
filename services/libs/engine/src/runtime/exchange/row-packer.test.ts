import { seededRandom } from '@millrace/kit'
import { describe, expect, test } from 'vitest'
import type { Batch } from '../../data/batch.ts'
import type { Vector } from '../../data/vector.ts'
import type { Schema } from '../../sql/bound/rel.ts'
import type { LogicalType } from '../../sql/types/logical-type.ts'
import { createRowPacker } from './row-packer.ts'

const type = (kind: string, extra: object = {}): LogicalType => ({ kind, nullable: true, ...extra }) as LogicalType
const SCHEMA: Schema = [
  { name: 'flag', type: type('BOOLEAN') },
  { name: 'small', type: type('INTEGER') },
  { name: 'big', type: type('BIGINT') },
  { name: 'real', type: type('DOUBLE') },
  { name: 'at', type: type('TIMESTAMP', { precision: 9 }) },
  { name: 'text', type: type('VARCHAR', { length: 100 }) },
  { name: 'list', type: type('ARRAY', { element: type('INTEGER') }) },
]

function randomBatch(random: () => number, length: number): Batch {
  const int = (max: number): number => Math.floor(random() * max)
  const nulls = (): Uint8Array | null => (random() < 0.5 ? null : Uint8Array.from({ length }, () => int(2)))
  const data = Uint8Array.from({ length: 500 }, () => int(256))
  const columns: Vector[] = [
    { repr: 'bool', values: Uint8Array.from({ length }, () => int(2)), nulls: nulls() },
    { repr: 'i32', values: Int32Array.from({ length }, () => int(2 ** 32) - 2 ** 31), nulls: nulls() },
    { repr: 'i64', values: BigInt64Array.from({ length }, () => BigInt(int(2 ** 52)) << 11n), nulls: nulls() },
    { repr: 'f64', values: Float64Array.from({ length }, () => random() * 1e300), nulls: nulls() },
    {
      repr: 'ts',
      values: Float64Array.from({ length }, () => int(2 ** 40)),
      nanos: Int32Array.from({ length }, () => int(1e6)),
      nulls: nulls(),
    },
    {
      repr: 'bytes',
      data,
      offsets: Int32Array.from({ length }, () => int(400)),
      lengths: Int32Array.from({ length }, () => int(100)),
      nulls: nulls(),
    },
    { repr: 'object', values: Array.from({ length }, () => [int(5), 12345678901234567890n]), nulls: nulls() },
  ]
  return { length, columns, kinds: random() < 0.5 ? null : Uint8Array.from({ length }, () => int(4)), marks: [], lease: null }
}

function rowOf(batch: Batch, row: number): unknown[] {
  const values = batch.columns.map((column) => {
    if (column.nulls?.[row]) return null
    if (column.repr === 'ts') return [column.values[row], column.nanos[row]]
    if (column.repr === 'bytes') {
      return [...column.data.subarray(column.offsets[row], column.offsets[row]! + column.lengths[row]!)].join()
    }
    return column.values[row]
  })
  return [batch.kinds?.[row] ?? 0, ...values]
}

describe('rows packed for another subtask', () => {
  test('arrive with every value, NULL and row kind, whichever rows were chosen', () => {
    const seed = 20_260_101
    const random = seededRandom(seed)
    const packer = createRowPacker(SCHEMA)
    for (let round = 0; round < 60; round++) {
      const batch = randomBatch(random, Math.floor(random() * 50))
      const all = random() < 0.3
      const rows = Int32Array.from([...Array(batch.length).keys()].filter(() => all || random() < 0.5))
      const frame = packer.pack(batch, { rows: all ? null : rows, count: rows.length, marks: [] })
      const read = packer.unpack(frame)
      expect(read.length, `seed ${seed} round ${round}`).toBe(rows.length)
      expect([...rows.keys()].map((i) => rowOf(read, i))).toEqual([...rows].map((row) => rowOf(batch, row)))
    }
  })
  test('carry their watermark points', () => {
    const packer = createRowPacker(SCHEMA)
    const batch = randomBatch(seededRandom(7), 4)
    const marks = [
      { row: 1, watermark: 10 },
      { row: 4, watermark: 25.5 },
      { row: 4, watermark: 30 },
    ]
    expect(packer.unpack(packer.pack(batch, { rows: null, count: 4, marks })).marks).toEqual(marks)
  })
})
