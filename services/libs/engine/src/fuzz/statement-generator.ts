import { expression, name, typeName } from './expression-generator.ts'
import type { Random } from './random.ts'

const TABLES = ['t', 'db.t', '`my table`', 'cat.db.orders', 'bids'] as const
const WINDOWS = [
  "TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE))",
  "HOP(DATA => TABLE t, TIMECOL => DESCRIPTOR(ts), SLIDE => INTERVAL '1' MINUTE, SIZE => INTERVAL '5' MINUTE)",
  "SESSION(TABLE t PARTITION BY (a, b), DESCRIPTOR(ts), INTERVAL '5' MINUTE)",
] as const

/** One statement of the grammar, mostly accepted. Its length grows with the depth, 0 to 3. */
export function statement(random: Random, depth: number): string {
  const inner = Math.max(0, depth - 1)
  switch (random.below(14)) {
    case 0:
      return createTable(random, inner)
    case 1:
      return `CREATE ${random.pick(['', 'TEMPORARY ', 'OR REPLACE '])}VIEW v AS ${query(random, inner)}`
    case 2:
      return `INSERT ${random.pick(['INTO', 'OVERWRITE'])} ${random.pick(TABLES)}${random.once(3) ? ' (a, b)' : ''} ${query(random, inner)}`
    case 3:
      return alterTable(random, inner)
    case 4:
      return random.pick(OTHERS)
    case 5:
      return `EXPLAIN ${random.pick(['', 'PLAN FOR ', 'CHANGELOG_MODE '])}${query(random, inner)}`
    case 6:
      return `EXECUTE STATEMENT SET BEGIN INSERT INTO a ${query(random, inner)}; INSERT INTO b ${query(random, inner)}; END`
    case 7:
      return `UPDATE t SET a = ${expr(random, inner)} WHERE ${expr(random, inner)}`
    case 8:
      return matchRecognize(random, inner)
    default:
      return query(random, depth)
  }
}

export function expr(random: Random, depth: number): string {
  return expression(random, depth, query)
}

