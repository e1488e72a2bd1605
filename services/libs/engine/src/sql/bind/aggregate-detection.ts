/** Whether a SELECT aggregates has to be known before its expressions are typed: it decides what is nullable. */
import type { Call, Expression } from '../ast/expression.ts'
import { findBuiltInFunction } from '../functions/function-table.ts'

/** An aggregate call outside of OVER and of sub-queries. */
export function containsAggregate(expr: Expression): boolean {
  return search(expr)
}

function search(node: unknown): boolean {
  if (Array.isArray(node)) return node.some(search)
  if (typeof node !== 'object' || node === null) return false
  if ('query' in node) return 'operand' in node && search(node.operand)
  if ('kind' in node && isAggregateCall(node as { kind: string })) return true
  return Object.entries(node).some(([key, child]) => key !== 'span' && typeof child === 'object' && search(child))
}

function isAggregateCall(node: { readonly kind: string; readonly over?: unknown }): boolean {
  if (node.over !== undefined) return false
  if (node.kind === 'JsonObjectAgg' || node.kind === 'JsonArrayAgg') return true
  if (node.kind !== 'Call') return false
  const { parts } = (node as unknown as Call).name
  const kind = parts.length === 1 ? findBuiltInFunction(parts[0]!.value)?.kind : undefined
  return kind === 'aggregate' || (kind === 'group' && /^GROUP(ING)?(_ID)?$/i.test(parts[0]!.value))
}
