import { isSameFamily } from '../../types/comparability.ts'
import { leastRestrictive } from '../../types/least-restrictive.ts'
import type { LogicalType } from '../../types/logical-type.ts'
import {
  array,
  BIGINT,
  BITMAP,
  BOOLEAN,
  BYTES,
  INTEGER,
  map,
  notNull,
  nullable,
  row,
  STRING,
  withNullability,
} from '../../types/make-type.ts'
import { isCharacter, isInteger } from '../../types/type-family.ts'
import {
  arrayElement,
  arrayOfStrings,
  commonCollection,
  exactly,
  logical,
  orderableArray,
  root,
  sequence,
} from '../argument-rules.ts'
import { type ArgumentStrategy, type CallSite, define, type Entry, type ResultStrategy } from '../function-definition.ts'
import { ANY, anyOf, COLLECTION_OR_MAP, NULL_PROBLEM, operands, withCheck } from '../operand-families.ts'
import {
  always,
  argument,
  arrayWithElement,
  commonOfArguments,
  elementOfArray,
  forceNullable,
  nullableIfAny,
  nullableIfFirst,
} from '../result-strategies.ts'

const list = root('ARRAY')
const aMap = root('MAP')
const flag = root('BOOLEAN')
const int = root('INTEGER')
const chars = logical('CHARACTER_STRING')
const sameArray = nullableIfAny(argument(0))
const common = nullableIfAny(commonOfArguments)
const CUSTOM = { nulls: 'custom' } as const
const HAYSTACK = { nulls: 'custom', parameters: ['haystack', 'needle'] } as const
const TWO_ARRAYS = commonCollection('ARRAY', 2, 2)

/** ELEMENT: nullable where the array or its element is. */
const elementOrNull: ResultStrategy = ({ types: [list] }) =>
  list?.kind === 'ARRAY' ? withNullability(list.element, list.nullable || list.element.nullable) : undefined

const ARRAYS: readonly Entry[] = [
  [
    'CARDINALITY',
    withCheck(operands(COLLECTION_OR_MAP), noMultiset),
    nullableIfAny(always(INTEGER)),
    { parameters: ['collection'] },
  ],
  ['ELEMENT', withCheck(operands(COLLECTION_OR_MAP), onlyArray), elementOrNull, { parameters: ['array'] }],
  [
    'ARRAY_APPEND',
    sequence(list, arrayElement),
    nullableIfAny(arrayWithElement),
    { ...CUSTOM, parameters: ['array', 'element'] },
  ],
  [
    'ARRAY_PREPEND',
    sequence(list, arrayElement),
    nullableIfAny(arrayWithElement),
    { ...CUSTOM, parameters: ['array', 'element'] },
  ],
  ['ARRAY_CONTAINS', sequence(list, arrayElement), nullableIfFirst(1, always(BOOLEAN)), HAYSTACK],
  ['ARRAY_POSITION', sequence(list, arrayElement), nullableIfAny(always(INTEGER)), { ...HAYSTACK, nulls: 'propagate' }],
  ['ARRAY_REMOVE', sequence(list, arrayElement), nullableIfFirst(1, argument(0)), HAYSTACK],
  ['ARRAY_DISTINCT', sequence(list), sameArray, { parameters: ['haystack'] }],
  ['ARRAY_REVERSE', sequence(list), sameArray, { parameters: ['haystack'] }],
  ['ARRAY_SLICE', anyOf(sequence(list, int, int), sequence(list, int)), sameArray, { parameters: ['array', 'start', 'end'] }],
  [
    'ARRAY_SORT',
    anyOf(sequence(orderableArray), sequence(orderableArray, flag), sequence(orderableArray, flag, flag)),
    sameArray,
    { parameters: ['array', 'ascending', 'nullsFirst'] },
  ],
  ['ARRAY_UNION', TWO_ARRAYS, common, { parameters: ['array1', 'array2'] }],
  ['ARRAY_EXCEPT', TWO_ARRAYS, common, { parameters: ['array1', 'array2'] }],
  ['ARRAY_INTERSECT', TWO_ARRAYS, common, { parameters: ['array1', 'array2'] }],
  ['ARRAY_CONCAT', commonCollection('ARRAY', 1, Number.POSITIVE_INFINITY), common, { parameters: ['array'] }],
  ['ARRAY_MAX', sequence(orderableArray), forceNullable(elementOfArray), { parameters: ['array'] }],
  ['ARRAY_MIN', sequence(orderableArray), forceNullable(elementOfArray), { parameters: ['array'] }],
  [
    'ARRAY_JOIN',
    anyOf(sequence(arrayOfStrings, chars), sequence(arrayOfStrings, chars, chars)),
    nullableIfAny(always(STRING)),
    { ...CUSTOM, parameters: ['array', 'delimiter', 'nullReplacement'] },
  ],
]

