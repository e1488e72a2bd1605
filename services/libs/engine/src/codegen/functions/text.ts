/** String functions. Positions and lengths count code points; positions start at 1. */
import type { Boxed } from '../../data/boxed.ts'
import { ValueError } from '../../data/value-error.ts'
import { encodeText } from '../byte-strings.ts'
import { printerOf } from '../casts/print-value.ts'
import { formOf } from '../conversion.ts'
import type { ExpressionEnv } from '../expression-env.ts'
import { anyNull, nullValue, type Value } from '../value.ts'
import { type Emitter, type EmitterTable, made, runtime } from './emitter.ts'

/** Longest text that REPEAT, LPAD and RPAD build. */
const BUILT_TEXT_MAX = 1 << 24

const BEYOND_BMP = /[\ud800-\udfff]/

/** Code points where the text has any beyond 16 bits, else its units. */
function points(text: string): string | readonly string[] {
  return BEYOND_BMP.test(text) ? Array.from(text) : text
}

function cut(chars: string | readonly string[], start: number, end?: number): string {
  const part = chars.slice(start, end)
  return typeof part === 'string' ? part : part.join('')
}

export function charLength(text: string): number {
  return points(text).length
}

/** Position 0 counts as 1, a negative one from the end; NULL for a negative length. */
export function substring(text: string, position: number, length = 2147483647): string | null {
  if (length < 0) return null
  const chars = points(text)
  const start = position > 0 ? position - 1 : position < 0 ? chars.length + position : 0
  if (start >= chars.length) return ''
  const end = Math.min(start + length, chars.length)
  return end <= Math.max(start, 0) ? '' : cut(chars, Math.max(start, 0), end)
}

function left(text: string, length: number): string {
  return length <= 0 ? '' : cut(points(text), 0, length)
}

function right(text: string, length: number): string {
  const chars = points(text)
  return length <= 0 ? '' : cut(chars, Math.max(0, chars.length - length))
}

function trimStart(text: string, characters: string): string {
  const chars = Array.from(text)
  let start = 0
  while (start < chars.length && characters.includes(chars[start]!)) start++
  return chars.slice(start).join('')
}

function trimEnd(text: string, characters: string): string {
  const chars = Array.from(text)
  let end = chars.length
  while (end > 0 && characters.includes(chars[end - 1]!)) end--
  return chars.slice(0, end).join('')
}

const trim = made(({ literals }) => {
  const side = String(literals[0])
  return (_: unknown, characters: string, text: string) => {
    if (side === 'LEADING') return trimStart(text, characters)
    return side === 'TRAILING' ? trimEnd(text, characters) : trimEnd(trimStart(text, characters), characters)
  }
})

function pad(text: string, length: number, padding: string): string | null {
  const missing = length - charLength(text)
  if (padding === '' || length > BUILT_TEXT_MAX) return null
  const unit = Array.from(padding)
  return Array.from({ length: missing }, (_, i) => unit[i % unit.length]!).join('')
}

function padded(atStart: boolean): Emitter {
  return runtime((text: string, length: number, padding: string) => {
    if (length < 0) return null
    if (length <= charLength(text)) return left(text, length)
    const filler = pad(text, length, padding)
    if (filler === null) return null
    return atStart ? filler + text : text + filler
  })
}

function repeat(text: string, times: number): string | null {
  if (times <= 0) return ''
  return text.length * times > BUILT_TEXT_MAX ? null : text.repeat(times)
}

/** 1-based position of `needle` from `from` on; 0 = not found. */
function position(needle: string, text: string, from = 1): number {
  if (from < 1) return 0
  if (!BEYOND_BMP.test(text)) return text.indexOf(needle, from - 1) + 1
  const head = cut(Array.from(text), 0, from - 1).length
  const found = text.indexOf(needle, head)
  return found < 0 ? 0 : charLength(text.slice(0, found)) + 1
}

function instr(text: string, needle: string, ...[from = 1, occurrence = 1]: number[]): number | null {
  if (occurrence <= 0 || from === 0) return from === 0 ? 0 : null
  if (from < 0) return instrFromEnd(text, needle, { from, occurrence })
  let at = from - 1
  for (let n = 0; n < occurrence; n++) {
    at = position(needle, text, at + 1)
    if (at === 0) return 0
  }
  return at
}

function instrFromEnd(text: string, needle: string, { from, occurrence }: { from: number; occurrence: number }): number {
  let at = text.length + from
  for (let n = 0; n < occurrence; n++) {
    at = at < 0 ? -1 : text.lastIndexOf(needle, at)
    if (at < 0) return 0
    if (n + 1 < occurrence) at--
  }
  return charLength(text.slice(0, at)) + 1
}

