/** The hash of each row's key columns, as exchanges and keyed state use it. */
import { CodeBuilder } from '../codegen/code-builder.ts'
import { ColumnLoads } from '../codegen/column-access.ts'
import { compile } from '../codegen/compile.ts'
import { emitKeyPack } from '../codegen/key-code.ts'
import type { Vector } from '../data/vector.ts'
import type { KeyHasher } from '../runtime/operator-module.ts'
import type { LogicalType } from '../sql/types/logical-type.ts'
import { hashWords, KeyScratch } from './key-words.ts'

const HASHES_MIN = 1024

interface HashFrame {
  readonly columns: readonly Vector[]
  readonly length: number
  readonly scratch: KeyScratch
  readonly hashes: Int32Array
}

type HashProgram = (frame: HashFrame) => void

function compileHash(types: readonly LogicalType[], keys: readonly number[]): HashProgram {
  const code = new CodeBuilder()
  const loads = new ColumnLoads(code, types)
  emitKeyPack(
    code,
    keys.map((index) => ({ value: loads.at(index, 'i'), type: types[index]! })),
  )
  code.line(`hashes[i] = ${code.constant(hashWords)}(w, wn)`)
  return compile<HashProgram>(
    code.finish(
      (body) =>
        `return function hashKeys({ columns, length, scratch, hashes }) {\n${loads.prologue()}\nfor (let i = 0; i < length; i++) {\n${body}\n}\n}`,
    ),
  )
}

/** `types` are those of all columns of the batch, `keys` the ordinals of the key columns in order. */
export function createKeyHasher(types: readonly LogicalType[], keys: readonly number[]): KeyHasher {
  const program = compileHash(types, keys)
  const scratch = new KeyScratch()
  let hashes = new Int32Array(HASHES_MIN)
  return {
    hash({ columns, length }) {
      if (hashes.length < length) hashes = new Int32Array(length * 2)
      program({ columns, length, scratch, hashes })
      return hashes
    },
  }
}
