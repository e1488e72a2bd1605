/** Constructors, access and functions of ARRAY, MAP, MULTISET and ROW. Items are compared by value. */

import { type Boxed, type BoxedMap, boxedEqual, boxedKey, mapGet } from '../../data/boxed.ts'
import { ValueError } from '../../data/value-error.ts'
import type { LogicalType } from '../../sql/types/logical-type.ts'
import { compareText } from '../byte-strings.ts'
import { casterOf } from '../casts/boxed-cast.ts'
import { printerOf } from '../casts/print-value.ts'
import type { CallFacts } from '../runtime-call.ts'
import { type Emitter, type EmitterTable, made, runtime } from './emitter.ts'

type Items = readonly Boxed[]

/** Brings a value of the argument's type to the container's type. */
function converter(from: LogicalType, to: LogicalType, zone: string): (value: Boxed) => Boxed {
  if (from.kind === to.kind && from.kind !== 'DECIMAL' && !('precision' in from) && !('fields' in from) && !('element' in from))
    return (value) => value
  const cast = casterOf({ from, to, zone })
  return (value) => (value === null ? null : cast(value))
}

function elementType(type: LogicalType): LogicalType {
  return (type as { element: LogicalType }).element
}

const array = made(
  ({ argTypes, type, zone }) => {
    const convert = argTypes.map((from) => converter(from, elementType(type), zone))
    return (...items: Items) => items.map((item, i) => convert[i]!(item))
  },
  { nullAware: true },
)

const multiset = made(
  ({ argTypes, type, zone }) => {
    const convert = argTypes.map((from) => converter(from, elementType(type), zone))
    return (...items: Items) => {
      const counts = new Map<Boxed, Boxed>()
      items.forEach((item, i) => {
        putByValue(counts, convert[i]!(item), (count) => ((count as number | undefined) ?? 0) + 1)
      })
      return counts
    }
  },
  { nullAware: true },
)

const map = made(
  ({ argTypes, type, zone }) => {
    const { key, value } = type as LogicalType & { kind: 'MAP' }
    const convert = argTypes.map((from, i) => converter(from, i % 2 === 0 ? key : value, zone))
    return (...items: Items) => {
      const entries = new Map<Boxed, Boxed>()
      for (let i = 0; i < items.length; i += 2) putByValue(entries, convert[i]!(items[i]!), () => convert[i + 1]!(items[i + 1]!))
      return entries
    }
  },
  { nullAware: true },
)

function putByValue(target: Map<Boxed, Boxed>, key: Boxed, next: (old: Boxed | undefined) => Boxed): void {
  if (key !== null && typeof key === 'object') {
    for (const [known, old] of target) {
      if (!boxedEqual(known, key)) continue
      target.set(known, next(old))
      return
    }
  }
  target.set(key, next(target.get(key)))
}

const row = made(
  ({ argTypes, type, zone }) => {
    const fields = (type as LogicalType & { kind: 'ROW' }).fields
    const convert = argTypes.map((from, i) => converter(from, fields[i]!.type, zone))
    return (...items: Items) => items.map((item, i) => convert[i]!(item))
  },
  { nullAware: true },
)

const item: Emitter = made(({ argTypes }) => {
  if (argTypes[0]!.kind === 'ARRAY') {
    return (items: Items, index: bigint | number) => {
      const at = Number(index)
      if (at < 1) throw new ValueError('Array index must be at least 1.')
      return items[at - 1] ?? null
    }
  }
  return (entries: BoxedMap, key: Boxed) => mapGet(entries, key) ?? null
})

const field = made(({ literals }) => {
  const ordinal = Number(literals[1])
  return (fields: Items) => fields[ordinal] ?? null
})

function sizeOf(value: Items | BoxedMap): number {
  return value instanceof Map ? value.size : (value as Items).length
}

function element(items: Items): Boxed {
  if (items.length > 1) throw new ValueError('ELEMENT needs an array of at most one item.')
  return items[0] ?? null
}

