/** Addresses, URLs, formatted text and types as text. */

import type { Boxed } from '../../data/boxed.ts'
import { printType } from '../../sql/types/print-type.ts'
import { printerOf } from '../casts/print-value.ts'
import { type EmitterTable, made, runtime } from './emitter.ts'

/** One to four octets; the last one stands at the end. */
function inetAton(text: string): bigint | null {
  if (!/^\d+(?:\.\d+){0,3}$/.test(text) || text.length > 40) return null
  const parts = text.split('.').map(BigInt)
  if (parts.some((part) => part > 255n)) return null
  const last = parts.pop()!
  return parts.reduce((sum, part, i) => sum + (part << BigInt(8 * (3 - i))), last)
}

function inetNtoa(value: bigint | number): string | null {
  const address = BigInt(value)
  if (address < 0n || address > 0xffffffffn) return null
  return [24n, 16n, 8n, 0n].map((shift) => String((address >> shift) & 255n)).join('.')
}

const URL_SCHEMES = new Set(['http', 'https', 'ftp', 'file', 'jar', 'mailto'])
const URL_PARTS = /^([A-Za-z][\w+.-]*):(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/

function parseUrl(text: string, part: string, key?: string): string | null {
  const match = URL_PARTS.exec(text)
  if (match === null || !URL_SCHEMES.has(match[1]!.toLowerCase())) return null
  const [, protocol, authority, path, query, fragment] = match
  switch (part) {
    case 'PROTOCOL':
      return protocol!
    case 'AUTHORITY':
      return authority ?? null
    case 'HOST':
      return authority === undefined ? null : authority.replace(/^.*@/, '').replace(/:\d*$/, '')
    case 'USERINFO':
      return authority?.includes('@') === true ? authority.slice(0, authority.lastIndexOf('@')) : null
    case 'PATH':
      return path ?? null
    case 'FILE':
      return query === undefined ? (path ?? null) : `${path ?? ''}?${query}`
    case 'REF':
      return fragment ?? null
    case 'QUERY':
      return key === undefined ? (query ?? null) : queryValue(query, key)
    default:
      return null
  }
}

function queryValue(query: string | undefined, key: string): string | null {
  const found = query?.split('&').find((pair) => pair.startsWith(`${key}=`))
  return found === undefined ? null : found.slice(key.length + 1)
}

const DIRECTIVE = /%(?:(\d+)\$)?([-+0, #(]*)(\d+)?(?:\.(\d+))?([sSdxXofcbeE%n])/g

/** Types that Flink hands to the formatter as a count of days, milliseconds or months. */
const COUNTED = new Set(['DATE', 'TIME', 'INTERVAL_DAY_TIME', 'INTERVAL_YEAR_MONTH'])

/** java.util.Formatter's common directives; NULL for a format that asks for a missing or unfit argument. */
const printf = made(
  ({ argTypes, zone }) => {
    const print = argTypes.map((type) => (COUNTED.has(type.kind) ? String : printerOf(type, zone)))
    return (format: string | null, ...args: readonly Boxed[]) => {
      if (format === null) return null
      let next = 0
      let fits = true
      const text = format.replace(DIRECTIVE, (_whole: string, ...groups: (string | undefined)[]) => {
        const [position, flags = '', width, precision, letter] = groups
        if (letter === '%') return '%'
        if (letter === 'n') return '\n'
        const at = position === undefined ? next++ : Number(position) - 1
        const value = args[at]
        const shown = value === undefined ? undefined : directive(letter!, { value, precision, print: print[at + 1]! })
        if (shown === undefined) fits = false
        return padded(shown ?? '', flags, Number(width ?? 0))
      })
      return fits ? text : null
    }
  },
  { nullAware: true },
)

interface Directive {
  readonly value: Boxed
  readonly precision: string | undefined
  readonly print: (value: Boxed) => string
}

function directive(letter: string, { value, precision, print }: Directive): string | undefined {
  if (value === null) return 'null'
  const numeric = typeof value === 'number' || typeof value === 'bigint'
  switch (letter) {
    case 's':
    case 'S': {
      const text = typeof value === 'boolean' ? String(value) : print(value)
      const cut = precision === undefined ? text : text.slice(0, Number(precision))
      return letter === 'S' ? cut.toUpperCase() : cut
    }
    case 'd':
      return numeric && Number.isInteger(Number(value)) ? String(value) : undefined
    case 'x':
    case 'X': {
      if (!numeric) return undefined
      const hex = BigInt.asUintN(typeof value === 'bigint' ? 64 : 32, BigInt(value)).toString(16)
      return letter === 'X' ? hex.toUpperCase() : hex
    }
    case 'f':
      return numeric ? Number(print(value)).toFixed(Number(precision ?? 6)) : undefined
    case 'b':
      return typeof value === 'boolean' ? String(value) : 'true'
    default:
      return undefined
  }
}

function padded(text: string, flags: string, width: number): string {
  if (flags.includes('-')) return text.padEnd(width)
  return flags.includes('0') ? text.padStart(width, '0') : text.padStart(width)
}

export const NETWORK: EmitterTable = {
  INET_ATON: runtime(inetAton),
  INET_NTOA: runtime(inetNtoa),
  PARSE_URL: runtime(parseUrl),
  PRINTF: printf,
  TYPEOF: made(
    ({ argTypes, literals }) => {
      const text = printType(argTypes[0]!, literals[1] === true ? 'serializable' : 'summary')
      return () => text
    },
    { nullAware: true },
  ),
}
