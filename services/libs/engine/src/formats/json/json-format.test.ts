import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Batch } from '../../data/batch.ts'
import type { Vector } from '../../data/vector.ts'
import type { Schema } from '../../sql/bound/rel.ts'
import type { LogicalType } from '../../sql/types/logical-type.ts'
import { GrowingBytes } from '../byte-sink.ts'
import type { RecordSlices } from '../format.ts'
import { FORMATS } from '../registry.ts'

const json = FORMATS['json']!
const STRING: LogicalType = { kind: 'VARCHAR', length: 2147483647, nullable: true }
const BIGINT: LogicalType = { kind: 'BIGINT', nullable: true }
const SCHEMA: Schema = [
  { name: 'id', type: BIGINT },
  { name: 'name', type: STRING },
  { name: 'price', type: { kind: 'DOUBLE', nullable: true } },
  { name: 'ok', type: { kind: 'BOOLEAN', nullable: true } },
  { name: 'n', type: { kind: 'INTEGER', nullable: true } },
  { name: 'at', type: { kind: 'TIMESTAMP', precision: 3, nullable: true } },
  { name: 'tags', type: { kind: 'ARRAY', nullable: true, element: STRING } },
]

function slices(records: readonly (string | null)[]): RecordSlices {
  const parts = records.map((r) => Buffer.from(r ?? ''))
  const offsets = new Int32Array(parts.length)
  const lengths = new Int32Array(parts.length)
  let at = 0
  parts.forEach((part, i) => {
    offsets[i] = at
    lengths[i] = records[i] === null ? -1 : part.length
    at += part.length
  })
  return { data: new Uint8Array(Buffer.concat([...parts, Buffer.alloc(256)])), count: parts.length, offsets, lengths }
}

function cell(v: Vector, r: number): unknown {
  if (v.nulls?.[r] === 1) return null
  if (v.repr === 'bytes') return Buffer.from(v.data.subarray(v.offsets[r]!, v.offsets[r]! + v.lengths[r]!)).toString()
  if (v.repr === 'bool') return v.values[r] === 1
  return v.values[r]
}

function decode(records: readonly (string | null)[], schema: Schema = SCHEMA, options: Record<string, string> = {}) {
  const out = json.createDecoder(schema, { options, zone: 'UTC' }).decode(slices(records))
  const rows = Array.from({ length: out.length }, (_, r) => out.columns.map((c) => cell(c, r)))
  return { rows, faults: out.faults, records: out.records ? [...out.records] : null, columns: out.columns }
}

describe('decoding', () => {
  test('reads typed fields whatever their order and spacing', () => {
    const { rows } = decode([
      '{"id":1,"name":"a","price":1.5,"ok":true,"n":3,"at":"2026-01-01 00:00:01.250","tags":["x","y"]}',
      ' { "tags" : null , "n":-3,"ok": false, "name" : "é\\n\\u0041", "id" : 9007199254740993 } ',
    ])
    expect(rows[0]).toEqual([1n, 'a', 1.5, true, 3, Date.UTC(2026, 0, 1, 0, 0, 1, 250), ['x', 'y']])
    expect(rows[1]).toEqual([9007199254740993n, 'é\nA', null, false, -3, null, null])
  })

  test('a null value makes no row and no fault', () => {
    expect(decode([null, '{"id":2}']).rows).toHaveLength(1)
  })

  test('an array makes one row an element', () => {
    const { rows, records } = decode(['[{"id":1},{"id":2}]', '{"id":3}'], [{ name: 'id', type: BIGINT }])
    expect(rows).toEqual([[1n], [2n], [3n]])
    expect(records).toEqual([0, 0, 1])
  })

  test.each([
    ['{"id":1', 'expected , or }'],
    ['{"id":"x"}', '"x" is not a BIGINT'],
    ['{"id":9223372036854775808}', 'is not a BIGINT'],
    ['nonsense', 'not a JSON object'],
    ['{"id":1}}', 'text after'],
    ['{"n":2147483648}', 'is not a INTEGER'],
    ['{"at":"2026-13-01 00:00:00"}', 'is not a TIMESTAMP'],
    ['{"name":"\u0001"}', 'control character'],
  ])('%s is a fault, and its neighbours are read', (bad, reason) => {
    const { rows, faults } = decode(['{"id":1}', bad, '{"id":3}'])
    expect(rows.map((r) => r[0])).toEqual([1n, 3n])
    expect(faults).toEqual([expect.objectContaining({ record: 1, reason: expect.stringContaining(reason) })])
  })

  test('ignore-parse-errors makes the field NULL and drops only what cannot be read', () => {
    const { rows, faults } = decode(['{"id":"x","name":"kept"}', '{'], SCHEMA, { 'ignore-parse-errors': 'true' })
    expect(rows).toEqual([[null, 'kept', null, null, null, null, null]])
    expect(faults).toEqual([])
  })

  test('fail-on-missing-field names the field', () => {
    const { faults } = decode(['{"name":"a"}'], SCHEMA.slice(0, 2), { 'fail-on-missing-field': 'true' })
    expect(faults[0]).toMatchObject({ column: 'id', reason: 'the field is missing' })
  })

  test('nesting beyond the bound is a fault, not a crash', () => {
    expect(decode([`{"x":${'['.repeat(5000)}${']'.repeat(5000)}}`]).faults[0]!.reason).toContain('nested deeper')
  })
})

const record = fc.record(
  {
    id: fc.oneof(fc.integer(), fc.constant(null)),
    name: fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.constant(null)),
    price: fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer()),
    ok: fc.boolean(),
    n: fc.integer(),
    extra: fc.jsonValue(),
  },
  { requiredKeys: ['id'] },
)

test('predicted layouts and JSON.parse agree on any mix of records', () => {
  const schema = SCHEMA.slice(0, 5)
  fc.assert(
    fc.property(fc.array(record, { maxLength: 60 }), fc.integer({ min: 0, max: 2 }), (values, indent) => {
      const { rows, faults } = decode(
        values.map((v) => JSON.stringify(v, null, indent)),
        schema,
      )
      expect(faults).toEqual([])
      const expected = values.map((v) => [
        v.id === undefined || v.id === null ? null : BigInt(v.id),
        v.name ?? null,
        v.price ?? null,
        v.ok ?? null,
        v.n ?? null,
      ])
      rows.forEach((row, i) => {
        expect(row.map((c) => (Object.is(c, -0) ? 0 : c))).toEqual(expected[i]!.map((c) => (Object.is(c, -0) ? 0 : c)))
      })
      expect(rows).toHaveLength(values.length)
    }),
    { numRuns: 300 },
  )
})

test('what is encoded decodes to the same rows', () => {
  const source = decode([
    '{"id":-9223372036854775808,"name":"q\\"\\\\\\u0001é","price":1e21,"ok":false,"n":-2147483648,"at":"1969-12-31 23:59:59.999","tags":[]}',
    '{"id":0,"price":0.1}',
  ])
  const batch: Batch = { length: 2, columns: source.columns, kinds: null, marks: [], lease: null }
  const encoder = json.createEncoder(SCHEMA, { options: {}, zone: 'UTC' })
  const texts = [0, 1].map((row) => {
    const out = new GrowingBytes(16)
    encoder.encode(batch, row, out)
    return Buffer.from(out.bytes.subarray(0, out.position)).toString()
  })
  expect(texts[1]).toBe('{"id":0,"name":null,"price":0.1,"ok":null,"n":null,"at":null,"tags":null}')
  expect(texts[0]).toContain('"price":1.0E21')
  expect(decode(texts).rows).toEqual(source.rows)
})
