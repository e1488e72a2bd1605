import { describe, expect, test } from 'vitest'
import { bindText, sessionOf, typesOf } from './bind-fixture.ts'

const session = sessionOf(`
  CREATE TABLE orders (
    id BIGINT, customer STRING NOT NULL, amount DECIMAL(10, 2), tags ARRAY<STRING>, address ROW<city STRING, zip INT>,
    ts TIMESTAMP(3), proc AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
  );
  CREATE TABLE customers (name STRING, country STRING, since DATE, PRIMARY KEY (name) NOT ENFORCED);
`)
const bind = (sql: string) => bindText(sql, session)

describe('select list', () => {
  test('columns keep their time attributes, expressions lose them', () => {
    expect(
      typesOf("SELECT ts, proc, ts + INTERVAL '1' SECOND AS later, CAST(ts AS STRING) FROM orders", session),
    ).toMatchInlineSnapshot(
      `"ts TIMESTAMP(3) *ROWTIME*, proc TIMESTAMP_LTZ(3) NOT NULL *PROCTIME*, later TIMESTAMP(3), EXPR$3 STRING"`,
    )
  })
  test('star expands in declared order; a join repeats names with a number', () => {
    expect(typesOf('SELECT * FROM customers a JOIN customers b ON a.name = b.name', session)).toMatchInlineSnapshot(
      `"name STRING NOT NULL, country STRING, since DATE, name0 STRING NOT NULL, country0 STRING, since0 DATE"`,
    )
  })
  test('a qualifier binds tighter than a nested field', () => {
    expect(bind('SELECT address.city, orders.address.zip FROM orders')).toMatchInlineSnapshot(`
      "Project(city=FIELD($4:address, 0), zip=FIELD($4:address, 1))
        Scan(shop.default.orders)
      -> city STRING, zip INT"
    `)
  })
  test('fields of a row are found without naming the row', () => {
    expect(bind('SELECT city FROM orders WHERE zip = 1')).toMatchInlineSnapshot(`
      "Project(city=FIELD($4:address, 0))
        Filter(=(FIELD($4:address, 1), 1))
          Scan(shop.default.orders)
      -> city STRING"
    `)
  })
  test('unknown and ambiguous columns are all reported, with a hint', () => {
    expect(bind('SELECT custmer, a.name, name FROM orders, customers a, customers b WHERE amont > 1')).toMatchInlineSnapshot(`
      "SQL_UNKNOWN_COLUMN at 'custmer': Column 'custmer' is not found (Did you mean 'customer'?)
      SQL_AMBIGUOUS_COLUMN at 'name': Column 'name' is ambiguous: a.name, b.name (Write the table before it.)
      SQL_UNKNOWN_COLUMN at 'amont': Column 'amont' is not found (Did you mean 'amount'?)"
    `)
  })
  test('an unknown table is reported once, uses of its columns are silent', () => {
    expect(bind('SELECT o.id, o.x + 1 FROM ordrs o WHERE o.y = 1')).toMatchInlineSnapshot(
      `"SQL_UNKNOWN_TABLE at 'ordrs': Table or view 'ordrs' does not exist. (Did you mean 'orders'?)"`,
    )
  })
})

