/** Patterns of java.time.format.DateTimeFormatter, as far as SQL uses them: printing and parsing of a wall clock. */

import { civilOf, DAY_MS, daysInMonth, daysOf } from './calendar.ts'
import type { ParsedTime } from './casts/parse-text.ts'

interface Token {
  /** A pattern letter, or '' for literal text. */
  readonly letter: string
  readonly count: number
  readonly text: string
}

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]
const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
const LETTERS = new Set('yuMLdDEeaHhKkmsSnAQqG')

/** Undefined where the pattern has a letter that is not known here, or an open quote. */
export function tokensOf(pattern: string): readonly Token[] | undefined {
  const tokens: Token[] = []
  for (let i = 0; i < pattern.length; ) {
    const char = pattern[i]!
    if (char === "'") {
      const end = quoteEnd(pattern, i + 1)
      if (end < 0) return undefined
      tokens.push({ letter: '', count: 0, text: end === i + 1 ? "'" : pattern.slice(i + 1, end).replaceAll("''", "'") })
      i = end + 1
    } else if (/[A-Za-z]/.test(char)) {
      if (!LETTERS.has(char)) return undefined
      let end = i
      while (pattern[end] === char) end++
      tokens.push({ letter: char, count: end - i, text: '' })
      i = end
    } else {
      tokens.push({ letter: '', count: 0, text: char })
      i++
    }
  }
  return tokens
}

function quoteEnd(pattern: string, from: number): number {
  for (let i = from; i < pattern.length; i++) {
    if (pattern[i] !== "'") continue
    if (pattern[i + 1] !== "'" || i === from) return i
    i++
  }
  return -1
}

const pad = (value: number, width: number): string => String(value).padStart(width, '0')

interface Fields {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly days: number
  readonly dayMs: number
  readonly nanos: number
}

function fieldsOf({ ms, nanos }: ParsedTime): Fields {
  const days = Math.floor(ms / DAY_MS)
  return { ...civilOf(days), days, dayMs: ms - days * DAY_MS, nanos }
}

export type TimeFormatter = (point: ParsedTime) => string

/** Undefined for a pattern that is not understood. */
export function timeFormatter(pattern: string): TimeFormatter | undefined {
  const tokens = tokensOf(pattern)
  if (tokens === undefined) return undefined
  return (point) => {
    const fields = fieldsOf(point)
    let text = ''
    for (const token of tokens) text += token.letter === '' ? token.text : formatField(token, fields)
    return text
  }
}

function named(names: readonly string[], index: number, count: number): string {
  const name = names[index]!
  return count === 3 ? name.slice(0, 3) : count === 5 ? name[0]! : name
}

function formatField({ letter, count }: Token, fields: Fields): string {
  switch (letter) {
    case 'y':
    case 'u':
      return count === 2 ? pad(((fields.year % 100) + 100) % 100, 2) : pad(fields.year, count)
    case 'M':
    case 'L':
      return count >= 3 ? named(MONTHS, fields.month - 1, count) : pad(fields.month, count)
    case 'd':
      return pad(fields.day, count)
    case 'D':
      return pad(fields.days - daysOf(fields.year, 1, 1) + 1, count)
    case 'E':
    case 'e':
      return named(WEEKDAYS, weekday(fields.days), Math.max(count, 3))
    case 'Q':
    case 'q':
      return pad(Math.floor((fields.month - 1) / 3) + 1, count)
    case 'G':
      return fields.year > 0 ? 'AD' : 'BC'
    default:
      return formatClock(letter, count, fields)
  }
}

/** Monday is 0. */
function weekday(days: number): number {
  return (((days + 3) % 7) + 7) % 7
}

function formatClock(letter: string, count: number, { dayMs, nanos }: Fields): string {
  const hour = Math.floor(dayMs / 3_600_000)
  switch (letter) {
    case 'H':
      return pad(hour, count)
    case 'h':
      return pad(hour % 12 === 0 ? 12 : hour % 12, count)
    case 'K':
      return pad(hour % 12, count)
    case 'k':
      return pad(hour === 0 ? 24 : hour, count)
    case 'm':
      return pad(Math.floor(dayMs / 60_000) % 60, count)
    case 's':
      return pad(Math.floor(dayMs / 1000) % 60, count)
    case 'S':
      return `${pad(dayMs % 1000, 3)}${pad(nanos, 6)}`.slice(0, count).padEnd(count, '0')
    case 'n':
      return pad((dayMs % 1000) * 1_000_000 + nanos, count)
    case 'A':
      return pad(dayMs, count)
    default:
      return hour < 12 ? 'AM' : 'PM'
  }
}

