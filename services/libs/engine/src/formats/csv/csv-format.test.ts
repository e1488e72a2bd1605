import { expect, test } from 'vitest'
import type { Vector } from '../../data/vector.ts'
import type { Schema } from '../../sql/bound/rel.ts'
import { GrowingBytes } from '../byte-sink.ts'
import { csvFormat, csvOptions, splitCsv } from './csv-format.ts'

const SCHEMA: Schema = [
  { name: 'id', type: { kind: 'INTEGER', nullable: true } },
  { name: 'name', type: { kind: 'VARCHAR', length: 2147483647, nullable: true } },
]

function decode(lines: readonly string[], options: Record<string, string> = {}) {
  const data = new Uint8Array(Buffer.from(lines.join('')))
  const lengths = Int32Array.from(lines, (l) => Buffer.byteLength(l))
  let at = 0
  const offsets = Int32Array.from(lengths, (l) => {
    at += l
    return at - l
  })
  return csvFormat.createDecoder(SCHEMA, { options, zone: 'UTC' }).decode({ data, count: lines.length, offsets, lengths })
}

const text = (v: Vector, r: number): string =>
  v.repr === 'bytes'
    ? Buffer.from(v.data.subarray(v.offsets[r]!, v.offsets[r]! + v.lengths[r]!)).toString()
    : String(v.repr === 'i32' ? v.values[r] : '')

test('splits quotes, doubled quotes and delimiters inside quotes', () => {
  const fields = splitCsv('1,"a,""b""",,"x"', csvOptions({}))
  expect(fields?.map((f) => f.text)).toEqual(['1', 'a,"b"', '', 'x'])
})

test('a line with the wrong number of fields is a fault that says so', () => {
  const out = decode(['1,a', '2', '3,c'])
  expect(out.length).toBe(2)
  expect(out.faults).toEqual([{ record: 1, reason: 'the line has 1 fields, the table 2 columns' }])
  expect([text(out.columns[1]!, 0), text(out.columns[1]!, 1)]).toEqual(['a', 'c'])
})

test('what is written reads back', () => {
  const out = decode(['1,"say ""hi"", now"'])
  const sink = new GrowingBytes()
  csvFormat
    .createEncoder(SCHEMA, { options: {}, zone: 'UTC' })
    .encode({ length: 1, columns: out.columns, kinds: null, marks: [], lease: null }, 0, sink)
  expect(Buffer.from(sink.bytes.subarray(0, sink.position)).toString()).toBe('1,"say ""hi"", now"')
})