describe('group by', () => {
  test('keys and calls become an Aggregate over a projection of what they read', () => {
    expect(bind('SELECT customer, SUM(amount) AS total, COUNT(*) FROM orders GROUP BY customer')).toMatchInlineSnapshot(`
      "Project($0:customer, total=$1:agg$0, EXPR$2=$2:agg$1)
        Aggregate(keys=[$0:customer], calls=[SUM($1:amount), COUNT(*)])
          Project($1:customer, $2:amount)
            Scan(shop.default.orders)
      -> customer STRING NOT NULL, total DECIMAL(38, 2), EXPR$2 BIGINT NOT NULL"
    `)
  })
  test('expressions of GROUP BY are recognised in the select list and in HAVING', () => {
    expect(
      bind('SELECT UPPER(customer) AS c, MAX(amount) + 1 FROM orders GROUP BY UPPER(customer) HAVING COUNT(*) > 2'),
    ).toMatchInlineSnapshot(`
      "Project(c=$0:$f0, EXPR$1=+($1:agg$0, cast(1 AS DECIMAL(10, 0) NOT NULL)))
        Filter(>($2:agg$1, cast(2 AS BIGINT NOT NULL)))
          Aggregate(keys=[$0:$f0], calls=[MAX($1:amount), COUNT(*)])
            Project($f0=UPPER($1:customer), $2:amount)
              Scan(shop.default.orders)
      -> c STRING NOT NULL, EXPR$1 DECIMAL(13, 2)"
    `)
  })
  test('what is not grouped is refused', () => {
    expect(bind('SELECT customer, id, COUNT(*) FROM orders GROUP BY customer')).toMatchInlineSnapshot(
      `"SQL_NOT_GROUPED at 'id': Expression 'id' is not being grouped. (Add it to GROUP BY, or aggregate it.)"`,
    )
  })
  test('without GROUP BY a sum may be NULL, a count may not', () => {
    expect(typesOf('SELECT SUM(id), COUNT(id), AVG(amount) FROM orders', session)).toMatchInlineSnapshot(
      `"EXPR$0 BIGINT, EXPR$1 BIGINT NOT NULL, EXPR$2 DECIMAL(38, 6)"`,
    )
  })
  test('grouping sets, rollup and cube', () => {
    expect(bind('SELECT customer, id, COUNT(*), GROUPING(id) FROM orders GROUP BY ROLLUP (customer, id)')).toMatchInlineSnapshot(`
      "Project($0:customer, $1:id, EXPR$2=$2:agg$0, EXPR$3=$3:agg$1)
        Aggregate(keys=[$0:customer, $1:id], sets=[(0, 1), (0), ()], calls=[COUNT(*), GROUPING($1:id)])
          Project($1:customer, $0:id)
            Scan(shop.default.orders)
      -> customer STRING, id BIGINT, EXPR$2 BIGINT NOT NULL, EXPR$3 BIGINT NOT NULL"
    `)
    expect(
      bind('SELECT customer, id, COUNT(*) FROM orders GROUP BY GROUPING SETS ((customer), (id), ())'),
    ).toMatchInlineSnapshot(`
      "Project($0:customer, $1:id, EXPR$2=$2:agg$0)
        Aggregate(keys=[$0:customer, $1:id], sets=[(0), (1), ()], calls=[COUNT(*)])
          Project($1:customer, $0:id)
            Scan(shop.default.orders)
      -> customer STRING, id BIGINT, EXPR$2 BIGINT NOT NULL"
    `)
  })
  test('DISTINCT and FILTER belong to the call', () => {
    expect(bind('SELECT COUNT(DISTINCT id) FILTER (WHERE amount > 1), COUNT(DISTINCT id) FROM orders')).toMatchInlineSnapshot(`
      "Project(EXPR$0=$0:agg$0, EXPR$1=$1:agg$1)
        Aggregate(keys=[], calls=[COUNT(DISTINCT $0:id) FILTER $1:$f1, COUNT(DISTINCT $0:id)])
          Project($0:id, $f1=>(cast($2:amount AS DECIMAL(12, 2)), cast(1 AS DECIMAL(12, 2) NOT NULL)))
            Scan(shop.default.orders)
      -> EXPR$0 BIGINT NOT NULL, EXPR$1 BIGINT NOT NULL"
    `)
  })
  test('an aggregate inside of an aggregate, or in WHERE, is refused', () => {
    expect(bind('SELECT SUM(COUNT(*)) FROM orders')).toMatchInlineSnapshot(
      `"SQL_MISPLACED_AGGREGATE at 'COUNT(*)': Aggregate COUNT cannot stand in the argument of SUM"`,
    )
    expect(bind('SELECT id FROM orders WHERE COUNT(*) > 1')).toMatchInlineSnapshot(
      `"SQL_MISPLACED_AGGREGATE at 'COUNT(*)': Aggregate COUNT cannot stand in WHERE"`,
    )
  })
})

describe('sub-queries', () => {
  test('a correlated EXISTS reaches the outer row', () => {
    expect(
      bind('SELECT id FROM orders o WHERE EXISTS (SELECT 1 FROM customers c WHERE c.name = o.customer)'),
    ).toMatchInlineSnapshot(`
      "Project($0:id)
        Filter(EXISTS({Project(EXPR$0=1) < Filter(=($0:name, outer1.$1:customer)) < Scan(shop.default.customers)}))
          Scan(shop.default.orders)
      -> id BIGINT"
    `)
  })
  test('IN casts both sides to their common type', () => {
    expect(bind('SELECT id FROM orders WHERE id IN (SELECT CAST(1 AS INT) FROM customers)')).toMatchInlineSnapshot(`
      "Project($0:id)
        Filter(IN($0:id IN {Project(EXPR$0=cast($0:EXPR$0 AS BIGINT NOT NULL)) < Project(EXPR$0=CAST(1 AS INT NOT NULL)) < Scan(shop.default.customers)}))
          Scan(shop.default.orders)
      -> id BIGINT"
    `)
  })
  test('a scalar sub-query has one column', () => {
    expect(bind('SELECT (SELECT MAX(name) FROM customers) FROM orders')).toMatchInlineSnapshot(`
      "Project(EXPR$0=SCALAR({Project(EXPR$0=$0:agg$0) < Aggregate(keys=[], calls=[MAX($0:name)]) < Project($0:name) < Scan(shop.default.customers)}))
        Scan(shop.default.orders)
      -> EXPR$0 STRING"
    `)
    expect(bind('SELECT (SELECT name, country FROM customers) FROM orders')).toMatchInlineSnapshot(
      `"SQL_SUBQUERY_COLUMNS at '(SELECT name, country FROM customers)': A sub-query used as a value has one column, this one has 2."`,
    )
  })
})