const OTHERS = [
  "SET 'a' = 'b'", 'RESET', 'SHOW TABLES', "SHOW COLUMNS FROM t LIKE 'a%'", 'SHOW CREATE TABLE t', 'DESCRIBE EXTENDED t', 'USE CATALOG c',
  "LOAD MODULE m WITH ('k' = 'v')", 'DROP TABLE IF EXISTS t', 'DROP DATABASE d CASCADE', "CREATE CATALOG c WITH ('type' = 'x')",
  "CREATE FUNCTION f AS 'a.B' LANGUAGE JAVA USING JAR 'x.jar'", 'TRUNCATE TABLE t', 'CALL p(1, x => 2)', "STOP JOB 'j' WITH SAVEPOINT",
  'ANALYZE TABLE t COMPUTE STATISTICS FOR ALL COLUMNS', 'BEGIN STATEMENT SET', 'END', "COMPILE PLAN 'p' FOR INSERT INTO t SELECT 1",
  "CREATE MODEL m INPUT (a INT) OUTPUT (b STRING) WITH ('provider' = 'x')", 'DELETE FROM t WHERE a = 1',
  "CREATE MATERIALIZED TABLE m FRESHNESS = INTERVAL '1' HOUR AS SELECT a FROM t", 'ALTER MATERIALIZED TABLE m SUSPEND',
  'MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN UPDATE SET b = 1 WHEN NOT MATCHED THEN INSERT VALUES (1, 2)',
  "ALTER CATALOG c COMMENT 'x'", "CREATE DATABASE IF NOT EXISTS c.d COMMENT 'x'", "ALTER DATABASE d SET ('a' = 'b')",
  'CREATE OR REPLACE TABLE t AS SELECT 1', 'ALTER VIEW v RENAME TO w', "ALTER FUNCTION f AS 'a.C'", "ALTER MODEL m SET ('k' = 'v')",
  "CREATE TABLE t (a INT) DISTRIBUTED BY HASH(a) INTO 4 BUCKETS WITH ('k' = 'v')", "CREATE CONNECTION c WITH ('k' = 'v')",
  'ALTER TABLE t DROP PARTITION (a = 1), PARTITION (b = 2)', 'ALTER CONNECTION c RENAME TO d', "EXECUTE PLAN 'p'", 'EXPLAIN ESTIMATED_COST SELECT 1',
  'INSERT INTO t PARTITION (p = 1) (a) SELECT 1 ON CONFLICT DO NOTHING', 'ANALYZE TABLE t PARTITION (a, b = 1) COMPUTE STATISTICS',
  "STOP JOB 'j' WITH SAVEPOINT WITH DRAIN", "ADD JAR 'x'", 'ALTER SESSION SET a = 1', 'USE MODULES a, b', 'UNLOAD MODULE m',
  "SELECT * FROM emp PIVOT (SUM(sal) AS s FOR (job) IN ('CLERK' AS c, 'BOSS'))", 'SELECT {fn ABS(1)}, {d \'2024-01-01\'}, a.b.* FROM x AS a',
  'SELECT a, count(DISTINCT b) FILTER (WHERE b > 1) OVER w FROM t WINDOW w AS (PARTITION BY a ORDER BY ts RANGE BETWEEN INTERVAL \'1\' DAY PRECEDING AND CURRENT ROW)',
  'SELECT /*+ STATE_TTL(\'a\' = \'1d\') */ o.a FROM bids AS o JOIN t FOR SYSTEM_TIME AS OF o.ts AS r ON o.a = r.a -- looked up\n',
  'SELECT * FROM f(input => TABLE t PARTITION BY a ORDER BY ts, on_time => DESCRIPTOR(ts), uid => \'x\')',
  'SELECT a /* first */, MAX(b) FROM t GROUP BY ROLLUP(a, (a, b)) ORDER BY 1 NULLS FIRST LIMIT 3', 'SELECT * FROM t TABLESAMPLE BERNOULLI(10) REPEATABLE (1)',
  'SELECT JSON_QUERY(c, \'lax $.a\' WITH CONDITIONAL ARRAY WRAPPER NULL ON EMPTY ERROR ON ERROR), JSON_ARRAYAGG(a ORDER BY b NULL ON NULL) FROM t',
] as const // biome-ignore format: a list

function createTable(random: Random, depth: number): string {
  const columns = Array.from({ length: 1 + random.below(4) }, () => column(random, depth))
  if (random.once(2)) columns.push("WATERMARK FOR ts AS ts - INTERVAL '5' SECOND")
  if (random.once(2)) columns.push('PRIMARY KEY (a) NOT ENFORCED')
  const tail = random.pick([
    '',
    " WITH ('connector' = 'kafka', 'topic' = 'x')",
    ' LIKE u (INCLUDING ALL)',
    " COMMENT 'c' PARTITIONED BY (a)",
  ])
  return `CREATE ${random.once(4) ? 'TEMPORARY ' : ''}TABLE ${random.pick(TABLES)} (${columns.join(', ')})${tail}`
}

function column(random: Random, depth: number): string {
  switch (random.below(4)) {
    case 0:
      return `c AS ${expr(random, depth)}`
    case 1:
      return `m ${typeName(random)} METADATA FROM 'k' VIRTUAL`
    default:
      return `${random.pick(['a', 'b', 'ts', '`x y`'])} ${typeName(random)}${random.pick(['', ' NOT NULL', " COMMENT 'c'"])}`
  }
}

function alterTable(random: Random, depth: number): string {
  const action = random.pick(['ADD', 'MODIFY', 'DROP', 'RENAME', 'SET'])
  switch (action) {
    case 'DROP':
      return `ALTER TABLE t DROP ${random.pick(['a', '(a, b)', 'PRIMARY KEY', 'WATERMARK', 'CONSTRAINT k'])}`
    case 'RENAME':
      return `ALTER TABLE t RENAME ${random.pick(['TO u', 'a TO b'])}`
    case 'SET':
      return "ALTER TABLE t SET ('a' = 'b')"
    default:
      return `ALTER TABLE t ${action} (${column(random, depth)}${random.once(2) ? ' FIRST' : ''}, PRIMARY KEY (a) NOT ENFORCED)`
  }
}

