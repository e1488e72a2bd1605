/** Aggregates whose state is the values themselves: LISTAGG, ARRAY_AGG, COLLECT, and the ones above over rows that may be taken back. */
import { type Boxed, type BoxedMap, boxedEqual, boxedKey } from '../../data/boxed.ts'
import { ValueError } from '../../data/value-error.ts'
import { boxedOrNull, unboxed } from '../conversion.ts'
import { compareBoxed } from '../functions/collection.ts'
import type { Value } from '../value.ts'
import { type AggregateCode, type AggregateSpec, type Cells, type ObjectState, pinned, whereKnown } from './aggregate-code.ts'

/** What one kept value is charged with. */
const ENTRY_BYTES = 64

interface ValueListRules {
  /** Values that are NULL are not kept. */
  readonly skipsNull: boolean
  result(values: readonly Boxed[], extra: Boxed): Boxed
}

class ValueList {
  readonly values: Boxed[] = []
  /** The last second argument (LISTAGG's separator). */
  extra: Boxed = null

  add(value: Boxed, extra: Boxed): void {
    this.values.push(value)
    this.extra = extra
  }
  remove(value: Boxed): void {
    const at = this.values.findIndex((candidate) => boxedEqual(candidate, value))
    if (at >= 0) this.values.splice(at, 1)
  }
  append(other: ValueList): void {
    for (const value of other.values) this.values.push(value)
    if (other.values.length > 0) this.extra = other.extra
  }
}

const LIST_STATE: ObjectState = {
  create: () => new ValueList(),
  save: (state) => [(state as ValueList).values, (state as ValueList).extra],
  load(saved) {
    const [values, extra] = saved as readonly [readonly Boxed[], Boxed]
    const list = new ValueList()
    for (const value of values) list.add(value, extra)
    return list
  },
}

function valueList(spec: AggregateSpec, rules: ValueListRules): AggregateCode {
  const { env, argTypes, type } = spec
  const { code } = env
  const boxes = (args: readonly Value[]): readonly [string, string] => [
    boxedOrNull(code, args[0]!, argTypes[0]!),
    args[1] === undefined ? 'null' : boxedOrNull(code, args[1], argTypes[1]!),
  ]
  const guarded = (args: readonly Value[], statement: string): void => {
    const isNull = rules.skipsNull ? args[0]!.isNull : null
    if (isNull !== 'true') code.line(isNull === null ? statement : `if (!(${isNull})) ${statement}`)
  }
  const result = code.constant((list: ValueList) => rules.result(list.values, list.extra))
  return {
    columns: [{ kind: 'object', object: LIST_STATE }],
    accumulate(args, cells) {
      const [value, extra] = boxes(args)
      guarded(args, `{ ${cells(0)}.add(${value}, ${extra}); grown += ${ENTRY_BYTES} }`)
    },
    retract: (args, cells) => guarded(args, `{ ${cells(0)}.remove(${boxes(args)[0]}); grown -= ${ENTRY_BYTES} }`),
    merge: (cells: Cells, other: Cells) =>
      code.line(`${cells(0)}.append(${other(0)}); grown += ${other(0)}.values.length * ${ENTRY_BYTES}`),
    result: (cells) => pinned(env, unboxed(code, `${result}(${cells(0)})`, type)),
  }
}

export function listAgg(spec: AggregateSpec): AggregateCode {
  return valueList(spec, {
    skipsNull: true,
    result: (values, separator) => (values.length === 0 ? null : values.join((separator as string | null) ?? ',')),
  })
}

export function arrayAgg(spec: AggregateSpec): AggregateCode {
  return valueList(spec, { skipsNull: false, result: (values) => (values.length === 0 ? null : [...values]) })
}

/** A MULTISET of the values. */
export function collect(spec: AggregateSpec): AggregateCode {
  return valueList(spec, { skipsNull: true, result: multisetOf })
}

function multisetOf(values: readonly Boxed[]): BoxedMap {
  const byKey = new Map<unknown, { readonly value: Boxed; count: number }>()
  for (const value of values) {
    const key = boxedKey(value)
    const known = byKey.get(key)
    if (known === undefined) byKey.set(key, { value, count: 1 })
    else known.count++
  }
  return new Map([...byKey.values()].map(({ value, count }) => [value, count]))
}

export function singleValueOf(spec: AggregateSpec): AggregateCode {
  return valueList(spec, {
    skipsNull: false,
    result(values) {
      if (values.length > 1) throw new ValueError('A scalar sub-query returned more than one row.')
      return values[0] ?? null
    },
  })
}

export function firstOfList(spec: AggregateSpec): AggregateCode {
  return valueList(spec, { skipsNull: true, result: (values) => values[0] ?? null })
}
export function lastOfList(spec: AggregateSpec): AggregateCode {
  return valueList(spec, { skipsNull: true, result: (values) => values.at(-1) ?? null })
}