describe('set operations, VALUES, WITH', () => {
  test('columns are cast to their common type; a chain is one node', () => {
    expect(bind('SELECT id FROM orders UNION ALL SELECT 1 FROM orders UNION ALL SELECT zip FROM orders')).toMatchInlineSnapshot(`
      "UNION ALL
        Project($0:id)
          Scan(shop.default.orders)
        Project(EXPR$0=cast($0:EXPR$0 AS BIGINT NOT NULL))
          Project(EXPR$0=1)
            Scan(shop.default.orders)
        Project(zip=cast($0:zip AS BIGINT))
          Project(zip=FIELD($4:address, 1))
            Scan(shop.default.orders)
      -> id BIGINT"
    `)
  })
  test('a different number of columns is refused', () => {
    expect(bind('SELECT id, customer FROM orders UNION SELECT id FROM orders')).toMatchInlineSnapshot(
      `"SQL_SET_OPERATION_COLUMNS at 'SELECT id FROM orders': Both sides of UNION need the same number of columns: 2 and 1."`,
    )
  })
  test('a union keeps a time attribute that both sides have', () => {
    expect(typesOf('SELECT ts FROM orders UNION ALL SELECT ts FROM orders', session)).toMatchInlineSnapshot(
      `"ts TIMESTAMP(3) *ROWTIME*"`,
    )
    expect(typesOf("SELECT ts FROM orders UNION ALL SELECT TIMESTAMP '2020-01-01 00:00:00.000'", session)).toMatchInlineSnapshot(
      `"ts TIMESTAMP(3)"`,
    )
  })
  test('rows of VALUES share their types', () => {
    expect(bind("SELECT * FROM (VALUES (1, 'a'), (2.5, 'bcd')) AS v(x, y)")).toMatchInlineSnapshot(`
      "Values((cast(1 AS DECIMAL(11, 1) NOT NULL), cast('a' AS VARCHAR(3) NOT NULL)), (cast(2.5 AS DECIMAL(11, 1) NOT NULL), cast('bcd' AS VARCHAR(3) NOT NULL)))
      -> x DECIMAL(11, 1) NOT NULL, y VARCHAR(3) NOT NULL"
    `)
  })
  test('common tables see earlier ones', () => {
    expect(bind('WITH a AS (SELECT id FROM orders), b(x) AS (SELECT id FROM a) SELECT x FROM b')).toMatchInlineSnapshot(`
      "Project(x=$0:id)
        Scan(shop.default.orders)
      -> x BIGINT"
    `)
  })
})

describe('order and limit', () => {
  test('a stream sorts by ascending time, or with a limit', () => {
    expect(bind('SELECT id FROM orders ORDER BY ts, amount')).toMatchInlineSnapshot(`
      "Project($0:id)
        Sort($1:$sort1 ASC, $2:$sort2 ASC)
          Project($0:id, $sort1=$5:ts, $sort2=$2:amount)
            Scan(shop.default.orders)
      -> id BIGINT"
    `)
    expect(bind('SELECT id, amount FROM orders ORDER BY 2 DESC, id LIMIT 10 OFFSET 2')).toMatchInlineSnapshot(`
      "Sort($1:amount DESC, $0:id ASC, offset=2, fetch=10)
        Project($0:id, $2:amount)
          Scan(shop.default.orders)
      -> id BIGINT, amount DECIMAL(10, 2)"
    `)
    expect(bind('SELECT id FROM orders ORDER BY amount')).toMatchInlineSnapshot(
      `"SQL_SORT_NOT_ON_TIME at 'SELECT id FROM orders ORDER BY amount': Sorting a stream needs an ascending time attribute as its first key. (Add LIMIT, or order by the column that has the WATERMARK.)"`,
    )
  })
  test('an order without limit in a sub-query means nothing', () => {
    expect(bind('SELECT * FROM (SELECT id FROM orders ORDER BY amount) AS t')).toMatchInlineSnapshot(`
      "Project($0:id)
        Scan(shop.default.orders)
      -> id BIGINT"
    `)
  })
})
