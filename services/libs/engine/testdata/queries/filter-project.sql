-- A filter and computed columns keep every row that passes, with NULLs.
-- table orders splits=2 batch-rows=2
-- [1, "apple", 10]
-- [2, null, 25]
-- [3, "cherry", null]
-- [4, "date", 40]
-- [5, "elder", 7]
-- [6, "fig", 66]
CREATE TABLE orders (id INT, name STRING, price INT);

SELECT id, UPPER(name) AS name, price * 2 AS twice FROM orders WHERE price > 8 OR price IS NULL