export type TimeParser = (text: string) => ParsedTime | null

interface Read {
  year: number
  month: number
  day: number
  hour: number
  minute: number
  second: number
  fraction: string
  afternoon: boolean | null
}

/** Undefined for a pattern that is not understood. A parser returns null for text that does not fit. */
export function timeParser(pattern: string): TimeParser | undefined {
  const tokens = tokensOf(pattern)
  if (tokens === undefined) return undefined
  return (text) => {
    const read: Read = { year: 1970, month: 1, day: 1, hour: 0, minute: 0, second: 0, fraction: '', afternoon: null }
    let at = 0
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i]!
      const adjacent = tokens[i + 1] !== undefined && tokens[i + 1]!.letter !== ''
      const next =
        token.letter === ''
          ? text.startsWith(token.text, at)
            ? at + token.text.length
            : -1
          : readField(read, { token, text, at, adjacent })
      if (next < 0) return null
      at = next
    }
    return at === text.length ? momentOf(read) : null
  }
}

interface FieldPlace {
  readonly token: Token
  readonly text: string
  readonly at: number
  /** The next token is a field too: the width is then exact. */
  readonly adjacent: boolean
}

/** Returns the position behind the field, or -1. */
function readField(read: Read, { token, text, at, adjacent }: FieldPlace): number {
  const { letter, count } = token
  if (letter === 'a') return readHalf(read, text, at)
  if ((letter === 'M' || letter === 'L') && count >= 3) return readMonthName(read, text, at)
  const widest =
    letter === 'S' ? (adjacent ? count : 9) : adjacent || count === 2 ? count : letter === 'y' || letter === 'u' ? 9 : 19
  let end = at
  while (end < text.length && end - at < widest && text[end]! >= '0' && text[end]! <= '9') end++
  if (end === at || (count > 1 && letter !== 'S' && end - at < count)) return -1
  return setField(read, letter, { digits: text.slice(at, end), count }) ? end : -1
}

function readHalf(read: Read, text: string, at: number): number {
  const half = text.slice(at, at + 2).toUpperCase()
  if (half !== 'AM' && half !== 'PM') return -1
  read.afternoon = half === 'PM'
  return at + 2
}

function readMonthName(read: Read, text: string, at: number): number {
  const index = MONTHS.findIndex((name) => text.slice(at, at + 3).toLowerCase() === name.slice(0, 3).toLowerCase())
  if (index < 0) return -1
  read.month = index + 1
  const full = MONTHS[index]!
  return text.slice(at, at + full.length).toLowerCase() === full.toLowerCase() ? at + full.length : at + 3
}

function setField(read: Read, letter: string, { digits, count }: { readonly digits: string; readonly count: number }): boolean {
  const value = Number(digits)
  switch (letter) {
    case 'y':
    case 'u':
      read.year = count === 2 ? 2000 + value : value
      return true
    case 'M':
    case 'L':
      read.month = value
      return true
    case 'd':
      read.day = value
      return true
    case 'H':
    case 'h':
    case 'K':
    case 'k':
      read.hour = letter === 'h' ? value % 12 : letter === 'k' ? value % 24 : value
      return true
    case 'm':
      read.minute = value
      return true
    case 's':
      read.second = value
      return true
    case 'S':
      read.fraction = digits
      return true
    default:
      return false
  }
}

function momentOf(read: Read): ParsedTime | null {
  if (read.month < 1 || read.month > 12 || read.day < 1 || read.day > daysInMonth(read.year, read.month)) return null
  const hour = read.afternoon === true && read.hour < 12 ? read.hour + 12 : read.hour
  if (hour > 23 || read.minute > 59 || read.second > 59) return null
  const fraction = read.fraction.padEnd(9, '0')
  const clock = ((hour * 60 + read.minute) * 60 + read.second) * 1000 + Number(fraction.slice(0, 3))
  return { ms: daysOf(read.year, read.month, read.day) * DAY_MS + clock, nanos: Number(fraction.slice(3, 9)) }
}
