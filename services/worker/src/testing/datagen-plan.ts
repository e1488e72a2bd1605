import type { JobOptions } from '@millrace/engine/runtime'

type PhysicalPlan = JobOptions['plan']

const SCHEMA = [{ name: 'n', type: { kind: 'INTEGER', nullable: false } }] as const
const column = { ...SCHEMA[0], kind: 'physical' as const }

export interface DatagenPlanOptions {
  readonly rowsPerSecond: number
  /** Ends after so many rows; endless without. */
  readonly rows?: number
  readonly sink: 'blackhole' | 'collect' | (string & {})
}

/** A program for tests: generated whole numbers into a sink, or to whoever reads the results. */
export function datagenPlan(options: DatagenPlanOptions): PhysicalPlan {
  const collect = options.sink === 'collect'
  const generated = {
    'rows-per-second': String(options.rowsPerSecond),
    splits: '2',
    'fields.n.min': '0',
    'fields.n.max': '1000',
    ...(options.rows === undefined ? {} : { 'number-of-rows': String(options.rows) }),
  }
  const table = (name: string, connector: string, tableOptions: Readonly<Record<string, string>>) => ({
    path: ['default_catalog', 'default', name] as const,
    connector,
    options: tableOptions,
    columns: [column],
    primaryKey: [],
    partitionKeys: [],
  })
  const from = '1-source'
  return {
    format: 1,
    keyGroups: 128,
    operators: [
      {
        id: from,
        name: 'Source',
        inputs: [],
        schema: SCHEMA,
        changelog: ['I'],
        body: {
          kind: 'Source',
          table: table('numbers', 'datagen', generated),
          produced: [0],
          changelog: 'append',
          bounded: options.rows !== undefined,
        },
      },
      collect
        ? {
            id: '2-collect',
            name: 'Collect',
            inputs: [{ from, distribution: { kind: 'single' } }],
            schema: SCHEMA,
            changelog: ['I'],
            parallelismMax: 1,
            body: { kind: 'Collect' },
          }
        : {
            id: '2-sink',
            name: 'Sink',
            inputs: [{ from, distribution: { kind: 'forward' } }],
            schema: SCHEMA,
            changelog: ['I'],
            body: {
              kind: 'Sink',
              table: table('out', options.sink, {}),
              changelog: 'append',
              notNull: { columns: [], enforcer: 'ERROR' },
              upsertKeys: [],
            },
          },
    ],
    config: {},
    traits: {
      sqlKind: collect ? 'SELECT' : 'INSERT',
      isBounded: options.rows !== undefined,
      isAppendOnly: true,
      upsertColumns: null,
      schema: collect ? SCHEMA : null,
    },
  }
}
