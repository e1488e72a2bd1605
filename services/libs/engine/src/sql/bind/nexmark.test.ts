import { expect, test } from 'vitest'
import { sessionOf, typesOf } from './bind-fixture.ts'

/** The schema of the Nexmark benchmark: one source of three kinds of event, and a view for each. */
const session = sessionOf(`
  CREATE TABLE datagen (
    event_type INT,
    person ROW<id BIGINT, name STRING, emailAddress STRING, creditCard STRING, city STRING, state STRING, \`dateTime\` TIMESTAMP(3), extra STRING>,
    auction ROW<id BIGINT, itemName STRING, description STRING, initialBid BIGINT, reserve BIGINT, \`dateTime\` TIMESTAMP(3), expires TIMESTAMP(3), seller BIGINT, category BIGINT, extra STRING>,
    bid ROW<auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, \`dateTime\` TIMESTAMP(3), extra STRING>,
    \`dateTime\` AS CASE WHEN event_type = 0 THEN person.\`dateTime\` WHEN event_type = 1 THEN auction.\`dateTime\` ELSE bid.\`dateTime\` END,
    WATERMARK FOR \`dateTime\` AS \`dateTime\` - INTERVAL '4' SECOND
  );
  CREATE VIEW person AS SELECT person.id, person.name, person.emailAddress, person.creditCard, person.city, person.state, \`dateTime\`, person.extra FROM datagen WHERE event_type = 0;
  CREATE VIEW auction AS SELECT auction.id, auction.itemName, auction.description, auction.initialBid, auction.reserve, \`dateTime\`, auction.expires, auction.seller, auction.category, auction.extra FROM datagen WHERE event_type = 1;
  CREATE VIEW bid AS SELECT bid.auction, bid.bidder, bid.price, bid.channel, bid.url, \`dateTime\`, bid.extra FROM datagen WHERE event_type = 2;
`)

