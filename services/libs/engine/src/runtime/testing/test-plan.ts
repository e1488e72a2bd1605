/** Plans for tests of the runtime: numbers → running totals (or window counts) by key → a transactional folder. */
import type { InputEdge, PhysicalOperator, PhysicalPlan, ResolvedTable } from '../../plan/physical.ts'
import type { Schema } from '../../sql/bound/rel.ts'
import type { LogicalType } from '../../sql/types/logical-type.ts'

const INT: LogicalType = { kind: 'INTEGER', nullable: false }
const DOUBLE: LogicalType = { kind: 'DOUBLE', nullable: false }

const NUMBERS: Schema = [
  { name: 'key', type: INT },
  { name: 'value', type: DOUBLE },
  { name: 'time', type: DOUBLE },
]
const TOTALS: Schema = [
  { name: 'key', type: INT },
  { name: 'count', type: DOUBLE },
  { name: 'sum', type: DOUBLE },
]

export interface TestPlanOptions {
  readonly source: Readonly<Record<string, string>>
  readonly sinkFolder: string
  readonly operator?: 'totals' | 'windows' | 'none'
  readonly watermark?: 'on-event' | 'on-periodic'
  readonly idleTimeoutMs?: number
  readonly collect?: boolean
}

export function testPlan(options: TestPlanOptions): PhysicalPlan {
  const { operator = 'totals', collect = false } = options
  const operators: PhysicalOperator[] = [source(options)]
  const hash: InputEdge = { from: '1-source', distribution: { kind: 'hash', keys: [0] } }
  if (operator === 'totals') operators.push(operatorOf({ id: '2-totals', schema: TOTALS, inputs: [hash], body: TOTALS_BODY }))
  if (operator === 'windows') operators.push(operatorOf({ id: '2-windows', schema: TOTALS, inputs: [hash], body: WINDOWS_BODY }))
  const before = operators.at(-1)!
  const inputs: InputEdge[] = [{ from: before.id, distribution: collect ? { kind: 'single' } : { kind: 'forward' } }]
  operators.push(
    collect
      ? { ...operatorOf({ id: '3-collect', schema: before.schema, inputs, body: { kind: 'Collect' } }), parallelismMax: 1 }
      : operatorOf({ id: '3-sink', schema: before.schema, inputs, body: sink(before.schema, options.sinkFolder) }),
  )
  return {
    format: 1,
    keyGroups: 128,
    operators,
    config: {},
    traits: {
      sqlKind: 'INSERT',
      isBounded: true,
      isAppendOnly: true,
      upsertColumns: null,
      schema: collect ? before.schema : null,
    },
  }
}

const AGGREGATE = { keys: [0], aggregates: [] } as const
const TOTALS_BODY: PhysicalOperator['body'] = {
  kind: 'GroupAggregate',
  ...AGGREGATE,
  emitUpdateBefore: false,
  retracting: false,
  ttlMs: null,
}
const WINDOWS_BODY: PhysicalOperator['body'] = {
  kind: 'WindowAggregate',
  ...AGGREGATE,
  window: { kind: 'TUMBLE', size: 1_000, offset: 0 },
  timeColumn: 2,
  windowColumns: [],
  zone: null,
}

function operatorOf(parts: Pick<PhysicalOperator, 'id' | 'schema' | 'inputs' | 'body'>): PhysicalOperator {
  return { name: parts.id, changelog: ['I'], ...parts }
}

function table(name: string, schema: Schema, place: Pick<ResolvedTable, 'connector' | 'options'>): ResolvedTable {
  const columns = schema.map((field) => ({ ...field, kind: 'physical' as const }))
  return { path: ['cat', 'db', name], columns, primaryKey: [], partitionKeys: [], ...place }
}

function source(options: TestPlanOptions): PhysicalOperator {
  const watermark = options.watermark && {
    column: 2,
    expr: { kind: 'Column', type: DOUBLE, index: 2, name: 'time' } as const,
    emit: options.watermark,
    intervalMs: 0,
    idleTimeoutMs: options.idleTimeoutMs ?? null,
  }
  const body: PhysicalOperator['body'] = {
    kind: 'Source',
    table: table('numbers', NUMBERS, { connector: 'numbers', options: options.source }),
    produced: [0, 1, 2],
    ...(watermark ? { watermark } : {}),
    changelog: 'append',
    bounded: true,
  }
  return operatorOf({ id: '1-source', schema: NUMBERS, inputs: [], body })
}

function sink(schema: Schema, folder: string): PhysicalOperator['body'] {
  return {
    kind: 'Sink',
    table: table('out', schema, { connector: 'memory', options: { path: folder } }),
    changelog: 'append',
    notNull: { columns: [], enforcer: 'ERROR' },
    upsertKeys: [],
  }
}
