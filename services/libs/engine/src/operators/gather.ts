import type { Nulls, Vector } from '../data/vector.ts'

/** The rows that `selection` names, in its order. Strings keep pointing into the same bytes. */
export function gatherVector(vector: Vector, selection: Int32Array, length: number): Vector {
  const nulls = gatherNulls(vector.nulls, selection, length)
  switch (vector.repr) {
    case 'bool':
      return { repr: 'bool', values: gather(vector.values, new Uint8Array(length), selection), nulls }
    case 'i32':
      return { repr: 'i32', values: gather(vector.values, new Int32Array(length), selection), nulls }
    case 'f64':
      return { repr: 'f64', values: gather(vector.values, new Float64Array(length), selection), nulls }
    case 'i64': {
      const values = new BigInt64Array(length)
      for (let i = 0; i < length; i++) values[i] = vector.values[selection[i]!]!
      return { repr: 'i64', values, nulls }
    }
    case 'ts': {
      const values = gather(vector.values, new Float64Array(length), selection)
      return { repr: 'ts', values, nanos: gather(vector.nanos, new Int32Array(length), selection), nulls }
    }
    case 'bytes': {
      const offsets = gather(vector.offsets, new Int32Array(length), selection)
      return {
        repr: 'bytes',
        data: vector.data,
        offsets,
        lengths: gather(vector.lengths, new Int32Array(length), selection),
        nulls,
      }
    }
    case 'object': {
      const values = new Array<unknown>(length)
      for (let i = 0; i < length; i++) values[i] = vector.values[selection[i]!]
      return { repr: 'object', values, nulls }
    }
  }
}

function gather<T extends Uint8Array | Int32Array | Float64Array>(source: T, target: T, selection: Int32Array): T {
  const { length } = target
  for (let i = 0; i < length; i++) target[i] = source[selection[i]!]!
  return target
}

function gatherNulls(nulls: Nulls, selection: Int32Array, length: number): Nulls {
  return nulls === null ? null : gather(nulls, new Uint8Array(length), selection)
}
