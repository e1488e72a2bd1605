import type { PhysicalPlan, ResolvedTable } from '../plan/physical.ts'
import { JobError } from './job-failure.ts'

const REFERENCE = /\$\{secret:([^}]+)\}/g

/** The plan with ${secret:name} in table options replaced. The result lives in memory only. Throws JobError for an unknown secret. */
export function fillSecrets(plan: PhysicalPlan, secrets: Readonly<Record<string, string>>): PhysicalPlan {
  const fill = (text: string): string =>
    text.replace(REFERENCE, (_whole, name: string) => {
      const value = secrets[name]
      if (value === undefined) throw new JobError('INTERNAL', `The secret ${name} was not handed over.`)
      return value
    })
  const table = (original: ResolvedTable): ResolvedTable => ({
    ...original,
    options: Object.fromEntries(Object.entries(original.options).map(([key, value]) => [key, fill(value)])),
  })
  const operators = plan.operators.map((op) =>
    op.body.kind === 'Source' || op.body.kind === 'Sink' ? { ...op, body: { ...op.body, table: table(op.body.table) } } : op,
  )
  return { ...plan, operators }
}
