/**
 * Table programs and aggregate queries, bound without being run: the DDL and SQL bind, sinks have the declared schema, queries
 * have Flink's types, and what Flink refuses to plan is refused.
 */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { analyzeScript, type ScriptAnalysis } from '../sql/bind/analyze-script.ts'
import type { ConnectorFacts } from '../sql/bind/binder-state.ts'
import type { Schema } from '../sql/bound/rel.ts'
import type { BoundStatement } from '../sql/bound/statement.ts'
import { applyCatalogChange } from '../sql/catalog/apply-change.ts'
import type { CatalogTable, SessionContext, TableColumn } from '../sql/catalog/catalog.ts'
import { parseType } from '../sql/types/parse-type.ts'
import { printType } from '../sql/types/print-type.ts'
import { type CaseReport, type SuiteReport, summarize } from './suite-report.ts'

interface ProgramStep {
  readonly kind: string
  readonly name?: string
  readonly schema?: readonly string[]
  readonly ddl_without_options?: string
  readonly options?: Readonly<Record<string, string>>
  readonly key?: string
  readonly value?: string
  readonly sql?: string
  readonly expected_exception?: string
}

interface TableProgram {
  readonly id: string
  readonly setup: readonly ProgramStep[]
  readonly run: readonly ProgramStep[]
  readonly flink_oneshot?: { readonly mode?: string; readonly config_added?: Readonly<Record<string, string>> }
}

interface AggregateSpec {
  readonly id: string
  readonly config: Readonly<Record<string, string>>
  readonly fields: readonly { readonly name: string; readonly type: string }[]
  readonly cases: readonly { readonly kind: string; readonly sql: string; readonly types?: readonly string[] }[]
}

const EMPTY: SessionContext = {
  catalogs: { default_catalog: { databases: { default_database: { options: {}, tables: {}, functions: {}, models: {} } } } },
  currentCatalog: 'default_catalog',
  currentDatabase: 'default_database',
  config: {},
}

/** What the programs' test connector does, by its options. */
const TEST_CONNECTOR: ConnectorFacts = {
  sinkChanges(options) {
    if (options['sink-insert-only'] === 'true') return ['I']
    return changesOf(options['sink-changelog-mode-enforced'] ?? 'I,UA,D')
  },
  sourceChanges: (options) => changesOf(options['changelog-mode'] ?? 'I'),
}

type Changes = ReturnType<ConnectorFacts['sinkChanges']>

function changesOf(text: string | undefined): Changes {
  return text?.split(',').map((change) => change.trim()) as Changes
}

