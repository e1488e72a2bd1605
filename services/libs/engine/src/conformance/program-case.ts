/** The table programs of `programs.json.gz`: their shape, and one as the engine can run it. */

import type { ConnectorCatalog } from '../connector/descriptor.ts'
import { compileScript, EMPTY_SESSION } from '../local/compile-script.ts'
import type { EncodedInputRow } from '../local/decode-rows.ts'
import { memoryCatalog, memoryDescriptor } from '../local/memory-descriptor.ts'
import type { PhysicalPlan } from '../plan/physical.ts'
import { analyzeScript } from '../sql/bind/analyze-script.ts'
import type { CatalogTable, SessionContext } from '../sql/catalog/catalog.ts'
import type { Diagnostic } from '../sql/diagnostic/diagnostic.ts'
import type { LogicalType } from '../sql/types/logical-type.ts'
import { parseType } from '../sql/types/parse-type.ts'

interface ProducedRow {
  readonly kind: EncodedInputRow['op']
  readonly values: readonly unknown[]
}

export interface ProgramStep {
  readonly kind: string
  readonly name?: string
  readonly ddl_without_options?: string
  readonly options?: Readonly<Record<string, string>>
  readonly key?: string
  readonly value?: string
  readonly sql?: string
  readonly produced_before_restore?: readonly ProducedRow[] | null
  readonly produced_after_restore?: readonly ProducedRow[] | null
  readonly expected_strings_before_restore?: readonly string[] | null
  readonly expected_strings_after_restore?: readonly string[] | null
  readonly expected_materialized_strings?: readonly string[] | null
  readonly compare?: string
}

export interface FlinkAnswer {
  readonly status?: string
  readonly order_dependent?: boolean
  readonly config_added?: Readonly<Record<string, string>>
  readonly mode?: string
  readonly sinks?: Readonly<Record<string, { readonly changelog: readonly string[]; readonly materialized: readonly string[] }>>
}

export interface TableProgram {
  readonly id: string
  readonly setup: readonly ProgramStep[]
  readonly run: readonly ProgramStep[]
  readonly expects_failure?: boolean
  readonly has_restore_data?: boolean
  readonly periodic_watermarks?: boolean
  readonly uses_processing_time?: boolean
  readonly order_dependent?: boolean
  readonly flink_oneshot?: FlinkAnswer
  readonly flink_oneshot_on_event?: FlinkAnswer
}

export interface CompileSettings {
  /** Folder of the sinks. */
  readonly folder: string
  readonly watermarks: 'on-event' | 'periodic'
  /** Sources give the rows before the restore alone and do not end. */
  readonly firstHalf: boolean
}

export interface CompiledProgram {
  readonly plans: readonly PhysicalPlan[]
  readonly errors: readonly Diagnostic[]
}

/** Sources and sinks become tables of the memory connector with the same schema and changelog. */
export function compileProgram(program: TableProgram, settings: CompileSettings): CompiledProgram {
  const config: Record<string, string> = {
    'table.local-time-zone': 'UTC',
    ...(program.flink_oneshot?.mode === 'batch' ? { 'execution.runtime-mode': 'batch' } : {}),
    ...program.flink_oneshot?.config_added,
  }
  let session: SessionContext = { ...EMPTY_SESSION, config }
  const plans: PhysicalPlan[] = []
  for (const step of [...program.setup, ...program.run]) {
    if (step.kind === 'CONFIG') {
      session = { ...session, config: { ...session.config, [step.key!]: step.value! } }
      continue
    }
    const sql = step.sql ?? step.ddl_without_options!
    const compiled = compileScript(sql, session, catalogOf(program))
    const errors = compiled.diagnostics.filter((each) => each.severity === 'error')
    if (errors.length > 0) return { plans, errors }
    session = step.sql === undefined ? withOptions(compiled.session, step, settings) : compiled.session
    plans.push(...compiled.plans)
  }
  return { plans, errors: [] }
}

/** Metadata columns are declared by the tables' options. */
function catalogOf(program: TableProgram): ConnectorCatalog {
  const metadata = (option: string): Record<string, LogicalType> =>
    Object.fromEntries(
      program.setup.flatMap((step) =>
        (step.options?.[option] ?? '')
          .split(';')
          .filter((pair) => pair.includes(':'))
          .map((pair) => [pair.slice(0, pair.indexOf(':')).trim(), parseType(pair.slice(pair.indexOf(':') + 1))]),
      ),
    )
  const memory = {
    ...memoryDescriptor,
    source: { ...memoryDescriptor.source!, metadata: metadata('readable-metadata') },
    sink: { ...memoryDescriptor.sink!, metadata: metadata('writable-metadata') },
  }
  return { ...memoryCatalog, connectors: { memory } }
}

function withOptions(session: SessionContext, step: ProgramStep, settings: CompileSettings): SessionContext {
  const catalog = session.catalogs['default_catalog']!
  const database = catalog.databases['default_database']!
  const table = database.tables[step.name!]
  if (table?.kind !== 'table') return session
  const options = step.kind.startsWith('SINK') ? sinkOptions(step, table, settings) : sourceOptions(step, settings)
  const tables = { ...database.tables, [step.name!]: { ...table, options: { connector: 'memory', ...options } } }
  const databases = { ...catalog.databases, default_database: { ...database, tables } }
  return { ...session, catalogs: { ...session.catalogs, default_catalog: { ...catalog, databases } } }
}

function changelogOf(modes: string): string {
  const kinds = modes.split(',').map((kind) => kind.trim())
  return kinds.includes('UB') ? 'retract' : kinds.includes('UA') || kinds.includes('D') ? 'upsert' : 'append'
}

function sourceOptions(step: ProgramStep, settings: CompileSettings): Record<string, string> {
  const before = step.produced_before_restore ?? []
  const rows = [...before, ...(step.produced_after_restore ?? [])].map(({ kind, values }) => ({ op: kind, values }))
  const own = Object.entries(step.options ?? {}).filter(([key]) => key.startsWith('scan.'))
  return {
    rows: JSON.stringify(rows),
    changelog: changelogOf(step.options?.['changelog-mode'] ?? 'I'),
    ...(settings.firstHalf ? { 'hold-after': String(before.length) } : {}),
    ...(settings.watermarks === 'on-event' ? { 'scan.watermark.emit.strategy': 'on-event' } : {}),
    ...Object.fromEntries(own),
  }
}

function sinkOptions(step: ProgramStep, table: CatalogTable, { folder }: CompileSettings): Record<string, string> {
  const options = step.options ?? {}
  const enforced = options['sink-changelog-mode-enforced']
  const fallback = table.primaryKey === undefined ? 'retract' : 'upsert'
  const changelog = options['sink-insert-only'] === 'true' ? 'append' : enforced ? changelogOf(enforced) : fallback
  return { path: folder, changelog }
}

/** Positions of the primary key in the declared columns. */
export function primaryKeyOf(step: ProgramStep): readonly number[] | undefined {
  const { session } = analyzeScript(step.ddl_without_options!, EMPTY_SESSION)
  const table = session.catalogs['default_catalog']?.databases['default_database']?.tables[step.name!]
  if (table?.kind !== 'table' || table.primaryKey === undefined) return undefined
  const persisted = table.columns.filter((column) => column.kind !== 'computed')
  return table.primaryKey.columns.map((name) => persisted.findIndex((column) => column.name === name))
}
