/** Text to plan in one pure call: parse, bind, plan. For hosts (control plane, command line). */
import type { ConnectorCatalog } from '../connector/descriptor.ts'
import type { Statement } from '../sql/ast/statement.ts'
import { bindStatement } from '../sql/bind/bind-statement.ts'
import type { ConnectorFacts } from '../sql/bind/binder-state.ts'
import { printStatement } from '../sql/bound/print.ts'
import type { BoundStatement } from '../sql/bound/statement.ts'
import type { SessionContext } from '../sql/catalog/catalog.ts'
import type { Diagnostic } from '../sql/diagnostic/diagnostic.ts'
import { parseStatements } from '../sql/parse/parser.ts'
import { explainPlan } from './explain-plan.ts'
import type { PhysicalPlan, RowKindName } from './physical.ts'
import { planStatement } from './plan-statement.ts'

export interface CompiledStatement {
  readonly ast?: Statement
  /** Absent when a diagnostic is an error. */
  readonly bound?: BoundStatement
  /** Of queries, INSERT and statement sets; absent for what workers do not run. */
  readonly plan?: PhysicalPlan
  /** The text of EXPLAIN. */
  readonly explanation?: string
  readonly diagnostics: readonly Diagnostic[]
}

const KINDS: Readonly<Record<'append' | 'upsert' | 'retract', readonly RowKindName[]>> = {
  append: ['I'],
  upsert: ['I', 'UA', 'D'],
  retract: ['I', 'UB', 'UA', 'D'],
}

/** What the binder asks about connectors, from their descriptors. */
export function connectorFacts(connectors: ConnectorCatalog): ConnectorFacts {
  const changes = (side: 'source' | 'sink') => (options: Readonly<Record<string, string>>) => {
    const facts = connectors.connectors[options['connector'] ?? '']?.[side]
    return facts === undefined ? undefined : KINDS[facts.changelog({ options, primaryKey: [] })]
  }
  return { sinkChanges: changes('sink'), sourceChanges: changes('source') }
}

/** The text holds exactly one statement. */
export function compileStatement(sql: string, session: SessionContext, connectors: ConnectorCatalog): CompiledStatement {
  const parsed = parseStatements(sql)
  const [ast] = parsed.statements
  const failed = parsed.diagnostics.some((diagnostic) => diagnostic.severity === 'error')
  if (ast === undefined || parsed.statements.length > 1 || failed) {
    const diagnostics = failed || parsed.diagnostics.length > 0 ? parsed.diagnostics : [wrongCount(sql, parsed.statements.length)]
    return { ...(ast === undefined ? {} : { ast }), diagnostics }
  }
  const { bound, diagnostics } = bindStatement(ast, session, { text: sql, connectors: connectorFacts(connectors) })
  if (bound === undefined) return { ast, diagnostics: [...parsed.diagnostics, ...diagnostics] }
  const planned = planStatement(bound, { session, connectors }, ast.span)
  const all = [...parsed.diagnostics, ...diagnostics, ...planned.diagnostics]
  const explained =
    bound.kind === 'Explain' && planned.plan !== undefined ? { explanation: explanationOf(bound, planned.plan) } : {}
  return { ast, bound, diagnostics: all, ...(planned.plan === undefined ? {} : { plan: planned.plan }), ...explained }
}

function explanationOf(bound: Extract<BoundStatement, { kind: 'Explain' }>, plan: PhysicalPlan): string {
  return `== Bound ==\n${printStatement(bound.statement)}\n\n== Physical plan ==\n${explainPlan(plan)}`
}

function wrongCount(sql: string, count: number): Diagnostic {
  return {
    code: 'SQL_SINGLE_STATEMENT',
    severity: 'error',
    message: count === 0 ? 'The text holds no statement.' : `The text holds ${count} statements; one is taken.`,
    span: { start: 0, end: sql.length },
  }
}
