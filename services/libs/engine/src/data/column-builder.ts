/** Columns built value by value: the cold paths (VALUES, fired windows, aggregates over whole values, tests). */
import type { Schema } from '../sql/bound/rel.ts'
import type { LogicalType } from '../sql/types/logical-type.ts'
import type { Batch, RowKind } from './batch.ts'
import { type Boxed, boxedAt } from './boxed.ts'
import { ByteArena } from './byte-buffer.ts'
import { type Representation, representationOf, type Vector } from './vector.ts'

/** A column's memory for `capacity` rows; `bytes` columns point into `arena`. */
export interface MutableColumn {
  readonly repr: Representation
  bool: Uint8Array
  i32: Int32Array
  i64: BigInt64Array
  f64: Float64Array
  /** Nanoseconds (ts) or lengths (bytes); offsets of bytes are in `i32`. */
  extra: Int32Array
  objects: unknown[]
  nulls: Uint8Array
}

const NO_U8 = new Uint8Array(0)
const NO_I32 = new Int32Array(0)
const NO_I64 = new BigInt64Array(0)
const NO_F64 = new Float64Array(0)

export function createColumn(repr: Representation, capacity: number): MutableColumn {
  return {
    repr,
    bool: repr === 'bool' ? new Uint8Array(capacity) : NO_U8,
    i32: repr === 'i32' || repr === 'bytes' ? new Int32Array(capacity) : NO_I32,
    i64: repr === 'i64' ? new BigInt64Array(capacity) : NO_I64,
    f64: repr === 'f64' || repr === 'ts' ? new Float64Array(capacity) : NO_F64,
    extra: repr === 'ts' || repr === 'bytes' ? new Int32Array(capacity) : NO_I32,
    objects: repr === 'object' ? new Array<unknown>(capacity).fill(null) : [],
    nulls: new Uint8Array(capacity),
  }
}

/** The column as readers see it. */
export function columnVector(column: MutableColumn, hasNulls: boolean, arena: ByteArena): Vector {
  const nulls = hasNulls ? column.nulls : null
  switch (column.repr) {
    case 'bool':
      return { repr: 'bool', values: column.bool, nulls }
    case 'i32':
      return { repr: 'i32', values: column.i32, nulls }
    case 'i64':
      return { repr: 'i64', values: column.i64, nulls }
    case 'f64':
      return { repr: 'f64', values: column.f64, nulls }
    case 'ts':
      return { repr: 'ts', values: column.f64, nanos: column.extra, nulls }
    case 'bytes':
      return { repr: 'bytes', data: arena.bytes, offsets: column.i32, lengths: column.extra, nulls }
    case 'object':
      return { repr: 'object', values: column.objects, nulls }
  }
}

/** Writes one value; the caller keeps `row` below the capacity. */
export function storeBoxed(column: MutableColumn, arena: ByteArena, cell: { readonly row: number; readonly value: Boxed }): void {
  const { row, value } = cell
  column.nulls[row] = value === null ? 1 : 0
  if (value === null) {
    if (column.repr === 'bytes') column.extra[row] = 0
    else if (column.repr === 'object') column.objects[row] = null
    return
  }
  switch (column.repr) {
    case 'bool':
      column.bool[row] = value === true ? 1 : 0
      break
    case 'i32':
      column.i32[row] = Number(value)
      break
    case 'i64':
      column.i64[row] = typeof value === 'bigint' ? value : BigInt(value as number)
      break
    case 'f64':
      column.f64[row] = Number(value)
      break
    case 'ts':
      column.f64[row] = (value as readonly number[])[0]!
      column.extra[row] = (value as readonly number[])[1]!
      break
    case 'bytes':
      storeBytes(column, arena, { row, value: value as string | Uint8Array })
      break
    case 'object':
      column.objects[row] = value
  }
}

function storeBytes(
  column: MutableColumn,
  arena: ByteArena,
  cell: { readonly row: number; readonly value: string | Uint8Array },
): void {
  const { row, value } = cell
  if (typeof value === 'string') {
    column.i32[row] = arena.appendText(value)
    column.extra[row] = arena.textLength
  } else {
    column.i32[row] = arena.append(value, 0, value.length)
    column.extra[row] = value.length
  }
}

export type BoxedRow = readonly Boxed[]

/** A batch that owns its memory. */
export function batchOfRows(
  types: readonly LogicalType[],
  rows: readonly BoxedRow[],
  kinds: readonly RowKind[] | null = null,
): Batch {
  const arena = new ByteArena()
  const columns = types.map((type, i) => {
    const column = createColumn(representationOf(type), rows.length)
    rows.forEach((values, row) => {
      storeBoxed(column, arena, { row, value: values[i] ?? null })
    })
    return { column, hasNulls: rows.some((values) => (values[i] ?? null) === null) }
  })
  return {
    length: rows.length,
    columns: columns.map(({ column, hasNulls }) => columnVector(column, hasNulls, arena)),
    kinds: kinds === null ? null : Uint8Array.from(kinds),
    marks: [],
    lease: null,
  }
}

export function typesOf(schema: Schema): readonly LogicalType[] {
  return schema.map((field) => field.type)
}

/** One row as boxed values. */
export function rowAt(batch: Batch, types: readonly LogicalType[], row: number): Boxed[] {
  return types.map((type, i) => boxedAt(batch.columns[i]!, type, row))
}
