import type { ConnectorCatalog } from '@millrace/engine/connector'
import type { BoundStatement, Diagnostic, SessionContext } from '@millrace/engine/sql'
import type { StatementTraits } from '@millrace/store'
import type { TableUnderRules } from './table-rules.ts'

export interface Planned {
  readonly plan: boolean
  /** The serialised physical plan. */
  readonly program: string
  readonly text: string
  readonly traits: StatementTraits
  /** Tables that the plan reads and writes, with the options they have there. */
  readonly tables: readonly TableUnderRules[]
  readonly diagnostics: readonly Omit<Diagnostic, 'span'>[]
}

/** Plans a bound query, INSERT or statement set for workers. */
export function planOne(_bound: BoundStatement, _session: SessionContext, _connectors: ConnectorCatalog): Planned {
  const traits = { sql_kind: '', is_bounded: false, is_append_only: false, upsert_columns: [], schema: [], connections: [] }
  const diagnostics = [
    { code: 'SQL_UNSUPPORTED', severity: 'error', message: 'Statements that run on workers cannot be planned yet.' } as const,
  ]
  return { plan: false, program: '', text: '', traits, tables: [], diagnostics }
}
