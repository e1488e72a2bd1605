/** For tests: a session made by DDL, and what binding prints. */
import { treeProblems } from '../bound/check-tree.ts'
import { printSchema, printStatement } from '../bound/print.ts'
import type { BoundRel } from '../bound/rel.ts'
import type { BoundStatement } from '../bound/statement.ts'
import type { SessionContext } from '../catalog/catalog.ts'
import type { Diagnostic } from '../diagnostic/diagnostic.ts'
import { analyzeScript } from './analyze-script.ts'

export const EMPTY_SESSION: SessionContext = {
  catalogs: { shop: { databases: { default: { options: {}, tables: {}, functions: {}, models: {} } } } },
  currentCatalog: 'shop',
  currentDatabase: 'default',
  config: {},
}

/** The session after a script that has to bind. */
export function sessionOf(ddl: string, session: SessionContext = EMPTY_SESSION): SessionContext {
  const analysis = analyzeScript(ddl, session)
  if (analysis.diagnostics.length > 0) throw new Error(showDiagnostics(analysis.diagnostics, ddl))
  return analysis.session
}

/** The bound tree of the last statement with its output schema, or the diagnostics. */
export function bindText(sql: string, session: SessionContext): string {
  const { statements, diagnostics } = analyzeScript(sql, session)
  const bound = statements.at(-1)?.bound
  if (bound !== undefined) assertSound(bound)
  const problems = showDiagnostics(diagnostics, sql)
  if (bound === undefined) return problems
  const tree = printStatement(bound)
  const schema = bound.kind === 'Query' ? `\n-> ${printSchema(bound.query)}` : ''
  return problems === '' ? tree + schema : `${tree}${schema}\n${problems}`
}

/** Throws where a tree breaks the promises of bound trees. */
export function assertSound(bound: BoundStatement): void {
  const problems = treesOf(bound).flatMap(treeProblems)
  if (problems.length > 0) throw new Error(`${problems.join('\n')}\n${printStatement(bound)}`)
}

export function treesOf(bound: BoundStatement): readonly BoundRel[] {
  switch (bound.kind) {
    case 'Query':
    case 'Insert':
      return [bound.query]
    case 'StatementSet':
      return bound.inserts.map((insert) => insert.query)
    case 'Catalog':
      return bound.insert === undefined ? [] : [bound.insert.query]
    case 'Explain':
      return treesOf(bound.statement)
    default:
      return []
  }
}

/** The output columns of a query, or its diagnostics. */
export function typesOf(sql: string, session: SessionContext): string {
  const { statements, diagnostics } = analyzeScript(sql, session)
  const bound = statements.at(-1)?.bound
  return bound?.kind === 'Query' ? printSchema(bound.query) : showDiagnostics(diagnostics, sql)
}

/** `CODE at 'text': message (hint)`, one a line. */
function showDiagnostics(diagnostics: readonly Diagnostic[], text: string): string {
  return diagnostics
    .map(
      ({ code, message, hint, span }) =>
        `${code} at '${text.slice(span.start, span.end)}': ${message}${hint === undefined ? '' : ` (${hint})`}`,
    )
    .join('\n')
}
