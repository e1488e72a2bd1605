import { describe, expect, test } from 'vitest'
import { printExpr } from '../bound/print.ts'
import { describeTable } from '../catalog/describe.ts'
import { findTable } from '../catalog/lookup.ts'
import { showCreateTable, showCreateView } from '../catalog/show-create.ts'
import { bindText, EMPTY_SESSION, sessionOf } from './bind-fixture.ts'
import { bindTableExpressions } from './table-expressions.ts'

const bind = (sql: string) => bindText(sql, EMPTY_SESSION)

function shown(ddl: string, name: string): string {
  const path = ['shop', 'default', name] as const
  const object = findTable(sessionOf(ddl), path)!
  return object.kind === 'view' ? showCreateView(path, object) : showCreateTable(path, object)
}

const ORDERS = `CREATE TABLE orders (
  id BIGINT, price DECIMAL(10, 2) COMMENT 'net', offset_ BIGINT METADATA FROM 'offset' VIRTUAL, headers MAP<STRING, BYTES> METADATA,
  gross AS price * 1.19, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND, PRIMARY KEY (id) NOT ENFORCED
) COMMENT 'all' DISTRIBUTED BY HASH(id) INTO 4 BUCKETS PARTITIONED BY (id) WITH ('connector' = 'kafka', 'topic' = 'o''s')`

describe('CREATE TABLE', () => {
  test('SHOW CREATE prints DDL that makes the same table', () => {
    const first = shown(ORDERS, 'orders')
    expect(first).toMatchInlineSnapshot(`
      "CREATE TABLE \`shop\`.\`default\`.\`orders\` (
        \`id\` BIGINT NOT NULL,
        \`price\` DECIMAL(10, 2) COMMENT 'net',
        \`offset_\` BIGINT METADATA FROM 'offset' VIRTUAL,
        \`headers\` MAP<VARCHAR(2147483647), VARBINARY(2147483647)> METADATA,
        \`gross\` AS price * 1.19,
        \`ts\` TIMESTAMP(3),
        WATERMARK FOR \`ts\` AS ts - INTERVAL '5' SECOND,
        CONSTRAINT \`PK_id\` PRIMARY KEY (\`id\`) NOT ENFORCED
      )
      COMMENT 'all'
      DISTRIBUTED BY HASH(\`id\`) INTO 4 BUCKETS
      PARTITIONED BY (\`id\`)
      WITH (
        'connector' = 'kafka',
        'topic' = 'o''s'
      )"
    `)
    expect(shown(first, 'orders')).toBe(first)
  })
  test('DESCRIBE shows types, key, watermark and what columns are', () => {
    const table = findTable(sessionOf(ORDERS), ['shop', 'default', 'orders'])!
    expect(describeTable(table).map((row) => Object.values(row).join(' | '))).toMatchInlineSnapshot(`
      [
        "id | BIGINT | false | PRI(id) |  |  | ",
        "price | DECIMAL(10, 2) | true |  |  |  | net",
        "offset_ | BIGINT | true |  | METADATA FROM 'offset' VIRTUAL |  | ",
        "headers | MAP<STRING, BYTES> | true |  | METADATA |  | ",
        "gross | DECIMAL(14, 4) | true |  | AS price * 1.19 |  | ",
        "ts | TIMESTAMP(3) *ROWTIME* | true |  |  | ts - INTERVAL '5' SECOND | ",
      ]
    `)
  })
  test('computed columns and the watermark are bound over the columns of the table', () => {
    const session = sessionOf(ORDERS)
    const table = findTable(session, ['shop', 'default', 'orders'])!
    const { computed, watermark, diagnostics } = bindTableExpressions(table.kind === 'table' ? table : expect.fail(), session)
    expect(diagnostics).toEqual([])
    expect([...computed].map(([index, expr]) => `${index}: ${printExpr(expr)}`)).toMatchInlineSnapshot(`
      [
        "4: *($1:price, 1.19)",
      ]
    `)
    expect(printExpr(watermark!.expression)).toMatchInlineSnapshot(`"-($5:ts, 5000)"`)
  })
  test('columns, watermark and key are checked, all in one pass', () => {
    expect(
      bind(
        `CREATE TABLE t (a INT, a STRING, b AS c + 1, d BIGINT, WATERMARK FOR d AS d, PRIMARY KEY (x) NOT ENFORCED) PARTITIONED BY (y)`,
      ),
    ).toMatchInlineSnapshot(`
      "SQL_DUPLICATE_COLUMN at 'a': Column 'a' already exists.
      SQL_UNKNOWN_COLUMN at 'c': Column 'c' is not found (Did you mean 'a'?)
      SQL_WATERMARK_TYPE at 'd': A watermark is declared on a TIMESTAMP(p) or TIMESTAMP_LTZ(p) column with p from 0 to 3; this one is BIGINT. (Compute a time column first, for example ts AS TO_TIMESTAMP_LTZ(millis, 3).)
      SQL_UNKNOWN_COLUMN at 'x': Primary key column 'x' does not exist.
      SQL_UNKNOWN_COLUMN at 'y': Partition column 'y' does not exist."
    `)
    expect(bind('CREATE TABLE t (a INT PRIMARY KEY)')).toMatchInlineSnapshot(
      `"SQL_KEY_ENFORCED at 'PRIMARY KEY': A primary key has to be NOT ENFORCED: the service does not own the data. (Write PRIMARY KEY (…) NOT ENFORCED.)"`,
    )
    expect(bind('CREATE TABLE t (a INT, b AS a + 1, c AS b + 1)')).toMatchInlineSnapshot(
      `"SQL_UNKNOWN_COLUMN at 'b': Column 'b' is not found (Did you mean 'a'?)"`,
    )
    expect(bind('CREATE TABLE t (ts TIMESTAMP(6), WATERMARK FOR ts AS ts)')).toMatchInlineSnapshot(
      `"SQL_WATERMARK_TYPE at 'ts': A watermark is declared on a TIMESTAMP(p) or TIMESTAMP_LTZ(p) column with p from 0 to 3; this one is TIMESTAMP(6)."`,
    )
  })
  test('a second table of the same name is refused, unless IF NOT EXISTS', () => {
    expect(bindText('CREATE TABLE orders (a INT)', sessionOf(ORDERS))).toMatchInlineSnapshot(
      `"SQL_OBJECT_EXISTS at 'CREATE TABLE orders (a INT)': Table 'shop.default.orders' already exists. (Use IF NOT EXISTS to keep the existing one.)"`,
    )
    expect(bindText('CREATE TABLE IF NOT EXISTS orders (a INT)', sessionOf(ORDERS))).toContain('"ifNotExists":true')
  })
})