function concatWs(separator: string | null, ...parts: readonly (string | null)[]): string | null {
  return separator === null ? null : parts.filter((part) => part !== null).join(separator)
}

/** 0-based field of a text cut at a separator; NULL where there is none. */
function splitIndex(text: string, separator: string | number, index: number): string | null {
  if (index < 0 || text === '' || (typeof separator === 'number' && separator < 1)) return null
  const mark = typeof separator === 'number' ? String.fromCharCode(separator) : separator
  if (mark === '') return text.split(/\s+/)[index] ?? null
  return text.split(mark)[index] ?? null
}

const splitIndexCall = runtime(splitIndex)

/** A single-byte separator is searched in the bytes: nothing is decoded. */
const splitIndexEmitter: Emitter = (env, call) => {
  const [text, separator, index] = call.args
  const byte =
    separator?.kind === 'Literal' && separator.value !== null ? separatorByte(separator.value as string | number) : undefined
  if (byte === undefined) return splitIndexCall(env, call)
  const source = env.emit(text!)
  if (source.form !== 'slice') return splitIndexCall(env, call)
  return splitSlice(env, source, { byte, index: env.emit(index!) })
}

function separatorByte(separator: string | number): number | undefined {
  const code =
    typeof separator === 'number' ? (separator < 1 ? 128 : separator) : separator.length === 1 ? separator.charCodeAt(0) : 128
  return code < 128 ? code : undefined
}

function splitSlice(env: ExpressionEnv, source: Value, by: { readonly byte: number; readonly index: Value }): Value {
  const { code } = env
  const nulls = anyNull([source, by.index])
  if (nulls === 'true') return nullValue('slice')
  const [data, offset, length] = source.code as [string, string, string]
  const [start, end, left] = [code.name('s'), code.name('s'), code.name('s')]
  const stop = code.assign(`${offset} + ${length}`)
  code.line(`let ${start} = ${offset}, ${left} = ${by.index.code[0]!}`)
  code.line(`while (${left} > 0 && ${start} < ${stop}) if (${data}[${start}++] === ${by.byte}) ${left}--`)
  code.line(`let ${end} = ${start}`)
  code.line(`while (${end} < ${stop} && ${data}[${end}] !== ${by.byte}) ${end}++`)
  const missing = `${left} !== 0 || ${length} === 0`
  const isNull = code.assign(nulls === null ? missing : `${nulls} || ${missing}`)
  return { form: 'slice', isNull, code: [data, start, code.assign(`${end} - ${start}`)] }
}

function initCap(text: string): string {
  return text.toLowerCase().replace(/[\p{L}\p{N}]+/gu, (word) => word[0]!.toUpperCase() + word.slice(1))
}

function translate(text: string | null, from: string | null, to: string | null): string | null {
  if (text === null || from === null || from === '') return text
  const target = Array.from(to ?? '')
  const map = new Map<string, string>()
  Array.from(from).forEach((char, i) => {
    if (!map.has(char)) map.set(char, target[i] ?? '')
  })
  return Array.from(text, (char) => map.get(char) ?? char).join('')
}

function overlay(text: string, replacement: string, ...[start, length]: [number, number?]): string {
  const chars = Array.from(text)
  if (start <= 0 || start > chars.length) return text
  const rest = start - 1 + (length ?? charLength(replacement))
  const tail = rest > 0 && rest < chars.length ? chars.slice(rest) : []
  return chars.slice(0, start - 1).join('') + replacement + tail.join('')
}

function chr(code: bigint | number): string {
  const value = BigInt.asIntN(64, BigInt(code))
  if (value < 0n) return ''
  const low = Number(value & 0xffn)
  return low === 0 ? '\u0000' : String.fromCharCode(low)
}

function elt(index: bigint | number, ...texts: readonly (string | null)[]): string | null {
  const at = Number(index)
  return at < 1 || at > texts.length ? null : (texts[at - 1] ?? null)
}

function toBase64(value: string | Uint8Array): string {
  return (typeof value === 'string' ? Buffer.from(value, 'utf8') : Buffer.from(value)).toString('base64')
}
function fromBase64(value: string | Uint8Array): string | null {
  const text = typeof value === 'string' ? value : Buffer.from(value).toString('latin1')
  return Buffer.from(text, 'base64').toString('utf8')
}

