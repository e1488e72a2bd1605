import type { LogicalType } from '../../types/logical-type.ts'
import { BOOLEAN, notNull, STRING } from '../../types/make-type.ts'
import { childrenOf, isBinary, isCharacter, isNumeric, isTimestamp } from '../../types/type-family.ts'
import { any, logical, sequence } from '../argument-rules.ts'
import { type ArgumentStrategy, type CallSite, define, type Entry } from '../function-definition.ts'
import { ANY, CHARACTER, operands, UNIT, withCheck } from '../operand-families.ts'
import { always, alwaysNotNull, forceNullable, nullableIfAny } from '../result-strategies.ts'

const SPECIAL = { syntax: 'special', nulls: 'custom' } as const
const chars = logical('CHARACTER_STRING')

/** Why a value cannot be written as JSON; undefined where it can. */
export function jsonValueProblem(type: LogicalType): string | undefined {
  return hasJsonForm(type) ? undefined : 'The value has no form in JSON; cast it'
}

/** Strings, bytes, numbers, booleans, timestamps and variants, and what is made of them; keys must be strings. */
function hasJsonForm(type: LogicalType): boolean {
  const key = type.kind === 'MAP' ? type.key : type.kind === 'MULTISET' ? type.element : undefined
  if (key !== undefined && !isCharacter(key)) return false
  const children = childrenOf(type)
  if (children.length > 0) return children.every(hasJsonForm)
  return (
    isCharacter(type) ||
    isBinary(type) ||
    isNumeric(type) ||
    isTimestamp(type) ||
    type.kind === 'BOOLEAN' ||
    type.kind === 'VARIANT'
  )
}

const valuesFrom =
  (from: number, step: number) =>
  ({ types }: CallSite): string | undefined => {
    for (let i = from; i < types.length; i += step) {
      const problem = jsonValueProblem(types[i]!)
      if (problem !== undefined) return problem
    }
    return undefined
  }

const anything: ArgumentStrategy = { min: 1, max: Number.POSITIVE_INFINITY, signatures: ['…'], infer: ({ types }) => types }

/** (NULL ON NULL | ABSENT ON NULL, key, value, key, value, …). */
const objectArguments = withCheck(anything, (call) => {
  const keys = call.types.filter((_, i) => i % 2 === 1)
  if (keys.some((key) => !isCharacter(key) || key.nullable)) return 'A key must be a string that is not NULL'
  return valuesFrom(2, 2)(call)
})

const TESTS = ['VALUE', 'OBJECT', 'ARRAY', 'SCALAR'].flatMap((kind): Entry[] => [
  [`IS JSON ${kind}`, operands(CHARACTER), alwaysNotNull(BOOLEAN), { syntax: 'operator', nulls: 'custom' }],
  [`IS NOT JSON ${kind}`, operands(CHARACTER), alwaysNotNull(BOOLEAN), { syntax: 'operator', nulls: 'custom' }],
])

const ENTRIES: readonly Entry[] = [
  ...TESTS,
  // (json, path, TRUE | FALSE | UNKNOWN | ERROR on error).
  ['JSON_EXISTS', operands(CHARACTER, CHARACTER, UNIT), always(BOOLEAN), SPECIAL],
  // (json, path, behaviour on empty, its default, behaviour on error, its default); the type is what RETURNING says.
  ['JSON_VALUE', operands(ANY, CHARACTER, UNIT, ANY, UNIT, ANY), always(STRING), SPECIAL],
  // (json, path, wrapper, behaviour on empty, behaviour on error).
  ['JSON_QUERY', operands(CHARACTER, CHARACTER, UNIT, UNIT, UNIT), always(STRING), SPECIAL],
  ['JSON_OBJECT', objectArguments, always(notNull(STRING)), SPECIAL],
  // (NULL ON NULL | ABSENT ON NULL, value, …).
  ['JSON_ARRAY', withCheck(anything, valuesFrom(1, 1)), always(notNull(STRING)), SPECIAL],
  ['JSON_STRING', withCheck(sequence(any), valuesFrom(0, 1)), nullableIfAny(always(STRING)), { parameters: ['value'] }],
  // Only as a value of JSON_OBJECT and JSON_ARRAY: the binder checks the place.
  ['JSON', sequence(chars), nullableIfAny(always(STRING)), { parameters: ['json'] }],
]

export const JSON_FUNCTIONS = define('scalar', 'json', ENTRIES)

/** The type of JSON_VALUE and JSON_QUERY: what RETURNING says, STRING without it. */
export function returningType(returning: LogicalType | undefined): LogicalType {
  return forceNullable(always(returning ?? STRING))({ types: [], literals: [] })!
}
