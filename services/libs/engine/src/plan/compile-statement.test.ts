import { describe, expect, it } from 'vitest'
import type { ConnectorCatalog, ConnectorDescriptor } from '../connector/descriptor.ts'
import { sessionOf } from '../sql/bind/bind-fixture.ts'
import type { SessionContext } from '../sql/catalog/catalog.ts'
import { compileStatement } from './compile-statement.ts'
import { explainPlan } from './explain-plan.ts'

const facts = (changelog: 'append' | 'upsert' | 'retract'): ConnectorDescriptor => ({
  identifier: changelog,
  doc: '',
  options: [],
  optionPrefixes: [''],
  formats: [],
  source: { bounded: () => true, changelog: () => changelog, metadata: {} },
  sink: { changelog: () => changelog, metadata: {}, partitionedByKey: changelog === 'upsert', anywhere: changelog === 'retract' },
})
const CONNECTORS: ConnectorCatalog = {
  connectors: { append: facts('append'), upsert: facts('upsert'), retract: facts('retract') },
  formats: {},
}

const DDL = `
CREATE TABLE bid (auction BIGINT, bidder BIGINT, price BIGINT, url STRING, ts TIMESTAMP(3), item AS price * 2,
  WATERMARK FOR ts AS ts - INTERVAL '4' SECOND) WITH ('connector' = 'append');
CREATE TABLE auction (id BIGINT, seller STRING, price INT, PRIMARY KEY (id) NOT ENFORCED) WITH ('connector' = 'upsert');
CREATE TABLE changes (id BIGINT, price INT) WITH ('connector' = 'retract');
CREATE TABLE log (a BIGINT, b BIGINT) WITH ('connector' = 'append');
CREATE TABLE totals (a BIGINT NOT NULL, b BIGINT, PRIMARY KEY (a) NOT ENFORCED) WITH ('connector' = 'upsert');
CREATE TABLE moved (a BIGINT NOT NULL, b BIGINT, PRIMARY KEY (a, b) NOT ENFORCED) WITH ('connector' = 'upsert');
CREATE TABLE ledger (a BIGINT, b BIGINT) WITH ('connector' = 'retract');
CREATE TABLE lost (a BIGINT) WITH ('connector' = 'nowhere');
`

const EMPTY: SessionContext = {
  catalogs: { c: { databases: { d: { options: {}, tables: {}, functions: {}, models: {} } } } },
  currentCatalog: 'c',
  currentDatabase: 'd',
  config: {},
}
const SESSION = sessionOf(DDL, EMPTY)

function plan(sql: string, config: Readonly<Record<string, string>> = {}): string {
  const compiled = compileStatement(sql, { ...SESSION, config }, CONNECTORS)
  if (compiled.plan !== undefined) return explainPlan(compiled.plan)
  return compiled.diagnostics.map(({ code, message }) => `${code}: ${message}`).join('\n')
}