const QUERIES: Readonly<Record<string, string>> = {
  q0: 'SELECT auction, bidder, price, `dateTime`, extra FROM bid',
  q1: 'SELECT auction, bidder, 0.908 * price AS price, `dateTime`, extra FROM bid',
  q2: 'SELECT auction, price FROM bid WHERE MOD(auction, 123) = 0',
  q3: "SELECT P.name, P.city, P.state, A.id FROM auction AS A INNER JOIN person AS P ON A.seller = P.id WHERE A.category = 10 AND (P.state = 'OR' OR P.state = 'ID' OR P.state = 'CA')",
  q4: 'SELECT Q.category, AVG(Q.final) FROM (SELECT MAX(B.price) AS final, A.category FROM auction A, bid B WHERE A.id = B.auction AND B.`dateTime` BETWEEN A.`dateTime` AND A.expires GROUP BY A.id, A.category) Q GROUP BY Q.category',
  q5: `SELECT AuctionBids.auction, AuctionBids.num FROM (
      SELECT auction, count(*) AS num, window_start AS starttime, window_end AS endtime
      FROM TABLE(HOP(TABLE bid, DESCRIPTOR(\`dateTime\`), INTERVAL '2' SECOND, INTERVAL '10' SECOND)) GROUP BY auction, window_start, window_end
    ) AS AuctionBids JOIN (
      SELECT max(CountBids.num) AS maxn, CountBids.starttime, CountBids.endtime FROM (
        SELECT count(*) AS num, window_start AS starttime, window_end AS endtime
        FROM TABLE(HOP(TABLE bid, DESCRIPTOR(\`dateTime\`), INTERVAL '2' SECOND, INTERVAL '10' SECOND)) GROUP BY auction, window_start, window_end
      ) AS CountBids GROUP BY CountBids.starttime, CountBids.endtime
    ) AS MaxBids ON AuctionBids.starttime = MaxBids.starttime AND AuctionBids.endtime = MaxBids.endtime AND AuctionBids.num >= MaxBids.maxn`,
  q7: `SELECT B.auction, B.price, B.bidder, B.\`dateTime\`, B.extra FROM bid B JOIN (
      SELECT MAX(price) AS maxprice, window_end AS \`dateTime\` FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(\`dateTime\`), INTERVAL '10' SECOND)) GROUP BY window_start, window_end
    ) B1 ON B.price = B1.maxprice WHERE B.\`dateTime\` BETWEEN B1.\`dateTime\` - INTERVAL '10' SECOND AND B1.\`dateTime\``,
  q8: `SELECT P.id, P.name, P.starttime FROM (
      SELECT id, name, window_start AS starttime, window_end AS endtime FROM TABLE(TUMBLE(TABLE person, DESCRIPTOR(\`dateTime\`), INTERVAL '10' SECOND)) GROUP BY id, name, window_start, window_end
    ) P JOIN (
      SELECT seller, window_start AS starttime, window_end AS endtime FROM TABLE(TUMBLE(TABLE auction, DESCRIPTOR(\`dateTime\`), INTERVAL '10' SECOND)) GROUP BY seller, window_start, window_end
    ) A ON P.id = A.seller AND P.starttime = A.starttime AND P.endtime = A.endtime`,
  q9: `SELECT id, itemName, auction, bidder, price, bid_dateTime FROM (
      SELECT A.*, B.auction, B.bidder, B.price, B.\`dateTime\` AS bid_dateTime, ROW_NUMBER() OVER (PARTITION BY A.id ORDER BY B.price DESC, B.\`dateTime\` ASC) AS rownum
      FROM auction A, bid B WHERE A.id = B.auction AND B.\`dateTime\` BETWEEN A.\`dateTime\` AND A.expires
    ) WHERE rownum <= 1`,
  q10: "SELECT auction, bidder, price, `dateTime`, extra, DATE_FORMAT(`dateTime`, 'yyyy-MM-dd'), DATE_FORMAT(`dateTime`, 'HH:mm') FROM bid",
  q11: "SELECT B.bidder, count(*) AS bid_count, SESSION_START(B.`dateTime`, INTERVAL '10' SECOND) AS starttime, SESSION_END(B.`dateTime`, INTERVAL '10' SECOND) AS endtime FROM bid B GROUP BY B.bidder, SESSION(B.`dateTime`, INTERVAL '10' SECOND)",
  q12: "WITH B AS (SELECT *, PROCTIME() AS p_time FROM bid) SELECT bidder, count(*) AS bid_count, window_start, window_end FROM TABLE(TUMBLE(TABLE B, DESCRIPTOR(p_time), INTERVAL '10' SECOND)) GROUP BY bidder, window_start, window_end",
  q14: "SELECT auction, bidder, 0.908 * price AS price, CASE WHEN HOUR(`dateTime`) >= 8 AND HOUR(`dateTime`) <= 18 THEN 'dayTime' WHEN HOUR(`dateTime`) <= 6 OR HOUR(`dateTime`) >= 20 THEN 'nightTime' ELSE 'otherTime' END AS bidTimeType, `dateTime` FROM bid WHERE 0.908 * price > 1000000 AND 0.908 * price < 50000000",
  q15: "SELECT DATE_FORMAT(`dateTime`, 'yyyy-MM-dd') AS `day`, count(*) AS total_bids, count(*) filter (where price < 10000) AS rank1_bids, count(distinct bidder) AS total_bidders, count(distinct bidder) filter (where price >= 1000000) AS rank3_bidders FROM bid GROUP BY DATE_FORMAT(`dateTime`, 'yyyy-MM-dd')",
  q16: "SELECT channel, DATE_FORMAT(`dateTime`, 'yyyy-MM-dd') AS `day`, max(DATE_FORMAT(`dateTime`, 'HH:mm')) AS `minute`, count(distinct auction) AS total FROM bid GROUP BY channel, DATE_FORMAT(`dateTime`, 'yyyy-MM-dd')",
  q17: "SELECT auction, DATE_FORMAT(`dateTime`, 'yyyy-MM-dd') AS `day`, count(*) AS total_bids, min(price), max(price), avg(price), sum(price) FROM bid GROUP BY auction, DATE_FORMAT(`dateTime`, 'yyyy-MM-dd')",
  q18: 'SELECT auction, bidder, price, channel, url, `dateTime`, extra FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY bidder, auction ORDER BY `dateTime` DESC) AS rank_number FROM bid) WHERE rank_number <= 1',
  q19: 'SELECT * FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY auction ORDER BY price DESC) AS rank_number FROM bid) WHERE rank_number <= 10',
  q20: 'SELECT auction, bidder, price, channel, url, B.`dateTime`, B.extra, itemName, A.`dateTime`, A.extra FROM bid AS B INNER JOIN auction AS A ON B.auction = A.id WHERE A.category = 10',
  q21: "SELECT auction, bidder, price, channel, CASE WHEN lower(channel) = 'apple' THEN '0' WHEN lower(channel) = 'google' THEN '1' ELSE REGEXP_EXTRACT(url, '(&|^)channel_id=([^&]*)', 2) END AS channel_id FROM bid WHERE REGEXP_EXTRACT(url, '(&|^)channel_id=([^&]*)', 2) IS NOT NULL OR lower(channel) IN ('apple', 'google', 'facebook', 'baidu')",
  q22: "SELECT auction, SPLIT_INDEX(url, '/', 3) AS dir1, SPLIT_INDEX(url, '/', 4) AS dir2 FROM bid",
  q23: 'SELECT B.auction, A.seller, P.name FROM bid B JOIN person P ON B.bidder = P.id JOIN auction A ON B.auction = A.id',
}