/** Which arguments of an aggregate are kept together. */
export interface TupleRules {
  readonly parts: readonly number[]
  /** An argument that is the same in all rows: its last value is handed to `result`. */
  readonly extra?: number
  /** A row is skipped where one of these is NULL. */
  readonly needed: readonly number[]
  result(tuples: readonly (readonly Boxed[])[], extra: Boxed): Boxed
}

/** State is the tuples of all rows. */
export function tupleList(spec: AggregateSpec, rules: TupleRules): AggregateCode {
  const { env, argTypes, type } = spec
  const { code } = env
  const box = (args: readonly Value[], index: number): string => boxedOrNull(code, args[index]!, argTypes[index]!)
  const tuple = (args: readonly Value[]): string => `[${rules.parts.map((index) => box(args, index)).join(', ')}]`
  const needed = (args: readonly Value[]): readonly Value[] => rules.needed.map((index) => args[index]!)
  const result = code.constant((list: ValueList) => rules.result(list.values as readonly (readonly Boxed[])[], list.extra))
  return {
    columns: [{ kind: 'object', object: LIST_STATE }],
    accumulate: (args, cells) =>
      whereKnown(env, needed(args), () => {
        code.line(
          `${cells(0)}.add(${tuple(args)}, ${rules.extra === undefined ? 'null' : box(args, rules.extra)}); grown += ${ENTRY_BYTES}`,
        )
      }),
    retract: (args, cells) =>
      whereKnown(env, needed(args), () => code.line(`${cells(0)}.remove(${tuple(args)}); grown -= ${ENTRY_BYTES}`)),
    merge: (cells, other) => code.line(`${cells(0)}.append(${other(0)}); grown += ${other(0)}.values.length * ${ENTRY_BYTES}`),
    result: (cells) => pinned(env, unboxed(code, `${result}(${cells(0)})`, type)),
  }
}

/** Values with how often each is held, and the best of them. */
class ExtremeState {
  readonly counts = new Map<unknown, { readonly value: Boxed; count: number }>()
  best: Boxed = null

  add(value: Boxed, sign: number, times = 1): void {
    const key = boxedKey(value)
    const known = this.counts.get(key)
    if (known === undefined) this.counts.set(key, { value, count: times })
    else if (known.count + times === 0) this.counts.delete(key)
    else known.count += times
    if (this.best === null || compareBoxed(value, this.best) * sign > 0) this.best = value
  }

  /** A count may go below zero where retractions come first, as in Flink. */
  remove(value: Boxed, sign: number): void {
    const key = boxedKey(value)
    const known = this.counts.get(key)
    if (known === undefined) this.counts.set(key, { value, count: -1 })
    else if (--known.count === 0) this.counts.delete(key)
    if (this.best !== null && boxedEqual(value, this.best) && !this.counts.has(key)) this.#findBest(sign)
  }

  #findBest(sign: number): void {
    this.best = null
    for (const { value, count } of this.counts.values()) {
      if (count > 0 && (this.best === null || compareBoxed(value, this.best) * sign > 0)) this.best = value
    }
  }

  merge(other: ExtremeState, sign: number): void {
    for (const { value, count } of other.counts.values()) this.add(value, sign, count)
    this.#findBest(sign)
  }
}

function extremeState(sign: number): ObjectState {
  return {
    create: () => new ExtremeState(),
    save: (state) => [...(state as ExtremeState).counts.values()].map(({ value, count }) => [value, count]),
    load(saved) {
      const state = new ExtremeState()
      for (const entry of saved as readonly (readonly [Boxed, number])[]) state.add(entry[0], sign, entry[1])
      return state
    },
  }
}

/** MIN (sign −1) and MAX (sign 1) over rows that may be taken back. */
export function retractableExtreme(spec: AggregateSpec, sign: 1 | -1): AggregateCode {
  const { env, argTypes, type } = spec
  const change = (method: 'add' | 'remove') => (args: readonly Value[], cells: Cells) => {
    const value = args[0]!
    if (value.isNull === 'true') return
    const call = `${cells(0)}.${method}(${boxedOrNull(env.code, value, argTypes[0]!)}, ${sign})`
    const statement = `{ ${call}; grown ${method === 'add' ? '+' : '-'}= ${ENTRY_BYTES} }`
    env.code.line(value.isNull === null ? statement : `if (!(${value.isNull})) ${statement}`)
  }
  return {
    columns: [{ kind: 'object', object: extremeState(sign) }],
    accumulate: change('add'),
    retract: change('remove'),
    merge: (cells, other) => env.code.line(`${cells(0)}.merge(${other(0)}, ${sign})`),
    result: (cells) => pinned(env, unboxed(env.code, `${cells(0)}.best`, type)),
  }
}
