import type { ConnectorCatalog } from '@millrace/engine/connector'
import {
  type BoundStatement,
  type Diagnostic,
  explainPlan,
  type PhysicalPlan,
  planStatement,
  printStatement,
  printType,
  type ResolvedTable,
  type SessionContext,
  type Span,
} from '@millrace/engine/sql'
import type { StatementTraits } from '@millrace/store'
import type { TableUnderRules } from './table-rules.ts'

export interface Planned {
  /** The serialised physical plan. */
  readonly program: string
  /** Stage by stage, for people. */
  readonly text: string
  readonly traits: Omit<StatementTraits, 'connections'>
  /** Tables that the plan reads and writes, with the options they have there. */
  readonly tables: readonly TableUnderRules[]
}

export interface Planning {
  readonly session: SessionContext
  readonly connectors: ConnectorCatalog
  /** Where diagnostics point. */
  readonly span: Span
}

/** Plans a bound query, INSERT or statement set for workers; `planned` is absent when a diagnostic is an error. */
export function planOne(
  bound: BoundStatement,
  planning: Planning,
): { readonly planned?: Planned; readonly diagnostics: readonly Diagnostic[] } {
  const { plan, diagnostics } = planStatement(bound, planning, planning.span)
  if (!plan) return { diagnostics }
  const planned = {
    program: JSON.stringify(plan),
    text: `== Bound ==\n${printStatement(bound)}\n\n== Physical plan ==\n${explainPlan(plan)}`,
    traits: traitsOf(plan),
    tables: tablesOf(plan),
  }
  return { planned, diagnostics }
}

export function columnsOf(schema: NonNullable<PhysicalPlan['traits']['schema']>): StatementTraits['schema'] {
  return schema.map((f) => ({
    name: f.name,
    type: printType({ ...f.type, nullable: true }, 'summary'),
    nullable: f.type.nullable,
  }))
}

function traitsOf({ traits }: PhysicalPlan): Planned['traits'] {
  const schema = columnsOf(traits.schema ?? [])
  return {
    sql_kind: traits.sqlKind,
    is_bounded: traits.isBounded,
    is_append_only: traits.isAppendOnly,
    upsert_columns: (traits.upsertColumns ?? []).flatMap((i) => schema[i]?.name ?? []),
    schema,
  }
}

function tablesOf(plan: PhysicalPlan): TableUnderRules[] {
  return plan.operators.flatMap((operator) => {
    const table = 'table' in operator.body ? (operator.body.table as ResolvedTable) : undefined
    return table ? [{ name: table.path[2], options: table.options, primaryKey: table.primaryKey }] : []
  })
}
