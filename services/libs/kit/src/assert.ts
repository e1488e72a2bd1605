/** Raised by an assertion: a defect of ours, never a user's mistake. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError'
}

/** States what cannot be otherwise. Never for user data. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionError(message)
}

/** The value, which the caller knows to be there. */
export function must<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new AssertionError(`missing: ${what}`)
  return value
}

/** Ends a switch over a closed union: adding a member makes the compiler point here. */
export function unreachable(value: never): never {
  throw new AssertionError(`unexpected case: ${JSON.stringify(value)}`)
}
