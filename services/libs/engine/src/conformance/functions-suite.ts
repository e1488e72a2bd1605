/**
 * The suite `functions`: scalar and expression cases evaluated by generated code over one row, against Flink's values. Cases without an
 * expected value, and those whose fields have a type of Flink's own, are skipped; functions without an implementation are unsupported.
 */
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { UnsupportedError } from '../codegen/unsupported-error.ts'
import { type Boxed, boxedAt } from '../data/boxed.ts'
import { batchOfRows } from '../data/column-builder.ts'
import { ValueError } from '../data/value-error.ts'
import { decodeRows } from '../local/decode-rows.ts'
import { createProjection } from '../operators/calc.ts'
import { encodeRows } from '../runtime/result-encoding.ts'
import { analyzeScript } from '../sql/bind/analyze-script.ts'
import type { BoundExpr } from '../sql/bound/expr.ts'
import { applyCatalogChange } from '../sql/catalog/apply-change.ts'
import type { SessionContext, TableColumn } from '../sql/catalog/catalog.ts'
import type { LogicalType } from '../sql/types/logical-type.ts'
import { parseType } from '../sql/types/parse-type.ts'
import { type CaseReport, type SuiteReport, summarize } from './suite-report.ts'

export const FUNCTIONS_THRESHOLD = 97

interface FieldCase {
  readonly name: string
  readonly type: string
  readonly value: unknown
  readonly literal?: string
}
interface FunctionCase {
  readonly kind: string
  readonly sql: string
  readonly expected?: unknown
  readonly has_expected?: boolean
  readonly expected_string?: string | null
}
interface FunctionSpec {
  readonly id: string
  readonly config?: Readonly<Record<string, string>>
  readonly table?: string
  readonly fields?: readonly FieldCase[]
  readonly field_set?: string
  readonly cases: readonly FunctionCase[]
}
interface FunctionFile {
  readonly scalar?: readonly FunctionSpec[]
  readonly expression?: readonly FunctionSpec[]
  readonly expression_field_sets?: Readonly<Record<string, readonly FieldCase[]>>
}

interface Row {
  readonly session: SessionContext
  readonly table: string
  readonly types: readonly LogicalType[]
  readonly values: readonly Boxed[]
}

type Outcome =
  | { readonly kind: 'value'; readonly value: unknown; readonly type: LogicalType }
  | { readonly kind: 'refused' | 'error' | 'unsupported'; readonly reason: string }

const EVALUATION = { nowMs: 1_700_000_000_000, watermarkMs: null, random: () => 0.5 }

