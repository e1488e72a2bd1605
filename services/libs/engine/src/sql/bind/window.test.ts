import { describe, expect, test } from 'vitest'
import { bindText, sessionOf, typesOf } from './bind-fixture.ts'

const session = sessionOf(`
  CREATE TABLE bid (auction BIGINT, price BIGINT, ts TIMESTAMP_LTZ(3), proc AS PROCTIME(), plain TIMESTAMP(3),
    WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
`)
const bind = (sql: string) => bindText(sql, session)

describe('window functions', () => {
  test('TUMBLE adds three columns; the window time is the time attribute from there on', () => {
    expect(
      typesOf("SELECT * FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(ts), INTERVAL '10' SECOND))", session),
    ).toMatchInlineSnapshot(
      `"auction BIGINT, price BIGINT, ts TIMESTAMP_LTZ(3) *ROWTIME*, proc TIMESTAMP_LTZ(3) NOT NULL *PROCTIME*, plain TIMESTAMP(3), window_start TIMESTAMP(3) NOT NULL, window_end TIMESTAMP(3) NOT NULL, window_time TIMESTAMP_LTZ(3) NOT NULL *ROWTIME*"`,
    )
  })
  test('named arguments, offsets and partitions', () => {
    expect(
      bind(
        "SELECT 1 FROM HOP(DATA => TABLE bid, TIMECOL => DESCRIPTOR(proc), SIZE => INTERVAL '10' MINUTE, SLIDE => INTERVAL '5' MINUTE)",
      ),
    ).toMatchInlineSnapshot(`
      "Project(EXPR$0=1)
        WindowTvf(HOP(slide=300000, size=600000) on $3:proc)
          Scan(shop.default.bid)
      -> EXPR$0 INT NOT NULL"
    `)
    expect(
      bind("SELECT 1 FROM TABLE(CUMULATE(TABLE bid, DESCRIPTOR(ts), INTERVAL '1' HOUR, INTERVAL '1' DAY, INTERVAL '8' HOUR))"),
    ).toMatchInlineSnapshot(`
      "Project(EXPR$0=1)
        WindowTvf(CUMULATE(step=3600000, size=86400000, offset=28800000) on $2:ts)
          Scan(shop.default.bid)
      -> EXPR$0 INT NOT NULL"
    `)
    expect(
      bind("SELECT 1 FROM TABLE(SESSION(TABLE bid PARTITION BY auction, DESCRIPTOR(ts), INTERVAL '1' MINUTE))"),
    ).toMatchInlineSnapshot(`
      "Project(EXPR$0=1)
        WindowTvf(SESSION(gap=60000, partitionKeys=0) on $2:ts)
          Scan(shop.default.bid)
      -> EXPR$0 INT NOT NULL"
    `)
  })
  test('the time column has to be a time attribute', () => {
    expect(bind("SELECT 1 FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(plain), INTERVAL '10' SECOND))")).toMatchInlineSnapshot(
      `"SQL_TIME_ATTRIBUTE_EXPECTED at 'plain': TUMBLE needs a time attribute column of type TIMESTAMP(3) or TIMESTAMP_LTZ(3), 'plain' is TIMESTAMP(3). (Declare a WATERMARK on the column, or use a PROCTIME() column.)"`,
    )
    expect(bind("SELECT 1 FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(tss), INTERVAL '10' SECOND))")).toMatchInlineSnapshot(
      `"SQL_UNKNOWN_COLUMN at 'tss': Column 'tss' is not in the table of TUMBLE. (Did you mean 'ts'?)"`,
    )
  })
  test('sizes are intervals of fixed length', () => {
    expect(bind("SELECT 1 FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(ts), INTERVAL '1' MONTH))")).toMatchInlineSnapshot(
      `"SQL_INTERVAL_EXPECTED at 'INTERVAL '1' MONTH': SIZE of TUMBLE takes an interval of days to seconds, this is INTERVAL MONTH NOT NULL. (Months and years have no fixed length; use days.)"`,
    )
    expect(
      bind("SELECT 1 FROM TABLE(CUMULATE(TABLE bid, DESCRIPTOR(ts), INTERVAL '7' MINUTE, INTERVAL '10' MINUTE))"),
    ).toMatchInlineSnapshot(
      `"SQL_WINDOW_SIZE at 'INTERVAL '10' MINUTE': The size of CUMULATE has to be a whole multiple of its step."`,
    )
  })
  test('a window aggregate is a group by window_start and window_end', () => {
    expect(
      bind(
        "SELECT window_start, window_end, auction, COUNT(*) FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end, auction",
      ),
    ).toMatchInlineSnapshot(`
      "Project($0:window_start, $1:window_end, $2:auction, EXPR$3=$3:agg$0)
        Aggregate(keys=[$0:window_start, $1:window_end, $2:auction], calls=[COUNT(*)])
          Project($5:window_start, $6:window_end, $0:auction)
            WindowTvf(TUMBLE(size=10000) on $2:ts)
              Scan(shop.default.bid)
      -> window_start TIMESTAMP(3) NOT NULL, window_end TIMESTAMP(3) NOT NULL, auction BIGINT, EXPR$3 BIGINT NOT NULL"
    `)
  })
})

