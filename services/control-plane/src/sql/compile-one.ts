import type { ConnectorCatalog } from '@millrace/engine/connector'
import {
  type BoundStatement,
  bindStatement,
  connectorFacts,
  type Diagnostic,
  LineMap,
  parseStatements,
  type SessionContext,
  type Span,
  type Statement,
} from '@millrace/engine/sql'
import type { ProblemDetail } from '../http/problem.ts'

export interface One {
  readonly ast?: Statement
  readonly bound?: BoundStatement
  /** Of the statement in the text. */
  readonly span: Span
  readonly diagnostics: readonly Diagnostic[]
}

/** Parses and binds a text that has to hold exactly one statement. */
export function bindOne(sql: string, session: SessionContext, connectors: ConnectorCatalog): One {
  const parsed = parseStatements(sql)
  const span = parsed.spans[0] ?? { start: 0, end: sql.length }
  if (parsed.spans.length > 1 || (parsed.spans.length === 0 && parsed.diagnostics.length === 0))
    return { span, diagnostics: [...parsed.diagnostics, wrongCount(parsed.spans, sql)] }
  const ast = parsed.statements[0]
  if (!ast || parsed.diagnostics.some((d) => d.severity === 'error')) return { span, diagnostics: parsed.diagnostics }
  const { bound, diagnostics } = bindStatement(ast, session, { text: sql, connectors: connectorFacts(connectors) })
  return { ast, span, diagnostics: [...parsed.diagnostics, ...diagnostics], ...(bound ? { bound } : {}) }
}

function wrongCount(spans: readonly Span[], sql: string): Diagnostic {
  const second = spans[1]
  return second
    ? {
        code: 'SQL_SINGLE_STATEMENT',
        severity: 'error',
        message: `The text holds ${spans.length} statements; one is taken.`,
        hint: 'Submit them one by one, or use EXECUTE STATEMENT SET for several INSERTs.',
        span: second,
      }
    : {
        code: 'SQL_SINGLE_STATEMENT',
        severity: 'error',
        message: 'The text holds no statement.',
        span: { start: 0, end: sql.length },
      }
}

/** Diagnostics as the API shows them: with lines and columns. */
export function toDetails(sql: string, diagnostics: readonly Diagnostic[]): ProblemDetail[] {
  const lines = new LineMap(sql)
  return diagnostics.map((d) => {
    const start = lines.positionAt(d.span.start)
    const end = lines.positionAt(d.span.end)
    return {
      pointer: '/spec/sql',
      code: d.code,
      detail: d.message,
      severity: d.severity,
      position: { line: start.line, column: start.column, end_line: end.line, end_column: end.column },
      ...(d.hint === undefined ? {} : { hint: d.hint }),
      ...(d.docs === undefined ? {} : { docs: d.docs }),
    }
  })
}
