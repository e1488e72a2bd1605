import { expect, test } from 'vitest'
import type { Expression } from '../ast/expression.ts'
import { unparseExpression } from '../unparse/unparse.ts'
import { parseExpression } from './parser.ts'

/** Expressions and how Flink groups and prints them. */
const EXPRESSIONS: readonly (readonly [sql: string, printed: string])[] = [
  ['a + b * c - d', '((`a` + (`b` * `c`)) - `d`)'],
  ['a or b and not c = d', '(`a` OR (`b` AND (NOT (`c` = `d`))))'],
  ['- a + -1', '((- `a`) + -1)'],
  ['a || b * c', '((`a` || `b`) * `c`)'],
  ['a between b or c and d and e', '((`a` BETWEEN ASYMMETRIC (`b` OR `c`) AND `d`) AND `e`)'],
  ["a like b escape '!' and c", "((`a` LIKE `b` ESCAPE '!') AND `c`)"],
  ['a in (1, 2) + 3', '(`a` IN (((ROW(1, 2)) + 3)))'],
  ['a = any (select 1)', '(`a` = SOME (SELECT 1))'],
  ['a is not null is true', '((`a` IS NOT NULL) IS TRUE)'],
  ['a is distinct from b', '(`a` IS DISTINCT FROM `b`)'],
  ['exists (select 1) and b', '((EXISTS (SELECT 1)) AND `b`)'],
  ['case x when 1, 2 then 3 else null end', '(CASE WHEN (`x` IN (1, 2)) THEN 3 ELSE NULL END)'],
  ['cast(a as row<b int not null, c array<string>>)', 'CAST(`a` AS ROW< `b` INTEGER NOT NULL, `c` ARRAY< STRING > >)'],
  ['try_cast(a as timestamp(3) with local time zone)', '(TRY_CAST(`a` AS TIMESTAMP(3) WITH LOCAL TIME ZONE))'],
  ["trim(leading 'x' from a)", "TRIM(LEADING 'x' FROM `a`)"],
  ['substring(a from 1 for 2)', 'SUBSTRING(`a`, 1, 2)'],
  ['extract(dayofweek from a)', 'EXTRACT(DOW FROM `a`)'],
  ['ceiling(a to month)', 'CEIL(`a` TO MONTH)'],
  ["interval -'1:30' hour to minute", "INTERVAL -'1:30' HOUR TO MINUTE"],
  ['(a - b) day', '((`a` - `b`) DAY)'],
  ['a.b[1].c', '`a`.`b`[1].`c`'],
  ["map['k', 1]['k']", "(MAP['k', 1])['k']"],
  ['(a, b) overlaps (c, d)', '(PERIOD (`a`, `b`) OVERLAPS PERIOD (`c`, `d`))'],
  ['count(distinct a) filter (where b) over (partition by c)', '(COUNT(DISTINCT `a`) FILTER (WHERE `b`) OVER (PARTITION BY `c`))'],
  ["json_value(a, '$.x' returning int default 1 on error)", "JSON_VALUE(`a`, '$.x' RETURNING INTEGER DEFAULT 1 ON ERROR)"],
  ["json_object('a': 1)", "JSON_OBJECT(KEY 'a' VALUE 1 NULL ON NULL)"],
  ['tumble(ts, interval \'1\' day)', "($TUMBLE(`ts`, INTERVAL '1' DAY))"],
  ['f(a => 1, b => default)', '`f`(`a` => 1, `b` => DEFAULT)'],
  ["u&'\\0041' 'b'", "'Ab'"],
  ['.5 + 1.50 + 007 + 1.0e+05', '(((0.5 + 1.50) + 7) + 1.0E5)'],
] // biome-ignore format: a table

test.each(EXPRESSIONS)('%s', (sql, printed) => {
  const { expression, diagnostics } = parseExpression(sql)
  expect(diagnostics).toEqual([])
  expect(unparseExpression(expression as Expression)).toBe(printed)
  const again = parseExpression(printed)
  expect(again.diagnostics).toEqual([])
  expect(unparseExpression(again.expression as Expression)).toBe(printed)
})

test.each([
  ['a != b', '<>'],
  ['select 1', 'expression'],
  ['a in ()', 'expression'],
  ['a between 1', 'AND'],
  ["'a' uescape '!'", 'UESCAPE'],
  ["x'1g'", 'binary'],
  ['array[(select 1)]', 'query'],
  ['case a end', 'WHEN'],
])('%s is refused', (sql, told) => {
  const { expression, diagnostics } = parseExpression(sql)
  expect(expression).toBeUndefined()
  expect(JSON.stringify(diagnostics)).toContain(told)
})