describe('time attributes', () => {
  const tumble = (input: string) => bind(`SELECT 1 FROM TABLE(TUMBLE((${input}), DESCRIPTOR(ts), INTERVAL '10' SECOND))`)
  const refused = /SQL_TIME_ATTRIBUTE_EXPECTED/
  test('a projection, a filter and UNION ALL keep them', () => {
    expect(tumble('SELECT ts FROM bid WHERE price > 1 UNION ALL SELECT ts FROM bid')).not.toMatch(refused)
  })
  test('an interval join keeps them, a regular join does not', () => {
    expect(
      tumble("SELECT a.ts FROM bid a JOIN bid b ON a.auction = b.auction AND a.ts BETWEEN b.ts AND b.ts + INTERVAL '1' HOUR"),
    ).not.toMatch(refused)
    expect(
      tumble("SELECT a.ts FROM bid a, bid b WHERE a.auction = b.auction AND a.ts BETWEEN b.ts AND b.ts + INTERVAL '1' HOUR"),
    ).not.toMatch(refused)
    expect(tumble('SELECT a.ts FROM bid a JOIN bid b ON a.auction = b.auction')).toMatch(refused)
  })
  test('grouping by time makes a plain timestamp; a window aggregate keeps the time of its window', () => {
    expect(tumble('SELECT ts, COUNT(*) FROM bid GROUP BY ts')).toMatch(refused)
    const windowed =
      "SELECT window_time AS ts, COUNT(*) FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(ts), INTERVAL '1' SECOND)) GROUP BY window_start, window_end, window_time"
    expect(tumble(windowed)).not.toMatch(refused)
  })
  test('an expression loses them', () => {
    expect(tumble("SELECT ts + INTERVAL '1' SECOND AS ts FROM bid")).toMatch(refused)
  })
})

describe('legacy group windows', () => {
  test('the window is no key; its properties are columns of the node', () => {
    expect(
      bind(
        "SELECT auction, TUMBLE_START(ts, INTERVAL '10' SECOND) AS s, TUMBLE_ROWTIME(ts, INTERVAL '10' SECOND) AS t, COUNT(*) FROM bid GROUP BY auction, TUMBLE(ts, INTERVAL '10' SECOND)",
      ),
    ).toMatchInlineSnapshot(`
      "Project($0:auction, s=$2:w$start, t=$3:w$rowtime, EXPR$3=$1:agg$0)
        GroupWindowAggregate(TUMBLE(size=10000) on $2:ts, keys=[$0:auction], calls=[COUNT(*)], properties=[START, ROWTIME])
          Scan(shop.default.bid)
      -> auction BIGINT, s TIMESTAMP(3) NOT NULL, t TIMESTAMP_LTZ(3) *ROWTIME*, EXPR$3 BIGINT NOT NULL"
    `)
  })
  test('an auxiliary function needs its window', () => {
    expect(
      bind("SELECT HOP_START(ts, INTERVAL '1' SECOND, INTERVAL '10' SECOND) FROM bid GROUP BY TUMBLE(ts, INTERVAL '10' SECOND)"),
    ).toMatchInlineSnapshot(
      `"SQL_NO_GROUP_WINDOW at 'HOP_START(ts, INTERVAL '1' SECOND, INTERVAL '10' SECOND)': HOP_START needs a HOP window in GROUP BY. (Add HOP(time, INTERVAL …) to GROUP BY with the same arguments.)"`,
    )
  })
})

