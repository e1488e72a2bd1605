/** DISTINCT around any aggregate: a value is accumulated when it comes for the first time and retracted when its last copy leaves. */
import { type Boxed, boxedKey } from '../../data/boxed.ts'
import { boxed, formOf, unboxed } from '../conversion.ts'
import type { Value } from '../value.ts'
import { type AggregateCode, type AggregateSpec, type Cells, type ObjectState, whereKnown } from './aggregate-code.ts'

type Key = string | number | bigint | boolean | null

/** Copies by value. Values that are no primitives are kept beside their key. */
class DistinctValues {
  readonly counts = new Map<Key, number>()
  readonly values = new Map<Key, Boxed>()

  /** True for the first copy. */
  add(key: Key, times = 1): boolean {
    const before = this.counts.get(key) ?? 0
    const after = before + times
    if (after === 0) this.counts.delete(key)
    else this.counts.set(key, after)
    return before <= 0 && after > 0
  }

  /** True when the last copy left. */
  remove(key: Key): boolean {
    const before = this.counts.get(key) ?? 0
    if (before === 1) {
      this.counts.delete(key)
      this.values.delete(key)
      return true
    }
    this.counts.set(key, before - 1)
    return false
  }

  keep(key: Key, value: Boxed): Key {
    if (!this.values.has(key)) this.values.set(key, value)
    return key
  }
}

const DISTINCT_STATE: ObjectState = {
  create: () => new DistinctValues(),
  save: (state) =>
    [...(state as DistinctValues).counts].map(([key, count]) => [key, count, (state as DistinctValues).values.get(key) ?? null]),
  load(saved) {
    const state = new DistinctValues()
    for (const [key, count, value] of saved as readonly (readonly [Key, number, Boxed])[]) {
      state.counts.set(key, count)
      if (value !== null) state.values.set(key, value)
    }
    return state
  },
}

/** Small integers are cheaper keys than bigints. */
function integerKey(value: bigint): Key {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

/** What one distinct value is charged with. */
const ENTRY_BYTES = 64

const PRIMITIVE = new Set(['bool', 'i32', 'f64', 'str'])

export function distinct(spec: AggregateSpec, make: (spec: AggregateSpec) => AggregateCode): AggregateCode {
  const { env, argTypes } = spec
  const { code } = env
  const inner = make(spec)
  const innerCells =
    (cells: Cells): Cells =>
    (index) =>
      cells(index + 1)
  const single = argTypes.length === 1
  const form = single ? formOf(argTypes[0]!) : 'obj'
  const keeps = !single || (form !== 'i64' && !PRIMITIVE.has(form))

  const keyOf = (args: readonly Value[], cells: Cells): string => {
    const boxes = args.map((arg, i) => boxed(code, arg, argTypes[i]!))
    if (single && PRIMITIVE.has(form)) return boxes[0]!
    if (form === 'i64') return `${code.constant(integerKey)}(${boxes[0]!})`
    const whole = code.assign(single ? boxes[0]! : `[${boxes.join(', ')}]`)
    return `${cells(0)}.keep(${code.constant(boxedKey)}(${whole}), ${whole})`
  }
  const known = (args: readonly Value[]): Value[] => args.map((arg) => ({ ...arg, isNull: null }))
  const storedValue = (cells: Cells, key: string): readonly Value[] => {
    if (form === 'i64') return [{ form: 'i64', isNull: null, code: [`BigInt(${key})`] }]
    if (!keeps) return [{ form, isNull: null, code: [key] }]
    const stored = code.assign(`${cells(0)}.values.get(${key})`)
    return argTypes.map((type, i) => ({ ...unboxed(code, single ? stored : `${stored}[${i}]`, type), isNull: null }))
  }
  return {
    columns: [{ kind: 'object', object: DISTINCT_STATE }, ...inner.columns],
    accumulate: (args, cells) =>
      whereKnown(env, args, () =>
        code.block(`if (${cells(0)}.add(${keyOf(args, cells)}))`, () => {
          code.line(`grown += ${ENTRY_BYTES}`)
          inner.accumulate(known(args), innerCells(cells))
        }),
      ),
    retract: (args, cells) =>
      whereKnown(env, args, () =>
        code.block(`if (${cells(0)}.remove(${keyOf(args, cells)}))`, () => {
          code.line(`grown -= ${ENTRY_BYTES}`)
          inner.retract(known(args), innerCells(cells))
        }),
      ),
    merge(cells, other) {
      const key = code.name('key')
      const times = code.name('times')
      code.block(`for (const [${key}, ${times}] of ${other(0)}.counts)`, () => {
        if (keeps) code.line(`${cells(0)}.keep(${key}, ${other(0)}.values.get(${key}))`)
        code.block(`if (${cells(0)}.add(${key}, ${times}))`, () => {
          code.line(`grown += ${ENTRY_BYTES}`)
          inner.accumulate(storedValue(other, key), innerCells(cells))
        })
      })
    },
    result: (cells) => inner.result(innerCells(cells)),
  }
}
