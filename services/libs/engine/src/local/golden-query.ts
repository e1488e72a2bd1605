/**
 * Golden queries: a `.sql` file whose comments hold the tables' rows, run in several ways that must agree.
 *
 *   -- table orders splits=2 batch-rows=3      options of the memory connector for the table that follows
 *   -- ["+I", 1, "a"]                          a row; the op may be left out
 *   CREATE TABLE orders (…);
 *   SELECT …
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PhysicalPlan } from '../plan/physical.ts'
import type { ResultRow } from '../runtime/job.ts'
import { analyzeScript } from '../sql/bind/analyze-script.ts'
import type { CatalogTable, SessionContext } from '../sql/catalog/catalog.ts'
import { compileScript, EMPTY_SESSION } from './compile-script.ts'
import { type EncodedInputRow, isOp } from './decode-rows.ts'
import { memoryCatalog } from './memory-descriptor.ts'
import { runLocal } from './run-script.ts'

const CONNECTOR_MODULE = new URL('./memory-connector.ts', import.meta.url).href

export interface GoldenTable {
  readonly options: Readonly<Record<string, string>>
  readonly rows: readonly EncodedInputRow[]
}

export interface GoldenQuery {
  readonly ddl: string
  readonly query: string
  readonly tables: Readonly<Record<string, GoldenTable>>
}

export interface GoldenRun {
  readonly parallelism: number
  /** Stop with a checkpoint when half of each table has been read, and go on at this parallelism. */
  readonly resumeAt?: number
}

