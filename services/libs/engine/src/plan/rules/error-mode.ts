/** error-handling.mode of a table also covers what is computed from its records before they are grouped: under 'ignore' a row that fails is left out. */
import { isKind, type PlanNode } from '../plan-node.ts'

export function applyErrorMode(plan: PlanNode): PlanNode {
  const inputs = plan.inputs.map((input) => ({ ...input, node: applyErrorMode(input.node) }))
  const next = { ...plan, inputs }
  return isKind(next, 'Calc') && ignoresErrors(next) ? { ...next, body: { ...next.body, onError: 'ignore' } } : next
}

function ignoresErrors(plan: PlanNode): boolean {
  if (isKind(plan, 'Source')) return plan.body.table.options['error-handling.mode'] === 'ignore'
  return isKind(plan, 'Calc') && ignoresErrors(plan.inputs[0]!.node)
}
