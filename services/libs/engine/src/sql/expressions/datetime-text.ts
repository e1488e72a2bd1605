/** Texts of DATE, TIME and TIMESTAMP literals, as strict and as lenient as Flink's parser. Undefined where one is none. */

const DAY_MS = 86_400_000

/** Days since 1970-01-01 in the proleptic Gregorian calendar. */
export function parseDateText(text: string): number | undefined {
  const found = /^\s*(\d{1,4})-(\d{1,2})-(\d{1,2})\s*$/.exec(text)
  return found === null ? undefined : daysOf(Number(found[1]), Number(found[2]), Number(found[3]))
}

function daysOf(year: number, month: number, day: number): number | undefined {
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  const same = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  return same && month >= 1 && day >= 1 ? Math.round(date.getTime() / DAY_MS) : undefined
}

export interface TimeText {
  readonly milliseconds: number
  /** Within the millisecond. */
  readonly nanoseconds: number
  /** Written digits of the fraction, at most 9; further ones are cut. */
  readonly digits: number
}

/** Milliseconds of the day. */
export function parseTimeText(text: string): TimeText | undefined {
  const found = /^\s*(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d*))?\s*$/.exec(text)
  if (found === null) return undefined
  const [hour, minute, second] = [Number(found[1]), Number(found[2]), Number(found[3])]
  if (hour > 23 || minute > 59 || second > 59) return undefined
  const fraction = (found[4] ?? '').slice(0, 9)
  const nanos = Number(fraction.padEnd(9, '0'))
  return {
    milliseconds: ((hour * 60 + minute) * 60 + second) * 1000 + Math.floor(nanos / 1_000_000),
    nanoseconds: nanos % 1_000_000,
    digits: fraction.length,
  }
}

/** Milliseconds since the epoch, as if the zone were UTC. A date alone is its midnight. */
export function parseTimestampText(text: string): TimeText | undefined {
  const [, date, rest] = /^\s*(\S+)(?:\s(.*))?$/.exec(text) ?? []
  const days = date === undefined ? undefined : parseDateText(date)
  const clock = rest === undefined || rest.trim() === '' ? { milliseconds: 0, nanoseconds: 0, digits: 0 } : parseTimeText(rest)
  if (days === undefined || clock === undefined) return undefined
  return { ...clock, milliseconds: days * DAY_MS + clock.milliseconds }
}
