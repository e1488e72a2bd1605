/**
 * Results that are named before the node that computes them is placed: while a SELECT is bound, an aggregate, an OVER call or a
 * window property is a column with a negative ordinal. No pending column leaves the SELECT that made it.
 */
import type { BoundColumn } from '../bound/expr.ts'
import type { LogicalType } from '../types/logical-type.ts'

export type PendingKind = 'aggregate' | 'over' | 'property'

const KINDS: readonly PendingKind[] = ['aggregate', 'over', 'property']
const SPACE = 1_000_000

export function pendingColumn(kind: PendingKind, position: number, type: LogicalType): BoundColumn {
  return { kind: 'Column', type, index: -1 - position - KINDS.indexOf(kind) * SPACE, name: `$${kind}${position}` }
}

export function pendingOf(index: number): { readonly kind: PendingKind; readonly position: number } | undefined {
  if (index >= 0) return undefined
  const flat = -1 - index
  return { kind: KINDS[Math.floor(flat / SPACE)]!, position: flat % SPACE }
}
