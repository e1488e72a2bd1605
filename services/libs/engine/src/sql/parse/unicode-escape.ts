import type { Token } from '../lex/token.ts'
import type { TokenCursor } from './token-cursor.ts'

/**
 * Resolves `\0041` and `\+010348` in the text of U&'…' or U&"…", with the escape character of an UESCAPE that may
 * follow. Reads that UESCAPE.
 */
export function unescapeUnicode(p: TokenCursor, value: string, token: Token): string {
  return resolveUnicode(p, value, { escapeSign: escapeCharacter(p), token })
}

/** Reads `UESCAPE 'x'` where it stands; a backslash otherwise. */
export function escapeCharacter(p: TokenCursor): string {
  if (!p.accept('UESCAPE')) return '\\'
  const token = p.token
  if (token.type !== 'string') {
    p.note('a string')
    p.fail()
  }
  p.advance()
  const character = p.text.slice(token.start + 1, token.end - 1)
  if (character.length !== 1 || /[0-9a-fA-F+'"\s]/.test(character)) {
    p.fail('UESCAPE takes one character that is no digit, letter A to F, plus, quote or blank.', { span: token })
  }
  return character
}

export function resolveUnicode(p: TokenCursor, value: string, options: Readonly<{ escapeSign: string; token: Token }>): string {
  const { escapeSign, token } = options
  if (!value.includes(escapeSign)) return value
  let result = ''
  for (let i = 0; i < value.length; i++) {
    if (value[i] !== escapeSign) {
      result += value[i]
      continue
    }
    if (value[i + 1] === escapeSign) {
      result += escapeSign
      i++
      continue
    }
    const digits = value.slice(i + 1, i + 5)
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) {
      p.fail(`Unicode escape '${escapeSign}${digits}' is not four hexadecimal digits.`, {
        code: 'SQL_INVALID_LITERAL',
        span: token,
      })
    }
    result += String.fromCharCode(Number.parseInt(digits, 16))
    i += 4
  }
  return result
}
