import type { DdlStatement } from '../ast/ddl.ts'
import type { DmlStatement } from '../ast/dml.ts'
import type { Expression } from '../ast/expression.ts'
import type { Identifier } from '../ast/identifier.ts'
import type { Query, WindowSpec } from '../ast/query.ts'
import type { SessionStatement } from '../ast/session.ts'
import type { Statement } from '../ast/statement.ts'
import { unparseDdl } from './ddl.ts'
import { type StatementPrinters, unparseDml } from './dml.ts'
import { unparseExpressionNode } from './expression.ts'
import { unparseQueryNode, unparseWindow } from './query.ts'
import { unparseSession } from './session.ts'

const PRINTERS: StatementPrinters = {
  expression: (node: Expression) => unparseExpressionNode(node, PRINTERS),
  query: (node: Query) => unparseQueryNode(node, PRINTERS),
  window: (node: Identifier | WindowSpec) => unparseWindow(node, PRINTERS),
  statement: (node: Statement) => unparseStatement(node),
}

const QUERY_KINDS: ReadonlySet<string> = new Set(['With', 'Select', 'SetOp', 'Values', 'TableQuery', 'Ordered'])

const SESSION_KINDS: ReadonlySet<string> = new Set(
  (
    'Explain ExplainPlan Describe Show ShowCreate SetOption ResetOption Use LoadModule UnloadModule AnalyzeTable StopJob ManageJar ' +
    'AlterSystem'
  ).split(' '),
)

const DML_KINDS: ReadonlySet<string> = new Set(
  (
    'Insert Update Delete Merge BeginStatementSet EndStatementSet StatementSet Execute ExecutePlan CompilePlan CallProcedure ' +
    'TruncateTable'
  ).split(' '),
)

/**
 * A statement as SQL: names in back-ticks, operators in parentheses, one spelling for each form. Parsing the result gives
 * the same tree.
 */
export function unparseStatement(node: Statement): string {
  if (QUERY_KINDS.has(node.kind)) return PRINTERS.query(node as Query)
  if (SESSION_KINDS.has(node.kind)) return unparseSession(node as SessionStatement, PRINTERS)
  if (DML_KINDS.has(node.kind)) return unparseDml(node as DmlStatement, PRINTERS)
  return unparseDdl(node as DdlStatement, PRINTERS)
}

export function unparseExpression(node: Expression): string {
  return PRINTERS.expression(node)
}

export function unparseQuery(node: Query): string {
  return PRINTERS.query(node)
}
