/** Columns in generated code: loads of the current row `i`, and stores into output columns at row `m`. */

import type { MutableColumn } from '../data/column-builder.ts'
import { representationOf, type Vector } from '../data/vector.ts'
import type { LogicalType } from '../sql/types/logical-type.ts'
import type { CodeBuilder } from './code-builder.ts'
import { boxed, toForm } from './conversion.ts'
import type { ColumnReader } from './expression.ts'
import type { Value } from './value.ts'

const ZERO_CAPACITY_MIN = 4096
let zeros = new Uint8Array(ZERO_CAPACITY_MIN)

/** The column's NULL marks, all 0 where it has none in this batch. */
export function nullsOf(vector: Vector, length: number): Uint8Array {
  if (vector.nulls !== null) return vector.nulls
  if (zeros.length < length) zeros = new Uint8Array(length * 2)
  return zeros
}

/** Collects which columns a function reads, and writes their arrays into variables before the loop. */
export class ColumnLoads {
  readonly #types: readonly LogicalType[]
  readonly #used = new Set<number>()
  readonly #code: CodeBuilder

  constructor(code: CodeBuilder, types: readonly LogicalType[]) {
    this.#code = code
    this.#types = types
  }

  readonly read: ColumnReader = ({ index }) => this.at(index, 'i')

  /** The column's value at the row that the JS expression `row` names. */
  at(index: number, row: string): Value {
    this.#used.add(index)
    const isNull = this.#code.assign(`n${index}[${row}] === 1`, 'z')
    const type = this.#types[index]!
    const repr = representationOf(type)
    const load = `c${index}[${row}]`
    switch (repr) {
      case 'bool':
        return { form: 'bool', isNull, code: [`(${load} === 1)`] }
      case 'ts':
        return { form: 'ts', isNull, code: [this.#code.assign(load), this.#code.assign(`e${index}[${row}]`)] }
      case 'bytes':
        return { form: 'slice', isNull, code: [`d${index}`, this.#code.assign(load), this.#code.assign(`e${index}[${row}]`)] }
      case 'object':
        return { form: 'obj', isNull, code: [this.#code.assign(load)] }
      default:
        return { form: repr, isNull, code: [this.#code.assign(load)] }
    }
  }

  /** Statements that bind the arrays of the used columns; `columns` and `length` are in scope. */
  prologue(): string {
    const nulls = this.#code.constant(nullsOf)
    return [...this.#used]
      .map(
        (index) =>
          `${arraysOf(index, representationOf(this.#types[index]!))}\nconst n${index} = ${nulls}(columns[${index}], length)`,
      )
      .join('\n')
  }
}

function arraysOf(index: number, repr: Vector['repr']): string {
  const column = `columns[${index}]`
  if (repr === 'bytes') return `const d${index} = ${column}.data, c${index} = ${column}.offsets, e${index} = ${column}.lengths`
  if (repr === 'ts') return `const c${index} = ${column}.values, e${index} = ${column}.nanos`
  return `const c${index} = ${column}.values`
}

/** Which array of a MutableColumn holds the values of a representation. */
const STORE_FIELD: Readonly<Record<Vector['repr'], keyof MutableColumn>> = {
  bool: 'bool',
  i32: 'i32',
  i64: 'i64',
  f64: 'f64',
  ts: 'f64',
  bytes: 'i32',
  object: 'objects',
}

/** Output columns of a generated function: `out[j]` is the MutableColumn, `arena` takes bytes, `h[j]` becomes 1 when a NULL was stored. */
export class ColumnStores {
  readonly #code: CodeBuilder
  readonly #used = new Map<number, LogicalType>()
  /** int64 columns that are written by words (`y`, little-endian). */
  readonly #longs = new Set<number>()

  constructor(code: CodeBuilder) {
    this.#code = code
  }

  /** Stores the value into output column `index` at the row that the JS expression `row` names. */
  store(index: number, target: { readonly value: Value; readonly type: LogicalType; readonly row: string }): void {
    const { value, type, row } = target
    this.#used.set(index, type)
    const { line } = { line: (text: string) => this.#code.line(text) }
    const repr = representationOf(type)
    const nothing = `q${index}[${row}] = 1; h${index} = 1${repr === 'bytes' ? `; x${index}[${row}] = 0` : repr === 'object' ? `; o${index}[${row}] = null` : ''}`
    if (value.isNull === 'true') {
      line(nothing)
      return
    }
    if (value.isNull === null) {
      line(`q${index}[${row}] = 0`)
      this.#storeKnown(index, value, target)
      return
    }
    this.#code.block(`if (${value.isNull})`, () => line(nothing))
    this.#code.block('else', () => {
      line(`q${index}[${row}] = 0`)
      this.#storeKnown(index, value, target)
    })
  }

  #storeKnown(index: number, value: Value, { type, row }: { readonly type: LogicalType; readonly row: string }): void {
    const code = this.#code
    const place = `o${index}[${row}]`
    switch (representationOf(type)) {
      case 'bool':
        code.line(`${place} = ${value.code[0]!} ? 1 : 0`)
        break
      case 'i64':
        this.#storeLong(index, value, row)
        break
      case 'ts': {
        const point = toForm(code, value, 'ts')
        code.line(`${place} = ${point.code[0]!}; x${index}[${row}] = ${point.code[1]!}`)
        break
      }
      case 'bytes':
        this.#storeBytes(index, value, row)
        break
      case 'object':
        code.line(`${place} = ${boxed(code, value, type)}`)
        break
      default:
        code.line(`${place} = ${value.code[0]!}`)
    }
  }

  /** A number of at most 2^53 is written as two 32-bit words: making a bigint of it would cost more than all the rest. */
  #storeLong(index: number, value: Value, row: string): void {
    const number = value.code[0]!
    if (value.form !== 'int' && value.form !== 'i32') {
      this.#code.line(`o${index}[${row}] = ${toForm(this.#code, value, 'i64').code[0]!}`)
      return
    }
    this.#longs.add(index)
    this.#code.line(`y${index}[2 * ${row}] = ${number}; y${index}[2 * ${row} + 1] = Math.floor(${number} / 4294967296)`)
  }

  #storeBytes(index: number, value: Value, row: string): void {
    const { form, code } = value
    if (form === 'str') {
      this.#code.line(`o${index}[${row}] = arena.appendText(${code[0]!}); x${index}[${row}] = arena.textLength`)
      return
    }
    const [data, offset, length] = form === 'slice' ? code : [code[0]!, '0', `${code[0]!}.length`]
    this.#code.line(`o${index}[${row}] = arena.append(${data}, ${offset}, ${length}); x${index}[${row}] = ${length}`)
  }

  prologue(): string {
    return [...this.#used]
      .map(([index, type]) => {
        const repr = representationOf(type)
        const words = this.#longs.has(index) ? `, y${index} = new Int32Array(out[${index}].i64.buffer)` : ''
        const extra = repr === 'bytes' || repr === 'ts' ? `, x${index} = out[${index}].extra` : words
        return `const o${index} = out[${index}].${STORE_FIELD[repr]}, q${index} = out[${index}].nulls${extra}\nlet h${index} = 0`
      })
      .join('\n')
  }

  /** Statements after the loop: report which columns hold a NULL. */
  epilogue(): string {
    return [...this.#used.keys()].map((index) => `hasNulls[${index}] = h${index}`).join('\n')
  }
}
