-- Two exchanges: how many bidders have how many bids. The inner aggregate takes back what the outer one has counted.
-- table bids splits=3 batch-rows=2
-- ["ann", 1]
-- ["bob", 2]
-- ["ann", 3]
-- ["cat", 4]
-- ["bob", 5]
-- ["ann", 6]
-- ["dan", 7]
-- ["cat", 8]
-- ["eve", 9]
-- ["eve", 10]
CREATE TABLE bids (bidder STRING, price INT);

SELECT n, COUNT(*) AS bidders, SUM(total) AS total
FROM (SELECT bidder, COUNT(*) AS n, SUM(price) AS total FROM bids GROUP BY bidder)
GROUP BY n
