import { expect, test } from 'vitest'
import { formatSql } from './format.ts'

test('keywords go to upper case, names keep theirs, clauses begin lines', () => {
  expect(formatSql('select MyCol, count(*) as n from Orders as o where o.price>-1 group by MyCol')).toBe(
    'SELECT MyCol, COUNT(*) AS n\nFROM Orders AS o\nWHERE o.price > -1\nGROUP BY MyCol\n',
  )
})

test('a word that is a keyword elsewhere keeps its case where it is a name', () => {
  expect(formatSql('select data, Key from t')).toBe('SELECT data, Key\nFROM t\n')
})

test('what does not fit is broken at its commas and conditions', () => {
  const items = Array.from({ length: 12 }, (_, i) => `some_column_${i}`).join(', ')
  expect(formatSql(`select ${items} from t where ${'a_long_condition = 1 and '.repeat(5)}b = 2`)).toMatchInlineSnapshot(`
    "SELECT
      some_column_0,
      some_column_1,
      some_column_2,
      some_column_3,
      some_column_4,
      some_column_5,
      some_column_6,
      some_column_7,
      some_column_8,
      some_column_9,
      some_column_10,
      some_column_11
    FROM t
    WHERE a_long_condition = 1
      AND a_long_condition = 1
      AND a_long_condition = 1
      AND a_long_condition = 1
      AND a_long_condition = 1
      AND b = 2
    "
  `)
})

test('sub-queries are indented, comments stay where they belong', () => {
  const sql = `-- top
select a, -- first
b /* second */ from (select * from u) as s; -- done
-- end`
  expect(formatSql(sql)).toMatchInlineSnapshot(`
    "-- top
    SELECT
      a, -- first
      b /* second */
    FROM (
      SELECT *
      FROM u
    ) AS s; -- done

    -- end
    "
  `)
})

test('types and hints are not taken apart', () => {
  expect(formatSql("create table t(a array<row<b int,c map<string,int>>>)with('k'='v')")).toBe(
    "CREATE TABLE t (a ARRAY<ROW<b INT, c MAP<STRING, INT>>>)\nWITH ('k' = 'v')\n",
  )
  expect(formatSql("select /*+ options('a'='b') */ a from t")).toBe("SELECT /*+ options('a' = 'b') */ a\nFROM t\n")
})

test('a broken statement is laid out too; a text with an unclosed string stays as it is', () => {
  expect(formatSql('select a from where b')).toBe('SELECT a\nFROM\nWHERE b\n')
  expect(formatSql("select  'a")).toBe("select  'a")
})

test('names with a dollar sign are not joined to what is before their dot, which would be another token', () => {
  const formatted = formatSql('select a . b$c from t')
  expect(formatted).toBe('SELECT a. b$c\nFROM t\n')
  expect(formatSql(formatted)).toBe(formatted)
})

test('a brace that a blank would join with its word stays as it is', () => {
  expect(formatSql('select a {\ndown')).toBe('select a {\ndown')
})