export function parseGolden(text: string): GoldenQuery {
  const tables: Record<string, { options: Record<string, string>; rows: EncodedInputRow[] }> = {}
  let current: (typeof tables)[string] | undefined
  for (const line of text.split('\n')) {
    const table = /^-- table (\S+)(.*)$/.exec(line)
    if (table) {
      const options = table[2]!.split(' ').flatMap((pair) => (pair.includes('=') ? [pair.split('=') as [string, string]] : []))
      current = { options: Object.fromEntries(options), rows: [] }
      tables[table[1]!] = current
    } else if (/^-- \[/.test(line) && current) current.rows.push(parseRow(line.slice(3)))
  }
  const sql = text.replace(/^--.*$/gm, '').trim()
  const split = sql.search(/^(SELECT|WITH|\(SELECT)/m)
  return { ddl: sql.slice(0, split), query: sql.slice(split), tables }
}

function parseRow(text: string): EncodedInputRow {
  const [first, ...rest] = JSON.parse(text) as [unknown, ...unknown[]]
  return isOp(first) ? { op: first, values: rest } : { op: '+I', values: [first, ...rest] }
}

/** The plan of the query over its tables. Throws with the diagnostics when it does not compile. */
export function planGolden(golden: GoldenQuery): PhysicalPlan {
  const { session, diagnostics } = analyzeScript(golden.ddl, EMPTY_SESSION)
  const compiled = compileScript(golden.query, withTables(session, golden.tables), memoryCatalog)
  const all = [...diagnostics, ...compiled.diagnostics].filter((each) => each.severity === 'error')
  const [plan] = compiled.plans
  if (all.length > 0 || plan === undefined)
    throw new Error(all.map((each) => `${each.code}: ${each.message}`).join('\n') || 'no plan')
  return plan
}

/** The session with the memory connector behind its tables. */
export function withTables(session: SessionContext, tables: Readonly<Record<string, GoldenTable>>): SessionContext {
  const catalog = session.catalogs['default_catalog']!
  const database = catalog.databases['default_database']!
  const changed = Object.entries(database.tables).map(([name, table]) => {
    if (table.kind !== 'table') return [name, table] as const
    const given = tables[name] ?? { options: {}, rows: [] }
    const options = { connector: 'memory', ...table.options, ...given.options, rows: JSON.stringify(given.rows) }
    return [name, { ...table, options } satisfies CatalogTable] as const
  })
  const databases = { ...catalog.databases, default_database: { ...database, tables: Object.fromEntries(changed) } }
  return { ...session, catalogs: { ...session.catalogs, default_catalog: { ...catalog, databases } } }
}

/** The changelog that the query gave. Throws when it did not end well. */
export async function runGolden(plan: PhysicalPlan, run: GoldenRun): Promise<ResultRow[]> {
  const rows: ResultRow[] = []
  const onRow = (row: ResultRow): void => void rows.push(row)
  const settings = { connectorModule: CONNECTOR_MODULE, checkpointIntervalMs: 20, onRow }
  if (run.resumeAt === undefined) {
    const report = await runLocal({ ...settings, plan, parallelism: run.parallelism })
    if (report.state !== 'FINISHED') throw new Error(`${report.failure?.code}: ${report.failure?.message}`)
    return rows
  }
  const stateFolder = await mkdtemp(join(tmpdir(), 'millrace-golden-'))
  try {
    await runHalf({ ...settings, plan: holdHalf(plan), parallelism: run.parallelism, stateFolder })
    const report = await runLocal({ ...settings, plan, parallelism: run.resumeAt, stateFolder, epoch: 2 })
    if (report.state !== 'FINISHED') throw new Error(`${report.failure?.code}: ${report.failure?.message}`)
    return rows
  } finally {
    await rm(stateFolder, { recursive: true })
  }
}

const rowCount = (options: Readonly<Record<string, string>>): number => (JSON.parse(options['rows'] ?? '[]') as unknown[]).length

/** Each source gives the first half of its rows and then neither more nor its end. */
export function holdHalf(plan: PhysicalPlan): PhysicalPlan {
  const operators = plan.operators.map((op) => {
    if (op.body.kind !== 'Source') return op
    const { table } = op.body
    const options = { ...table.options, 'hold-after': String(Math.ceil(rowCount(table.options) / 2)) }
    return { ...op, body: { ...op.body, table: { ...table, options } } }
  })
  return { ...plan, operators }
}

/** Runs until all that the sources give has been read, `settleMs` longer, then stops with a checkpoint. */
export async function runHalf(options: Parameters<typeof runLocal>[0], settleMs = 0): Promise<void> {
  const stop = new AbortController()
  const held = options.plan.operators.reduce(
    (sum, { body }) => sum + (body.kind === 'Source' ? Number(body.table.options['hold-after'] ?? 0) : 0),
    0,
  )
  let over = false
  const report = await runLocal({
    ...options,
    signal: stop.signal,
    onStarted: async (job) => {
      void job.done.then(() => {
        over = true
      })
      while (!over && job.report().counters.recordsIn < held) await new Promise((resolve) => setTimeout(resolve, 5))
      await new Promise((resolve) => setTimeout(resolve, settleMs))
      stop.abort()
    },
  })
  if (report.failure !== null) throw new Error(`${report.failure.code}: ${report.failure.message}`)
}

/** What remains when the changes are applied to an empty table: rows as text, sorted. `keys` = columns that an update without -U replaces. */
export function materialize(rows: readonly Pick<ResultRow, 'op' | 'row'>[], keys?: readonly number[]): string[] {
  if (keys) {
    const table = new Map<string, string>()
    for (const { op, row } of rows) {
      const key = JSON.stringify(keys.map((index) => row[index]))
      if (op === '-D' || op === '-U') table.delete(key)
      else table.set(key, JSON.stringify(row))
    }
    return [...table.values()].sort()
  }
  const counts = new Map<string, number>()
  for (const { op, row } of rows) {
    const text = JSON.stringify(row)
    counts.set(text, (counts.get(text) ?? 0) + (op === '+I' || op === '+U' ? 1 : -1))
  }
  return [...counts].flatMap(([text, count]) => Array<string>(Math.max(0, count)).fill(text)).sort()
}
