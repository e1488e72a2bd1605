import type { LogicalType } from './logical-type.ts'
import { isCharacter, lengthOf } from './type-family.ts'

/** The string (or bytes) type that holds both: of fixed length only where both are of the same one. Nullable. */
export function mergeStrings(a: LogicalType, b: LogicalType): LogicalType {
  const [fixed, varying] = isCharacter(a) ? (['CHAR', 'VARCHAR'] as const) : (['BINARY', 'VARBINARY'] as const)
  const length = Math.max(lengthOf(a), lengthOf(b))
  const keepsFixed = a.kind === fixed && b.kind === fixed && lengthOf(a) === lengthOf(b)
  return { kind: keepsFixed ? fixed : varying, nullable: true, length }
}
