/**
 * Columns of a batch. The representation follows from the logical type alone (`representationOf`), so that generated code never
 * asks at run time:
 *
 *   bool    BOOLEAN                                             Uint8Array 0/1
 *   i32     TINYINT SMALLINT INTEGER DATE(days) TIME(ms) INTERVAL_YEAR_MONTH(months)
 *   i64     BIGINT; DECIMAL(16..18) unscaled
 *   f64     FLOAT (rounded to f32) DOUBLE; TIMESTAMP and TIMESTAMP_LTZ with p <= 3 (epoch ms); INTERVAL_DAY_TIME (ms);
 *           DECIMAL(1..15) unscaled (an integer)
 *   ts      TIMESTAMP and TIMESTAMP_LTZ with p > 3: epoch ms and nanoseconds of the millisecond
 *   bytes   CHAR VARCHAR (UTF-8) BINARY VARBINARY: slices of one or more byte arrays
 *   object  DECIMAL(19..38) (bigint, unscaled) ARRAY MAP MULTISET ROW VARIANT BITMAP …: JS values
 *
 * `nulls` is null when the column has no NULL in this batch, else 1 marks a NULL (the value beside it is arbitrary).
 * Arrays may be longer than the batch; only the first `length` entries count.
 */
import type { LogicalType } from '../sql/types/logical-type.ts'

export type Nulls = Uint8Array | null

export type Vector =
  | { readonly repr: 'bool'; readonly values: Uint8Array; readonly nulls: Nulls }
  | { readonly repr: 'i32'; readonly values: Int32Array; readonly nulls: Nulls }
  | { readonly repr: 'i64'; readonly values: BigInt64Array; readonly nulls: Nulls }
  | { readonly repr: 'f64'; readonly values: Float64Array; readonly nulls: Nulls }
  | { readonly repr: 'ts'; readonly values: Float64Array; readonly nanos: Int32Array; readonly nulls: Nulls }
  | BytesVector
  | { readonly repr: 'object'; readonly values: readonly unknown[]; readonly nulls: Nulls }

/** Row r is data[offsets[r] .. offsets[r] + lengths[r]). Slices may overlap, repeat and stand in any order. */
export interface BytesVector {
  readonly repr: 'bytes'
  readonly data: Uint8Array
  readonly offsets: Int32Array
  readonly lengths: Int32Array
  readonly nulls: Nulls
}

export type Representation = Vector['repr']

export function representationOf(type: LogicalType): Representation {
  switch (type.kind) {
    case 'BOOLEAN':
      return 'bool'
    case 'TINYINT':
    case 'SMALLINT':
    case 'INTEGER':
    case 'DATE':
    case 'TIME':
    case 'INTERVAL_YEAR_MONTH':
      return 'i32'
    case 'BIGINT':
      return 'i64'
    case 'FLOAT':
    case 'DOUBLE':
    case 'INTERVAL_DAY_TIME':
      return 'f64'
    case 'DECIMAL':
      return type.precision <= 15 ? 'f64' : type.precision <= 18 ? 'i64' : 'object'
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return type.precision <= 3 ? 'f64' : 'ts'
    case 'CHAR':
    case 'VARCHAR':
    case 'BINARY':
    case 'VARBINARY':
      return 'bytes'
    default:
      return 'object'
  }
}
