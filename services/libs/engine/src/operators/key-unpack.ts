/** Packed keys back to values. */
import { type Boxed, isCharacterType } from '../data/boxed.ts'
import type { ByteArena } from '../data/byte-buffer.ts'
import { type MutableColumn, storeBoxed } from '../data/column-builder.ts'
import { representationOf } from '../data/vector.ts'
import type { LogicalType } from '../sql/types/logical-type.ts'
import type { KeyTable } from './key-table.ts'
import { FIXED_WORDS, maskWords } from './key-words.ts'

const decoder = new TextDecoder()
const cell = new Int32Array(2)
const asDouble = new Float64Array(cell.buffer)
const asBigint = new BigInt64Array(cell.buffer)

export function unpackKey(words: Int32Array, types: readonly LogicalType[]): Boxed[] {
  let at = maskWords(types.length)
  return types.map((type, i) => {
    const isNull = (words[i >> 5]! & (1 << (i & 31))) !== 0
    const repr = representationOf(type)
    const start = at
    at += FIXED_WORDS[repr] === 0 ? 1 + ((words[at]! + 3) >> 2) : FIXED_WORDS[repr]
    return isNull ? null : unpackValue(words, start, type)
  })
}

function unpackValue(words: Int32Array, at: number, type: LogicalType): Boxed {
  const repr = representationOf(type)
  if (repr === 'bool') return words[at] === 1
  if (repr === 'i32') return words[at]!
  if (repr === 'bytes') return unpackBytes(words, at, isCharacterType(type))
  if (repr === 'object') return BigInt(String(unpackBytes(words, at, true)).replace(/^bigint/, ''))
  cell[0] = words[at]!
  cell[1] = words[at + 1]!
  if (repr === 'i64') return asBigint[0]!
  return repr === 'ts' ? [asDouble[0]!, words[at + 2]!] : asDouble[0]!
}

function unpackBytes(words: Int32Array, at: number, asText: boolean): string | Uint8Array {
  const length = words[at]!
  const bytes = new Uint8Array(length)
  for (let i = 0; i < length; i++) bytes[i] = words[at + 1 + (i >> 2)]! >> ((i & 3) * 8)
  return asText ? decoder.decode(bytes) : bytes
}

/** Numbers at fixed places of keys are copied word by word; `starts[row]` is where the row's key begins in `words`. */
function copyFixed(
  column: MutableColumn,
  from: { readonly words: Int32Array; readonly starts: Int32Array; readonly at: number },
  length: number,
): void {
  const { words, starts, at } = from
  const { repr } = column
  const wide = repr === 'i64' ? new Int32Array(column.i64.buffer) : new Int32Array(column.f64.buffer)
  for (let row = 0; row < length; row++) {
    const start = starts[row]! + at
    if (repr === 'i32') column.i32[row] = words[start]!
    else if (repr === 'bool') column.bool[row] = words[start]!
    else {
      wide[2 * row] = words[start]!
      wide[2 * row + 1] = words[start + 1]!
      if (repr === 'ts') column.extra[row] = words[start + 2]!
    }
  }
}

export interface KeyRows {
  readonly table: KeyTable
  /** Group row of each output row. */
  readonly rows: Int32Array
  readonly length: number
}

/** Writes the keys of groups into output columns; returns which of them hold a NULL. */
export function unpackColumns(
  columns: readonly MutableColumn[],
  types: readonly LogicalType[],
  keys: KeyRows & { readonly arena: ByteArena },
): readonly boolean[] {
  const { table, rows, length } = keys
  const { words } = table
  const starts = Int32Array.from({ length }, (_, row) => table.startOf(rows[row]!))
  let at: number | undefined = maskWords(types.length)
  return types.map((_, i) => {
    const column = columns[i]!
    const width: number = FIXED_WORDS[column.repr]
    const fixed = at !== undefined && width > 0
    if (fixed) copyFixed(column, { words, starts, at: at! }, length)
    else
      for (let row = 0; row < length; row++)
        storeBoxed(column, keys.arena, { row, value: unpackKey(table.keyOf(rows[row]!), types)[i]! })
    at = at === undefined || width === 0 ? undefined : at + width
    return markNulls(column, { words, starts, key: i }, length)
  })
}

function markNulls(
  column: MutableColumn,
  from: { readonly words: Int32Array; readonly starts: Int32Array; readonly key: number },
  length: number,
): boolean {
  const { words, starts, key } = from
  const bit = 1 << (key & 31)
  let any = false
  for (let row = 0; row < length; row++) {
    const isNull = (words[starts[row]! + (key >> 5)]! & bit) !== 0
    column.nulls[row] = isNull ? 1 : 0
    if (isNull) any = true
  }
  return any
}
