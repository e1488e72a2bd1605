-- Aggregates take back what a changelog source retracts; a group that is empty again goes.
-- table accounts changelog=retract
-- ["+I", "ann", 10]
-- ["+I", "bob", 5]
-- ["-U", "ann", 10]
-- ["+U", "ann", 15]
-- ["+I", "ann", 1]
-- ["-D", "bob", 5]
-- ["-D", "ann", 1]
-- ["+I", "cat", 3]
CREATE TABLE accounts (owner STRING, amount INT);

SELECT owner, COUNT(*) AS n, SUM(amount) AS total, MAX(amount) AS most FROM accounts GROUP BY owner
