/** Catalog tables as connectors see them. */
import type { ConnectorDescriptor, TableOptions } from '../connector/descriptor.ts'
import type { ObjectPath } from '../sql/bound/rel.ts'
import type { CatalogTable, TableColumn } from '../sql/catalog/catalog.ts'
import { findTable } from '../sql/catalog/lookup.ts'
import type { LogicalType } from '../sql/types/logical-type.ts'
import type { ResolvedColumn, ResolvedTable } from './physical.ts'
import { PlanProblem } from './plan-problem.ts'
import type { PlanningEnv } from './planning-env.ts'

export interface FoundTable {
  readonly path: ObjectPath
  readonly table: CatalogTable
  readonly descriptor: ConnectorDescriptor
  /** The table's options under the hint's. */
  readonly options: Readonly<Record<string, string>>
}

export function findPlanTable(env: PlanningEnv, path: ObjectPath, hints: Readonly<Record<string, string>>): FoundTable {
  const table = findTable(env.session, path)
  const name = path.join('.')
  if (table?.kind !== 'table') throw new PlanProblem('SQL_UNKNOWN_TABLE', `Table '${name}' does not exist.`)
  const options = { ...table.options, ...hints }
  const { connector } = options
  if (connector === undefined)
    throw new PlanProblem('SQL_NO_CONNECTOR', `Table '${name}' has no connector.`, "Add 'connector' = '…' to its WITH options.")
  const descriptor = env.connectors.connectors[connector]
  if (descriptor === undefined) {
    const known = Object.keys(env.connectors.connectors).sort().join(', ')
    throw new PlanProblem(
      'SQL_UNKNOWN_CONNECTOR',
      `Table '${name}' uses the connector '${connector}', which does not exist.`,
      `There are: ${known}.`,
    )
  }
  return { path, table, descriptor, options }
}

export function tableOptions(found: FoundTable): TableOptions {
  return { options: found.options, primaryKey: found.table.primaryKey?.columns ?? [] }
}

/** `metadata` are the types that the connector gives or takes. */
export function resolvedColumn(column: TableColumn, metadata: Readonly<Record<string, LogicalType>>): ResolvedColumn {
  if (column.kind === 'metadata') {
    return { name: column.name, type: metadata[column.key] ?? column.type, kind: 'metadata', key: column.key }
  }
  return { name: column.name, type: column.type, kind: 'physical' }
}

export function resolvedTable(found: FoundTable, columns: readonly ResolvedColumn[]): ResolvedTable {
  const buckets = found.table.distribution?.buckets
  return {
    path: found.path,
    connector: found.options['connector']!,
    options: found.options,
    columns,
    primaryKey: found.table.primaryKey?.columns ?? [],
    partitionKeys: found.table.partitionKeys,
    ...(buckets === undefined ? {} : { buckets }),
  }
}
