-- DISTINCT and FILTER inside an updating aggregate.
-- table visits splits=2
-- [1, "ann", true]
-- [1, "bob", false]
-- [2, "ann", true]
-- [1, "ann", true]
-- [2, null, true]
-- [2, "cat", null]
-- [1, "bob", true]
CREATE TABLE visits (page INT, visitor STRING, paid BOOLEAN);

SELECT page, COUNT(DISTINCT visitor) AS visitors, COUNT(*) FILTER (WHERE paid) AS paid FROM visits GROUP BY page
