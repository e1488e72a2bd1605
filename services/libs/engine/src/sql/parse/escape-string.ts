import type { Token } from '../lex/token.ts'
import type { TokenCursor } from './token-cursor.ts'

const SIMPLE: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

/** Resolves the backslash escapes of E'…' (as in C: `\n`, `\x41`, `\u0041`, `\U00000041`, `\101`). */
export function unescapeC(p: TokenCursor, raw: string, token: Token): string {
  let result = ''
  for (let i = 0; i < raw.length; i++) {
    const character = raw[i] as string
    if (character === "'" && raw[i + 1] === "'") i++
    if (character !== '\\') {
      result += character
      continue
    }
    const next = raw[++i] ?? ''
    if (SIMPLE[next] !== undefined) result += SIMPLE[next]
    else if (next === 'x') {
      const digits = /^[0-9a-fA-F]{0,2}/.exec(raw.slice(i + 1, i + 3))?.[0] ?? ''
      result += digits === '' ? 'x' : String.fromCharCode(Number.parseInt(digits, 16))
      i += digits.length
    } else if (next === 'u' || next === 'U') {
      const length = next === 'u' ? 4 : 8
      result += unicode(p, raw.slice(i + 1, i + 1 + length), { length, token })
      i += length
    } else if (next >= '0' && next <= '7') {
      const digits = /^[0-7]{1,3}/.exec(raw.slice(i, i + 3))?.[0] ?? '0'
      result += String.fromCharCode(Number.parseInt(digits, 8))
      i += digits.length - 1
    } else if (next === '\\' || next === "'") result += next
    else result += `\\${next}`
  }
  return result
}

function unicode(p: TokenCursor, digits: string, options: Readonly<{ length: number; token: Token }>): string {
  const code = digits.length === options.length && /^[0-9a-fA-F]+$/.test(digits) ? Number.parseInt(digits, 16) : -1
  if (code < 0 || code > 0x10ffff) {
    p.fail(`'\\u${digits}' is not a Unicode escape.`, { code: 'SQL_INVALID_LITERAL', span: options.token })
  }
  return String.fromCodePoint(code)
}