/** A file of functions, or a folder that holds it under its name. */
export function runFunctionsSuite(casesPath: string): SuiteReport {
  const file = statSync(casesPath).isDirectory() ? join(casesPath, 'functions.json.gz') : casesPath
  const bytes = readFileSync(file)
  const content = JSON.parse((file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')) as FunctionFile
  const scalar = (content.scalar ?? []).flatMap((spec) => runSpec(spec, spec.fields ?? [], judgeValue))
  const sets = content.expression_field_sets ?? {}
  const expression = (content.expression ?? []).flatMap((spec) => runSpec(spec, sets[spec.field_set ?? ''] ?? [], judgeText))
  return summarize([...scalar, ...expression])
}

type Judge = (one: FunctionCase, row: Row) => Omit<CaseReport, 'id'>

function runSpec(spec: FunctionSpec, fields: readonly FieldCase[], judge: Judge): readonly CaseReport[] {
  const row = rowOf(spec, fields)
  return spec.cases.flatMap((one, i): CaseReport[] => {
    if (one.kind === 'validation-error' || one.kind === 'error' || one.kind === 'valid') return []
    return [{ id: `${spec.id}/${i} ${one.sql.slice(0, 120)}`, ...judge(one, row) }]
  })
}

function emptySession(config: Readonly<Record<string, string>>): SessionContext {
  return {
    catalogs: { c: { databases: { d: { options: {}, tables: {}, functions: {}, models: {} } } } },
    currentCatalog: 'c',
    currentDatabase: 'd',
    config: { 'table.local-time-zone': 'UTC', ...config },
  }
}

/** Fields of Flink's own types (LEGACY, RAW) are left out; a case that names one does not bind. */
function rowOf(spec: FunctionSpec, fields: readonly FieldCase[]): Row {
  const session = emptySession(spec.config ?? {})
  const known = fields.flatMap((field) => {
    const type = typeOf(field.type)
    return type === undefined ? [] : [{ field, type }]
  })
  const columns = known.map(({ field, type }): TableColumn => ({ kind: 'physical', name: field.name, type }))
  const table = spec.table ?? 'T'
  const object = { kind: 'table', columns, partitionKeys: [], options: {}, temporary: false } as const
  const created = applyCatalogChange(session, {
    kind: 'Create',
    path: ['c', 'd', table],
    object,
    ifNotExists: false,
    orReplace: false,
  })
  return {
    session: created.kind === 'refused' ? session : created.session,
    table: known.length === 0 ? '' : table,
    types: known.map(({ type }) => type),
    values: known.map(({ field, type }) => fieldValue(field, type, session)),
  }
}

function typeOf(text: string): LogicalType | undefined {
  try {
    return parseType(text)
  } catch {
    return undefined
  }
}

/** From the JSON value, or from the SQL literal where the value has no form of ours. */
function fieldValue(field: FieldCase, type: LogicalType, session: SessionContext): Boxed {
  try {
    const { columns } = decodeRows([{ op: '+I', values: [field.value] }], [type])
    return boxedAt(columns[0]!, type, 0)
  } catch {
    const exprs =
      field.literal === undefined
        ? undefined
        : bound(`CAST(${field.literal} AS ${field.type.replace(/ NOT NULL$/, '')})`, session, '')
    return typeof exprs === 'object' ? boxedAt(evaluate(exprs[0], { types: [], values: [] })!, exprs[0].type, 0) : null
  }
}

/** The expression over the table's columns, or why it does not bind. */
function bound(sql: string, session: SessionContext, table: string): readonly [BoundExpr] | string {
  const analysis = analyzeScript(`SELECT ${sql}${table === '' ? '' : ` FROM ${table}`}`, session)
  const error = analysis.diagnostics.find((diagnostic) => diagnostic.severity === 'error')
  const statement = analysis.statements[0]?.bound
  if (error !== undefined || statement?.kind !== 'Query' || statement.query.kind !== 'Project')
    return error?.message ?? 'no projection'
  return [statement.query.exprs[0]!]
}

function evaluate(expr: BoundExpr, row: Pick<Row, 'types' | 'values'>, config: Readonly<Record<string, string>> = {}) {
  const { types, values } = row
  const project = createProjection([expr], { inputTypes: types, config, evaluation: EVALUATION })
  return project(batchOfRows(types, [values])).columns[0]
}

function outcomeOf(sql: string, { session, table, types, values }: Row): Outcome {
  const exprs = bound(sql, session, table)
  if (typeof exprs === 'string') return { kind: 'refused', reason: exprs }
  const [expr] = exprs
  try {
    const vector = evaluate(expr, { types, values }, session.config)!
    const batch = { length: 1, columns: [vector], kinds: null, marks: [], lease: null }
    const [encoded] = [...encodeRows(batch, [{ name: 'x', type: expr.type }])]
    return { kind: 'value', value: encoded!.row[0], type: expr.type }
  } catch (error) {
    if (error instanceof UnsupportedError) return { kind: 'unsupported', reason: error.message }
    return { kind: 'error', reason: error instanceof ValueError ? error.message : `a defect: ${String(error)}` }
  }
}

function failed(reason: string, expected: unknown, actual: unknown): Omit<CaseReport, 'id'> {
  return { status: 'failed', reason, expected: JSON.stringify(expected) ?? '', actual: JSON.stringify(actual) ?? '' }
}

function judgeValue(one: FunctionCase, row: Row): Omit<CaseReport, 'id'> {
  if (JSON.stringify(one.expected ?? null).includes('"$java"')) return { status: 'skipped', reason: "a value of Flink's own" }
  const outcome = outcomeOf(one.sql, row)
  if (outcome.kind === 'unsupported') return { status: 'unsupported', reason: outcome.reason }
  if (one.kind === 'runtime-error') return mustFail(outcome)
  if (one.has_expected === false) return { status: 'skipped', reason: 'no expected value' }
  if (outcome.kind !== 'value') return failed(outcome.reason, one.expected, outcome.kind)
  return sameValue(one.expected, outcome.value, outcome.type)
    ? { status: 'passed' }
    : failed('another value', one.expected, outcome.value)
}

function mustFail(outcome: Outcome): Omit<CaseReport, 'id'> {
  if (outcome.kind === 'error' && !outcome.reason.startsWith('a defect')) return { status: 'passed' }
  return failed('must fail when it runs', 'an error', outcome.kind === 'value' ? outcome.value : outcome.reason)
}

function judgeText(one: FunctionCase, row: Row): Omit<CaseReport, 'id'> {
  const outcome = outcomeOf(`CAST((${one.sql}) AS VARCHAR)`, row)
  if (outcome.kind === 'unsupported') return { status: 'unsupported', reason: outcome.reason }
  if (one.kind === 'runtime-error') return mustFail(outcome)
  if (outcome.kind !== 'value') return failed(outcome.reason, one.expected_string, outcome.kind)
  const text = outcome.value ?? 'NULL'
  return text === (one.expected_string ?? 'NULL') ? { status: 'passed' } : failed('another text', one.expected_string, text)
}

/** Floats are equal as floats; the entries of a map have no order. */
function sameValue(expected: unknown, actual: unknown, type: LogicalType): boolean {
  if (type.kind === 'FLOAT' && typeof expected === 'number' && typeof actual === 'number') {
    return Math.fround(expected) === Math.fround(actual)
  }
  return JSON.stringify(unordered(expected)) === JSON.stringify(unordered(actual))
}

function unordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unordered)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, item]): [string, unknown] => {
    const inner = unordered(item)
    if (key !== '$map' || !Array.isArray(inner)) return [key, inner]
    return [key, inner.map((entry) => JSON.stringify(entry)).sort()]
  })
  return Object.fromEntries(entries)
}
