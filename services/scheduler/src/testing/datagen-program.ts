const SCHEMA = [{ name: 'n', type: { kind: 'INTEGER', nullable: false } }]

/** A physical plan for tests, as the control plane stores it: generated whole numbers into a sink. */
export function datagenProgram(options: {
  readonly rowsPerSecond: number
  readonly rows?: number
  readonly sink?: string
}): unknown {
  const bounded = options.rows !== undefined
  const table = (name: string, connector: string, tableOptions: Readonly<Record<string, string>>) => ({
    path: ['default_catalog', 'default', name],
    connector,
    options: tableOptions,
    columns: SCHEMA.map((c) => ({ ...c, kind: 'physical' })),
    primaryKey: [],
    partitionKeys: [],
  })
  const generated = {
    'rows-per-second': String(options.rowsPerSecond),
    splits: '2',
    'fields.n.min': '0',
    'fields.n.max': '1000',
    ...(bounded ? { 'number-of-rows': String(options.rows) } : {}),
  }
  return {
    format: 1,
    keyGroups: 128,
    operators: [
      {
        id: '1-source',
        name: 'Source',
        inputs: [],
        schema: SCHEMA,
        changelog: ['I'],
        body: {
          kind: 'Source',
          table: table('numbers', 'datagen', generated),
          produced: [0],
          changelog: 'append',
          bounded: false,
        },
      },
      {
        id: '2-sink',
        name: 'Sink',
        inputs: [{ from: '1-source', distribution: { kind: 'forward' } }],
        schema: SCHEMA,
        changelog: ['I'],
        body: {
          kind: 'Sink',
          table: table('out', options.sink ?? 'blackhole', {}),
          changelog: 'append',
          notNull: { columns: [], enforcer: 'ERROR' },
          upsertKeys: [],
        },
      },
    ],
    config: {},
    traits: { sqlKind: 'INSERT', isBounded: bounded, isAppendOnly: true, upsertColumns: null, schema: null },
  }
}