describe('CREATE TABLE LIKE and AS', () => {
  test('LIKE takes what its options say', () => {
    expect(
      shown(
        `${ORDERS}; CREATE TABLE copy (extra INT) WITH ('topic' = 'c') LIKE orders (EXCLUDING METADATA EXCLUDING PARTITIONS EXCLUDING DISTRIBUTION)`,
        'copy',
      ),
    ).toMatchInlineSnapshot(`
      "CREATE TABLE \`shop\`.\`default\`.\`copy\` (
        \`id\` BIGINT NOT NULL,
        \`price\` DECIMAL(10, 2) COMMENT 'net',
        \`gross\` AS price * 1.19,
        \`ts\` TIMESTAMP(3),
        \`extra\` INT,
        WATERMARK FOR \`ts\` AS ts - INTERVAL '5' SECOND,
        CONSTRAINT \`PK_id\` PRIMARY KEY (\`id\`) NOT ENFORCED
      )
      COMMENT 'all'
      WITH (
        'connector' = 'kafka',
        'topic' = 'c'
      )"
    `)
    expect(bindText('CREATE TABLE copy (gross AS id) LIKE orders', sessionOf(ORDERS))).toMatchInlineSnapshot(
      `"SQL_DUPLICATE_COLUMN at 'gross': Column 'gross' already exists."`,
    )
    expect(
      bindText("CREATE TABLE copy WITH ('topic' = 'c') LIKE orders (INCLUDING OPTIONS)", sessionOf(ORDERS)),
    ).toMatchInlineSnapshot(
      `"SQL_LIKE_OPTION at 'orders (INCLUDING OPTIONS)': Option 'topic' is in the base table already. (Use OVERWRITING OPTIONS.)"`,
    )
  })
  test('AS gives columns and an INSERT', () => {
    const bound = bindText(
      "CREATE TABLE t (PRIMARY KEY (id) NOT ENFORCED) WITH ('connector' = 'x') AS SELECT id, ts FROM orders",
      sessionOf(ORDERS),
    )
    expect(JSON.parse(bound)).toMatchObject({ kind: 'Catalog', insert: { kind: 'Insert', sink: ['shop', 'default', 't'] } })
    expect(shown(`${ORDERS}; CREATE TABLE t AS SELECT id, ts, price AS p FROM orders`, 't')).toMatchInlineSnapshot(`
      "CREATE TABLE \`shop\`.\`default\`.\`t\` (
        \`id\` BIGINT NOT NULL,
        \`ts\` TIMESTAMP(3),
        \`p\` DECIMAL(10, 2)
      )"
    `)
  })
})