function matchRecognize(random: Random, depth: number): string {
  const pattern = random.pick(['A B+ C', 'A{2,3} B*?', '(A | B) C?', 'A {- B -} C+'])
  return `SELECT * FROM t MATCH_RECOGNIZE (PARTITION BY a ORDER BY ts MEASURES A.x AS y ONE ROW PER MATCH AFTER MATCH SKIP TO NEXT ROW PATTERN (${pattern}) DEFINE A AS ${expr(random, depth)}) AS m`
}

/** A query of bounded depth. */
export function query(random: Random, depth: number): string {
  if (depth <= 0) return leaf(random)
  switch (random.below(8)) {
    case 0:
      return `${query(random, depth - 1)} ${random.pick(['UNION', 'UNION ALL', 'INTERSECT', 'EXCEPT ALL'])} SELECT b FROM u`
    case 1:
      return `WITH w (x) AS (${query(random, depth - 1)}) SELECT * FROM w`
    case 2:
      return `(${query(random, depth - 1)}) UNION ALL (${query(random, depth - 1)})`
    default:
      return select(random, depth)
  }
}

function leaf(random: Random): string {
  const short = random.below(8)
  if (short < LEAVES.length) return LEAVES[short] as string
  const where = random.once(2) ? ` WHERE ${expr(random, 0)} ${random.pick(['=', '<', '||', 'LIKE'])} ${expr(random, 0)}` : ''
  return `SELECT ${random.once(8) ? 'DISTINCT ' : ''}${expr(random, 0)}, COALESCE(a, ${expr(random, 0)}) FROM ${table(random, 0)}${where}`
}

const LEAVES = ['SELECT 1', 'SELECT a FROM t', 'VALUES (1, 2), (3, 4)', 'TABLE t'] as const

function select(random: Random, depth: number): string {
  const items = Array.from({ length: 1 + random.below(3) }, () => `${expr(random, depth)}${random.once(3) ? ' AS x' : ''}`)
  const hint = random.once(12) ? "/*+ BROADCAST(t), OPTIONS('a' = 'b') */ " : ''
  let text = `SELECT ${hint}${random.once(8) ? 'DISTINCT ' : ''}${random.once(6) ? '*' : items.join(', ')} FROM ${table(random, depth - 1)}`
  if (random.once(2)) text += ` WHERE ${expr(random, depth)}`
  if (random.once(3))
    text += ` GROUP BY ${random.pick(['a', 'a, b', "TUMBLE(ts, INTERVAL '1' HOUR), a", 'GROUPING SETS ((a), (b), ())', 'CUBE(a, b)'])}`
  if (random.once(6)) text += ` HAVING ${expr(random, 1)}`
  if (random.once(8)) text += ' WINDOW w AS (PARTITION BY a ORDER BY b)'
  if (random.once(4)) text += ` ORDER BY ${name(random)} ${random.pick(['', 'ASC', 'DESC NULLS LAST'])}`
  if (random.once(5)) text += random.pick([' LIMIT 10', ' LIMIT 5 OFFSET 2', ' OFFSET 1 ROWS FETCH NEXT 2 ROWS ONLY'])
  return text
}

function table(random: Random, depth: number): string {
  if (depth > 0) {
    switch (random.below(6)) {
      case 0:
        return `${table(random, depth - 1)} ${random.pick(['JOIN', 'LEFT JOIN', 'FULL OUTER JOIN'])} u ON ${expr(random, 1)}`
      case 1:
        return `(${query(random, depth - 1)}) AS s`
      case 2:
        return `t, LATERAL TABLE(f(${name(random)})) AS l (x)`
      case 3:
        return 'UNNEST(ARRAY[1, 2]) WITH ORDINALITY AS n (v, o)'
    }
  }
  return random.pick([...TABLES, 'bids AS b', 't FOR SYSTEM_TIME AS OF ts AS d', ...WINDOWS])
}
