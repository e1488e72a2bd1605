import type {
  AnalyzeTable,
  Describe,
  Explain,
  ExplainDetail,
  ManageJar,
  ResetOption,
  SetOption,
  StopJob,
  Use,
} from '../ast/session.ts'
import type { Statement } from '../ast/statement.ts'
import { create, replaceTable } from './create.ts'
import { optionalWith, optionString, partialPartitionSpec } from './ddl-part.ts'
import { deleteFrom, insert, merge, statementSet, update } from './dml.ts'
import { executeStatement } from './execute.ts'
import { plainString } from './literal.ts'
import { requireQuery } from './query-node.ts'
import { commaList, type TokenCursor } from './token-cursor.ts'

const EXPLAIN_DETAILS = ['ESTIMATED_COST', 'CHANGELOG_MODE', 'JSON_EXECUTION_PLAN', 'PLAN_ADVICE'] as const

export function explain(p: TokenCursor): Explain {
  const start = p.expect('EXPLAIN').start
  const details: ExplainDetail[] = []
  if (!p.acceptSequence('PLAN', 'FOR') && EXPLAIN_DETAILS.some((detail) => p.at(detail))) {
    details.push(...commaList(p, explainDetail))
    if (new Set(details).size < details.length) p.fail('A detail of EXPLAIN is given twice.')
  }
  // Their order means nothing.
  details.sort()
  const statement = explained(p)
  return { kind: 'Explain', details, statement, span: p.spanFrom(start) }
}

function explainDetail(p: TokenCursor): ExplainDetail {
  return p.expectOne(EXPLAIN_DETAILS)
}

function explained(p: TokenCursor): Statement {
  switch (p.token.key) {
    case 'STATEMENT':
      return statementSet(p)
    case 'EXECUTE':
      return executeStatement(p)
    case 'INSERT':
    case 'UPSERT':
      return insert(p)
    case 'REPLACE':
      return withQuery(p, replaceTable(p))
    case 'CREATE':
      return withQuery(p, create(p))
    default:
      return requireQuery(p)
  }
}

function withQuery(p: TokenCursor, statement: Statement): Statement {
  if (statement.kind === 'CreateTable' && statement.query !== undefined) return statement
  return p.fail('EXPLAIN of a CREATE needs a table with AS and a query.', { span: statement.span })
}

// ---- DESCRIBE

const DESCRIBED = ['CATALOG', 'DATABASE', 'FUNCTION', 'MODEL', 'CONNECTION'] as const

export function describe(p: TokenCursor): Statement {
  const { key: verb, start } = p.advance()
  if (p.at('JOB')) {
    p.advance()
    return { kind: 'Describe', object: 'JOB', extended: false, job: plainString(p), span: p.spanFrom(start) }
  }
  const object = p.acceptOne(DESCRIBED)
  if (object !== undefined) {
    const extended = p.accept('EXTENDED')
    const name = object === 'CATALOG' ? p.simpleIdentifier() : p.identifier()
    return { kind: 'Describe', object, extended, name, span: p.spanFrom(start) }
  }
  const extended = p.accept('EXTENDED')
  if (extended || verb === 'DESC' || p.isName(p.token)) {
    return { kind: 'Describe', object: 'TABLE', extended, name: p.identifier(), span: p.spanFrom(start) }
  }
  return p.at('TABLE') ? describeTable(p, start) : describeStatement(p, start)
}

function describeTable(p: TokenCursor, start: number): Describe {
  p.expect('TABLE')
  const name = p.identifier()
  const column = p.isName(p.token) ? { column: p.simpleIdentifier() } : {}
  return { kind: 'Describe', object: 'TABLE', extended: false, explicitTable: true, name, ...column, span: p.spanFrom(start) }
}

/** DESCRIBE of a query or change is an EXPLAIN. */
function describeStatement(p: TokenCursor, start: number): Statement {
  p.accept('STATEMENT')
  const statement = queryOrChange(p)
  return {
    kind: 'ExplainPlan',
    detail: 'INCLUDING ATTRIBUTES',
    depth: 'WITH IMPLEMENTATION',
    format: 'TEXT',
    statement,
    span: p.spanFrom(start),
  }
}

