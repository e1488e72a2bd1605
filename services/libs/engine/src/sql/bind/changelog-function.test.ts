import { describe, expect, test } from 'vitest'
import { bindText, sessionOf, typesOf } from './bind-fixture.ts'

const session = sessionOf(`
  CREATE TABLE cdc (id INT, op STRING, name STRING);
  CREATE TABLE dim (a INT, name STRING, PRIMARY KEY (a) NOT ENFORCED);
`)
const bind = (call: string) => bindText(`SELECT * FROM ${call}`, session)

describe('changelog functions', () => {
  test('FROM_CHANGELOG takes the operation column away, TO_CHANGELOG puts it first', () => {
    expect(typesOf('SELECT * FROM FROM_CHANGELOG(input => TABLE cdc)', session)).toBe('id INT, name STRING')
    expect(typesOf('SELECT * FROM TO_CHANGELOG(input => TABLE dim)', session)).toBe('op STRING, a INT NOT NULL, name STRING')
    expect(typesOf('SELECT * FROM TO_CHANGELOG(TABLE dim, DESCRIPTOR(kind))', session)).toContain('kind STRING')
  })
  test('what Flink refuses of their arguments', () => {
    expect(bind('FROM_CHANGELOG(input => TABLE cdc, op => DESCRIPTOR(opp))')).toMatchInlineSnapshot(
      `"SQL_UNKNOWN_COLUMN at 'FROM_CHANGELOG(input => TABLE cdc, op => DESCRIPTOR(opp))': The operation column 'opp' is not in the input of FROM_CHANGELOG. (Did you mean 'op'?)"`,
    )
    expect(bind('FROM_CHANGELOG(input => TABLE cdc, op => DESCRIPTOR(id))')).toMatchInlineSnapshot(
      `"SQL_TYPE_MISMATCH at 'FROM_CHANGELOG(input => TABLE cdc, op => DESCRIPTOR(id))': The operation column 'id' is a string, this is INT."`,
    )
    expect(bind("FROM_CHANGELOG(input => TABLE cdc, op_mapping => MAP['c', 'NOPE'])")).toMatchInlineSnapshot(
      `"SQL_OP_MAPPING at 'MAP['c', 'NOPE']': op_mapping names the change 'NOPE'; there are INSERT, UPDATE_BEFORE, UPDATE_AFTER, DELETE."`,
    )
    expect(bind("FROM_CHANGELOG(input => TABLE cdc, op_mapping => MAP['c', 'INSERT', 'r', 'INSERT'])")).toMatchInlineSnapshot(
      `"SQL_OP_MAPPING at 'MAP['c', 'INSERT', 'r', 'INSERT']': op_mapping names the change 'INSERT' twice."`,
    )
    expect(bind("FROM_CHANGELOG(input => TABLE cdc, op_mapping => MAP['u', 'UPDATE_AFTER'])")).toMatchInlineSnapshot(
      `"SQL_OP_MAPPING at 'MAP['u', 'UPDATE_AFTER']': op_mapping with UPDATE_AFTER needs UPDATE_BEFORE too."`,
    )
    expect(bind('TO_CHANGELOG(input => TABLE dim, op => DESCRIPTOR(name))')).toMatchInlineSnapshot(
      `"SQL_DUPLICATE_COLUMN at 'TO_CHANGELOG(input => TABLE dim, op => DESCRIPTOR(name))': The input of TO_CHANGELOG has a column 'name' already. (Name another one: op => DESCRIPTOR(kind).)"`,
    )
    expect(bind('TO_CHANGELOG(input => TABLE dim PARTITION BY a)')).toMatchInlineSnapshot(
      `"SQL_UNSUPPORTED at 'TABLE dim PARTITION BY a': TO_CHANGELOG takes each row by itself; its input cannot be partitioned."`,
    )
    expect(bind('TO_CHANGELOG(inputs => TABLE dim)')).toMatchInlineSnapshot(
      `"SQL_UNKNOWN_ARGUMENT at 'inputs => TABLE dim': TO_CHANGELOG has no argument 'inputs'. (Did you mean 'INPUT'?)"`,
    )
  })
})
