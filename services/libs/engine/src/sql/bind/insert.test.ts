import { describe, expect, test } from 'vitest'
import { analyzeScript } from './analyze-script.ts'
import { bindText, sessionOf } from './bind-fixture.ts'

const session = sessionOf(`
  CREATE TABLE source (a INT, b BIGINT, c STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts);
  CREATE TABLE sink (a BIGINT, b DOUBLE, p STRING NOT NULL, m STRING METADATA, v STRING METADATA VIRTUAL, k AS a + 1) PARTITIONED BY (p);
  CREATE TABLE keyed (a INT, n BIGINT, PRIMARY KEY (a) NOT ENFORCED);
  CREATE VIEW view_of AS SELECT a FROM source;
`)
const bind = (sql: string) => bindText(sql, session)

describe('INSERT', () => {
  test('the query is cast to the physical and writable metadata columns', () => {
    expect(bind('INSERT INTO sink SELECT a, b, c, c FROM source')).toMatchInlineSnapshot(`
      "Insert(shop.default.sink)
        Project(a=cast($0:a AS BIGINT), b=cast($1:b AS DOUBLE), p=$2:c, m=$3:c)
          Project($0:a, $1:b, $2:c, $2:c)
            Scan(shop.default.source)"
    `)
  })
  test('a column list orders, and leaves nullable columns empty', () => {
    expect(bind('INSERT INTO sink (p, a) SELECT c, a FROM source')).toMatchInlineSnapshot(`
      "Insert(shop.default.sink)
        Project(a=cast($1:a AS BIGINT), b=NULL, p=$0:c, m=NULL)
          Project($2:c, $0:a)
            Scan(shop.default.source)"
    `)
    expect(bind('INSERT INTO sink (a, x, a) SELECT a, a, a FROM source')).toMatchInlineSnapshot(`
      "SQL_INSERT_COLUMN at 'x': Column 'x' is not in the table or cannot be written.
      SQL_INSERT_COLUMN at 'a': Column 'a' is named twice."
    `)
    expect(bind('INSERT INTO sink (a) SELECT a FROM source')).toMatchInlineSnapshot(
      `"SQL_COLUMN_REQUIRED at 'SELECT a FROM source': Column 'p' is NOT NULL and has no value."`,
    )
  })
  test('PARTITION gives a column its value', () => {
    expect(bind("INSERT INTO sink PARTITION (p = 'x') SELECT a, b, c FROM source")).toMatchInlineSnapshot(`
      "Insert(shop.default.sink)
        Project(a=cast($0:a AS BIGINT), b=cast($1:b AS DOUBLE), p=cast('x' AS STRING NOT NULL), m=$2:c)
          Project($0:a, $1:b, $2:c)
            Scan(shop.default.source)"
    `)
    expect(bind('INSERT INTO sink PARTITION (a = 1) SELECT b, c, c FROM source')).toMatchInlineSnapshot(
      `"SQL_PARTITION_COLUMN at 'a = 1': 'a' is not a partition column."`,
    )
  })
  test('wrong count, wrong type, no table', () => {
    expect(bind('INSERT INTO sink SELECT a, b FROM source')).toMatchInlineSnapshot(
      `"SQL_SINK_COLUMNS at 'SELECT a, b FROM source': The query has 2 column(s), sink 'shop.default.sink' takes 4. (Query: [a: INT, b: BIGINT]. Sink: [a: BIGINT, b: DOUBLE, p: STRING NOT NULL, m: STRING].)"`,
    )
    expect(bind("INSERT INTO keyed SELECT c, TIMESTAMP '2020-01-01 00:00:00' FROM source")).toMatchInlineSnapshot(`
      "SQL_SINK_TYPE at 'SELECT c, TIMESTAMP '2020-01-01 00:00:00' FROM source': Column 'a' of sink 'shop.default.keyed' is INT NOT NULL, the query gives VARCHAR(2147483647). (Use an explicit CAST.)
      SQL_SINK_TYPE at 'SELECT c, TIMESTAMP '2020-01-01 00:00:00' FROM source': Column 'n' of sink 'shop.default.keyed' is BIGINT, the query gives TIMESTAMP(0) NOT NULL. (Use an explicit CAST.)"
    `)
    expect(bind('INSERT INTO snk SELECT 1')).toMatchInlineSnapshot(
      `"SQL_UNKNOWN_TABLE at 'snk': Table 'snk' does not exist. (Did you mean 'sink'?)"`,
    )
    expect(bind('INSERT INTO view_of SELECT 1')).toMatchInlineSnapshot(
      `"SQL_NOT_A_TABLE at 'view_of': 'view_of' is a view; rows can be inserted into tables only."`,
    )
  })
  test('a column that failed is reported once', () => {
    expect(bind('INSERT INTO keyed SELECT x, b FROM source')).toMatchInlineSnapshot(
      `"SQL_UNKNOWN_COLUMN at 'x': Column 'x' is not found (Did you mean 'a'?)"`,
    )
  })
  test('ON CONFLICT needs a sink that updates by key', () => {
    expect(bind('INSERT INTO keyed SELECT a, b FROM source ON CONFLICT DO DEDUPLICATE')).toMatchInlineSnapshot(`
      "Insert(shop.default.keyed, on conflict DEDUPLICATE)
        Project($0:a, n=$1:b)
          Project($0:a, $1:b)
            Scan(shop.default.source)"
    `)
    expect(bind('INSERT INTO sink SELECT a, b, c, c FROM source ON CONFLICT DO NOTHING')).toMatchInlineSnapshot(
      `"SQL_ON_CONFLICT at 'INSERT INTO sink SELECT a, b, c, c FROM source ON CONFLICT DO NOTHING': ON CONFLICT is only allowed for upsert sinks; 'shop.default.sink' has no primary key."`,
    )
  })
  test('OPTIONS hints ride along', () => {
    expect(
      bind("INSERT INTO keyed /*+ OPTIONS('sink.parallelism' = '2') */ SELECT a, b FROM source /*+ OPTIONS('x' = 'y') */"),
    ).toMatchInlineSnapshot(`
      "Insert(shop.default.keyed, options={sink.parallelism=2})
        Project($0:a, n=$1:b)
          Project($0:a, $1:b)
            Scan(shop.default.source, options={x=y})"
    `)
    expect(bind("SELECT /*+ STATE_TTL('s' = '1d') */ a, COUNT(*) FROM source AS s GROUP BY a")).toMatchInlineSnapshot(`
      "Project($0:a, EXPR$1=$1:agg$0, hints=[STATE_TTL(s=1d)])
        Aggregate(keys=[$0:a], calls=[COUNT(*)])
          Project($0:a)
            Scan(shop.default.source)
      -> a INT, EXPR$1 BIGINT NOT NULL"
    `)
    expect(bind("SELECT /*+ STATE_TLT('a' = '1d') */ a FROM source")).toMatchInlineSnapshot(
      `"SQL_UNKNOWN_HINT at 'STATE_TLT('a' = '1d')': Hint STATE_TLT is not known here. (Did you mean 'STATE_TTL'?)"`,
    )
  })
  test('statement sets', () => {
    expect(
      bind('EXECUTE STATEMENT SET BEGIN INSERT INTO keyed SELECT a, b FROM source; INSERT INTO keyed SELECT 1, 2; END'),
    ).toMatchInlineSnapshot(`
      "Insert(shop.default.keyed)
        Project($0:a, n=$1:b)
          Project($0:a, $1:b)
            Scan(shop.default.source)
      Insert(shop.default.keyed)
        Project(a=$0:EXPR$0, n=cast($1:EXPR$1 AS BIGINT NOT NULL))
          Project(EXPR$0=1, EXPR$1=2)
            Values(())"
    `)
    expect(bind('BEGIN STATEMENT SET; INSERT INTO keyed SELECT a, b FROM source; END')).toMatchInlineSnapshot(`
      "Insert(shop.default.keyed)
        Project($0:a, n=$1:b)
          Project($0:a, $1:b)
            Scan(shop.default.source)"
    `)
  })
})

describe('primary keys of sinks', () => {
  const upsert = { sinkChanges: () => ['I', 'UA', 'D'] as const, sourceChanges: () => undefined }
  const codes = (sql: string) => analyzeScript(sql, session, { connectors: upsert }).diagnostics.map(({ code }) => code)
  test('a query that keeps another key needs ON CONFLICT', () => {
    expect(codes('INSERT INTO keyed SELECT a, b FROM source')).toEqual(['SQL_UPSERT_KEY'])
    expect(codes('INSERT INTO keyed SELECT a, b FROM source ON CONFLICT DO NOTHING')).toEqual([])
    expect(codes('INSERT INTO keyed SELECT a, COUNT(*) FROM source GROUP BY a')).toEqual([])
    expect(codes("SET 'table.exec.sink.require-on-conflict' = 'false'; INSERT INTO keyed SELECT a, b FROM source")).toEqual([])
  })
})
