/** A script, statement by statement: what DDL and SET do is visible to what follows. */
import type { Insert } from '../ast/dml.ts'
import type { Statement } from '../ast/statement.ts'
import type { BoundStatement } from '../bound/statement.ts'
import { applyCatalogChange } from '../catalog/apply-change.ts'
import type { SessionContext } from '../catalog/catalog.ts'
import { type Diagnostic, DiagnosticSink } from '../diagnostic/diagnostic.ts'
import { parseStatements } from '../parse/parser.ts'
import type { Span } from '../text/span.ts'
import { type BindOptions, bindStatement } from './bind-statement.ts'

export interface AnalyzedStatement {
  readonly span: Span
  readonly ast: Statement
  /** What the statement saw. */
  readonly before: SessionContext
  /** Absent when binding failed. */
  readonly bound?: BoundStatement
}

export interface ScriptAnalysis {
  readonly statements: readonly AnalyzedStatement[]
  readonly diagnostics: readonly Diagnostic[]
  /** The session after the script. */
  readonly session: SessionContext
}

/** Pure. Syntax errors, binding errors and refused catalog changes all come out as diagnostics, in the order of the text. */
export function analyzeScript(text: string, session: SessionContext, options: Omit<BindOptions, 'text'> = {}): ScriptAnalysis {
  const parsed = parseStatements(text)
  const sink = new DiagnosticSink()
  for (const diagnostic of parsed.diagnostics) sink.add(diagnostic)
  const statements: AnalyzedStatement[] = []
  let current = session
  for (const ast of joinStatementSets(parsed.statements)) {
    const { bound, diagnostics } = bindStatement(ast, current, { ...options, text })
    for (const diagnostic of diagnostics) sink.add(diagnostic)
    const next = bound === undefined ? current : afterStatement(bound, current, { span: ast.span, sink })
    statements.push({ span: ast.span, ast, before: current, ...(bound === undefined || next === undefined ? {} : { bound }) })
    current = next ?? current
  }
  const diagnostics = [...sink.all].sort((a, b) => a.span.start - b.span.start)
  return { statements, diagnostics, session: current }
}

/** BEGIN STATEMENT SET; insert; …; END; is one statement. */
function joinStatementSets(statements: readonly (Statement | undefined)[]): readonly Statement[] {
  const joined: Statement[] = []
  let open: { readonly span: Span; readonly inserts: Insert[] } | undefined
  for (const statement of statements) {
    if (statement === undefined) continue
    if (statement.kind === 'BeginStatementSet') open = { span: statement.span, inserts: [] }
    else if (statement.kind === 'EndStatementSet' && open !== undefined) {
      joined.push({ kind: 'StatementSet', statements: open.inserts, span: { start: open.span.start, end: statement.span.end } })
      open = undefined
    } else if (open !== undefined && statement.kind === 'Insert') open.inserts.push(statement)
    else joined.push(statement)
  }
  if (open !== undefined) joined.push(...open.inserts)
  return joined
}

/** The session after a statement ran; undefined when the catalog refuses it. */
function afterStatement(
  bound: BoundStatement,
  session: SessionContext,
  { span, sink }: { readonly span: Span; readonly sink: DiagnosticSink },
): SessionContext | undefined {
  switch (bound.kind) {
    case 'Catalog': {
      let current = session
      for (const change of bound.changes) {
        const result = applyCatalogChange(current, change)
        if (result.kind === 'refused') {
          sink.add({ ...result.diagnostic, span })
          return undefined
        }
        current = result.session
      }
      return current
    }
    case 'Use':
      return {
        ...session,
        currentCatalog: bound.catalog ?? session.currentCatalog,
        currentDatabase: bound.database ?? defaultDatabase(session, bound.catalog),
      }
    case 'Set':
      return bound.key === undefined || bound.value === undefined
        ? session
        : { ...session, config: { ...session.config, [bound.key]: bound.value } }
    case 'Reset': {
      const kept = bound.key === undefined ? [] : Object.entries(session.config).filter(([key]) => key !== bound.key)
      return { ...session, config: Object.fromEntries(kept) }
    }
    default:
      return session
  }
}

function defaultDatabase(session: SessionContext, catalog: string | undefined): string {
  const databases = Object.keys(session.catalogs[catalog ?? session.currentCatalog]?.databases ?? {})
  return databases.includes('default') ? 'default' : (databases[0] ?? session.currentDatabase)
}