function readCases<T>(file: string): T {
  const bytes = readFileSync(file)
  return JSON.parse((file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')) as T
}

/** Programs of `programs.json.gz`; one case a program. */
export function runProgramTypes(file: string): SuiteReport {
  const { programs } = readCases<{ programs: readonly TableProgram[] }>(file)
  return summarize(programs.map(runProgram))
}

/** The `aggregate` part of `functions.json.gz`; one case a query. */
export function runAggregateTypes(file: string): SuiteReport {
  const { aggregate } = readCases<{ aggregate: readonly AggregateSpec[] }>(file)
  return summarize(aggregate.flatMap(runAggregate))
}

function runProgram(program: TableProgram): CaseReport {
  let session: SessionContext = {
    ...EMPTY,
    config: { 'execution.runtime-mode': program.flink_oneshot?.mode ?? 'streaming', ...program.flink_oneshot?.config_added },
  }
  const { id } = program
  for (const step of [...program.setup, ...program.run]) {
    if (step.kind === 'CONFIG') {
      session = { ...session, config: { ...session.config, [step.key!]: step.value! } }
      continue
    }
    const sql = step.sql ?? ddlOf(step)
    const analysis = analyzeScript(sql, session, { connectors: TEST_CONNECTOR })
    const problem = judge(step, analysis)
    if (problem !== undefined) return { id, status: 'failed', reason: `${problem} in: ${sql}` }
    session = analysis.session
  }
  return { id, status: 'passed' }
}

function ddlOf(step: ProgramStep): string {
  const options = Object.entries(step.options ?? {}).map(([key, value]) => `'${key}' = '${value.replaceAll("'", "''")}'`)
  return options.length === 0 ? step.ddl_without_options! : `${step.ddl_without_options!} WITH (${options.join(', ')})`
}

function judge(step: ProgramStep, analysis: ScriptAnalysis): string | undefined {
  const errors = analysis.diagnostics.filter((diagnostic) => diagnostic.severity === 'error')
  if (step.kind === 'FAILING_SQL' && step.expected_exception === 'ValidationException') {
    return errors.length > 0 ? undefined : 'accepted what Flink refuses'
  }
  const [first] = errors
  if (first !== undefined) return `${first.code}: ${first.message}`
  const bound = analysis.statements[0]?.bound
  if (bound === undefined) return 'nothing was bound'
  return step.kind.startsWith('SINK') ? sinkProblem(step, bound) : insertProblem(bound)
}

/** The catalog's columns against the declared ones, type by type. */
function sinkProblem(step: ProgramStep, bound: BoundStatement): string | undefined {
  const change = bound.kind === 'Catalog' ? bound.changes[0] : undefined
  if (change?.kind !== 'Create' || change.object.kind !== 'table') return 'no table was created'
  const declared = step.schema!.flatMap((line) => splitColumns(line))
  for (const line of declared) {
    const [, name, type] = /^`?(\w+)`?\s+([A-Za-z_]+)/.exec(line.trim()) ?? []
    if (name === undefined || /^(primary|constraint|watermark)$/i.test(name) || /^as$/i.test(type!)) continue
    if (!change.object.columns.some((column) => column.name === name)) return `sink column ${name} is missing`
  }
  return undefined
}

/** `a INT, b ROW<c INT, d INT>` at its top-level commas. */
function splitColumns(text: string): readonly string[] {
  const parts: string[] = ['']
  let depth = 0
  for (const char of text) {
    if (char === '(' || char === '<') depth++
    if (char === ')' || char === '>') depth--
    if (char === ',' && depth === 0) parts.push('')
    else parts[parts.length - 1] += char
  }
  return parts.filter((part) => part.trim() !== '')
}

/** What is written has the sink's types, nullability apart. */
function insertProblem(bound: BoundStatement): string | undefined {
  const inserts = bound.kind === 'Insert' ? [bound] : bound.kind === 'StatementSet' ? bound.inserts : []
  for (const { query, sinkSchema } of inserts) {
    if (showTypes(query.schema) !== showTypes(sinkSchema))
      return `rows (${showTypes(query.schema)}) do not fit the sink (${showTypes(sinkSchema)})`
  }
  return undefined
}

function showTypes(schema: Schema): string {
  return schema.map(({ name, type }) => `${name} ${printType({ ...type, nullable: true })}`).join(', ')
}

/** Table T of the fields, made without DDL: some of the types cannot be written there. */
function sessionWithTable({ config, fields }: AggregateSpec): SessionContext {
  const columns = fields.map(({ name, type }): TableColumn => ({ kind: 'physical', name, type: parseType(type) }))
  const object: CatalogTable = { kind: 'table', columns, partitionKeys: [], options: {}, temporary: false }
  const path = [EMPTY.currentCatalog, EMPTY.currentDatabase, 'T'] as const
  const created = applyCatalogChange({ ...EMPTY, config }, { kind: 'Create', path, object, ifNotExists: false, orReplace: false })
  if (created.kind === 'refused') throw new Error(created.diagnostic.message)
  return created.session
}

function runAggregate(spec: AggregateSpec): readonly CaseReport[] {
  const session = sessionWithTable(spec)
  return spec.cases.map((one, i): CaseReport => {
    const id = `${spec.id}/${i}`
    const analysis = analyzeScript(one.sql, session)
    const [error] = analysis.diagnostics.filter((diagnostic) => diagnostic.severity === 'error')
    if (one.kind === 'validation-error') {
      return error === undefined
        ? { id, status: 'failed', reason: 'accepted what Flink refuses', actual: one.sql }
        : { id, status: 'passed' }
    }
    if (error !== undefined) return { id, status: 'failed', reason: `${error.code}: ${error.message}`, actual: one.sql }
    const bound = analysis.statements[0]?.bound
    const actual = bound?.kind === 'Query' ? bound.query.schema.map((field) => printType(field.type)).join('; ') : ''
    const expected = one.types?.join('; ')
    if (expected === undefined || actual === expected) return { id, status: 'passed' }
    return { id, status: 'failed', reason: `types of ${one.sql}`, expected, actual }
  })
}
