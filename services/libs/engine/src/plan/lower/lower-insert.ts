/** Sinks of INSERT, and the collector of a foreground SELECT. */
import type { BoundRel } from '../../sql/bound/rel.ts'
import type { BoundInsert } from '../../sql/bound/statement.ts'
import { containsKey, upsertKeys } from '../../sql/bound/upsert-keys.ts'
import { findTable } from '../../sql/catalog/lookup.ts'
import { persistedColumns } from '../../sql/catalog/table-schema.ts'
import type { ResolvedColumn, SinkBody } from '../physical.ts'
import { FORWARD, node, type PlanNode } from '../plan-node.ts'
import { PlanProblem, unsupported } from '../plan-problem.ts'
import type { PlanningEnv } from '../planning-env.ts'
import { type FoundTable, findPlanTable, resolvedColumn, resolvedTable, tableOptions } from '../resolve-table.ts'
import { enforcedColumns, lengthEnforcer } from '../rules/enforce-length.ts'
import { lowerRel } from './lower-rel.ts'
import { makeCalc } from './make-calc.ts'

export function lowerInsert(insert: BoundInsert, env: PlanningEnv): PlanNode {
  if (insert.overwrite) throw unsupported('INSERT OVERWRITE')
  const found = findPlanTable(env, insert.sink, insert.hints)
  const sink = found.descriptor.sink
  if (sink === undefined)
    throw new PlanProblem(
      'SQL_NOT_A_SINK',
      `Table '${insert.sink.join('.')}' cannot be written: the connector '${found.descriptor.identifier}' has no sink.`,
    )
  const columns = persistedColumns(found.table).map((column) => resolvedColumn(column, sink.metadata))
  const upsertKeys = (found.table.primaryKey?.columns ?? []).map((name) => columns.findIndex((column) => column.name === name))
  const body: SinkBody = {
    kind: 'Sink',
    table: resolvedTable(found, columns),
    changelog: sink.changelog(tableOptions(found)),
    notNull: {
      columns: columns.flatMap((column, i) => (column.type.nullable ? [] : [i])),
      enforcer: env.session.config['table.exec.sink.not-null-enforcer']?.toUpperCase() === 'DROP' ? 'DROP' : 'ERROR',
    },
    upsertKeys,
    ...nestedConstraints(columns, env.session.config),
    ...(widensKey(insert, upsertKeys, env) ? { updateBefore: 'delete' as const } : {}),
  }
  const input = enforced(lowerRel(insert.query, env), insert, env)
  return node(body, {
    name: `Sink: ${insert.sink[2]}`,
    inputs: [{ node: input, distribution: sinkDistribution(found, upsertKeys) }],
    schema: insert.sinkSchema,
  })
}

function nestedConstraints(
  columns: readonly ResolvedColumn[],
  config: Readonly<Record<string, string>>,
): Pick<SinkBody, 'nested'> {
  const mode = config['table.exec.sink.nested-constraint-enforcer']?.toUpperCase() ?? 'IGNORE'
  const nested = columns.flatMap((column, i) => (['ROW', 'STRUCTURED', 'ARRAY', 'MAP'].includes(column.type.kind) ? [i] : []))
  if (mode === 'IGNORE' || nested.length === 0) return {}
  return {
    nested: { columns: nested, collections: mode === 'ROWS_AND_COLLECTIONS', lengths: lengthEnforcer(config) === 'ERROR' },
  }
}

function enforced(input: PlanNode, insert: BoundInsert, env: PlanningEnv): PlanNode {
  const projection = enforcedColumns(insert.sinkSchema, lengthEnforcer(env.session.config))
  return projection === undefined ? input : makeCalc(input, { projection, schema: insert.sinkSchema })
}

/** Rows of one key meet one writer where the sink needs it; changes stay in order on the thread that made them. */
function sinkDistribution(found: FoundTable, keys: readonly number[]): PlanNode['inputs'][number]['distribution'] {
  const sink = found.descriptor.sink!
  if (sink.partitionedByKey) return { kind: 'writers', keys }
  return sink.anywhere === true || sink.changelog(tableOptions(found)) === 'retract' ? FORWARD : { kind: 'writers', keys: [] }
}

/**
 * True where the primary key has columns beyond the query's upsert key: an update may then move a row to another key, and the old one
 * has to be deleted.
 */
function widensKey(insert: BoundInsert, primaryKey: readonly number[], env: PlanningEnv): boolean {
  const keys = upsertKeys(insert.query, (path) => primaryKeyOf(env, path))
  const own = new Set(primaryKey)
  return keys.some((key) => containsKey(own, key)) && !keys.some((key) => key.size === own.size && containsKey(own, key))
}

/**
 * After changelog modes are known: a changing stream may reach an upsert sink only by its own key. Inserts alone may reach it by any
 * key: the last row of a key stands, which is what ON CONFLICT DO DEDUPLICATE says.
 */
export function checkSinkKeys(
  insert: BoundInsert,
  facts: { readonly sink: SinkBody; readonly updating: boolean },
  env: PlanningEnv,
): void {
  const { sink, updating } = facts
  if (sink.changelog !== 'upsert') return
  const keys = upsertKeys(insert.query, (path) => primaryKeyOf(env, path))
  if (keys.some((key) => containsKey(new Set(sink.upsertKeys), key))) return
  if (insert.onConflict === 'ERROR' || insert.onConflict === 'NOTHING') throw unsupported(`ON CONFLICT DO ${insert.onConflict}`)
  if (updating) throw unsupported("an upsert sink whose primary key differs from the query's upsert key")
}

function primaryKeyOf(env: PlanningEnv, path: readonly [string, string, string]): readonly number[] | undefined {
  const table = findTable(env.session, path)
  if (table?.kind !== 'table' || table.primaryKey === undefined) return undefined
  return table.primaryKey.columns.map((name) => table.columns.findIndex((column) => column.name === name))
}

export function lowerQuery(query: BoundRel, env: PlanningEnv): PlanNode {
  const input = lowerRel(query, env)
  return node(
    { kind: 'Collect' },
    { inputs: [{ node: input, distribution: { kind: 'single' } }], schema: query.schema, parallelismMax: 1 },
  )
}
