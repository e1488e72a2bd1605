-- Two tables of different speed, one stream.
-- table north batch-rows=3
-- [1, "n1"]
-- [2, "n2"]
-- [3, "n3"]
-- [4, "n4"]
-- table south splits=2
-- [1, "s1"]
-- [2, "s2"]
CREATE TABLE north (id INT, name STRING);
CREATE TABLE south (id INT, name STRING);

SELECT id, name FROM north WHERE id <> 3 UNION ALL SELECT id * 10, name FROM south
