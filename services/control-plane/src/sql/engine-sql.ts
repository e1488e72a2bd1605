import { connectorCatalog } from '@millrace/connectors/descriptors'
import {
  type BoundStatement,
  type CatalogChange,
  type Diagnostic,
  describeRows,
  formatSql,
  parseStatements,
  type SessionContext,
  showRows,
} from '@millrace/engine/sql'
import type { MillraceError } from '@millrace/protocol'
import { findConnectionNames, type ImmediateResults, type Scope, type StatementTraits } from '@millrace/store'
import { ProblemError } from '../http/problem.ts'
import { applyChanges } from './apply-changes.ts'
import { type LoadedCatalog, loadCatalog } from './catalog-session.ts'
import { bindOne, type One, toDetails } from './compile-one.ts'
import { columnsOf, planOne } from './plan-one.ts'
import type { Compiled, SqlEnvironment, SqlService } from './sql-service.ts'
import { type TableUnderRules, tableFindings } from './table-rules.ts'

/** The SQL front end over the engine's parser, binder and planner and the workspace's stored catalog. */
export const engineSql: SqlService = {
  compile: async (scope, sql, environment) => {
    const work = await begin(scope, sql, environment)
    if (!work.one.bound) throw invalid(sql, work.one.diagnostics)
    return await run(work, work.one.bound)
  },
  check: async (scope, sql, environment) => {
    const work = await begin(scope, sql, environment)
    const { bound } = work.one
    const more = bound ? findings(work, bound) : []
    const schema = bound ? schemaOf(bound) : []
    return { diagnostics: toDetails(sql, [...work.one.diagnostics, ...more]), sqlKind: bound ? kindOf(bound) : null, schema }
  },
  explain: async (scope, sql, environment) => {
    const work = await begin(scope, sql, environment)
    if (!work.one.bound) throw invalid(sql, work.one.diagnostics)
    return explainText(work, work.one.bound)
  },
  format: (sql) => {
    const { diagnostics } = parseStatements(sql)
    if (diagnostics.some((d) => d.severity === 'error')) throw invalid(sql, diagnostics)
    return formatSql(sql)
  },
}

interface Work {
  readonly scope: Scope
  readonly sql: string
  readonly environment: SqlEnvironment
  readonly catalog: LoadedCatalog
  readonly one: One
}

async function begin(scope: Scope, sql: string, environment: SqlEnvironment): Promise<Work> {
  const catalog = await loadCatalog(scope, environment)
  return { scope, sql, environment, catalog, one: bindOne(sql, catalog.session, connectorCatalog) }
}

async function run(work: Work, bound: BoundStatement): Promise<Compiled> {
  const found = bound.kind === 'Catalog' ? findings(work, bound) : []
  if (found.some((d) => d.severity === 'error')) throw invalid(work.sql, [...work.one.diagnostics, ...found])
  switch (bound.kind) {
    case 'Query':
    case 'Insert':
    case 'StatementSet':
      return await plan(work, bound, work.catalog.session)
    case 'Catalog': {
      const applied = await applyChanges(work, bound.changes)
      if (applied.kind === 'refused') throw invalid(work.sql, [atStatement(work, applied.diagnostic)])
      if (bound.insert) return await plan(work, bound.insert, applied.session)
      return done(bound, { columns: [{ name: 'result', type: 'STRING' }], rows: [{ result: 'OK' }] })
    }
    case 'Explain':
      return done(bound, {
        columns: [{ name: 'result', type: 'STRING' }],
        rows: [{ result: explainText(work, bound.statement) }],
      })
    case 'Show':
      return done(bound, offered(work, bound.what, showRows(bound, work.catalog.session)))
    case 'Describe':
      return done(bound, offered(work, `DESCRIBE ${bound.what}`, describeRows(bound, work.catalog.session)))
    case 'Set':
    case 'Reset':
    case 'Use':
      throw invalid(work.sql, [
        atStatement(work, unsupported(`${bound.kind.toUpperCase()}: a statement has no session; state spec.properties instead.`)),
      ])
    case 'Unsupported':
      throw invalid(work.sql, [atStatement(work, unsupported(`${bound.what} is not offered.`))])
  }
}

async function plan(work: Work, bound: BoundStatement, session: SessionContext): Promise<Compiled> {
  const { planned, diagnostics } = planOne(bound, { session, connectors: connectorCatalog, span: work.one.span })
  if (!planned) throw invalid(work.sql, [...work.one.diagnostics, ...diagnostics])
  const again = tablesFindings(work, planned.tables).filter((f) => f.severity === 'error')
  if (again.length > 0) throw invalid(work.sql, again)
  const connections = [...new Set(planned.tables.flatMap((t) => t.options['connection'] ?? []))].sort()
  await requireConnections(work, connections)
  return { kind: 'program', program: planned.program, plan: planned.text, traits: { ...planned.traits, connections } }
}

async function requireConnections(work: Work, wanted: readonly string[]): Promise<void> {
  if (wanted.length === 0) return
  const there = await findConnectionNames(work.scope, { workspace: work.environment.workspace.uid, names: wanted })
  const missing = wanted.filter((name) => !there.includes(name))
  if (missing.length === 0) return
  const message = `There is no connection ${missing.join(', ')} in this workspace.`
  throw invalid(work.sql, [atStatement(work, { code: 'SQL_CONNECTION_NOT_FOUND', severity: 'error', message })])
}

