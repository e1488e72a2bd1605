-- An updating aggregate: the same key is updated before and after a restore.
-- table bids splits=2 batch-rows=1
-- ["ann", 10]
-- ["bob", 20]
-- ["ann", 30]
-- [null, 1]
-- ["bob", null]
-- ["ann", 5]
-- ["cat", 7]
-- [null, 2]
CREATE TABLE bids (bidder STRING, price INT);

SELECT bidder, COUNT(*) AS bids, SUM(price) AS total, MAX(price) AS best FROM bids GROUP BY bidder
