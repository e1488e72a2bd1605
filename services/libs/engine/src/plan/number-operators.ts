/** Ids for operators, inputs first. Equal operators over equal inputs are one (several INSERTs read a source once). */
import type { PhysicalOperator } from './physical.ts'
import type { PlanNode } from './plan-node.ts'

/** An id is the position in the plan and the kind: planning the same SQL again gives the same. */
export function numberOperators(roots: readonly PlanNode[]): readonly PhysicalOperator[] {
  const operators: PhysicalOperator[] = []
  const known = new Map<string, string>()
  const visit = (plan: PlanNode): string => {
    const inputs = plan.inputs.map((input) => ({ from: visit(input.node), distribution: input.distribution }))
    const key = JSON.stringify([plan.body, inputs, plan.schema])
    const shared = known.get(key)
    if (shared !== undefined) return shared
    const id = `${operators.length + 1}-${plan.body.kind}`
    known.set(key, id)
    operators.push({
      id,
      name: plan.name,
      inputs,
      schema: plan.schema,
      changelog: plan.changelog,
      ...(plan.parallelismMax === undefined ? {} : { parallelismMax: plan.parallelismMax }),
      body: plan.body,
    })
    return id
  }
  for (const root of roots) visit(root)
  return operators
}
