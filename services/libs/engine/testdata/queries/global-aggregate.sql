-- Without GROUP BY there is one row, updated by every input row, on one subtask.
-- table bids splits=3
-- [10]
-- [null]
-- [30]
-- [-5]
-- [7]
CREATE TABLE bids (price INT);

SELECT COUNT(*) AS n, COUNT(price) AS priced, SUM(price) AS total, MIN(price) AS least FROM bids
