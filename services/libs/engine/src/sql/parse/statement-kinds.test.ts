import { expect, test } from 'vitest'
import { unparseStatement } from '../unparse/unparse.ts'
import { parseStatements } from './parser.ts'

/** Statements of the language: SQL, kind, and printed text (white space apart). */
const STATEMENTS: readonly (readonly [sql: string, kind: string, printed: string])[] = [
  ['select 1', 'Select', 'SELECT 1'],
  ['values (1, 2), row(3, 4)', 'Values', 'VALUES (ROW(1, 2)), (ROW(3, 4))'],
  ['table t', 'TableQuery', 'TABLE `t`'],
  ['with a as (select 1) select * from a', 'With', 'WITH `a` AS (SELECT 1) SELECT * FROM `a`'],
  ['select 1 union all select 2 intersect select 3', 'SetOp', 'SELECT 1 UNION ALL SELECT 2 INTERSECT SELECT 3'],
  ['select a from t order by a desc limit 3', 'Ordered', 'SELECT `a` FROM `t` ORDER BY `a` DESC FETCH NEXT 3 ROWS ONLY'],
  ["create catalog c with ('type'='x')", 'CreateCatalog', "CREATE CATALOG `c` WITH ( 'type' = 'x' )"],
  ["alter catalog c comment 'x'", 'AlterCatalog', "ALTER CATALOG `c` COMMENT 'x'"],
  ["create database if not exists c.d comment 'x'", 'CreateDatabase', "CREATE DATABASE IF NOT EXISTS `c`.`d` COMMENT 'x'"],
  ["alter database d set ('a'='b')", 'AlterDatabase', "ALTER DATABASE `d` SET ( 'a' = 'b' )"],
  ['create table t (a int not null, b as a + 1)', 'CreateTable', 'CREATE TABLE `t` ( `a` INTEGER NOT NULL, `b` AS (`a` + 1) )'],
  ["create table t with ('a'='b') like u (including all)", 'CreateTable', "CREATE TABLE `t` WITH ( 'a' = 'b' ) LIKE `u` ( INCLUDING ALL )"],
  ['create or replace table t as select 1', 'CreateTable', 'CREATE OR REPLACE TABLE `t` AS SELECT 1'],
  ['alter table t add (a int first, watermark for b as b)', 'AlterTable', 'ALTER TABLE `t` ADD ( `a` INTEGER FIRST, WATERMARK FOR `b` AS `b` )'],
  ['alter table t drop partition (a = 1), partition (b = 2)', 'AlterTable', 'ALTER TABLE `t` DROP PARTITION (`a` = 1), PARTITION (`b` = 2)'],
  ['create temporary view v (a) as select 1', 'CreateView', 'CREATE TEMPORARY VIEW `v` (`a`) AS SELECT 1'],
  ['alter view v rename to w', 'AlterView', 'ALTER VIEW `v` RENAME TO `w`'],
  ["create temporary system function f as 'a.B' language java using jar 'x'", 'CreateFunction', "CREATE TEMPORARY SYSTEM FUNCTION `f` AS 'a.B' LANGUAGE JAVA USING JAR 'x'"],
  ["alter function f as 'a.C'", 'AlterFunction', "ALTER FUNCTION `f` AS 'a.C'"],
  ["create model m input (a int) output (b string) with ('k'='v')", 'CreateModel', "CREATE MODEL `m` INPUT ( `a` INTEGER ) OUTPUT ( `b` STRING ) WITH ( 'k' = 'v' )"],
  ["alter model m set ('k'='v')", 'AlterModel', "ALTER MODEL `m` SET ( 'k' = 'v' )"],
  ["create connection c with ('k'='v')", 'CreateConnection', "CREATE CONNECTION `c` WITH ( 'k' = 'v' )"],
  ['alter connection c rename to d', 'AlterConnection', 'ALTER CONNECTION `c` RENAME TO `d`'],
  ["create materialized table m freshness = interval '1' day as select 1", 'CreateMaterializedTable', "CREATE MATERIALIZED TABLE `m` FRESHNESS = INTERVAL '1' DAY AS SELECT 1"],
  ['alter materialized table m suspend', 'AlterMaterializedTable', 'ALTER MATERIALIZED TABLE `m` SUSPEND'],
  ['drop temporary table if exists t', 'Drop', 'DROP TEMPORARY TABLE IF EXISTS `t`'],
  ['drop database d', 'Drop', 'DROP DATABASE `d` RESTRICT'],
  ['insert into t partition (p = 1) (a) select 1 on conflict do nothing', 'Insert', 'INSERT INTO `t` PARTITION (`p` = 1) (`a`) SELECT 1 ON CONFLICT DO NOTHING'],
  ['insert overwrite t values (1)', 'Insert', 'INSERT OVERWRITE `t` VALUES (ROW(1))'],
  ['update t set a = 1 where b', 'Update', 'UPDATE `t` SET `a` = 1 WHERE `b`'],
  ['delete from t where a = 1', 'Delete', 'DELETE FROM `t` WHERE (`a` = 1)'],
  ['merge into t using u on a when matched then update set b = 1', 'Merge', 'MERGE INTO `t` USING `u` ON `a` WHEN MATCHED THEN UPDATE SET `b` = 1'],
  ['begin statement set', 'BeginStatementSet', 'BEGIN STATEMENT SET'],
  ['end', 'EndStatementSet', 'END'],
  ['execute statement set begin insert into t select 1; end', 'Execute', 'EXECUTE STATEMENT SET BEGIN INSERT INTO `t` SELECT 1 ; END'],
  ["execute plan 'p'", 'ExecutePlan', "EXECUTE PLAN 'p'"],
  ["compile and execute plan 'p' for insert into t select 1", 'CompilePlan', "COMPILE AND EXECUTE PLAN 'p' FOR INSERT INTO `t` SELECT 1"],
  ['call p(1, x => 2)', 'CallProcedure', 'CALL `p`(1, `x` => 2)'],
  ['truncate table t', 'TruncateTable', 'TRUNCATE TABLE `t`'],
  ['explain changelog_mode select 1', 'Explain', 'EXPLAIN CHANGELOG_MODE SELECT 1'],
  ['desc extended a.b', 'Describe', 'DESCRIBE EXTENDED `a`.`b`'],
  ["show columns from t not like 'a%'", 'Show', "SHOW COLUMNS FROM `t` NOT LIKE 'a%'"],
  ['show create table t', 'ShowCreate', 'SHOW CREATE TABLE `t`'],
  ["set 'a' = 'b'", 'SetOption', "SET 'a' = 'b'"],
  ['reset', 'ResetOption', 'RESET'],
  ['use modules a, b', 'Use', 'USE MODULES `a`, `b`'],
  ["load module m with ('k'='v')", 'LoadModule', "LOAD MODULE `m` WITH ( 'k' = 'v' )"],
  ['unload module m', 'UnloadModule', 'UNLOAD MODULE `m`'],
  ['analyze table t partition (a, b = 1) compute statistics for all columns', 'AnalyzeTable', 'ANALYZE TABLE `t` PARTITION (`a`, `b` = 1) COMPUTE STATISTICS FOR ALL COLUMNS'],
  ["stop job 'j' with savepoint with drain", 'StopJob', "STOP JOB 'j' WITH SAVEPOINT WITH DRAIN"],
  ["add jar 'x'", 'ManageJar', "ADD JAR 'x'"],
  ['alter session set a = 1', 'AlterSystem', 'ALTER SESSION SET `a` = 1'],
] // biome-ignore format: a table

test.each(STATEMENTS)('%s', (sql, kind, printed) => {
  const { statements, diagnostics } = parseStatements(sql)
  expect(diagnostics).toEqual([])
  expect(statements[0]?.kind).toBe(kind)
  const text = unparseStatement(statements[0] as NonNullable<(typeof statements)[number]>)
  expect(text.replace(/\s+/g, ' ')).toBe(printed)
  expect(unparseStatement(parseStatements(text).statements[0] as NonNullable<(typeof statements)[number]>)).toBe(text)
})
