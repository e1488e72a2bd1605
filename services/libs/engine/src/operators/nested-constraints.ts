/** NOT NULL and lengths inside of rows and collections (table.exec.sink.nested-constraint-enforcer). */
import type { Boxed, BoxedMap } from '../data/boxed.ts'
import type { NestedConstraints } from '../plan/physical.ts'
import type { LogicalType } from '../sql/types/logical-type.ts'
import { printType } from '../sql/types/print-type.ts'

export interface Violation {
  readonly kind: 'null' | 'length'
  readonly message: string
}

/** The first violation at or below `value`, which stands at `path`; undefined where there is none. */
export function violationIn(
  type: LogicalType,
  value: Boxed,
  at: { readonly path: string; readonly rules: NestedConstraints },
): Violation | undefined {
  const { path, rules } = at
  if (value === null) {
    if (type.nullable) return undefined
    return { kind: 'null', message: `Column '${path}' is NOT NULL, but a NULL reached it.` }
  }
  for (const part of partsOf(type, value, { path, collections: rules.collections })) {
    const found = violationIn(part.type, part.value, { path: part.path, rules })
    if (found !== undefined) return found
  }
  return rules.lengths ? lengthViolation(type, value, path) : undefined
}

interface Part {
  readonly type: LogicalType
  readonly value: Boxed
  readonly path: string
}

function partsOf(type: LogicalType, value: Boxed, at: { readonly path: string; readonly collections: boolean }): readonly Part[] {
  const { path, collections } = at
  if (type.kind === 'ROW' || type.kind === 'STRUCTURED') {
    const items = value as readonly Boxed[]
    return type.fields.map((field, i) => ({ type: field.type, value: items[i] ?? null, path: `${path}.${field.name}` }))
  }
  if (!collections) return []
  if (type.kind === 'ARRAY')
    return (value as readonly Boxed[]).map((item, i) => ({ type: type.element, value: item, path: `${path}[${i}]` }))
  if (type.kind !== 'MAP') return []
  return [...(value as BoxedMap)].flatMap(([key, item]) => [
    { type: type.key, value: key, path: `${path}[key]` },
    { type: type.value, value: item, path: `${path}[value]` },
  ])
}

function lengthViolation(type: LogicalType, value: Boxed, path: string): Violation | undefined {
  if (typeof value !== 'string' && !(value instanceof Uint8Array)) return undefined
  const limit = (type as { readonly length: number }).length
  const length = typeof value === 'string' ? Array.from(value).length : value.length
  const exact = type.kind === 'CHAR' || type.kind === 'BINARY'
  if (length === limit || (length < limit && !exact)) return undefined
  return {
    kind: 'length',
    message: `Column '${path}' is ${printType({ ...type, nullable: true })}, but a value of length ${length} reached it.`,
  }
}
