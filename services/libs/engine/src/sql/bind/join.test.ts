import { describe, expect, test } from 'vitest'
import { bindText, sessionOf, typesOf } from './bind-fixture.ts'

const session = sessionOf(`
  CREATE TABLE orders (id BIGINT, product STRING, price DECIMAL(10, 2), currency STRING, items ARRAY<ROW<sku STRING, n INT>>,
    attributes MAP<STRING, INT>, ts TIMESTAMP(3), proc AS PROCTIME(), WATERMARK FOR ts AS ts);
  CREATE TABLE rates (currency STRING, rate DECIMAL(10, 4), valid_from TIMESTAMP(3), WATERMARK FOR valid_from AS valid_from,
    PRIMARY KEY (currency) NOT ENFORCED);
  CREATE TABLE products (product STRING, title STRING);
`)
const bind = (sql: string) => bindText(sql, session)

describe('joins', () => {
  test('an outer join pads the other side with NULL', () => {
    expect(
      typesOf('SELECT r.currency, p.title FROM rates r FULL JOIN products p ON r.currency = p.product', session),
    ).toMatchInlineSnapshot(`"currency STRING, title STRING"`)
    expect(
      typesOf('SELECT r.currency, p.title FROM products p LEFT JOIN rates r ON r.currency = p.product', session),
    ).toMatchInlineSnapshot(`"currency STRING, title STRING"`)
  })
  test('USING and NATURAL merge columns and put them first', () => {
    expect(bind('SELECT * FROM products JOIN orders USING (product)')).toMatchInlineSnapshot(`
      "Project($0:product, $1:title, $2:id, $4:price, $5:currency, $6:items, $7:attributes, $8:ts, $9:proc)
        Join(INNER, =($0:product, $3:product))
          Scan(shop.default.products)
          Scan(shop.default.orders)
      -> product STRING, title STRING, id BIGINT, price DECIMAL(10, 2), currency STRING, items ARRAY<ROW<\`sku\` STRING, \`n\` INT>>, attributes MAP<STRING, INT>, ts TIMESTAMP(3) *ROWTIME*, proc TIMESTAMP_LTZ(3) NOT NULL *PROCTIME*"
    `)
    expect(bind('SELECT product FROM orders NATURAL FULL JOIN products')).toMatchInlineSnapshot(`
      "Project(product=COALESCE($1:product, $8:product))
        Join(FULL, =($1:product, $8:product))
          Scan(shop.default.orders)
          Scan(shop.default.products)
      -> product STRING"
    `)
  })
  test('an alias stands once', () => {
    expect(bind('SELECT 1 FROM orders o JOIN rates o ON TRUE')).toMatchInlineSnapshot(
      `"SQL_DUPLICATE_ALIAS at 'rates o': Duplicate relation name 'o' in FROM. (Give one of them another alias.)"`,
    )
  })
  test('UNNEST reads the row at its left', () => {
    expect(bind('SELECT id, sku, n FROM orders CROSS JOIN UNNEST(items)')).toMatchInlineSnapshot(`
      "Project($0:id, $8:sku, $9:n)
        Correlate(INNER)
          Scan(shop.default.orders)
          Unnest(outer1.$4:items)
      -> id BIGINT, sku STRING, n INT"
    `)
    expect(bind('SELECT id, k, v FROM orders LEFT JOIN UNNEST(attributes) AS a(k, v) ON TRUE')).toMatchInlineSnapshot(`
      "Project($0:id, $8:k, $9:v)
        Correlate(LEFT)
          Scan(shop.default.orders)
          Unnest(outer1.$5:attributes)
      -> id BIGINT, k STRING, v INT"
    `)
    expect(bind('SELECT x, o FROM UNNEST(ARRAY[1, 2]) WITH ORDINALITY AS t(x, o)')).toMatchInlineSnapshot(`
      "Unnest(ARRAY(1, 2) WITH ORDINALITY)
      -> x INT NOT NULL, o INT NOT NULL"
    `)
  })
  test('LATERAL sees its left, a plain derived table does not', () => {
    expect(
      bind('SELECT id, t FROM orders o, LATERAL (SELECT title FROM products p WHERE p.product = o.product) AS x(t)'),
    ).toMatchInlineSnapshot(`
      "Project($0:id, $8:t)
        Correlate(INNER)
          Scan(shop.default.orders)
          Project(t=$1:title)
            Filter(=($0:product, outer1.$1:product))
              Scan(shop.default.products)
      -> id BIGINT, t STRING"
    `)
    expect(
      bind('SELECT id FROM orders o, (SELECT title FROM products p WHERE p.product = o.product) AS x'),
    ).toMatchInlineSnapshot(`"SQL_UNKNOWN_COLUMN at 'o.product': Column 'o.product' is not found (Did you mean 'product'?)"`)
  })
})

describe('temporal joins', () => {
  test('event time and processing time', () => {
    expect(
      bind('SELECT id, rate FROM orders o JOIN rates FOR SYSTEM_TIME AS OF o.ts AS r ON o.currency = r.currency'),
    ).toMatchInlineSnapshot(`
      "Project($0:id, $9:rate)
        TemporalJoin(INNER, =($3:currency, $8:currency), asOf=$6:ts)
          Scan(shop.default.orders)
          Scan(shop.default.rates)
      -> id BIGINT, rate DECIMAL(10, 4)"
    `)
    expect(
      bind('SELECT id, title FROM orders o LEFT JOIN products FOR SYSTEM_TIME AS OF o.proc AS p ON o.product = p.product'),
    ).toMatchInlineSnapshot(`
      "Project($0:id, $9:title)
        TemporalJoin(LEFT, =($1:product, $8:product), asOf=$7:proc)
          Scan(shop.default.orders)
          Scan(shop.default.products)
      -> id BIGINT, title STRING"
    `)
  })
  test('the versioned side needs a key and a watermark; the column has to be a time attribute', () => {
    expect(
      bind('SELECT id FROM orders o JOIN products FOR SYSTEM_TIME AS OF o.ts AS p ON o.product = p.product'),
    ).toMatchInlineSnapshot(
      `"SQL_NOT_VERSIONED at 'o.ts': An event-time temporal join needs a versioned table; 'products' lacks a primary key and a watermark."`,
    )
    expect(
      bind('SELECT id FROM orders o JOIN rates FOR SYSTEM_TIME AS OF o.id AS r ON o.currency = r.currency'),
    ).toMatchInlineSnapshot(
      `"SQL_TIME_ATTRIBUTE_EXPECTED at 'o.id': A temporal join needs a time attribute of the left table, this column is BIGINT. (Declare a WATERMARK on the column, or use a PROCTIME() column.)"`,
    )
  })
})
