const SCHEMA = [{ name: 'n', type: { kind: 'INTEGER', nullable: false } }]

type Options = Readonly<Record<string, string>>

export interface DatagenProgram {
  readonly rowsPerSecond: number
  /** Ends after so many rows; endless without. */
  readonly rows?: number
  /** The sink's connector; blackhole without. */
  readonly sink?: string
  readonly options?: Options
  /** INTO n BUCKETS of the sink's table. */
  readonly buckets?: number
}

/** A physical plan for tests, as the control plane stores it: generated whole numbers into a sink. */
export function datagenProgram({ rowsPerSecond, rows, sink = 'blackhole', options = {}, buckets }: DatagenProgram): unknown {
  const generated = {
    'rows-per-second': String(rowsPerSecond),
    splits: '2',
    'fields.n.min': '0',
    'fields.n.max': '1000',
    ...(rows === undefined ? {} : { 'number-of-rows': String(rows) }),
  }
  return program(table('numbers', 'datagen', generated), {
    sink: { ...table('out', sink, options), ...(buckets === undefined ? {} : { buckets }) },
    bounded: rows !== undefined,
  })
}

/** Reads a topic of the built-in Kafka from its beginning and forgets the rows. */
export function kafkaToBlackhole(topic: string): unknown {
  const source = table('numbers', 'kafka', { topic, format: 'json', 'scan.startup.mode': 'earliest-offset' })
  return program(source, { sink: table('out', 'blackhole', {}), bounded: false })
}

const table = (name: string, connector: string, options: Options) => ({
  path: ['default_catalog', 'default', name],
  connector,
  options,
  columns: SCHEMA.map((column) => ({ ...column, kind: 'physical' })),
  primaryKey: [],
  partitionKeys: [],
})

type Table = ReturnType<typeof table> & { readonly buckets?: number }

function program(source: Table, to: { readonly sink: Table; readonly bounded: boolean }): unknown {
  const { bounded } = to
  const operator = (id: string, body: object, inputs: readonly object[] = []) => ({
    id,
    name: id,
    inputs,
    schema: SCHEMA,
    changelog: ['I'],
    body,
  })
  return {
    format: 1,
    keyGroups: 128,
    operators: [
      operator('1-source', { kind: 'Source', table: source, produced: [0], changelog: 'append', bounded }),
      operator(
        '2-sink',
        { kind: 'Sink', table: to.sink, changelog: 'append', notNull: { columns: [], enforcer: 'ERROR' }, upsertKeys: [] },
        [{ from: '1-source', distribution: { kind: 'forward' } }],
      ),
    ],
    config: {},
    traits: { sqlKind: 'INSERT', isBounded: bounded, isAppendOnly: true, upsertColumns: null, schema: null },
  }
}
