import { expect, test } from 'vitest'
import { parseStatements, SQL_LENGTH_MAX } from './parser.ts'

function first(sql: string): { at: string; message: string; hint: string | undefined; code: string } {
  const [diagnostic] = parseStatements(sql).diagnostics
  if (diagnostic === undefined) throw new Error(`no diagnostic for ${sql}`)
  const { span, message, hint, code } = diagnostic
  return { at: sql.slice(span.start, span.end), message, hint, code }
}

test('what was expected is told at the token at fault', () => {
  expect(first('SELECT a FROM t GROUP a')).toMatchObject({ at: 'a', message: "Unexpected 'a': expected BY.", code: 'SQL_SYNTAX' })
  expect(first('INSERT int t SELECT 1').message).toBe("Unexpected 'int': expected INTO or OVERWRITE.")
  expect(first('CREATE TABLE t (a INT').message).toMatch(/^The statement ends too early: expected /)
})

test('a misspelt keyword is recognised', () => {
  expect(first('SELEC 1').hint).toBe('Did you mean SELECT?')
  expect(first('CREATE TABEL t (a INT)').hint).toBe('Did you mean TABLE?')
  expect(first('SELECT a FORM t').hint).toBe("Did you mean FROM instead of 'FORM'?")
})

test('a reserved word as a name is told how to be quoted', () => {
  expect(first('CREATE TABLE t (a INT, select INT)').hint).toContain('`select`')
})

test('forms of other dialects are told with the form of this one', () => {
  expect(first('SELECT a FROM t LIMIT 1, 2').hint).toBe('Write LIMIT count OFFSET start.')
  expect(first('SELECT 1 MINUS SELECT 2').hint).toBe('Write EXCEPT.')
  expect(first("SELECT 1 'x'").message).toContain('alias')
})

test('one broken statement does not hide the others', () => {
  const { statements, diagnostics } = parseStatements('SELECT 1; SELECT 1 +; SELECT 2; DROP t; SELECT 3')
  expect(statements.map((statement) => statement?.kind)).toEqual(['Select', undefined, 'Select', undefined, 'Select'])
  expect(diagnostics).toHaveLength(2)
})

test('several mistakes of one statement are told at once, and the rest of it is kept', () => {
  const { statements, partials, diagnostics } = parseStatements('SELECT a, FROM t WHERE b = GROUP BY c HAVING')
  expect(statements).toEqual([undefined])
  expect(diagnostics.map(({ span }) => span.start)).toEqual([10, 27, 44])
  expect(partials[0]).toMatchObject({
    kind: 'Select',
    items: [],
    from: { kind: 'NamedTable' },
    groupBy: { items: [{ kind: 'Identifier' }] },
  })
})

test('a broken column does not hide the other columns', () => {
  const { partials, diagnostics } = parseStatements('CREATE TABLE t (a IN t, b STRING, c INT NUL, d DECIMAL(x))')
  expect(diagnostics).toHaveLength(3)
  expect(partials[0]).toMatchObject({ kind: 'CreateTable', elements: [{ name: { parts: [{ value: 'b' }] } }] })
})

test('a broken insert in a statement set breaks the whole set and nothing else', () => {
  const { statements, diagnostics } = parseStatements(
    'EXECUTE STATEMENT SET BEGIN INSERT INTO t SELECT 1; INSERT x; END; SELECT 1',
  )
  expect(statements.map((statement) => statement?.kind)).toEqual([undefined, 'Select'])
  expect(diagnostics).toHaveLength(1)
})

test('depth, length of chains, names and text have bounds', () => {
  expect(first(`SELECT ${'('.repeat(500)}1`).code).toBe('SQL_TOO_DEEP')
  expect(first(`SELECT 1${' + 1'.repeat(2000)}`).code).toBe('SQL_TOO_DEEP')
  expect(first(`SELECT * FROM ${'('.repeat(500)}SELECT 1`).code).toBe('SQL_TOO_DEEP')
  expect(first(`SELECT ${'a'.repeat(257)}`).code).toBe('SQL_NAME_TOO_LONG')
  expect(first(`SELECT '${'a'.repeat(SQL_LENGTH_MAX)}'`).code).toBe('SQL_TOO_LONG')
  expect(parseStatements(`SELECT '${'a'.repeat(SQL_LENGTH_MAX - 9)}'`).diagnostics).toEqual([])
})

test('a text of nothing but mistakes reports a bounded list', () => {
  expect(parseStatements('SELECT FROM;'.repeat(1000)).diagnostics).toHaveLength(100)
})
