/** One statement: the tree's names resolved, its types known, or diagnostics that say why not. */
import type { StatementSet } from '../ast/dml.ts'
import type { Explain } from '../ast/session.ts'
import type { Statement } from '../ast/statement.ts'
import type { BoundInsert, BoundStatement } from '../bound/statement.ts'
import type { SessionContext } from '../catalog/catalog.ts'
import type { Diagnostic } from '../diagnostic/diagnostic.ts'
import { bindAlterTable } from './alter-table.ts'
import { BinderState, type ConnectorFacts } from './binder-state.ts'
import { bindCreateTable } from './create-table.ts'
import { bindAlterView, bindCreateView } from './create-view.ts'
import { bindInsert } from './insert.ts'
import {
  bindAlterDatabase,
  bindAlterModel,
  bindCreateCatalog,
  bindCreateDatabase,
  bindCreateModel,
  bindDrop,
  bindFunction,
} from './other-ddl.ts'
import { bindTopQuery } from './query.ts'
import { bindDescribe, bindReset, bindSet, bindShow, bindShowCreate, bindUse } from './session-statements.ts'

export interface BindOptions {
  /** The text that the tree's spans point into. */
  readonly text: string
  /** What connectors can do; without it nothing is assumed. */
  readonly connectors?: ConnectorFacts
}

export interface BindResult {
  /** Absent when a diagnostic is an error. */
  readonly bound?: BoundStatement
  readonly diagnostics: readonly Diagnostic[]
}

/** Pure: the session is read, never changed; `applyCatalogChange` does what a bound DDL statement says. */
export function bindStatement(ast: Statement, session: SessionContext, options: BindOptions): BindResult {
  const state = new BinderState(session, options.connectors)
  const bound = bindAny(ast, state, options.text)
  const diagnostics = state.sink.all
  return bound === undefined || state.failed ? { diagnostics } : { bound, diagnostics }
}

function bindAny(ast: Statement, state: BinderState, text: string): BoundStatement | undefined {
  switch (ast.kind) {
    case 'Select':
    case 'With':
    case 'SetOp':
    case 'Values':
    case 'TableQuery':
    case 'Ordered':
      return { kind: 'Query', query: bindTopQuery(ast, state).rel }
    case 'Insert':
      return bindInsert(ast, state)
    case 'Execute':
      return bindAny(ast.statement, state, text)
    case 'StatementSet':
      return bindStatementSet(ast, state)
    case 'Explain':
      return bindExplain(ast, state, text)
    default:
      return bindDdl(ast, state, text) ?? bindSession(ast, state)
  }
}

type Handled =
  | 'Select'
  | 'With'
  | 'SetOp'
  | 'Values'
  | 'TableQuery'
  | 'Ordered'
  | 'Insert'
  | 'Execute'
  | 'StatementSet'
  | 'Explain'
type Rest = Exclude<Statement, { kind: Handled }>

function bindDdl(ast: Rest, state: BinderState, text: string): BoundStatement | undefined {
  switch (ast.kind) {
    case 'CreateTable':
      return bindCreateTable(ast, state, text)
    case 'AlterTable':
      return bindAlterTable(ast, state, text)
    case 'CreateView':
      return bindCreateView(ast, state, text)
    case 'AlterView':
      return bindAlterView(ast, state, text)
    case 'CreateCatalog':
      return bindCreateCatalog(ast)
    case 'CreateDatabase':
      return bindCreateDatabase(ast, state)
    case 'AlterDatabase':
      return bindAlterDatabase(ast, state)
    case 'CreateFunction':
    case 'AlterFunction':
      return bindFunction(ast, state)
    case 'CreateModel':
      return bindCreateModel(ast, state)
    case 'AlterModel':
      return bindAlterModel(ast, state)
    case 'Drop':
      return bindDrop(ast, state)
    case 'CreateMaterializedTable':
      bindTopQuery(ast.query, state)
      return { kind: 'Unsupported', what: 'CREATE MATERIALIZED TABLE' }
    default:
      return undefined
  }
}

function bindSession(ast: Rest, state: BinderState): BoundStatement | undefined {
  switch (ast.kind) {
    case 'SetOption':
      return bindSet(ast)
    case 'ResetOption':
      return bindReset(ast)
    case 'Use':
      return bindUse(ast, state)
    case 'Show':
      return bindShow(ast, state)
    case 'ShowCreate':
      return bindShowCreate(ast, state)
    case 'Describe':
      return bindDescribe(ast, state)
    case 'ExplainPlan':
      return { kind: 'Unsupported', what: 'EXPLAIN PLAN' }
    default:
      return NAMES[ast.kind] === undefined ? undefined : { kind: 'Unsupported', what: NAMES[ast.kind]! }
  }
}

/** Understood, and not offered by this service. */
const NAMES: Readonly<Partial<Record<Statement['kind'], string>>> = {
  AlterCatalog: 'ALTER CATALOG',
  CreateConnection: 'CREATE CONNECTION',
  AlterConnection: 'ALTER CONNECTION',
  AlterMaterializedTable: 'ALTER MATERIALIZED TABLE',
  Update: 'UPDATE',
  Delete: 'DELETE',
  Merge: 'MERGE',
  BeginStatementSet: 'BEGIN STATEMENT SET',
  EndStatementSet: 'END',
  ExecutePlan: 'EXECUTE PLAN',
  CompilePlan: 'COMPILE PLAN',
  CallProcedure: 'CALL',
  TruncateTable: 'TRUNCATE TABLE',
  LoadModule: 'LOAD MODULE',
  UnloadModule: 'UNLOAD MODULE',
  AnalyzeTable: 'ANALYZE TABLE',
  StopJob: 'STOP JOB',
  ManageJar: 'ADD or REMOVE JAR',
}

function bindStatementSet(ast: StatementSet, state: BinderState): BoundStatement | undefined {
  const inserts: BoundInsert[] = []
  for (const statement of ast.statements) {
    if (statement.kind !== 'Insert') {
      state.error('SQL_STATEMENT_SET', statement.span, 'A statement set holds INSERT statements only.')
      continue
    }
    const insert = bindInsert(statement, state)
    if (insert !== undefined) inserts.push(insert)
  }
  if (ast.statements.length === 0) state.error('SQL_STATEMENT_SET', ast.span, 'A statement set needs at least one INSERT.')
  return { kind: 'StatementSet', inserts }
}

function bindExplain(ast: Explain, state: BinderState, text: string): BoundStatement | undefined {
  const statement = bindAny(ast.statement, state, text)
  if (statement === undefined) return undefined
  if (
    statement.kind === 'Query' ||
    statement.kind === 'Insert' ||
    statement.kind === 'StatementSet' ||
    (statement.kind === 'Catalog' && statement.insert !== undefined)
  ) {
    return { kind: 'Explain', details: ast.details, statement }
  }
  state.error('SQL_EXPLAIN', ast.statement.span, 'EXPLAIN takes a query, an INSERT or a statement set.')
  return undefined
}