function queryOrChange(p: TokenCursor): Statement {
  switch (p.token.key) {
    case 'INSERT':
    case 'UPSERT':
      return insert(p)
    case 'DELETE':
      return deleteFrom(p)
    case 'UPDATE':
      return update(p)
    case 'MERGE':
      return merge(p)
    default:
      return requireQuery(p)
  }
}

// ---- SET, RESET, USE, modules

export function setOption(p: TokenCursor): SetOption {
  const start = p.expect('SET').start
  if (p.token.type === 'end' || p.at(';')) {
    p.note('a string')
    return { kind: 'SetOption', span: p.spanFrom(start) }
  }
  const key = optionString(p)
  p.expect('=')
  const value = optionString(p)
  return { kind: 'SetOption', key, value, span: p.spanFrom(start) }
}

export function resetOption(p: TokenCursor): ResetOption {
  const start = p.expect('RESET').start
  if (p.token.type === 'end' || p.at(';')) return { kind: 'ResetOption', span: p.spanFrom(start) }
  return { kind: 'ResetOption', key: optionString(p), span: p.spanFrom(start) }
}

export function use(p: TokenCursor): Use {
  const start = p.expect('USE').start
  if (p.accept('CATALOG')) return { kind: 'Use', what: 'CATALOG', names: [p.simpleIdentifier()], span: p.spanFrom(start) }
  if (p.accept('MODULES')) {
    const names = commaList(p, (cursor) => cursor.simpleIdentifier())
    return { kind: 'Use', what: 'MODULES', names, span: p.spanFrom(start) }
  }
  return { kind: 'Use', what: 'DATABASE', names: [p.identifier()], span: p.spanFrom(start) }
}

export function loadModule(p: TokenCursor): Statement {
  const start = p.expect('LOAD').start
  p.expect('MODULE')
  const name = p.name()
  const options = optionalWith(p)
  return { kind: 'LoadModule', name, options, span: p.spanFrom(start) }
}

export function unloadModule(p: TokenCursor): Statement {
  const start = p.expect('UNLOAD').start
  p.expect('MODULE')
  return { kind: 'UnloadModule', name: p.name(), span: p.spanFrom(start) }
}

// ---- the rest

export function analyzeTable(p: TokenCursor): AnalyzeTable {
  const start = p.expect('ANALYZE').start
  p.expect('TABLE')
  const name = p.identifier()
  const partition = p.accept('PARTITION') ? partialPartitionSpec(p) : []
  p.expectSequence('COMPUTE', 'STATISTICS')
  const node = { kind: 'AnalyzeTable', name, partition } as const
  if (!p.accept('FOR')) return { ...node, columns: [], allColumns: false, span: p.spanFrom(start) }
  if (p.accept('ALL')) {
    p.expect('COLUMNS')
    return { ...node, columns: [], allColumns: true, span: p.spanFrom(start) }
  }
  p.expect('COLUMNS')
  const columns = commaList(p, (cursor) => cursor.name())
  return { ...node, columns, allColumns: false, span: p.spanFrom(start) }
}

export function stopJob(p: TokenCursor): StopJob {
  const start = p.expect('STOP').start
  p.expect('JOB')
  const job = plainString(p)
  const withSavepoint = p.acceptSequence('WITH', 'SAVEPOINT')
  if (!withSavepoint && p.atSequence('WITH', 'DRAIN')) p.fail('WITH DRAIN goes with WITH SAVEPOINT only.')
  const withDrain = p.acceptSequence('WITH', 'DRAIN')
  return { kind: 'StopJob', job, withSavepoint, withDrain, span: p.spanFrom(start) }
}

export function manageJar(p: TokenCursor): ManageJar {
  const start = p.token.start
  const op = p.expectOne(['ADD', 'REMOVE'])
  p.expect('JAR')
  return { kind: 'ManageJar', op, path: plainString(p), span: p.spanFrom(start) }
}