describe('a plan', () => {
  it('filters and projects in one step, and reads what is used alone', () => {
    expect(
      plan('SELECT auction, UPPER(url) AS u FROM (SELECT * FROM bid WHERE price > 10) WHERE MOD(auction, 2) = 1 + 0'),
    ).toMatchInlineSnapshot(`
      "3-Collect: Collect(fields=[auction, u]), changelogMode=[I], parallelism=[1]
        2-Calc: Calc(select=[$0:auction, UPPER($2:url)], where=[AND(>($1:price, 10), =(%(cast($0:auction AS INT), 2), 1))]), changelogMode=[I], distribution=[single]
          1-Source: Source(table=[c.d.bid], fields=[auction, price, url, ts], watermark=[-($3:ts, 4000) on-periodic]), changelogMode=[I]"
    `)
  })

  it('computes columns in the source', () => {
    expect(plan('SELECT item FROM bid')).toMatchInlineSnapshot(`
      "3-Collect: Collect(fields=[item]), changelogMode=[I], parallelism=[1]
        2-Calc: Calc(select=[$1:item]), changelogMode=[I], distribution=[single]
          1-Source: Source(table=[c.d.bid], fields=[ts, item], watermark=[-($0:ts, 4000) on-periodic]), changelogMode=[I]"
    `)
  })

  it('recognises a window aggregate through projections, in any order of keys', () => {
    expect(
      plan(`SELECT window_end, bidder, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(ts), INTERVAL '10' SECOND))
        WHERE price > 1 GROUP BY bidder, window_end, window_start`),
    ).toMatchInlineSnapshot(`
      "5-Collect: Collect(fields=[window_end, bidder, n]), changelogMode=[I], parallelism=[1]
        4-Calc: Calc(select=[$3:window_end, $0:bidder, $1:agg$0]), changelogMode=[I], distribution=[single]
          3-WindowAggregate: WindowAggregate(groupBy=[0], window=[{kind:TUMBLE,size:10000,offset:0}], time=[1], aggregates=[COUNT()]), changelogMode=[I]
            2-Calc: Calc(select=[$0:bidder, $2:ts], where=[>($1:price, 1)]), changelogMode=[I], distribution=[hash(0)]
              1-Source: Source(table=[c.d.bid], fields=[bidder, price, ts], watermark=[-($2:ts, 4000) on-periodic]), changelogMode=[I]"
    `)
  })

  it('takes a window function alone as a projection, and a group by window_start alone as unbounded', () => {
    expect(
      plan(
        `SELECT window_start, SUM(price) FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start`,
      ),
    ).toMatchInlineSnapshot(`
      "4-Collect: Collect(fields=[window_start, EXPR$1]), changelogMode=[I,UB,UA], parallelism=[1]
        3-GroupAggregate: GroupAggregate(groupBy=[0], aggregates=[SUM($1:price)]), changelogMode=[I,UB,UA], distribution=[single]
          2-Calc: Calc(select=[$TUMBLE_START($1:ts, 10000, 0), $0:price]), changelogMode=[I], distribution=[hash(0)]
            1-Source: Source(table=[c.d.bid], fields=[price, ts], watermark=[-($1:ts, 4000) on-periodic]), changelogMode=[I]"
    `)
  })

  it('asks for -U only where someone needs it', () => {
    expect(plan('INSERT INTO totals SELECT bidder, SUM(price) FROM bid GROUP BY bidder', {})).toMatchInlineSnapshot(`
      "4-Sink: Sink(table=[c.d.totals], fields=[a, b]), changelogMode=[I,UA]
        3-GroupAggregate: GroupAggregate(groupBy=[0], aggregates=[SUM($1:price)]), changelogMode=[I,UA], distribution=[writers(0)]
          2-Calc: Calc(select=[$0:bidder, $1:price]), changelogMode=[I], distribution=[hash(0)]
            1-Source: Source(table=[c.d.bid], fields=[bidder, price, ts], watermark=[-($2:ts, 4000) on-periodic]), changelogMode=[I]"
    `)
    expect(
      plan('SELECT COUNT(*) FROM (SELECT bidder, SUM(price) AS s FROM bid GROUP BY bidder) GROUP BY s'),
    ).toMatchInlineSnapshot(`
      "7-Collect: Collect(fields=[EXPR$0]), changelogMode=[I,UB,UA,D], parallelism=[1]
        6-Calc: Calc(select=[$1:agg$0]), changelogMode=[I,UB,UA,D], distribution=[single]
          5-GroupAggregate: GroupAggregate(groupBy=[0], aggregates=[COUNT()]), changelogMode=[I,UB,UA,D]
            4-Calc: Calc(select=[$1:s]), changelogMode=[I,UB,UA], distribution=[hash(0)]
              3-GroupAggregate: GroupAggregate(groupBy=[0], aggregates=[SUM($1:price)]), changelogMode=[I,UB,UA]
                2-Calc: Calc(select=[$0:bidder, $1:price]), changelogMode=[I], distribution=[hash(0)]
                  1-Source: Source(table=[c.d.bid], fields=[bidder, price, ts], watermark=[-($2:ts, 4000) on-periodic]), changelogMode=[I]"
    `)
  })

  it('deletes by the old key where an update may move a row to another one', () => {
    const { plan: made } = compileStatement(
      'INSERT INTO moved SELECT bidder, COUNT(*) FROM bid GROUP BY bidder',
      SESSION,
      CONNECTORS,
    )
    expect(made?.operators.at(-1)).toMatchObject({ changelog: ['I', 'UB', 'UA'], body: { kind: 'Sink', updateBefore: 'delete' } })
  })

  it('normalises upsert sources, with the filter inside', () => {
    expect(plan('INSERT INTO ledger SELECT id, price FROM auction WHERE price > 3')).toMatchInlineSnapshot(`
      "4-Sink: Sink(table=[c.d.ledger], fields=[a, b]), changelogMode=[I,UB,UA,D]
        3-Calc: Calc(select=[$0:id, cast($1:price AS BIGINT)]), changelogMode=[I,UB,UA,D]
          2-ChangelogNormalize: ChangelogNormalize(key=[0], where=[>($1:price, 3)]), changelogMode=[I,UB,UA,D]
            1-Source: Source(table=[c.d.auction], fields=[id, price]), changelogMode=[I,UA,D], distribution=[hash(0)]"
    `)
  })

  it('needs the old row where a filter can hide the new one', () => {
    expect(
      plan('INSERT INTO totals SELECT bidder, s FROM (SELECT bidder, SUM(price) AS s FROM bid GROUP BY bidder) WHERE s < 100'),
    ).toMatchInlineSnapshot(`
      "5-Sink: Sink(table=[c.d.totals], fields=[a, b]), changelogMode=[I,UB,UA]
        4-Calc: Calc(select=[$0:bidder, $1:s], where=[<($1:s, 100)]), changelogMode=[I,UB,UA], distribution=[writers(0)]
          3-GroupAggregate: GroupAggregate(groupBy=[0], aggregates=[SUM($1:price)]), changelogMode=[I,UB,UA]
            2-Calc: Calc(select=[$0:bidder, $1:price]), changelogMode=[I], distribution=[hash(0)]
              1-Source: Source(table=[c.d.bid], fields=[bidder, price, ts], watermark=[-($2:ts, 4000) on-periodic]), changelogMode=[I]"
    `)
  })

  it('carries no column through LIMIT that nobody reads', () => {
    expect(plan('SELECT price FROM (SELECT * FROM bid LIMIT 5)')).toMatchInlineSnapshot(`
      "4-Collect: Collect(fields=[price]), changelogMode=[I], parallelism=[1]
        3-Calc: Calc(select=[$0:price]), changelogMode=[I], distribution=[single]
          2-Limit: Limit(offset=[0], fetch=[5]), changelogMode=[I], parallelism=[1]
            1-Source: Source(table=[c.d.bid], fields=[price, ts], watermark=[-($1:ts, 4000) on-periodic]), changelogMode=[I], distribution=[single]"
    `)
  })

  it('unites, and makes groups of DISTINCT', () => {
    expect(plan('SELECT auction FROM bid UNION SELECT id FROM changes')).toMatchInlineSnapshot(`
      "7-Collect: Collect(fields=[auction]), changelogMode=[I,D], parallelism=[1]
        6-GroupAggregate: GroupAggregate(groupBy=[0], aggregates=[]), changelogMode=[I,D], distribution=[single]
          5-Union: Union(fields=[auction]), changelogMode=[I,UB,UA,D], distribution=[hash(0)]
            2-Calc: Calc(select=[$0:auction]), changelogMode=[I]
              1-Source: Source(table=[c.d.bid], fields=[auction, ts], watermark=[-($1:ts, 4000) on-periodic]), changelogMode=[I]
            4-Calc: Calc(select=[$0:id]), changelogMode=[I,UB,UA,D]
              3-Source: Source(table=[c.d.changes], fields=[id]), changelogMode=[I,UB,UA,D]"
    `)
  })

  it('reads a source once for several INSERTs', () => {
    expect(
      plan(
        `EXECUTE STATEMENT SET BEGIN INSERT INTO log SELECT auction, price FROM bid; INSERT INTO ledger SELECT auction, price FROM bid; END`,
      ),
    ).toMatchInlineSnapshot(`
      "3-Sink: Sink(table=[c.d.log], fields=[a, b]), changelogMode=[I]
        2-Calc: Calc(select=[$0:auction, $1:price]), changelogMode=[I], distribution=[writers()]
          1-Source: Source(table=[c.d.bid], fields=[auction, price, ts], watermark=[-($2:ts, 4000) on-periodic]), changelogMode=[I]
      4-Sink: Sink(table=[c.d.ledger], fields=[a, b]), changelogMode=[I]
        2-Calc: Calc(select=[$0:auction, $1:price]), changelogMode=[I]
          1-Source: Source(table=[c.d.bid], fields=[auction, price, ts], watermark=[-($2:ts, 4000) on-periodic]), changelogMode=[I]"
    `)
  })
})

