import type { Vector } from '@millrace/engine/connector'

/** Rows `rows[0 .. count)` of a column in that order; −1 gives NULL. Slices keep pointing into the same bytes. */
export function gather(vector: Vector, rows: Int32Array, count: number): Vector {
  const nulls = gatherNulls(vector, rows, count)
  switch (vector.repr) {
    case 'bool':
      return { repr: 'bool', values: take(vector.values, new Uint8Array(count), rows), nulls }
    case 'i32':
      return { repr: 'i32', values: take(vector.values, new Int32Array(count), rows), nulls }
    case 'i64': {
      const values = new BigInt64Array(count)
      for (let i = 0; i < count; i++) values[i] = vector.values[rows[i] as number] ?? 0n
      return { repr: 'i64', values, nulls }
    }
    case 'f64':
      return { repr: 'f64', values: take(vector.values, new Float64Array(count), rows), nulls }
    case 'ts': {
      const values = take(vector.values, new Float64Array(count), rows)
      return { repr: 'ts', values, nanos: take(vector.nanos, new Int32Array(count), rows), nulls }
    }
    case 'bytes': {
      const offsets = take(vector.offsets, new Int32Array(count), rows)
      return { repr: 'bytes', data: vector.data, offsets, lengths: take(vector.lengths, new Int32Array(count), rows), nulls }
    }
    case 'object':
      return { repr: 'object', values: Array.from({ length: count }, (_, i) => vector.values[rows[i] as number] ?? null), nulls }
  }
}

function take<T extends Uint8Array | Int32Array | Float64Array>(from: T, to: T, rows: Int32Array): T {
  for (let i = 0; i < to.length; i++) to[i] = from[rows[i] as number] ?? 0
  return to
}

function gatherNulls(vector: Vector, rows: Int32Array, count: number): Uint8Array | null {
  let any = false
  const nulls = new Uint8Array(count)
  for (let i = 0; i < count; i++) {
    const row = rows[i] as number
    if (row >= 0 && (vector.nulls === null || vector.nulls[row] !== 1)) continue
    nulls[i] = 1
    any = true
  }
  return any ? nulls : null
}