function noMultiset({ types: [type] }: CallSite): string | undefined {
  return type!.kind === 'MULTISET' ? '' : undefined
}

function onlyArray({ types: [type] }: CallSite): string | undefined {
  return type!.kind === 'ARRAY' ? undefined : ''
}

/** A strategy over the MAP in the first argument. */
function ofMap(result: (key: LogicalType, value: LogicalType) => LogicalType): ResultStrategy {
  return nullableIfAny(({ types: [type] }) => (type?.kind === 'MAP' ? result(type.key, type.value) : undefined))
}

const MAPS: readonly Entry[] = [
  ['MAP_KEYS', sequence(aMap), ofMap((key) => array(key)), { parameters: ['input'] }],
  ['MAP_VALUES', sequence(aMap), ofMap((_, value) => array(value)), { parameters: ['input'] }],
  ['MAP_ENTRIES', sequence(aMap), ofMap((key, value) => array(entryType(key, value))), { parameters: ['input'] }],
  ['MAP_UNION', commonCollection('MAP', 1, Number.POSITIVE_INFINITY), commonOfArguments, { parameters: ['map'] }],
  [
    'MAP_FROM_ARRAYS',
    sequence(list, list),
    nullableIfAny(({ types: [keys, values] }) =>
      keys?.kind === 'ARRAY' && values?.kind === 'ARRAY' ? map(keys.element, values.element) : undefined,
    ),
    { parameters: ['keysArray', 'valuesArray'] },
  ],
]

function entryType(key: LogicalType, value: LogicalType): LogicalType {
  return row([
    { name: 'key', type: key },
    { name: 'value', type: value },
  ])
}

// ---- constructors and access

const values = (min: number): ArgumentStrategy => ({
  min,
  max: Number.POSITIVE_INFINITY,
  signatures: ['<ANY>, …'],
  infer: ({ types }) => {
    if (types.every((type) => type.kind === 'NULL')) return { problem: NULL_PROBLEM }
    return leastRestrictive(types) === undefined ? { problem: 'The values must be of one type' } : types
  },
})

/** A NULL beside no other value takes the type of the first known operand, as Calcite infers it. */
const mapArguments: ArgumentStrategy = {
  min: 2,
  max: Number.POSITIVE_INFINITY,
  signatures: ['<KEY>, <VALUE>, …'],
  infer: ({ types }) => {
    if (types.length % 2 !== 0) return { problem: 'A MAP needs a value for every key' }
    const known = types.find((type) => type.kind !== 'NULL')
    if (known === undefined || types[0]!.kind === 'NULL') return { problem: NULL_PROBLEM }
    const typed = types.map((type) => (type.kind === 'NULL' ? nullable(known) : type))
    const keys = leastRestrictive(everySecond(types, 0))
    const held = everySecond(types, 1)
    const valueType = held.every((type) => type.kind === 'NULL') ? nullable(known) : leastRestrictive(held)
    return keys === undefined || valueType === undefined
      ? { problem: 'Keys must be of one type, and values of one' }
      : typed.map((_, i) => (i % 2 === 0 ? keys : valueType))
  },
}

