import { describe, expect, test } from 'vitest'
import { bindText, sessionOf } from './bind-fixture.ts'

const session = sessionOf(
  "CREATE TABLE ticker (symbol STRING, price INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)",
)
const bind = (clauses: string) => bindText(`SELECT * FROM ticker MATCH_RECOGNIZE (${clauses}) AS m`, session)

describe('MATCH_RECOGNIZE', () => {
  test('keys and measures are the columns', () => {
    expect(
      bind(`PARTITION BY symbol ORDER BY ts MEASURES FIRST(A.price) AS first, LAST(A.price) AS last, AVG(A.price) AS mean
        ONE ROW PER MATCH AFTER MATCH SKIP TO LAST A PATTERN (S A{2,} B?  C) WITHIN INTERVAL '1' HOUR
        DEFINE A AS A.price > LAST(A.price, 1) OR LAST(A.price, 1) IS NULL, C AS price < 10`),
    ).toMatchInlineSnapshot(`
      "Match(partition=[$0:symbol], order=[$2:ts ASC], pattern=S A{2,} B{0,1} C, skip=TO_LAST A, within=3600000, define=[A AS OR(>(PATTERN_REF('A', $1:price), LAST(PATTERN_REF('A', $1:price), 1)), IS NULL(LAST(PATTERN_REF('A', $1:price), 1))), C AS <(PATTERN_REF('C', $1:price), 10)], measures=[first=FIRST(PATTERN_REF('A', $1:price), 0), last=LAST(PATTERN_REF('A', $1:price), 0), mean=AVG(PATTERN_REF('A', $1:price))])
        Scan(shop.default.ticker)
      -> symbol STRING, first INT, last INT, mean INT"
    `)
  })
  test('what Flink refuses', () => {
    const pattern = (text: string) => bind(`ORDER BY ts MEASURES A.price AS p PATTERN (${text}) DEFINE A AS A.price > 1`)
    expect(pattern('A B*')).toMatchInlineSnapshot(
      `"SQL_PATTERN_GREEDY_END at 'A B*': A greedy quantifier is not allowed on the last variable of a pattern. (Add a variable that ends the match, or make it reluctant: A+?.)"`,
    )
    expect(pattern('A*')).toMatchInlineSnapshot(`
      "SQL_PATTERN_EMPTY at 'A*': A pattern that can match no row at all is not supported. (Make one variable mandatory, for example A+.)
      SQL_PATTERN_GREEDY_END at 'A*': A greedy quantifier is not allowed on the last variable of a pattern. (Add a variable that ends the match, or make it reluctant: A+?.)"
    `)
    expect(pattern('A | B')).toMatchInlineSnapshot(`"SQL_UNSUPPORTED at 'A | B': Alternation (|) is not supported in PATTERN."`)
    expect(pattern('A?? B')).toMatchInlineSnapshot(
      `"SQL_UNSUPPORTED at 'A??': A reluctant optional variable (A??) is not supported."`,
    )
    expect(bind('ORDER BY price MEASURES A.price AS p PATTERN (A B) DEFINE A AS A.price > 1')).toMatchInlineSnapshot(
      `"SQL_TIME_ATTRIBUTE_EXPECTED at 'price': The first ORDER BY key of MATCH_RECOGNIZE has to be a time attribute."`,
    )
    expect(bind('ORDER BY ts MEASURES A.price AS p PATTERN (A B) DEFINE X AS X.price > 1')).toMatchInlineSnapshot(
      `
      "Match(partition=[], order=[$2:ts ASC], pattern=A B, skip=PAST_LAST_ROW, define=[], measures=[p=PATTERN_REF('A', $1:price)])
        Scan(shop.default.ticker)
      -> p INT
      SQL_PATTERN_VARIABLE at 'X': Pattern variable 'X' is not in PATTERN; its definition is not used."
    `,
    )
  })
})