const CHARSETS: Readonly<Record<string, string>> = {
  'UTF-8': 'utf-8',
  'US-ASCII': 'utf-8',
  'ISO-8859-1': 'latin1',
  'UTF-16LE': 'utf-16le',
  'UTF-16BE': 'utf-16be',
  'UTF-16': 'utf-16be',
}

function decode(bytes: Uint8Array, charset: string): string | null {
  const name = CHARSETS[charset.toUpperCase()]
  return name === undefined ? null : new TextDecoder(name).decode(bytes)
}

function encode(text: string, charset: string): Uint8Array | null {
  const name = CHARSETS[charset.toUpperCase()]
  if (name === undefined) return null
  if (name === 'utf-8') return encodeText(text)
  if (name === 'latin1') return new Uint8Array(Buffer.from(text, 'latin1'))
  const bytes = Buffer.from(text, 'utf16le')
  if (name === 'utf-16be') bytes.swap16()
  return new Uint8Array(charset.toUpperCase() === 'UTF-16' ? Buffer.concat([Buffer.from([0xfe, 0xff]), bytes]) : bytes)
}

function urlDecode(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return null
  }
}

function urlEncode(text: string): string {
  const escaped = encodeURIComponent(text).replace(/[!'()~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
  return escaped.replaceAll('%20', '+')
}

function affix(atStart: boolean): Emitter {
  return made(({ argTypes }) => {
    if (formOf(argTypes[0]!) === 'str')
      return (text: string, part: string) => (atStart ? text.startsWith(part) : text.endsWith(part))
    return (bytes: Uint8Array, part: Uint8Array) => {
      if (part.length > bytes.length) return false
      const at = atStart ? 0 : bytes.length - part.length
      return part.every((byte, i) => bytes[at + i] === byte)
    }
  })
}

/** || and CONCAT take any printable argument that the binder lets through. */
const concat = made(({ argTypes, zone }) => {
  const print = argTypes.map((type) => printerOf(type, zone))
  return (...parts: readonly Boxed[]) => parts.map((part, i) => print[i]!(part)).join('')
})

/** Refuses a value that is longer than its type (or, for CHAR and BINARY, of another length). */
const checkLength = made(({ type }) => {
  const limit = (type as { readonly length: number }).length
  const exact = type.kind === 'CHAR' || type.kind === 'BINARY'
  return (value: string | Uint8Array) => {
    const length = typeof value === 'string' ? charLength(value) : value.length
    if (length > limit || (exact && length < limit))
      throw new ValueError(`A value of length ${length} does not fit ${type.kind}(${limit}).`)
    return value
  }
})

const upper = runtime((text: string) => text.toUpperCase())
const lower = runtime((text: string) => text.toLowerCase())
const length = runtime(charLength)

export const TEXT: EmitterTable = {
  $CHECK_LENGTH: checkLength,
  CHAR_LENGTH: length,
  CHARACTER_LENGTH: length,
  UPPER: upper,
  LOWER: lower,
  INITCAP: runtime(initCap),
  ASCII: runtime((text: string) => (text === '' ? 0 : (encodeText(text)[0]! << 24) >> 24)),
  CHR: runtime(chr),
  REVERSE: runtime((text: string) => Array.from(text).reverse().join('')),
  REPEAT: runtime(repeat),
  SUBSTRING: runtime(substring),
  SUBSTR: runtime(substring),
  LEFT: runtime(left),
  RIGHT: runtime(right),
  TRIM: trim,
  LTRIM: runtime((text: string, characters = ' ') => trimStart(text, characters)),
  RTRIM: runtime((text: string, characters = ' ') => trimEnd(text, characters)),
  BTRIM: runtime((text: string, characters = ' ') => trimEnd(trimStart(text, characters), characters)),
  LPAD: padded(true),
  RPAD: padded(false),
  SPLIT_INDEX: splitIndexEmitter,
  POSITION: runtime(position),
  LOCATE: runtime(position),
  INSTR: runtime(instr),
  STARTSWITH: affix(true),
  ENDSWITH: affix(false),
  REPLACE: runtime((text: string, search: string, by: string) => (search === '' ? text : text.replaceAll(search, () => by))),
  TRANSLATE: runtime(translate, { nullAware: true }),
  OVERLAY: runtime(overlay),
  CONCAT: concat,
  '||': concat,
  CONCAT_WS: runtime(concatWs, { nullAware: true }),
  ELT: runtime(elt, { nullAware: true }),
  TO_BASE64: runtime(toBase64),
  FROM_BASE64: runtime(fromBase64),
  ENCODE: runtime(encode),
  DECODE: runtime(decode),
  URL_ENCODE: runtime(urlEncode),
  URL_DECODE: runtime(urlDecode),
}