function everySecond<T>(items: readonly T[], from: 0 | 1): T[] {
  return items.filter((_, i) => i % 2 === from)
}

const mapResult: ResultStrategy = ({ types }) => {
  const key = leastRestrictive(everySecond(types, 0))
  const value = leastRestrictive(everySecond(types, 1))
  return key && value && notNull(map(key, value))
}

const rowResult: ResultStrategy = ({ types }) => notNull(row(types.map((type, i) => ({ name: `EXPR$${i}`, type }))))

const itemArguments: ArgumentStrategy = withCheck(operands(ANY, ANY), ({ types: [container, index], literals }) => {
  switch (container!.kind) {
    case 'ARRAY':
      if (!isInteger(index!) || index!.kind === 'BIGINT') return 'An array is indexed by an INT'
      return isBelowOne(literals[1]) ? 'Array indexes start at 1' : undefined
    case 'MAP':
      return isSameFamily(index!, container!.key) ? undefined : 'The key does not have the type of the map’s keys'
    case 'ROW':
      return literals[1] === undefined ? 'A field of a row is named by a literal' : undefined
    case 'VARIANT':
      return isInteger(index!) || isCharacter(index!) ? undefined : 'A variant is indexed by an integer or a string'
    default:
      return ''
  }
})

function isBelowOne(value: CallSite['literals'][number]): boolean {
  return value !== undefined && value !== null && Number(value) < 1
}

const itemResult: ResultStrategy = ({ types: [container] }) => {
  if (container!.kind === 'ARRAY') return nullable(container!.element)
  if (container!.kind === 'MAP') return nullable(container!.value)
  return nullable(container!)
}

function fieldsProblem(names: readonly unknown[], types: readonly LogicalType[]): string | undefined {
  if (types.some((type) => type.kind === 'NULL')) return NULL_PROBLEM
  return new Set(names).size === names.length ? undefined : 'Names of fields must be unique'
}

/** OBJECT_OF('class', 'field', value, …): names are literals. */
const objectArguments: ArgumentStrategy = withCheck({ ...values(1), infer: (call) => call.types }, ({ types, literals }) => {
  const names = literals.filter((_, i) => i % 2 === 1)
  if (types.length % 2 === 0) return 'Each field needs a name and a value'
  if (typeof literals[0] !== 'string' || names.some((name) => typeof name !== 'string'))
    return 'The class and the names of fields are literals'
  return fieldsProblem(names, types)
})

const objectResult: ResultStrategy = ({ types, literals }) => ({
  kind: 'STRUCTURED',
  nullable: true,
  className: String(literals[0]),
  fields: types.flatMap((type, i) => (i > 0 && i % 2 === 0 ? [{ name: String(literals[i - 1]), type }] : [])),
})

/** OBJECT_UPDATE(object, 'field', value, …). */
const updateArguments: ArgumentStrategy = withCheck(
  { ...values(3), infer: (call) => call.types },
  ({ types: [object], types, literals }) => {
    if (object!.kind !== 'STRUCTURED') return 'The first argument must be a structured object'
    const names = literals.filter((_, i) => i % 2 === 1)
    if (types.length % 2 === 0) return 'Each field needs a name and a value'
    const problem = fieldsProblem(names, types)
    if (problem !== undefined) return problem
    const unknown = names.find((name) => !object.fields.some((field) => field.name === name))
    return unknown === undefined ? undefined : `The object has no field '${unknown}'`
  },
)

const updateResult: ResultStrategy = ({ types: [object], types, literals }) => {
  if (object!.kind !== 'STRUCTURED') return undefined
  const updated = (name: string) => types[literals.findIndex((literal, i) => i % 2 === 1 && literal === name) + 1]
  const isUpdated = (name: string) => literals.some((literal, i) => i % 2 === 1 && literal === name)
  return {
    ...object,
    fields: object.fields.map((field) => (isUpdated(field.name) ? { ...field, type: updated(field.name)! } : field)),
  }
}