describe('OVER', () => {
  test('calls over one window share a node; Top-N keeps its shape', () => {
    expect(
      bind(
        'SELECT * FROM (SELECT auction, ROW_NUMBER() OVER (PARTITION BY auction ORDER BY price DESC) AS rn FROM bid) WHERE rn <= 3',
      ),
    ).toMatchInlineSnapshot(`
      "Filter(<=($1:rn, cast(3 AS BIGINT NOT NULL)))
        Project($0:auction, rn=$5:$over0)
          OverAggregate(partition=[$0:auction], order=[$1:price DESC], calls=[ROW_NUMBER(*)])
            Scan(shop.default.bid)
      -> auction BIGINT, rn BIGINT NOT NULL"
    `)
    expect(
      bind(
        'SELECT SUM(price) OVER w, COUNT(*) OVER w FROM bid WINDOW w AS (PARTITION BY auction ORDER BY ts ROWS BETWEEN 10 PRECEDING AND CURRENT ROW)',
      ),
    ).toMatchInlineSnapshot(`
      "Project(EXPR$0=$5:$over0, EXPR$1=$6:$over1)
        OverAggregate(partition=[$0:auction], order=[$2:ts ASC], ROWS 10 PRECEDING, calls=[SUM($1:price), COUNT(*)])
          Scan(shop.default.bid)
      -> EXPR$0 BIGINT, EXPR$1 BIGINT NOT NULL"
    `)
    expect(bind('SELECT SUM(price) OVER (ORDER BY ts), LAG(price, 2) OVER (ORDER BY ts) FROM bid')).toMatchInlineSnapshot(`
      "Project(EXPR$0=$5:$over0, EXPR$1=$6:$over1)
        OverAggregate(partition=[], order=[$2:ts ASC], RANGE UNBOUNDED PRECEDING, calls=[SUM($1:price), LAG($1:price, 2)])
          Scan(shop.default.bid)
      -> EXPR$0 BIGINT, EXPR$1 BIGINT"
    `)
  })
  test('one window a SELECT in streaming, as many as wanted in batch', () => {
    const two = 'SELECT SUM(price) OVER (ORDER BY ts), COUNT(*) OVER (PARTITION BY auction ORDER BY ts) FROM bid'
    expect(bind(two)).toMatchInlineSnapshot(
      `"SQL_OVER_WINDOWS at 'SELECT SUM(price) OVER (ORDER BY ts), COUNT(*) OVER (PARTITION BY auction ORDER BY ts) FROM bid': All OVER calls of a SELECT have to be over the same window in streaming. (Compute the other ones in a query around this one.)"`,
    )
    expect(bind(`SET 'execution.runtime-mode' = 'batch'; ${two}`)).toMatchInlineSnapshot(`
      "Project(EXPR$0=$5:$over0, EXPR$1=$6:$over1)
        OverAggregate(partition=[$0:auction], order=[$2:ts ASC], RANGE UNBOUNDED PRECEDING, calls=[COUNT(*)])
          OverAggregate(partition=[], order=[$2:ts ASC], RANGE UNBOUNDED PRECEDING, calls=[SUM($1:price)])
            Scan(shop.default.bid)
      -> EXPR$0 BIGINT, EXPR$1 BIGINT NOT NULL"
    `)
  })
  test('aggregates inside of OVER are computed below it', () => {
    expect(bind('SELECT auction, ROW_NUMBER() OVER (ORDER BY SUM(price) DESC) FROM bid GROUP BY auction')).toMatchInlineSnapshot(`
      "Project($0:auction, EXPR$1=$2:$over0)
        OverAggregate(partition=[], order=[$1:agg$0 DESC], calls=[ROW_NUMBER(*)])
          Aggregate(keys=[$0:auction], calls=[SUM($1:price)])
            Project($0:auction, $1:price)
              Scan(shop.default.bid)
      -> auction BIGINT, EXPR$1 BIGINT NOT NULL"
    `)
  })
  test("Flink's streaming rules", () => {
    expect(bind('SELECT SUM(price) OVER (PARTITION BY auction) FROM bid')).toMatchInlineSnapshot(
      `"SQL_OVER_WITHOUT_ORDER at '(PARTITION BY auction)': An OVER window has to be ordered in streaming. (Add ORDER BY on a time attribute.)"`,
    )
    expect(bind('SELECT SUM(price) OVER (ORDER BY ts DESC) FROM bid')).toMatchInlineSnapshot(
      `"SQL_OVER_DESCENDING at '(ORDER BY ts DESC)': The window can only be ordered in ascending mode in streaming."`,
    )
    expect(bind('SELECT SUM(price) OVER (ORDER BY ts ROWS BETWEEN CURRENT ROW AND 1 FOLLOWING) FROM bid')).toMatchInlineSnapshot(
      `"SQL_FRAME_UNSUPPORTED at 'ROWS BETWEEN CURRENT ROW AND 1 FOLLOWING': A frame that ends at FOLLOWING is not supported; frames end at CURRENT ROW."`,
    )
    expect(bind('SELECT SUM(price) OVER (ORDER BY ts, price) FROM bid')).toMatchInlineSnapshot(
      `"SQL_OVER_ORDER at '(ORDER BY ts, price)': The window can only be ordered by a single column in streaming."`,
    )
    expect(bind('SELECT ROW_NUMBER() OVER (PARTITION BY auction) FROM bid')).toMatchInlineSnapshot(
      `"SQL_OVER_WITHOUT_ORDER at '(PARTITION BY auction)': ROW_NUMBER needs ORDER BY with columns. (Add ORDER BY on a time attribute.)"`,
    )
    expect(bind('SELECT SUM(price) OVER v FROM bid WINDOW w AS (ORDER BY ts)')).toMatchInlineSnapshot(
      `"SQL_UNKNOWN_WINDOW at 'v': Window 'v' is not defined in the WINDOW clause."`,
    )
  })
})