describe('what cannot be planned is refused by name', () => {
  it.each([
    ['SELECT * FROM bid AS a JOIN bid AS b ON a.auction = b.auction'],
    ['SELECT * FROM bid ORDER BY price LIMIT 3'],
    ['SELECT BITMAP_CARDINALITY(BITMAP_BUILD(ARRAY[1])) FROM bid'],
    ['INSERT INTO log SELECT bidder, SUM(price) FROM bid GROUP BY bidder'],
    ['INSERT INTO totals SELECT auction, price FROM bid ON CONFLICT DO NOTHING'],
    ['INSERT INTO lost SELECT auction FROM bid'],
    ['SELECT bidder FROM bid; SELECT 1'],
    ["SELECT window_start FROM TABLE(SESSION(TABLE bid, DESCRIPTOR(ts), INTERVAL '5' SECOND))"],
  ])('%s', (sql) => {
    expect(plan(sql)).toMatchSnapshot()
  })
})

describe('plans as data', () => {
  it('are plain JSON, the same every time, with traits', () => {
    const sql = 'INSERT INTO totals SELECT bidder, SUM(price) FROM bid GROUP BY bidder'
    const [a, b] = [compileStatement(sql, SESSION, CONNECTORS).plan, compileStatement(sql, SESSION, CONNECTORS).plan]
    expect(JSON.parse(JSON.stringify(a))).toEqual(b)
    expect(a?.traits).toEqual({ sqlKind: 'INSERT_INTO', isBounded: true, isAppendOnly: false, upsertColumns: [0], schema: null })
  })

  it('hold the buckets of a distributed table, and none of another', () => {
    const session = sessionOf(
      `CREATE TABLE spread (a BIGINT, b BIGINT) DISTRIBUTED BY HASH(a) INTO 6 BUCKETS WITH ('connector' = 'append')`,
      SESSION,
    )
    const { plan: made } = compileStatement('INSERT INTO spread SELECT auction, price FROM bid', session, CONNECTORS)
    const tables = made!.operators.flatMap(({ body }) => (body.kind === 'Source' || body.kind === 'Sink' ? [body.table] : []))
    expect(tables.map((table) => [table.path[2], table.buckets])).toEqual([
      ['bid', undefined],
      ['spread', 6],
    ])
  })

  it('EXPLAIN shows the bound tree and the plan', () => {
    const { explanation, plan: made } = compileStatement('EXPLAIN SELECT price + 1 AS p FROM bid', SESSION, CONNECTORS)
    expect(made?.operators.map((op) => op.id)).toEqual(['1-Source', '2-Calc', '3-Collect'])
    expect(explanation).toMatchInlineSnapshot(`
      "== Bound ==
      Project(p=+($2:price, cast(1 AS BIGINT NOT NULL)))
        Scan(c.d.bid)

      == Physical plan ==
      3-Collect: Collect(fields=[p]), changelogMode=[I], parallelism=[1]
        2-Calc: Calc(select=[+($0:price, 1)]), changelogMode=[I], distribution=[single]
          1-Source: Source(table=[c.d.bid], fields=[price, ts], watermark=[-($1:ts, 4000) on-periodic]), changelogMode=[I]"
    `)
  })
})