const CONSTRUCTORS: readonly Entry[] = [
  [
    'ROW',
    { ...values(1), infer: (call) => (call.types.some((type) => type.kind === 'NULL') ? { problem: NULL_PROBLEM } : call.types) },
    rowResult,
    { ...CUSTOM, syntax: 'special' },
  ],
  ['ARRAY', values(1), ({ types }) => elementsOf(types, array), { ...CUSTOM, syntax: 'special' }],
  ['OBJECT_OF', objectArguments, objectResult, CUSTOM],
  ['OBJECT_UPDATE', updateArguments, updateResult, CUSTOM],
  ['MAP', mapArguments, mapResult, { ...CUSTOM, syntax: 'special' }],
]

function elementsOf(types: readonly LogicalType[], make: (element: LogicalType) => LogicalType): LogicalType | undefined {
  const element = leastRestrictive(types)
  return element && notNull(make(element))
}

const ACCESS: readonly Entry[] = [
  // item[index]; a ROW's field by name or 1-based number is bound as FIELD.
  ['ITEM', itemArguments, itemResult, { syntax: 'operator' }],
  // (row, 0-based ordinal of the field as an INT literal).
  ['FIELD', operands(ANY, ANY), fieldResult, { syntax: 'operator' }],
]

function fieldResult({ types: [container], literals: [, ordinal] }: CallSite): LogicalType | undefined {
  if (container!.kind !== 'ROW' && container!.kind !== 'STRUCTURED') return undefined
  const field = container!.fields[Number(ordinal)]
  return field && (container!.nullable ? nullable(field.type) : field.type)
}

// ---- bitmaps

const bitmap = root('BITMAP')
const toBitmap = nullableIfAny(always(BITMAP))
const twoBitmaps = sequence(bitmap, bitmap)
const BITMAP_PAIR = { parameters: ['bitmap1', 'bitmap2'] } as const
const ONE_BITMAP = { parameters: ['bitmap'] } as const

const BITMAPS: readonly Entry[] = [
  ['BITMAP_AND', twoBitmaps, toBitmap, BITMAP_PAIR],
  ['BITMAP_ANDNOT', twoBitmaps, toBitmap, BITMAP_PAIR],
  ['BITMAP_OR', twoBitmaps, toBitmap, BITMAP_PAIR],
  ['BITMAP_XOR', twoBitmaps, toBitmap, BITMAP_PAIR],
  [
    'BITMAP_BUILD',
    anyOf(sequence(exactly(notNull(array(INTEGER)))), sequence(exactly(array(INTEGER)))),
    toBitmap,
    { parameters: ['array'] },
  ],
  ['BITMAP_CARDINALITY', sequence(bitmap), nullableIfAny(always(BIGINT)), ONE_BITMAP],
  ['BITMAP_FROM_BYTES', sequence(logical('BINARY_STRING')), toBitmap, { parameters: ['bytes'] }],
  ['BITMAP_TO_ARRAY', sequence(bitmap), nullableIfAny(always(array(INTEGER))), ONE_BITMAP],
  ['BITMAP_TO_BYTES', sequence(bitmap), nullableIfAny(always(BYTES)), ONE_BITMAP],
  ['BITMAP_TO_STRING', sequence(bitmap), nullableIfAny(always(STRING)), ONE_BITMAP],
]

export const COLLECTION_FUNCTIONS = [
  ...define('scalar', 'collection', [...ARRAYS, ...MAPS]),
  ...define('scalar', 'value construction', CONSTRUCTORS),
  ...define('scalar', 'value access', ACCESS),
  ...define('scalar', 'bitmap', BITMAPS),
]
