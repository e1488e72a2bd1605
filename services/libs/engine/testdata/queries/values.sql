-- Constant rows come once, whatever the parallelism and however often the job is restored.
CREATE TABLE unused (id INT);

SELECT a, b FROM (VALUES (1, 'x'), (2, 'y'), (3, CAST(NULL AS STRING))) AS t (a, b)
