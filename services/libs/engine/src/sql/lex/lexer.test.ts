import { expect, test } from 'vitest'
import { lex } from './lexer.ts'

function tokens(text: string): string[] {
  return lex(text)
    .tokens.slice(0, -1)
    .map(({ type, key, start, end }) => `${type}${key === '' ? '' : ` ${key}`}: ${text.slice(start, end)}`)
}

test('keywords are found without case, names keep theirs', () => {
  expect(tokens('Select myName FROM `a``b`')).toEqual([
    'word SELECT: Select',
    'word: myName',
    'word FROM: FROM',
    'quoted: `a``b`',
  ])
})

test('strings in all their forms', () => {
  expect(tokens("'it''s' N'n' _utf8'x' U&'\\0041' X'0aFF' E'a\\'b'")).toEqual([
    "string: 'it''s'",
    "prefixed-string: N'n'",
    "prefixed-string: _utf8'x'",
    "unicode-string: U&'\\0041'",
    "binary-string: X'0aFF'",
    "escape-string: E'a\\'b'",
  ])
})

test('numbers: a point and an exponent make other tokens', () => {
  expect(tokens('1 1.5 .5 1. 1e5 1.5E-3 1a')).toEqual([
    'integer: 1',
    'decimal: 1.5',
    'decimal: .5',
    'decimal: 1.',
    'approximate: 1e5',
    'approximate: 1.5E-3',
    'integer: 1',
    'word A: a',
  ])
})

test('comments are trivia, a hint is not', () => {
  const text = 'a -- b\n/* c */ // d\n/*+ e */'
  expect(tokens(text)).toEqual(['word A: a', 'sign /*+: /*+', 'word: e', 'sign */: */'])
  expect(
    lex(text)
      .trivia.filter(({ type }) => type !== 'space')
      .map(({ start, end }) => text.slice(start, end)),
  ).toEqual(['-- b', '/* c */', '// d'])
})

test('tokens and trivia cover the text without a gap', () => {
  const text = " SELECT a.b, 'c' /* d */ FROM t -- e\n WHERE x<=1;"
  const pieces = [...lex(text).tokens, ...lex(text).trivia].toSorted((a, b) => a.start - b.start || a.end - b.end)
  expect(pieces.map(({ start, end }) => text.slice(start, end)).join('')).toBe(text)
  for (const [index, piece] of pieces.slice(1).entries()) expect(piece.start).toBe(pieces[index]?.end)
})

test('what is not closed is told where it opens', () => {
  expect(lex("SELECT 'abc").diagnostics).toMatchObject([{ code: 'SQL_UNTERMINATED_STRING', span: { start: 7, end: 8 } }])
  expect(lex('SELECT /* abc').diagnostics).toMatchObject([{ code: 'SQL_UNTERMINATED_COMMENT', span: { start: 7, end: 9 } }])
  expect(lex('SELECT `abc\n`').diagnostics[0]).toMatchObject({ code: 'SQL_INVALID_NAME', span: { start: 7, end: 8 } })
})

test('a double quote is told with the right quotes', () => {
  expect(lex('"a"').diagnostics[0]).toMatchObject({ code: 'SQL_INVALID_CHARACTER', hint: expect.stringContaining('back-ticks') })
})
