-- A row behind the watermark is dropped; one that is only out of order counts.
-- table bids batch-rows=2
-- ["2026-01-01T00:00:01", "a", 1]
-- ["2026-01-01T00:00:04", "b", 2]
-- ["2026-01-01T00:00:11", "a", 3]
-- ["2026-01-01T00:00:09", "a", 4]
-- ["2026-01-01T00:00:14", "b", 5]
-- ["2026-01-01T00:00:02", "a", 100]
-- ["2026-01-01T00:00:15", "a", 6]
-- ["2026-01-01T00:00:31", "b", 7]
-- ["2026-01-01T00:00:19", "b", 100]
-- ["2026-01-01T00:00:33", "b", 8]
CREATE TABLE bids (
  ts TIMESTAMP(3), bidder STRING, price INT,
  WATERMARK FOR ts AS ts - INTERVAL '3' SECOND
) WITH ('scan.watermark.emit.strategy' = 'on-event');

SELECT window_start, bidder, COUNT(*) AS bids, SUM(price) AS total
FROM TABLE(TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '10' SECOND))
GROUP BY window_start, window_end, bidder