function offered(work: Work, what: string, results: ImmediateResults | null): ImmediateResults {
  if (!results) throw invalid(work.sql, [atStatement(work, unsupported(`${what} is not offered.`))])
  return results
}

const unsupported = (message: string): Omit<Diagnostic, 'span'> => ({ code: 'SQL_UNSUPPORTED', severity: 'error', message })
const atStatement = (work: Work, d: Omit<Diagnostic, 'span'>): Diagnostic => ({ ...d, span: work.one.span })

function done(bound: BoundStatement, results: ImmediateResults): Compiled {
  const schema = results.columns.map((c) => ({ name: c.name, type: c.type, nullable: true }))
  const traits: StatementTraits = {
    sql_kind: kindOf(bound),
    is_bounded: true,
    is_append_only: true,
    upsert_columns: [],
    schema,
    connections: [],
  }
  return { kind: 'done', results, traits }
}

/** What is wrong beyond binding: rules that tables break, and what planning finds. */
function findings(work: Work, bound: BoundStatement): Diagnostic[] {
  if (bound.kind === 'Catalog') return tablesFindings(work, bound.changes.flatMap(tableOfChange))
  if (bound.kind === 'Explain') return findings(work, bound.statement)
  if (!PLANNED.has(bound.kind)) return []
  const { planned, diagnostics } = planOne(bound, {
    session: work.catalog.session,
    connectors: connectorCatalog,
    span: work.one.span,
  })
  return [...diagnostics, ...tablesFindings(work, planned?.tables ?? [])]
}

const PLANNED: ReadonlySet<string> = new Set(['Query', 'Insert', 'StatementSet'])

function tableOfChange(change: CatalogChange): TableUnderRules[] {
  if ((change.kind !== 'Create' && change.kind !== 'Alter') || change.object.kind !== 'table') return []
  const { options, primaryKey } = change.object
  return [{ name: change.path[2], options, primaryKey: primaryKey?.columns ?? [] }]
}

const tablesFindings = (work: Work, tables: readonly TableUnderRules[]): Diagnostic[] =>
  tables.flatMap((t) => tableFindings(connectorCatalog, t)).map((f) => atStatement(work, f))

function explainText(work: Work, bound: BoundStatement): string {
  const { planned, diagnostics } = planOne(bound, {
    session: work.catalog.session,
    connectors: connectorCatalog,
    span: work.one.span,
  })
  if (planned) return planned.text
  throw invalid(
    work.sql,
    diagnostics.length > 0
      ? diagnostics
      : [atStatement(work, unsupported('Only queries, INSERT and statement sets have a plan.'))],
  )
}

const KINDS: Readonly<Record<BoundStatement['kind'], string>> = {
  Query: 'SELECT',
  Insert: 'INSERT_INTO',
  StatementSet: 'STATEMENT_SET',
  Catalog: 'DDL',
  Explain: 'EXPLAIN',
  Set: 'SET',
  Reset: 'RESET',
  Use: 'USE',
  Show: 'SHOW',
  Describe: 'DESCRIBE',
  Unsupported: 'UNSUPPORTED',
}

/** CREATE_TABLE and the like for DDL, as the bound change says. */
function kindOf(bound: BoundStatement): string {
  if (bound.kind !== 'Catalog') return KINDS[bound.kind]
  const change = bound.changes[0]
  if (!change) return 'DDL'
  const object = 'object' in change ? `_${change.object.kind}` : 'objectKind' in change ? `_${change.objectKind}` : ''
  return `${change.kind.replace(/(?!^)([A-Z])/g, '_$1')}${object}`.toUpperCase()
}

function schemaOf(bound: BoundStatement): StatementTraits['schema'] {
  return columnsOf(bound.kind === 'Query' ? bound.query.schema : bound.kind === 'Insert' ? bound.sinkSchema : [])
}

/** A code of its own where one rule alone was broken that has one in the catalogue; SQL_INVALID with all findings otherwise. */
function invalid(sql: string, diagnostics: readonly Diagnostic[]): MillraceError {
  const errors = diagnostics.filter((d) => d.severity === 'error')
  const details = toDetails(sql, diagnostics)
  const codes = new Set(errors.map((d) => d.code))
  const first = errors[0]
  const detail = first
    ? `${first.message}${errors.length > 1 ? ` (and ${errors.length - 1} more)` : ''}`
    : 'The SQL does not compile.'
  if (codes.has('SECRET_IN_SQL')) {
    const option = /option '([^']*)'/.exec(errors.find((d) => d.code === 'SECRET_IN_SQL')?.message ?? '')?.[1] ?? ''
    return new ProblemError('SECRET_IN_SQL', { option }, details)
  }
  if (codes.size === 1 && codes.has('PATH_NOT_CONFINED'))
    return new ProblemError('PATH_NOT_CONFINED', { path: 'of this table' }, details)
  if (codes.size === 1 && codes.has('SQL_UNSUPPORTED')) return new ProblemError('SQL_UNSUPPORTED', { detail }, details)
  return new ProblemError('SQL_INVALID', { detail }, details)
}
