/** A script for local runs: DDL and SET change the session, everything that runs becomes a plan. Pure. */
import type { ConnectorCatalog } from '../connector/descriptor.ts'
import { connectorFacts } from '../plan/compile-statement.ts'
import type { PhysicalPlan } from '../plan/physical.ts'
import { planStatement } from '../plan/plan-statement.ts'
import { analyzeScript } from '../sql/bind/analyze-script.ts'
import type { SessionContext } from '../sql/catalog/catalog.ts'
import type { Diagnostic } from '../sql/diagnostic/diagnostic.ts'

export const EMPTY_SESSION: SessionContext = {
  catalogs: {
    default_catalog: { databases: { default_database: { options: {}, tables: {}, functions: {}, models: {} } } },
  },
  currentCatalog: 'default_catalog',
  currentDatabase: 'default_database',
  config: {},
}

export interface CompiledScript {
  readonly plans: readonly PhysicalPlan[]
  readonly diagnostics: readonly Diagnostic[]
  readonly session: SessionContext
}

export function compileScript(text: string, session: SessionContext, connectors: ConnectorCatalog): CompiledScript {
  const analysis = analyzeScript(text, session, { connectors: connectorFacts(connectors) })
  const diagnostics = [...analysis.diagnostics]
  const plans: PhysicalPlan[] = []
  for (const { bound, before, span } of analysis.statements) {
    if (bound === undefined) continue
    const planned = planStatement(bound, { session: before, connectors }, span)
    diagnostics.push(...planned.diagnostics)
    if (planned.plan !== undefined && bound.kind !== 'Explain') plans.push(planned.plan)
  }
  return { plans, diagnostics, session: analysis.session }
}
