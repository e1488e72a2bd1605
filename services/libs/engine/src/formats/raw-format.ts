/** The raw format: one column that is the record's bytes. */
import type { Schema } from '../sql/bound/rel.ts'
import { ColumnBuilder } from './column-builder.ts'
import type { Decoder, Encoder, Format, RecordSlices } from './format.ts'

function createRawDecoder(schema: Schema): Decoder {
  const column = new ColumnBuilder(schema[0]!.type)
  return {
    decode: (input: RecordSlices) => {
      column.begin(input.data, input.count)
      for (let i = 0; i < input.count; i++) {
        if (input.lengths[i]! < 0) column.setNull(i)
        else column.setSlice(i, input.offsets[i]!, input.offsets[i]! + input.lengths[i]!)
      }
      return { length: input.count, columns: [column.finish()], records: null, faults: [] }
    },
  }
}

const rawEncoder: Encoder = {
  encode: (batch, row, out) => {
    const vector = batch.columns[0]!
    if (vector.repr !== 'bytes' || (vector.nulls !== null && vector.nulls[row] === 1)) return
    const from = vector.offsets[row]!
    const length = vector.lengths[row]!
    out.ensure(length)
    out.bytes.set(vector.data.subarray(from, from + length), out.position)
    out.position += length
  },
}

export const rawFormat: Format = { identifier: 'raw', createDecoder: createRawDecoder, createEncoder: () => rawEncoder }
