/** Every built-in function and operator, found by name. */
import { closest } from './closest-name.ts'
import type { FunctionDefinition } from './function-definition.ts'
import { AGGREGATE_FUNCTIONS } from './table/aggregate.ts'
import { ARITHMETIC_FUNCTIONS } from './table/arithmetic.ts'
import { COLLECTION_FUNCTIONS } from './table/collection.ts'
import { CONDITIONAL_FUNCTIONS } from './table/conditional.ts'
import { JSON_FUNCTIONS } from './table/json.ts'
import { OPERATORS } from './table/operators.ts'
import { RELATIONAL_FUNCTIONS } from './table/relational.ts'
import { SESSION_FUNCTIONS } from './table/session.ts'
import { STRING_FUNCTIONS } from './table/string.ts'
import { TEMPORAL_FUNCTIONS } from './table/temporal.ts'

export const BUILT_IN_FUNCTIONS: readonly FunctionDefinition[] = [
  ...OPERATORS,
  ...ARITHMETIC_FUNCTIONS,
  ...STRING_FUNCTIONS,
  ...TEMPORAL_FUNCTIONS,
  ...CONDITIONAL_FUNCTIONS,
  ...COLLECTION_FUNCTIONS,
  ...JSON_FUNCTIONS,
  ...SESSION_FUNCTIONS,
  ...AGGREGATE_FUNCTIONS,
  ...RELATIONAL_FUNCTIONS,
]

const BY_NAME = new Map<string, FunctionDefinition>()
for (const definition of BUILT_IN_FUNCTIONS) {
  for (const name of [definition.name, ...definition.aliases]) BY_NAME.set(name, definition)
}

/** A definition by its canonical name or an alias, operators and special forms included. */
export function builtIn(name: string): FunctionDefinition | undefined {
  return BY_NAME.get(name)
}

/** What a call by this name (any case) means; operators and special forms are not called by name. */
export function findBuiltInFunction(name: string): FunctionDefinition | undefined {
  const found = BY_NAME.get(name.toUpperCase())
  if (found === undefined || found.syntax === 'special') return undefined
  return found.syntax === 'operator' && !found.aliases.includes(name.toUpperCase()) ? undefined : found
}

let sortedCallables: readonly string[] | undefined

/** Names that a call can use, sorted. */
export function callableNames(): readonly string[] {
  sortedCallables ??= [...BY_NAME.keys()].filter((name) => findBuiltInFunction(name) !== undefined).sort()
  return sortedCallables
}

/** The callable name most like the given one, where one is near. */
export function suggestFunction(name: string): string | undefined {
  return closest(name.toUpperCase(), callableNames())
}
