/** Tables as sources: what the reader produces, computed columns, watermarks, and full changes from upsert streams. */

import { bindTableExpressions, type TableExpressions } from '../../sql/bind/table-expressions.ts'
import type { BoundExpr } from '../../sql/bound/expr.ts'
import type { ScanRel } from '../../sql/bound/rel.ts'
import type { CatalogTable } from '../../sql/catalog/catalog.ts'
import { equalTypes } from '../../sql/types/equal-types.ts'
import { moveColumns } from '../expr-columns.ts'
import type { ResolvedColumn, SourceBody } from '../physical.ts'
import { byKey, node, type PlanNode } from '../plan-node.ts'
import { PlanProblem, unsupported } from '../plan-problem.ts'
import { durationOption, type PlanningEnv, stateTtl } from '../planning-env.ts'
import { type FoundTable, findPlanTable, resolvedColumn, resolvedTable, tableOptions } from '../resolve-table.ts'

const DEFAULT_WATERMARK_INTERVAL_MS = 200

export function lowerScan(scan: ScanRel, env: PlanningEnv): PlanNode {
  if (scan.asOf !== undefined) throw unsupported('FOR SYSTEM_TIME AS OF a constant')
  const found = findPlanTable(env, scan.path, scan.hints)
  const source = found.descriptor.source
  if (source === undefined)
    throw new PlanProblem(
      'SQL_NOT_A_SOURCE',
      `Table '${scan.path.join('.')}' cannot be read: the connector '${found.descriptor.identifier}' has no source.`,
    )
  const bound = bindTableExpressions(found.table, env.session)
  const changelog = source.changelog(tableOptions(found))
  const body: SourceBody = {
    kind: 'Source',
    ...sourceColumns(scan, found, bound),
    ...watermarkOf(found, bound, env),
    changelog,
    bounded: source.bounded(tableOptions(found)),
    config: env.session.config,
  }
  const read = node(body, { name: `Source: ${scan.path[2]}`, inputs: [], schema: scan.schema })
  return changelog === 'upsert' ? normalized(read, found.table, env) : read
}

function sourceColumns(
  scan: ScanRel,
  found: FoundTable,
  bound: TableExpressions,
): Pick<SourceBody, 'table' | 'produced' | 'projection'> {
  const metadata = found.descriptor.source?.metadata ?? {}
  const stored: ResolvedColumn[] = []
  /** Ordinal among the stored columns, by ordinal in the table. */
  const places = found.table.columns.map((column) =>
    column.kind === 'computed' ? undefined : stored.push(resolvedColumn(column, metadata)) - 1,
  )
  const read = (place: number, index: number): BoundExpr => {
    const own = stored[place]!
    const input: BoundExpr = { kind: 'Column', type: own.type, index: place, name: own.name }
    const declared = found.table.columns[index]!.type
    return equalTypes(own.type, declared)
      ? { ...input, type: scan.schema[index]!.type }
      : { kind: 'Cast', type: scan.schema[index]!.type, input, mode: 'CAST', implicit: true }
  }
  const projection = found.table.columns.map((column, index): BoundExpr => {
    const place = places[index]
    if (place !== undefined) return read(place, index)
    const expr = bound.computed.get(index)
    if (expr === undefined)
      throw new PlanProblem('SQL_COMPUTED_COLUMN', `The computed column '${column.name}' no longer compiles.`)
    return { ...moveColumns(expr, (i) => places[i]), type: scan.schema[index]!.type }
  })
  const produced = stored.map((_, i) => i)
  const asStored = projection.every((expr, i) => expr.kind === 'Column' && expr.index === i)
  return { table: resolvedTable(found, stored), produced, ...(asStored ? {} : { projection }) }
}

function watermarkOf(found: FoundTable, bound: TableExpressions, env: PlanningEnv): Pick<SourceBody, 'watermark'> {
  if (bound.watermark === undefined) return {}
  const { column, expression } = bound.watermark
  if (column.kind !== 'Column') throw unsupported('WATERMARK FOR a nested field')
  const { config } = env.session
  const intervalMs = durationOption(config, 'pipeline.auto-watermark-interval') ?? DEFAULT_WATERMARK_INTERVAL_MS
  const onEvent = found.options['scan.watermark.emit.strategy'] === 'on-event' || intervalMs === 0
  const idle =
    durationOption(found.options, 'scan.watermark.idle-timeout') ?? durationOption(config, 'table.exec.source.idle-timeout') ?? 0
  return {
    watermark: {
      column: column.index,
      expr: expression,
      emit: onEvent ? 'on-event' : 'on-periodic',
      intervalMs: Math.max(1, intervalMs),
      idleTimeoutMs: idle > 0 ? idle : null,
    },
  }
}

function normalized(read: PlanNode, table: CatalogTable, env: PlanningEnv): PlanNode {
  const keys = (table.primaryKey?.columns ?? []).map((name) => read.schema.findIndex((field) => field.name === name))
  if (keys.length === 0)
    throw new PlanProblem('SQL_PRIMARY_KEY_MISSING', `${read.name} gives updates by key and needs a PRIMARY KEY.`)
  return node(
    { kind: 'ChangelogNormalize', keys, emitUpdateBefore: true, ttlMs: stateTtl(env) },
    { inputs: [{ node: read, distribution: byKey(keys) }], schema: read.schema },
  )
}