function distinct(items: Items): Boxed[] {
  const seen = new Set<unknown>()
  return items.filter((value) => {
    const key = boxedKey(value)
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}

function keysOf(items: Items): Set<unknown> {
  return new Set(items.map(boxedKey))
}

/** Negative positions count from the end; ends are inclusive. */
function slice(items: Items, start: number, end = -1): Boxed[] {
  const n = items.length
  const place = (at: number): number => (at < 0 ? at + n + 1 : at === 0 ? 1 : at)
  const [from, to] = [place(start), Math.min(place(end), n)]
  if (n === 0 || from > n || to < 1 || from > to) return []
  return items.slice(Math.max(from, 1) - 1, to)
}

export function compareBoxed(a: Boxed, b: Boxed): number {
  if (typeof a === 'string') return compareText(a, b as string)
  if (a instanceof Uint8Array) return Buffer.compare(a, b as Uint8Array)
  if (Array.isArray(a)) {
    for (let i = 0; i < a.length; i++) {
      const order = compareBoxed(a[i] as Boxed, (b as Items)[i]!)
      if (order !== 0) return order
    }
    return 0
  }
  if (Object.is(a, b) || a === b) return 0
  if (Number.isNaN(a)) return 1
  return (a as number) < (b as number) || Number.isNaN(b) ? -1 : 1
}

function extreme(sign: 1 | -1): Emitter {
  return runtime((items: Items) => {
    let best: Boxed = null
    for (const value of items) if (value !== null && (best === null || compareBoxed(value, best) * sign > 0)) best = value
    return best
  })
}

function sorted(items: Items, ascending: boolean | null = true, nullsFirst: boolean | null = ascending): Boxed[] | null {
  if (ascending === null || nullsFirst === null) return null
  const values = items.filter((value) => value !== null).sort((a, b) => compareBoxed(a, b) * (ascending ? 1 : -1))
  const nulls = new Array<Boxed>(items.length - values.length).fill(null)
  return nullsFirst ? [...nulls, ...values] : [...values, ...nulls]
}

/** The needle of an array function in the array's element type. */
function withNeedle(fn: (items: Items, needle: Boxed) => Boxed): Emitter {
  return made(
    ({ argTypes, zone }: CallFacts) => {
      const convert = converter(argTypes[1]!, elementType(argTypes[0]!), zone)
      return (items: Items | null, needle: Boxed) => (items === null ? null : fn(items, convert(needle)))
    },
    { nullAware: true },
  )
}

/** Array arguments brought to the result's type. */
function overArrays(fn: (...arrays: Items[]) => Boxed): Emitter {
  return made(({ argTypes, type, zone }) => {
    const convert = argTypes.map((from) => converter(from, type, zone))
    return (...arrays: Items[]) => fn(...arrays.map((items, i) => convert[i]!(items) as Items))
  })
}

const join = made(
  ({ argTypes, zone }) => {
    const print = printerOf(elementType(argTypes[0]!), zone)
    return (items: Items | null, separator: string | null, ...[missing]: [(string | null)?]) => {
      if (items === null || separator === null || missing === null) return null
      const shown = items.map((value) => (value === null ? missing : print(value)))
      return shown.filter((text) => text !== undefined).join(separator)
    }
  },
  { nullAware: true },
)

function mapFromArrays(keys: Items, values: Items): BoxedMap {
  if (keys.length !== values.length) throw new ValueError('MAP_FROM_ARRAYS needs as many keys as values.')
  const entries = new Map<Boxed, Boxed>()
  keys.forEach((key, i) => {
    putByValue(entries, key, () => values[i]!)
  })
  return entries
}

function mapUnion(...maps: BoxedMap[]): BoxedMap {
  const union = new Map<Boxed, Boxed>()
  for (const entries of maps) for (const [key, value] of entries) putByValue(union, key, () => value)
  return union
}

function strToMap(text: string, pairs = ',', parts = '='): BoxedMap {
  const entries = new Map<Boxed, Boxed>()
  if (text === '') return entries
  for (const pair of text.split(pairs)) {
    const at = pair.indexOf(parts)
    if (at < 0) entries.set(pair, null)
    else entries.set(pair.slice(0, at), pair.slice(at + parts.length))
  }
  return entries
}

export const COLLECTION: EmitterTable = {
  ARRAY: array,
  MULTISET: multiset,
  MAP: map,
  ROW: row,
  ITEM: item,
  FIELD: field,
  CARDINALITY: runtime(sizeOf),
  ELEMENT: runtime(element),
  ARRAY_CONTAINS: withNeedle((items, needle) => items.some((value) => boxedEqual(value, needle))),
  ARRAY_POSITION: withNeedle((items, needle) =>
    needle === null ? null : items.findIndex((value) => boxedEqual(value, needle)) + 1,
  ),
  ARRAY_REMOVE: withNeedle((items, needle) => items.filter((value) => !boxedEqual(value, needle))),
  ARRAY_APPEND: made(appendMaker(false), { nullAware: true }),
  ARRAY_PREPEND: made(appendMaker(true), { nullAware: true }),
  ARRAY_DISTINCT: runtime(distinct),
  ARRAY_REVERSE: runtime((items: Items) => [...items].reverse()),
  ARRAY_SLICE: runtime(slice),
  ARRAY_UNION: overArrays((a, b) => distinct([...a!, ...b!])),
  ARRAY_CONCAT: overArrays((...arrays) => arrays.flat() as Boxed[]),
  ARRAY_EXCEPT: overArrays((a, b) => {
    const excluded = keysOf(b!)
    return distinct(a!.filter((value) => !excluded.has(boxedKey(value))))
  }),
  ARRAY_INTERSECT: overArrays((a, b) => {
    const wanted = keysOf(b!)
    return distinct(a!.filter((value) => wanted.has(boxedKey(value))))
  }),
  ARRAY_MAX: extreme(1),
  ARRAY_MIN: extreme(-1),
  ARRAY_SORT: runtime(sorted),
  ARRAY_JOIN: join,
  MAP_KEYS: runtime((entries: BoxedMap) => [...entries.keys()]),
  MAP_VALUES: runtime((entries: BoxedMap) => [...entries.values()]),
  MAP_ENTRIES: runtime((entries: BoxedMap) => [...entries].map(([key, value]) => [key, value])),
  MAP_FROM_ARRAYS: runtime(mapFromArrays),
  MAP_UNION: runtime(mapUnion),
  STR_TO_MAP: runtime(strToMap),
  SPLIT: runtime((text: string, delimiter: string) => (delimiter === '' ? Array.from(text) : text.split(delimiter))),
}

function appendMaker(atStart: boolean): (facts: CallFacts) => (items: Items | null, value: Boxed) => Boxed {
  return ({ argTypes, type, zone }) => {
    const convertAll = converter(argTypes[0]!, type, zone)
    const convert = converter(argTypes[1]!, elementType(type), zone)
    return (items, value) => {
      if (items === null) return null
      const all = convertAll(items) as Items
      return atStart ? [convert(value), ...all] : [...all, convert(value)]
    }
  }
}
