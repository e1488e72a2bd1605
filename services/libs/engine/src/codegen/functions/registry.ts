/** Every function that runs, by its canonical name in the table of signatures. A name that is not here is refused when a statement is planned. */
import type { BoundCall } from '../../sql/bound/expr.ts'
import { UnsupportedError } from '../unsupported-error.ts'
import { ARITHMETIC } from './arithmetic.ts'
import { COLLECTION } from './collection.ts'
import { COMPARISON } from './comparison.ts'
import { CONDITIONAL } from './conditional.ts'
import type { Emitter, EmitterTable } from './emitter.ts'
import { HASH } from './hash.ts'
import { JSON_FUNCTIONS } from './json.ts'
import { LOGIC } from './logic.ts'
import { MATH } from './math.ts'
import { NETWORK } from './network.ts'
import { PATTERN } from './pattern.ts'
import { TEMPORAL } from './temporal.ts'
import { TEXT } from './text.ts'

const EMITTERS: ReadonlyMap<string, Emitter> = new Map(
  [COMPARISON, LOGIC, ARITHMETIC, CONDITIONAL, TEXT, PATTERN, TEMPORAL, MATH, HASH, COLLECTION, JSON_FUNCTIONS, NETWORK].flatMap(
    (table: EmitterTable) => Object.entries(table),
  ),
)

/** Throws UnsupportedError for a function without an implementation. */
export function functionEmitter(call: BoundCall): Emitter {
  const emitter = EMITTERS.get(call.fn)
  if (emitter === undefined) throw new UnsupportedError(`the function ${call.fn}`)
  return emitter
}
