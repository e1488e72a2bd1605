-- Bids of the Nexmark auction stream: the same in every run.
CREATE TABLE bids (
  auction BIGINT,
  price BIGINT,
  `dateTime` TIMESTAMP(3),
  WATERMARK FOR `dateTime` AS `dateTime` - INTERVAL '1' SECOND
) WITH (
  'connector' = 'nexmark',
  'entity' = 'bid',
  'next-event.rate' = '1000',
  'events.num' = '20000',
  'max-emit-speed' = 'true',
  'base-time' = '2026-01-01 00:00:00'
);

SELECT window_start, COUNT(*) AS bids, MAX(price) AS top_price
FROM TABLE(TUMBLE(TABLE bids, DESCRIPTOR(`dateTime`), INTERVAL '10' SECOND))
GROUP BY window_start, window_end;
