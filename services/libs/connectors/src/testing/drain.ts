import type { SourceFactory, SourceReader, SplitState } from '@millrace/engine/connector'
import { rowText } from '@millrace/engine/formats'
import type { ResolvedColumn, ResolvedTable } from '@millrace/engine/runtime'
import { testContext } from './connector-context.ts'

const STRING = { kind: 'VARCHAR', length: 2147483647, nullable: true } as const
const TYPES = {
  BIGINT: { kind: 'BIGINT', nullable: true },
  INT: { kind: 'INTEGER', nullable: true },
  STRING,
  TIMESTAMP: { kind: 'TIMESTAMP', precision: 3, nullable: true },
} as const

export function testTable(
  connector: string,
  columns: Readonly<Record<string, keyof typeof TYPES>>,
  options: Readonly<Record<string, string>>,
): ResolvedTable {
  const resolved: ResolvedColumn[] = Object.entries(columns).map(([name, type]) => ({
    name,
    type: TYPES[type],
    kind: 'physical',
  }))
  return { path: ['c', 'd', 't'], connector, options, columns: resolved, primaryKey: [], partitionKeys: [] }
}

/** Reads up to `polls` batches and gives the rows as text, without row kinds. */
export function readRows(reader: SourceReader, table: ResolvedTable, polls = 10_000): string[] {
  const rows: string[] = []
  const types = table.columns.map((c) => c.type)
  for (let i = 0; i < polls; i++) {
    const polled = reader.poll()
    if (polled) for (let r = 0; r < polled.batch.length; r++) rows.push(rowText(polled.batch, r, types))
    else if (reader.ended()) break
  }
  return rows
}

export interface OpenOptions {
  readonly splits?: readonly SplitState[]
  readonly context?: ReturnType<typeof testContext>
}

export async function openReader(factory: SourceFactory, table: ResolvedTable, options: OpenOptions = {}): Promise<SourceReader> {
  const context = options.context ?? testContext()
  const reader = factory.createReader(
    table,
    table.columns.map((_, i) => i),
    context,
  )
  reader.addSplits(options.splits ?? (await factory.createEnumerator(table, context).discover()))
  return reader
}