test('the queries of Nexmark bind, with the types that Flink gives them', () => {
  const types = Object.entries(QUERIES).map(([name, sql]) => `${name}: ${typesOf(sql, session)}`)
  expect(types.filter((line) => line.includes('SQL_'))).toEqual([])
  expect(types).toMatchInlineSnapshot(`
    [
      "q0: auction BIGINT, bidder BIGINT, price BIGINT, dateTime TIMESTAMP(3) *ROWTIME*, extra STRING",
      "q1: auction BIGINT, bidder BIGINT, price DECIMAL(24, 3), dateTime TIMESTAMP(3) *ROWTIME*, extra STRING",
      "q2: auction BIGINT, price BIGINT",
      "q3: name STRING, city STRING, state STRING, id BIGINT",
      "q4: category BIGINT, EXPR$1 BIGINT",
      "q5: auction BIGINT, num BIGINT NOT NULL",
      "q7: auction BIGINT, price BIGINT, bidder BIGINT, dateTime TIMESTAMP(3) *ROWTIME*, extra STRING",
      "q8: id BIGINT, name STRING, starttime TIMESTAMP(3) NOT NULL",
      "q9: id BIGINT, itemName STRING, auction BIGINT, bidder BIGINT, price BIGINT, bid_dateTime TIMESTAMP(3) *ROWTIME*",
      "q10: auction BIGINT, bidder BIGINT, price BIGINT, dateTime TIMESTAMP(3) *ROWTIME*, extra STRING, EXPR$5 STRING, EXPR$6 STRING",
      "q11: bidder BIGINT, bid_count BIGINT NOT NULL, starttime TIMESTAMP(3) NOT NULL, endtime TIMESTAMP(3) NOT NULL",
      "q12: bidder BIGINT, bid_count BIGINT NOT NULL, window_start TIMESTAMP(3) NOT NULL, window_end TIMESTAMP(3) NOT NULL",
      "q14: auction BIGINT, bidder BIGINT, price DECIMAL(24, 3), bidTimeType VARCHAR(9) NOT NULL, dateTime TIMESTAMP(3) *ROWTIME*",
      "q15: day STRING, total_bids BIGINT NOT NULL, rank1_bids BIGINT NOT NULL, total_bidders BIGINT NOT NULL, rank3_bidders BIGINT NOT NULL",
      "q16: channel STRING, day STRING, minute STRING, total BIGINT NOT NULL",
      "q17: auction BIGINT, day STRING, total_bids BIGINT NOT NULL, EXPR$3 BIGINT, EXPR$4 BIGINT, EXPR$5 BIGINT, EXPR$6 BIGINT",
      "q18: auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, dateTime TIMESTAMP(3) *ROWTIME*, extra STRING",
      "q19: auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, dateTime TIMESTAMP(3) *ROWTIME*, extra STRING, rank_number BIGINT NOT NULL",
      "q20: auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, dateTime TIMESTAMP(3) *ROWTIME*, extra STRING, itemName STRING, dateTime TIMESTAMP(3) *ROWTIME*, extra STRING",
      "q21: auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, channel_id STRING",
      "q22: auction BIGINT, dir1 STRING, dir2 STRING",
      "q23: auction BIGINT, seller BIGINT, name STRING",
    ]
  `)
})
