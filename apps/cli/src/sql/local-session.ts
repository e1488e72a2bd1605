/** The engine in this process: no service, no confinement; tables live as long as the session. */
import { connectorCatalog } from '@millrace/connectors/descriptors'
import { type ResultRow, runLocal } from '@millrace/engine/local'
import {
  applyCatalogChange,
  type BoundStatement,
  compileStatement,
  describeRows,
  type SessionContext,
  showRows,
} from '@millrace/engine/sql'
import { CliError } from '../cli-error.ts'
import type { OutputFormat } from '../output/render.ts'
import { diagnosticText } from './diagnostic-text.ts'
import { createRowPrinter } from './row-printer.ts'
import type { ScriptPart, SqlSession } from './sql-session.ts'

const CONNECTORS = import.meta.resolve('@millrace/connectors')

export interface LocalOptions {
  readonly format: () => OutputFormat
  readonly out: (text: string) => void
  readonly note: (text: string) => void
  readonly parallelism: number
}

const emptySession = (): SessionContext => ({
  catalogs: { default_catalog: { databases: { default_database: { options: {}, tables: {}, functions: {}, models: {} } } } },
  currentCatalog: 'default_catalog',
  currentDatabase: 'default_database',
  config: {},
})

export function localSession(options: LocalOptions): SqlSession {
  let session = emptySession()
  return {
    execute: async (part, signal) => {
      session = await runOne(session, { part, signal, options })
    },
    close: async () => {},
  }
}

interface Running {
  readonly part: ScriptPart
  readonly signal: AbortSignal
  readonly options: LocalOptions
}

async function runOne(session: SessionContext, running: Running): Promise<SessionContext> {
  const { part, options } = running
  const { bound, plan, diagnostics, explanation } = compileStatement(part.text, session, connectorCatalog)
  const errors = diagnostics.filter((d) => d.severity === 'error')
  const shown = errors.map((d) =>
    diagnosticText(part.script, { ...d, span: { start: d.span.start + part.offset, end: d.span.end + part.offset } }, part.file),
  )
  if (errors.length > 0 || bound === undefined) throw new CliError(shown.join('\n') || 'The statement does not compile.')
  if (bound.kind === 'Explain') options.out(`${explanation ?? ''}\n`)
  else if (plan !== undefined) await runPlan(plan, running)
  return afterStatement(bound, session, options)
}

type Plan = NonNullable<ReturnType<typeof compileStatement>['plan']>

async function runPlan(plan: Plan, { signal, options }: Running): Promise<void> {
  const columns = plan.traits.schema?.map((c) => c.name) ?? []
  const printer = createRowPrinter(options, columns)
  const report = await runLocal({
    plan,
    connectorModule: CONNECTORS,
    parallelism: options.parallelism,
    signal,
    onRow: (row: ResultRow) => printer.row({ op: row.op, row: Object.fromEntries(columns.map((name, i) => [name, row.row[i]])) }),
    // Rows of print tables come as information; trouble is told apart.
    onLog: (level, message) => (level === 'info' ? options.out(`${message}\n`) : options.note(`${level}: ${message}\n`)),
    allowedAddresses: ['*'],
  })
  printer.end()
  if (report.failure) throw new CliError(`${report.failure.code}: ${report.failure.message}`)
  if (plan.traits.schema === null)
    options.note(`${report.state}: ${report.counters.recordsIn} rows read, ${report.counters.recordsOut} rows written\n`)
}

function afterStatement(bound: BoundStatement, session: SessionContext, options: LocalOptions): SessionContext {
  switch (bound.kind) {
    case 'Catalog': {
      let current = session
      for (const change of bound.changes) {
        const result = applyCatalogChange(current, change)
        if (result.kind === 'refused') throw new CliError(result.diagnostic.message)
        current = result.session
      }
      options.note('OK\n')
      return current
    }
    case 'Set':
      if (bound.key === undefined)
        printRows(options, {
          columns: ['key', 'value'],
          rows: Object.entries(session.config).map(([key, value]) => ({ key, value })),
        })
      return bound.key === undefined ? session : { ...session, config: { ...session.config, [bound.key]: bound.value ?? '' } }
    case 'Reset': {
      const { [bound.key ?? '']: _gone, ...rest } = session.config
      return { ...session, config: bound.key === undefined ? {} : rest }
    }
    case 'Use':
      return {
        ...session,
        currentCatalog: bound.catalog ?? session.currentCatalog,
        currentDatabase: bound.database ?? session.currentDatabase,
      }
    case 'Show':
    case 'Describe': {
      const shown = bound.kind === 'Show' ? showRows(bound, session) : describeRows(bound, session)
      if (shown === null) throw new CliError('This SHOW statement is not offered here.')
      printRows(options, { columns: shown.columns.map((c) => c.name), rows: shown.rows })
      return session
    }
    case 'Unsupported':
      throw new CliError(`${bound.what} is not offered here.`)
    default:
      return session
  }
}

function printRows(
  options: LocalOptions,
  { columns, rows }: { columns: readonly string[]; rows: readonly Readonly<Record<string, unknown>>[] },
): void {
  const printer = createRowPrinter(options, columns)
  for (const row of rows) printer.row({ op: '+I', row })
  printer.end()
}