describe('ALTER TABLE', () => {
  const altered = (action: string) => shown(`${ORDERS}; ALTER TABLE orders ${action}`, 'orders')
  const refused = (action: string) => bindText(`ALTER TABLE orders ${action}`, sessionOf(ORDERS))
  test('columns are added, moved, renamed and dropped', () => {
    expect(altered('ADD (x INT FIRST, y AS x + 1)')).toContain('(\n  `x` INT,\n')
    expect(altered('MODIFY price DECIMAL(12, 2) AFTER ts')).toMatch(/`ts` TIMESTAMP\(3\),\n {2}`price` DECIMAL\(12, 2\)/)
    expect(altered('RENAME headers TO h')).toContain('`h` MAP')
    expect(altered('DROP headers')).not.toContain('headers')
  })
  test('what is in use stays', () => {
    expect(refused('DROP price')).toMatchInlineSnapshot(
      `"SQL_COLUMN_IN_USE at 'price': Column 'price' is used by computed column 'gross'."`,
    )
    expect(refused('DROP ts')).toMatchInlineSnapshot(`"SQL_COLUMN_IN_USE at 'ts': Column 'ts' is used by the watermark."`)
    expect(refused('DROP prise')).toMatchInlineSnapshot(
      `"SQL_UNKNOWN_COLUMN at 'prise': Column 'prise' does not exist. (Did you mean 'price'?)"`,
    )
    expect(refused('ADD PRIMARY KEY (price) NOT ENFORCED')).toMatchInlineSnapshot(
      `"SQL_SECOND_PRIMARY_KEY at 'ADD PRIMARY KEY (price) NOT ENFORCED': The table has a primary key already. (Use MODIFY, or drop it first.)"`,
    )
  })
  test('computed columns follow the types of what they read', () => {
    const session = sessionOf('CREATE TABLE t (a INT, b AS a + 1); ALTER TABLE t MODIFY a BIGINT')
    expect(bindText('SELECT b FROM t', session)).toContain('b BIGINT')
    expect(bindText('ALTER TABLE t MODIFY a ARRAY<INT>', session)).toMatchInlineSnapshot(
      `"SQL_COLUMN_IN_USE at 'MODIFY a ARRAY<INT>': A computed column or the watermark no longer fits: + does not take (ARRAY<INT>, INT NOT NULL)"`,
    )
  })
  test('options, watermark and key', () => {
    expect(altered("SET ('topic' = 'new')")).toContain("'topic' = 'new'")
    expect(altered("RESET ('topic')")).not.toContain('topic')
    expect(altered('DROP WATERMARK')).not.toContain('WATERMARK')
    expect(altered('MODIFY WATERMARK FOR ts AS ts')).toContain('WATERMARK FOR `ts` AS ts')
    expect(altered('DROP PRIMARY KEY')).not.toContain('PRIMARY KEY')
  })
})

