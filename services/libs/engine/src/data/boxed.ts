/**
 * Values outside of typed arrays: inside `object` columns (ARRAY, MAP, ROW, …), in aggregate states that hold whole values, and at
 * the borders (VALUES, results, tests). The form follows from the logical type alone:
 *
 *   BOOLEAN boolean · TINYINT…INTEGER, DATE (days), TIME (ms), year-month intervals number · BIGINT bigint
 *   FLOAT, DOUBLE number · DECIMAL unscaled: number up to precision 15, bigint beyond
 *   TIMESTAMP, TIMESTAMP_LTZ epoch ms as number up to precision 3, beyond as [ms, nanoseconds of the millisecond]
 *   CHAR, VARCHAR string · BINARY, VARBINARY Uint8Array · day-time intervals number (ms)
 *   ARRAY, ROW array · MAP and MULTISET Map · NULL of any type null
 */

import type { LogicalType } from '../sql/types/logical-type.ts'
import type { Vector } from './vector.ts'

export type Boxed = null | boolean | number | bigint | string | Uint8Array | readonly Boxed[] | BoxedMap
export type BoxedMap = ReadonlyMap<Boxed, Boxed>

const decoder = new TextDecoder()

export function isCharacterType(type: LogicalType): boolean {
  return type.kind === 'CHAR' || type.kind === 'VARCHAR'
}

/** The value of a column at `row`; the type decides between text and binary. */
export function boxedAt(vector: Vector, type: LogicalType, row: number): Boxed {
  if (vector.nulls !== null && vector.nulls[row] === 1) return null
  switch (vector.repr) {
    case 'bool':
      return vector.values[row] === 1
    case 'ts':
      return [vector.values[row]!, vector.nanos[row]!]
    case 'bytes': {
      const start = vector.offsets[row]!
      const bytes = vector.data.subarray(start, start + vector.lengths[row]!)
      return isCharacterType(type) ? decoder.decode(bytes) : bytes.slice()
    }
    case 'object':
      return (vector.values[row] ?? null) as Boxed
    default:
      return vector.values[row]!
  }
}

/** Equality of values of one type: NULL equals NULL, NaN equals NaN, 0 differs from -0 as in Flink's binary rows. */
export function boxedEqual(a: Boxed, b: Boxed): boolean {
  if (Object.is(a, b)) return true
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false
  if (a instanceof Uint8Array) return b instanceof Uint8Array && Buffer.compare(a, b) === 0
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => boxedEqual(item, b[i] as Boxed))
  return a instanceof Map && b instanceof Map && boxedMapsEqual(a, b)
}

function boxedMapsEqual(a: BoxedMap, b: BoxedMap): boolean {
  if (a.size !== b.size) return false
  for (const [key, value] of a) {
    const other = mapGet(b, key)
    if (other === undefined || !boxedEqual(value, other)) return false
  }
  return true
}

/** Look-up by value also where keys are arrays or bytes; undefined when absent. */
export function mapGet(map: BoxedMap, key: Boxed): Boxed | undefined {
  if (key === null || typeof key !== 'object') return map.get(key)
  for (const [candidate, value] of map) if (boxedEqual(candidate, key)) return value
  return undefined
}

/** A text that two values of one type share exactly when they are equal: a Map key for distinct values and multisets. */
export function boxedKey(value: Boxed): string | number | bigint | boolean | null {
  if (typeof value === 'number') return Number.isNaN(value) || !Object.is(value, -0) ? value : '-0'
  if (value === null || typeof value !== 'object') return typeof value === 'string' ? `s${value}` : value
  if (value instanceof Uint8Array) return `x${Buffer.from(value).toString('latin1')}`
  if (Array.isArray(value)) return `[${value.map(keyPart).join('')}]`
  const entries = [...(value as BoxedMap)].map(([k, v]) => keyPart(k) + keyPart(v))
  return `{${entries.sort().join('')}}`
}

function keyPart(value: Boxed): string {
  const key = boxedKey(value)
  const text = String(key)
  return `${typeof key === 'string' ? 's' : typeof key === 'bigint' ? 'n' : key === null ? 'z' : 'd'}${text.length}:${text}`
}

/** Rough bytes that a value keeps alive, for charging state. */
export function boxedBytes(value: Boxed): number {
  if (value === null || typeof value === 'boolean') return 8
  if (typeof value === 'string') return 24 + 2 * value.length
  if (typeof value !== 'object') return 16
  if (value instanceof Uint8Array) return 64 + value.length
  let sum = 32
  if (Array.isArray(value)) for (const item of value as readonly Boxed[]) sum += 8 + boxedBytes(item)
  else for (const [k, v] of value as BoxedMap) sum += 32 + boxedBytes(k) + boxedBytes(v)
  return sum
}
