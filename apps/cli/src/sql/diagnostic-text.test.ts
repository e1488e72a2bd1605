import { expect, test } from 'vitest'
import { diagnosticText } from './diagnostic-text.ts'

const mistake = (script: string, word: string) => {
  const start = script.indexOf(word)
  return { code: 'SQL_X', severity: 'error', message: 'It is wrong', span: { start, end: start + word.length } }
}

test('a mistake is shown in its line, with carets under it and the hint behind', () => {
  const script = 'SELECT 1;\nSELECT nme FROM t;\n'
  expect(diagnosticText(script, { ...mistake(script, 'nme'), hint: "Did you mean 'name'?" }, 'a.sql')).toBe(
    ['a.sql:2:8 error SQL_X: It is wrong', '  2 | SELECT nme FROM t;', '    |        ^^^', "  hint: Did you mean 'name'?"].join(
      '\n',
    ),
  )
})

test('a mistake over several lines is marked to the end of its first line', () => {
  const script = 'SELECT a\nFROM b'
  expect(diagnosticText(script, mistake(script, 'a\nFROM'), undefined)).toContain('  1 | SELECT a\n    |        ^')
})

test('the end of the text can be the mistake', () => {
  const span = { start: 6, end: 6 }
  expect(diagnosticText('SELECT', { code: 'C', severity: 'error', message: 'M', span }, undefined)).toBe(
    'sql:1:7 error C: M\n  1 | SELECT\n    |       ^',
  )
})