describe('views', () => {
  test('names and stars are stored written out, so that later changes do not alter them', () => {
    expect(
      shown(`${ORDERS}; CREATE VIEW v (a, b) AS SELECT o.id, price FROM orders AS o WHERE id > 1`, 'v'),
    ).toMatchInlineSnapshot(`
      "CREATE VIEW \`shop\`.\`default\`.\`v\` (
        \`a\`,
        \`b\`
      )
      AS SELECT o.id, price FROM \`shop\`.\`default\`.\`orders\` AS o WHERE id > 1"
    `)
    expect(shown('CREATE TABLE t (a INT, b STRING); CREATE VIEW v AS SELECT * FROM t', 'v')).toMatchInlineSnapshot(`
      "CREATE VIEW \`shop\`.\`default\`.\`v\` (
        \`a\`,
        \`b\`
      )
      AS SELECT \`t\`.\`a\`, \`t\`.\`b\` FROM \`shop\`.\`default\`.\`t\`"
    `)
    const session = sessionOf('CREATE TABLE t (a INT, b STRING); CREATE VIEW v AS SELECT * FROM t; ALTER TABLE t ADD c INT')
    expect(bindText('SELECT * FROM v', session)).toMatchInlineSnapshot(`
      "Project($0:a, $1:b)
        Scan(shop.default.t)
      -> a INT, b STRING"
    `)
  })
  test('a view over what is gone says so at its use', () => {
    const session = sessionOf('CREATE TABLE t (a INT); CREATE VIEW v AS SELECT a FROM t; DROP TABLE t')
    expect(bindText('SELECT a + 1 FROM v', session)).toMatchInlineSnapshot(
      `"SQL_VIEW_BROKEN at 'v': View 'shop.default.v' no longer fits the tables it reads: Table or view 'shop.default.t' does not exist."`,
    )
  })
  test('columns have names of their own', () => {
    expect(bindText('CREATE VIEW v AS SELECT 1 AS a, 2 AS a', EMPTY_SESSION)).toMatchInlineSnapshot(
      `"SQL_DUPLICATE_COLUMN at 'SELECT 1 AS a, 2 AS a': The view has two columns named 'a'. (Give one of them an alias.)"`,
    )
  })
})

describe('catalogs, databases, functions, session', () => {
  test('a script sees what it did', () => {
    expect(bind('CREATE DATABASE d; USE d; CREATE TABLE t (a INT); SELECT a FROM shop.d.t')).toMatchInlineSnapshot(`
      "Scan(shop.d.t)
      -> a INT"
    `)
    expect(bind("SET 'table.local-time-zone' = 'UTC'; SET")).toMatchInlineSnapshot(`"{"kind":"Set"}"`)
    expect(bind('USE CATALOG shp')).toMatchInlineSnapshot(
      `"SQL_UNKNOWN_CATALOG at 'shp': Catalog 'shp' does not exist. (Did you mean 'shop'?)"`,
    )
  })
  test('temporary tables hide permanent ones', () => {
    expect(bind('CREATE TABLE t (a INT); CREATE TEMPORARY TABLE t (b INT); SELECT * FROM t')).toContain('b INT')
    expect(bind('CREATE TABLE t (a INT); CREATE TEMPORARY TABLE t (b INT); DROP TEMPORARY TABLE t; SELECT * FROM t')).toContain(
      'a INT',
    )
  })
  test('SHOW, DESCRIBE and EXPLAIN', () => {
    expect(bind("SHOW TABLES LIKE 'a%'")).toMatchInlineSnapshot(
      `"{"kind":"Show","what":"TABLES","arguments":{"like":"a%","op":"LIKE","negated":false}}"`,
    )
    expect(bindText('DESCRIBE orders', sessionOf(ORDERS))).toMatchInlineSnapshot(
      `"{"kind":"Describe","what":"TABLE","path":["orders"],"extended":false}"`,
    )
    expect(bindText('EXPLAIN CHANGELOG_MODE SELECT id FROM orders', sessionOf(ORDERS))).toMatchInlineSnapshot(`
      "Explain[CHANGELOG_MODE]
      Project($0:id)
        Scan(shop.default.orders)"
    `)
    expect(bind('DESCRIBE nothing')).toMatchInlineSnapshot(
      `"SQL_UNKNOWN_TABLE at 'nothing': Table or view 'nothing' does not exist."`,
    )
  })
  test('names of built-in objects are just names', () => {
    expect(bind('SELECT * FROM constructor')).toMatchInlineSnapshot(
      `"SQL_UNKNOWN_TABLE at 'constructor': Table or view 'constructor' does not exist."`,
    )
    expect(bind('CREATE TABLE __proto__ (a INT); SELECT a FROM __proto__')).toContain('-> a INT')
  })
  test('what this service lacks is understood and marked', () => {
    expect(bind("ADD JAR 'x.jar'")).toMatchInlineSnapshot(`"{"kind":"Unsupported","what":"ADD or REMOVE JAR"}"`)
  })
})
