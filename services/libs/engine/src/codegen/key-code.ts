/** Packs the key columns of the current row into words (operators/key-words.ts), in generated code. */
import { boxedKey } from '../data/boxed.ts'
import { representationOf } from '../data/vector.ts'
import { FIXED_WORDS, maskWords, packBytes } from '../operators/key-words.ts'
import type { LogicalType } from '../sql/types/logical-type.ts'
import { encodeText } from './byte-strings.ts'
import type { CodeBuilder } from './code-builder.ts'
import { boxed } from './conversion.ts'
import type { Value } from './value.ts'

export interface KeyPart {
  readonly value: Value
  readonly type: LogicalType
}

const FLOAT = new Float64Array(1)
const FLOAT_WORDS = new Int32Array(FLOAT.buffer)
const BIG = new BigInt64Array(1)
const BIG_WORDS = new Int32Array(BIG.buffer)

function keyTextBytes(value: Parameters<typeof boxedKey>[0]): Uint8Array {
  const key = boxedKey(value)
  return encodeText(typeof key === 'string' ? key : `${typeof key}${String(key)}`)
}

/** Leaves the words in `w` and their count in `wn`; `scratch` (KeyScratch) is in scope. */
export function emitKeyPack(code: CodeBuilder, parts: readonly KeyPart[]): void {
  const masks = maskWords(parts.length)
  const fixed = parts.reduce((sum, part) => sum + FIXED_WORDS[representationOf(part.type)], masks)
  code.line(`let w = scratch.ensure(${Math.max(fixed, 1)}), wn = ${masks}`)
  for (let mask = 0; mask < masks; mask++) {
    const bits = parts
      .slice(mask * 32, mask * 32 + 32)
      .flatMap(({ value }, i) => (value.isNull === null ? [] : [`(${value.isNull} ? ${1 << i} : 0)`]))
    code.line(`w[${mask}] = ${bits.length === 0 ? '0' : bits.join(' | ')}`)
  }
  for (const part of parts) packPart(code, part)
}

function packPart(code: CodeBuilder, { value, type }: KeyPart): void {
  const repr = representationOf(type)
  if (value.isNull === 'true') {
    packNull(code, repr)
    return
  }
  if (value.isNull === null) packKnown(code, value, type)
  else {
    code.block(`if (${value.isNull})`, () => packNull(code, repr))
    code.block('else', () => packKnown(code, value, type))
  }
}

function packNull(code: CodeBuilder, repr: ReturnType<typeof representationOf>): void {
  const words = Math.max(FIXED_WORDS[repr], 1)
  if (FIXED_WORDS[repr] === 0) code.line(`w = scratch.ensure(wn + 1)`)
  code.line(Array.from({ length: words }, () => 'w[wn++] = 0').join('; '))
}

function packKnown(code: CodeBuilder, value: Value, type: LogicalType): void {
  switch (representationOf(type)) {
    case 'bool':
      code.line(`w[wn++] = ${value.code[0]!} ? 1 : 0`)
      break
    case 'i32':
      code.line(`w[wn++] = ${value.code[0]!}`)
      break
    case 'i64': {
      const [cell, words] = [code.constant(BIG), code.constant(BIG_WORDS)]
      const big = value.form === 'i64' ? value.code[0]! : `BigInt(${value.code[0]!})`
      code.line(`${cell}[0] = ${big}; w[wn++] = ${words}[0]; w[wn++] = ${words}[1]`)
      break
    }
    case 'f64':
      packDouble(code, value.code[0]!, type)
      break
    case 'ts':
      packDouble(code, value.code[0]!, type)
      code.line(`w[wn++] = ${value.code[1]!}`)
      break
    default:
      packVariable(code, value, type)
  }
}

function packDouble(code: CodeBuilder, number: string, type: LogicalType): void {
  const [cell, words] = [code.constant(FLOAT), code.constant(FLOAT_WORDS)]
  const floating = type.kind === 'FLOAT' || type.kind === 'DOUBLE'
  const text = floating ? `${number} !== ${number} ? NaN : ${number}` : `${number} + 0`
  code.line(`${cell}[0] = ${text}; w[wn++] = ${words}[0]; w[wn++] = ${words}[1]`)
}

function packVariable(code: CodeBuilder, value: Value, type: LogicalType): void {
  let slice = value.code
  if (value.form === 'str') slice = [code.assign(`${code.constant(encodeText)}(${value.code[0]!})`, 'y'), '0', '']
  else if (value.form === 'u8') slice = [value.code[0]!, '0', '']
  else if (value.form !== 'slice')
    slice = [code.assign(`${code.constant(keyTextBytes)}(${boxed(code, value, type)})`, 'y'), '0', '']
  const length = slice[2] === '' ? `${slice[0]!}.length` : slice[2]!
  code.line(`w = scratch.ensure(wn + 1 + (${length} + 3 >> 2))`)
  code.line(`wn = ${code.constant(packBytes)}(w, wn, { data: ${slice[0]!}, offset: ${slice[1]!}, length: ${length} })`)
}
