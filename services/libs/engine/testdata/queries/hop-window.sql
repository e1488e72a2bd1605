-- A row belongs to several windows; a late one still counts in those that have not fired.
-- table bids
-- ["2026-01-01T00:00:02", "a", 1]
-- ["2026-01-01T00:00:07", "b", 2]
-- ["2026-01-01T00:00:12", "a", 3]
-- ["2026-01-01T00:00:06", "a", 4]
-- ["2026-01-01T00:00:21", "b", 5]
-- ["2026-01-01T00:00:22", "a", 6]
CREATE TABLE bids (
  ts TIMESTAMP(3), bidder STRING, price INT,
  WATERMARK FOR ts AS ts - INTERVAL '1' SECOND
) WITH ('scan.watermark.emit.strategy' = 'on-event');

SELECT window_start, window_end, bidder, SUM(price) AS total
FROM TABLE(HOP(TABLE bids, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '10' SECOND))
GROUP BY window_start, window_end, bidder
