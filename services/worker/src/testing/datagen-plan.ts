import type { JobOptions } from '@millrace/engine/runtime'

type PhysicalPlan = JobOptions['plan']
type Operator = PhysicalPlan['operators'][number]

const SCHEMA = [{ name: 'n', type: { kind: 'INTEGER', nullable: false } }] as const
const SOURCE = '1-source'

export interface DatagenPlanOptions {
  readonly rowsPerSecond: number
  /** Ends after so many rows; endless without. */
  readonly rows?: number
  readonly sink: 'blackhole' | 'collect' | (string & {})
}

/** A program for tests: generated whole numbers into a sink, or to whoever reads the results. */
export function datagenPlan(options: DatagenPlanOptions): PhysicalPlan {
  const collect = options.sink === 'collect'
  const isBounded = options.rows !== undefined
  return {
    format: 1,
    keyGroups: 128,
    operators: [source(options), collect ? collected() : sink(options.sink)],
    config: {},
    traits: {
      sqlKind: collect ? 'SELECT' : 'INSERT',
      isBounded,
      isAppendOnly: true,
      upsertColumns: null,
      schema: collect ? SCHEMA : null,
    },
  }
}

const table = (name: string, connector: string, options: Readonly<Record<string, string>>) => ({
  path: ['default_catalog', 'default', name] as const,
  connector,
  options,
  columns: [{ ...SCHEMA[0], kind: 'physical' as const }],
  primaryKey: [],
  partitionKeys: [],
})

function source({ rowsPerSecond, rows }: DatagenPlanOptions): Operator {
  const generated = {
    'rows-per-second': String(rowsPerSecond),
    splits: '2',
    'fields.n.min': '0',
    'fields.n.max': '1000',
    ...(rows === undefined ? {} : { 'number-of-rows': String(rows) }),
  }
  const numbers = table('numbers', 'datagen', generated)
  return {
    id: SOURCE,
    name: 'Source',
    inputs: [],
    schema: SCHEMA,
    changelog: ['I'],
    body: { kind: 'Source', table: numbers, produced: [0], changelog: 'append', bounded: rows !== undefined },
  }
}

function collected(): Operator {
  const inputs = [{ from: SOURCE, distribution: { kind: 'single' as const } }]
  return {
    id: '2-collect',
    name: 'Collect',
    inputs,
    schema: SCHEMA,
    changelog: ['I'],
    parallelismMax: 1,
    body: { kind: 'Collect' },
  }
}

function sink(connector: string): Operator {
  return {
    id: '2-sink',
    name: 'Sink',
    inputs: [{ from: SOURCE, distribution: { kind: 'forward' } }],
    schema: SCHEMA,
    changelog: ['I'],
    body: {
      kind: 'Sink',
      table: table('out', connector, {}),
      changelog: 'append',
      notNull: { columns: [], enforcer: 'ERROR' },
      upsertKeys: [],
    },
  }
}
