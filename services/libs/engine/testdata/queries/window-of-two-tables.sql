-- The watermark of a union is that of the slower table.
-- table north batch-rows=2
-- ["2026-01-01T00:00:01", 1]
-- ["2026-01-01T00:00:08", 2]
-- ["2026-01-01T00:00:15", 3]
-- ["2026-01-01T00:00:25", 4]
-- table south
-- ["2026-01-01T00:00:03", 10]
-- ["2026-01-01T00:00:04", 20]
-- ["2026-01-01T00:00:11", 30]
-- ["2026-01-01T00:00:29", 40]
CREATE TABLE north (ts TIMESTAMP(3), n INT, WATERMARK FOR ts AS ts) WITH ('scan.watermark.emit.strategy' = 'on-event');
CREATE TABLE south (ts TIMESTAMP(3), n INT, WATERMARK FOR ts AS ts) WITH ('scan.watermark.emit.strategy' = 'on-event');

SELECT window_start, COUNT(*) AS n, SUM(n) AS total
FROM TABLE(TUMBLE((SELECT ts, n FROM north UNION ALL SELECT ts, n FROM south), DESCRIPTOR(ts), INTERVAL '10' SECOND))
GROUP BY window_start, window_end
