import type { Boxed } from '../../data/boxed.ts'
import type { BoundCall, BoundExpr } from '../../sql/bound/expr.ts'
import type { LogicalType } from '../../sql/types/logical-type.ts'
import { addMonthsToMillis, DAY_MS, toInstant, toLocal, zoneNamed } from '../calendar.ts'
import { pointInTime, wallClock } from '../casts/boxed-cast.ts'
import { type ParsedTime, parseDate, parseTimestamp } from '../casts/parse-text.ts'
import { timestampText } from '../casts/print-value.ts'
import type { EvaluationContext } from '../expression-env.ts'
import { timeFormatter, timeParser } from '../java-time-pattern.ts'
import type { CallFacts } from '../runtime-call.ts'
import { ceilTo, fieldReader, floorTo, monthsBetween, UNIT_MONTHS, UNIT_MS } from '../time-units.ts'
import { UnsupportedError } from '../unsupported-error.ts'
import { type Emitter, type EmitterTable, made, runtime } from './emitter.ts'

const DEFAULT_PATTERN = 'yyyy-MM-dd HH:mm:ss'
const INT64_MIN = -(2n ** 63n)

type Clock = (value: Boxed) => ParsedTime

function clockOf(type: LogicalType, zone: string): Clock {
  const read = wallClock(type, zone)
  if (read === undefined) throw new UnsupportedError(`a time function over ${type.kind}`)
  return read
}

/** Back from a wall clock to a value of the type. */
function momentOf(type: LogicalType, zone: string): (point: ParsedTime) => Boxed {
  switch (type.kind) {
    case 'DATE':
      return ({ ms }) => Math.floor(ms / DAY_MS)
    case 'TIME':
      return ({ ms }) => ((ms % DAY_MS) + DAY_MS) % DAY_MS
    case 'TIMESTAMP_LTZ': {
      const named = zoneNamed(zone)
      return ({ ms, nanos }) => pointInTime({ ms: toInstant(ms, named), nanos }, type.precision)
    }
    case 'TIMESTAMP':
      return (point) => pointInTime(point, type.precision)
    default:
      throw new UnsupportedError(`a time function with result ${type.kind}`)
  }
}

// ---- fields

function intervalField(unit: string, type: LogicalType): (value: Boxed) => number {
  if (type.kind === 'INTERVAL_YEAR_MONTH') {
    if (unit === 'YEAR') return (value) => Math.trunc((value as number) / 12)
    if (unit === 'MONTH') return (value) => (value as number) % 12
    throw new UnsupportedError(`EXTRACT(${unit} FROM ${type.kind})`)
  }
  const size = UNIT_MS[unit]
  if (size === undefined) throw new UnsupportedError(`EXTRACT(${unit} FROM ${type.kind})`)
  const larger: Readonly<Record<string, number>> = { HOUR: DAY_MS, MINUTE: 3_600_000, SECOND: 60_000, MILLISECOND: 60_000 }
  return (value) => {
    const ms = value as number
    const part = larger[unit]
    return Math.trunc((part === undefined ? ms : ms % part) / size)
  }
}

function fieldOf(unit: string, facts: { readonly type: LogicalType; readonly zone: string }): (value: Boxed) => number {
  const { type, zone } = facts
  if (type.kind === 'INTERVAL_DAY_TIME' || type.kind === 'INTERVAL_YEAR_MONTH') return intervalField(unit, type)
  const read = fieldReader(unit)
  if (read === undefined) throw new UnsupportedError(`EXTRACT(${unit} …)`)
  const clock = clockOf(type, zone)
  if (type.kind === 'DATE') return (value) => read((value as number) * DAY_MS, 0)
  if (type.kind === 'TIMESTAMP' && type.precision <= 3) return (value) => read(value as number, 0)
  return (value) => {
    const { ms, nanos } = clock(value)
    return read(ms, nanos)
  }
}

function pointMs(value: Boxed): number {
  return typeof value === 'number' ? value : (value as readonly number[])[0]!
}

/** EXTRACT and its short forms give a BIGINT that always fits a double: it stays a number in the code. */
function extractField(unitOf: (call: BoundCall) => { readonly unit: string; readonly moment: BoundExpr }): Emitter {
  return (env, call) => {
    const { unit, moment } = unitOf(call)
    const inner: BoundCall = { ...call, type: { kind: 'INTEGER', nullable: true }, args: [moment] }
    const value = made(({ argTypes, zone }) => fieldOf(unit, { type: argTypes[0]!, zone }))(env, inner)
    return { ...value, form: 'int', code: [`(${value.code[0]!} ?? 0)`], range: [-9e15, 9e15] }
  }
}

const extract = extractField((call) => ({ unit: symbolOf(call.args[0]!), moment: call.args[1]! }))
const part = (unit: string): Emitter => extractField((call) => ({ unit, moment: call.args[0]! }))

function symbolOf(expr: BoundExpr): string {
  if (expr.kind !== 'Literal') throw new UnsupportedError('a time unit that is not constant')
  return String(expr.value)
}

// ---- rounding and arithmetic

const floorMoment = made(({ argTypes, literals, type, zone }) => {
  const unit = String(literals[1])
  const [clock, back] = [clockOf(argTypes[0]!, zone), momentOf(type, zone)]
  return (value: Boxed) => back({ ms: floorTo(clock(value).ms, unit), nanos: 0 })
})

/** A DATE rounded up to a DAY is the next day, as in Flink; nanoseconds count as a begun millisecond. */
const ceilMoment = made(({ argTypes, literals, type, zone }) => {
  const unit = String(literals[1])
  const [clock, back] = [clockOf(argTypes[0]!, zone), momentOf(type, zone)]
  if (type.kind === 'DATE' && unit === 'DAY') return (value: Boxed) => (value as number) + 1
  return (value: Boxed) => {
    const { ms, nanos } = clock(value)
    return back({ ms: ceilTo(nanos > 0 ? ms + 1 : ms, unit), nanos: 0 })
  }
})

/** Units below a millisecond count in nanoseconds. */
const UNIT_NANOS: Readonly<Record<string, number>> = { MICROSECOND: 1000, NANOSECOND: 1 }

const timestampAdd = made(({ argTypes, literals, type, zone }) => {
  const unit = String(literals[0])
  const clock = clockOf(argTypes[2]!, zone)
  const back = momentOf(type, zone)
  const months = UNIT_MONTHS[unit]
  const size = UNIT_MS[unit]
  if (months !== undefined) {
    return (_: unknown, amount: bigint | number, value: Boxed) => {
      const { ms, nanos } = clock(value)
      return back({ ms: addMonthsToMillis(ms, Number(amount) * months), nanos })
    }
  }
  if (size === undefined && UNIT_NANOS[unit] === undefined) throw new UnsupportedError(`TIMESTAMPADD(${unit}, …)`)
  return (_: unknown, amount: bigint | number, value: Boxed) => {
    const { ms, nanos } = clock(value)
    if (size !== undefined) return back({ ms: ms + Number(amount) * size, nanos })
    const total = nanos + Number(amount) * UNIT_NANOS[unit]!
    const carried = Math.floor(total / 1_000_000)
    return back({ ms: ms + carried, nanos: total - carried * 1_000_000 })
  }
})

const timestampDiff = made(({ argTypes, literals, type, zone }) => {
  const unit = String(literals[0])
  const [from, to] = [clockOf(argTypes[1]!, zone), clockOf(argTypes[2]!, zone)]
  const months = UNIT_MONTHS[unit]
  const size = UNIT_MS[unit]
  const wrap = (value: number): Boxed => (type.kind === 'BIGINT' ? BigInt(value) : value | 0)
  return (_: unknown, a: Boxed, b: Boxed) => {
    const [start, end] = [from(a), to(b)]
    if (months !== undefined) return wrap(Math.trunc(monthsBetween(start.ms, end.ms) / months))
    if (size !== undefined) return wrap(Math.trunc((end.ms - start.ms) / size))
    return wrap(Math.trunc(((end.ms - start.ms) * 1_000_000 + end.nanos - start.nanos) / (UNIT_NANOS[unit] ?? 1)))
  }
})

/** (a - b) unit: milliseconds, or months. */
const minusDate = made(({ argTypes, literals, type, zone }) => {
  const unit = String(literals[2])
  const [a, b] = [clockOf(argTypes[0]!, zone), clockOf(argTypes[1]!, zone)]
  if (type.kind === 'INTERVAL_YEAR_MONTH') {
    const months = UNIT_MONTHS[unit] ?? 1
    return (x: Boxed, y: Boxed) => Math.trunc(monthsBetween(b(y).ms, a(x).ms) / months) * months
  }
  return (x: Boxed, y: Boxed) => a(x).ms - b(y).ms
})

const overlaps = made(({ argTypes, zone }) => {
  const point = (i: number): Clock => clockOf(argTypes[i]!, zone)
  const end = (start: number, i: number, value: Boxed): number => {
    const type = argTypes[i]!
    if (type.kind === 'INTERVAL_DAY_TIME') return start + (value as number)
    if (type.kind === 'INTERVAL_YEAR_MONTH') return addMonthsToMillis(start, value as number)
    return point(i)(value).ms
  }
  return (...values: readonly Boxed[]) => {
    const [a, c] = [point(0)(values[0]!).ms, point(2)(values[2]!).ms]
    const [b, d] = [end(a, 1, values[1]!), end(c, 3, values[3]!)]
    return Math.max(a, b) >= Math.min(c, d) && Math.max(c, d) >= Math.min(a, b)
  }
})

// ---- text

/** A formatter by pattern, made once where the pattern is a literal; null for a pattern that Java would refuse. */
function byPattern<T>(literal: Boxed | undefined, make: (pattern: string) => T | undefined): (pattern: string) => T | null {
  let last: { readonly pattern: string; readonly made: T | null } | undefined
  if (typeof literal === 'string') last = { pattern: literal, made: make(literal) ?? null }
  return (pattern) => {
    if (last?.pattern !== pattern) last = { pattern, made: make(pattern) ?? null }
    return last.made
  }
}

const dateFormat = made(({ argTypes, literals, zone }) => {
  const formatter = byPattern(literals[1], timeFormatter)
  const type = argTypes[0]!
  const clock =
    type.kind === 'CHAR' || type.kind === 'VARCHAR' ? (value: Boxed) => parseTimestamp(value as string) : clockOf(type, zone)
  return (value: Boxed, pattern: string) => {
    const point = clock(value)
    return point === null ? null : (formatter(pattern)?.(point) ?? null)
  }
})

function parserOf(facts: CallFacts): (text: string, pattern?: string) => ParsedTime | null {
  const parser = byPattern(facts.literals[1], timeParser)
  return (text, pattern) => (pattern === undefined ? parseTimestamp(text) : (parser(pattern)?.(text) ?? null))
}

const toDate = made((facts) => {
  const parse = parserOf(facts)
  return (text: string, pattern?: string) => {
    if (pattern === undefined) return parseDate(text)
    const point = parse(text, pattern)
    return point === null ? null : Math.floor(point.ms / DAY_MS)
  }
})

const toTimestamp = made((facts) => {
  const parse = parserOf(facts)
  return (text: string, pattern?: string) => {
    const point = parse(text, pattern)
    return point === null ? null : pointInTime(point, (facts.type as { precision: number }).precision)
  }
})

const toTimestampLtz = made((facts) => {
  const precision = (facts.type as { precision: number }).precision
  if (facts.argTypes[0]!.kind !== 'CHAR' && facts.argTypes[0]!.kind !== 'VARCHAR') return numberToInstant(facts, precision)
  const parse = parserOf(facts)
  return (text: string, pattern?: string, zone = 'UTC') => {
    const point = parse(text, pattern)
    if (point === null) return null
    return pointInTime({ ms: toInstant(point.ms, zoneNamed(zone)), nanos: point.nanos }, precision)
  }
})

/** Instants of the years 0 to 9999; others are NULL. */
const INSTANT_MIN = -62_167_219_200_000
const INSTANT_MAX = 253_402_300_799_999

/** A count of 10^-digits seconds (3 where not said). */
function numberToInstant(facts: CallFacts, precision: number): (value: bigint | number, digits?: number) => Boxed {
  const from = facts.argTypes[0]!
  const scale = from.kind === 'DECIMAL' ? from.scale : 0
  return (value, digits = 3) => {
    if (digits < 0 || digits > 9) return null
    const nanos = typeof value === 'bigint' || scale > 0 ? exactNanos(BigInt(value), scale, digits) : doubleNanos(value, digits)
    if (nanos === null) return null
    const ms = nanos >= 0n ? nanos / 1_000_000n : (nanos - 999_999n) / 1_000_000n
    if (ms < INSTANT_MIN || ms > INSTANT_MAX) return null
    return pointInTime({ ms: Number(ms), nanos: Number(nanos - ms * 1_000_000n) }, precision)
  }
}

function exactNanos(unscaled: bigint, scale: number, digits: number): bigint {
  return (unscaled * 10n ** BigInt(9 - digits)) / 10n ** BigInt(scale)
}

/** Fractions of a unit count down to a millisecond. */
function doubleNanos(value: number, digits: number): bigint | null {
  const ms = value * 10 ** (3 - digits)
  if (!Number.isFinite(ms) || Math.abs(ms) > INSTANT_MAX * 2) return null
  return Number.isInteger(value) ? exactNanos(BigInt(value), 0, digits) : BigInt(Math.trunc(ms)) * 1_000_000n
}

const fromUnixtime = made(({ literals, zone }) => {
  const named = zoneNamed(zone)
  const formatter = byPattern(literals[1], timeFormatter)
  return (seconds: bigint | number, pattern = DEFAULT_PATTERN) => {
    const ms = toLocal(Number(seconds) * 1000, named)
    return formatter(pattern)?.({ ms, nanos: 0 }) ?? null
  }
})

const unixTimestampOfText = made((facts) => {
  const parse = parserOf(facts)
  const named = zoneNamed(facts.zone)
  return (text: string, pattern = DEFAULT_PATTERN) => {
    const point = parse(text, pattern)
    return point === null ? INT64_MIN : BigInt(Math.floor(toInstant(point.ms, named) / 1000))
  }
})

const unixTimestampNow = runtime((context: EvaluationContext) => BigInt(Math.floor(context.nowMs / 1000)), { contextual: true })

function convertTz(text: string, from: string, to: string): string | null {
  const point = parseTimestamp(text)
  if (point === null) return null
  return timestampText(toLocal(toInstant(point.ms, zoneNamed(from)), zoneNamed(to)), 0, 0)
}

// ---- now

const now = runtime((context: EvaluationContext) => context.nowMs, { contextual: true })

const localNow = (read: (localMs: number) => Boxed): Emitter =>
  made(
    ({ zone }) => {
      const named = zoneNamed(zone)
      return (context: EvaluationContext) => read(toLocal(context.nowMs, named))
    },
    { contextual: true },
  )

const currentWatermark = made(
  ({ type, zone }) => {
    const named = zoneNamed(zone)
    return (context: EvaluationContext) => {
      if (context.watermarkMs === null) return null
      return type.kind === 'TIMESTAMP_LTZ' ? context.watermarkMs : toLocal(context.watermarkMs, named)
    }
  },
  { contextual: true, nullAware: true },
)

/** Start, end or event time of a row's tumbling window: (time, size, offset), sizes in ms. */
const tumble = (column: 'start' | 'end' | 'time'): Emitter =>
  made(({ argTypes, zone }) => {
    const named = argTypes[0]!.kind === 'TIMESTAMP_LTZ' ? zoneNamed(zone) : null
    return (time: Boxed, size: bigint, offset: bigint) => {
      const local = named === null ? pointMs(time) : toLocal(pointMs(time), named)
      const start = Math.floor((local - Number(offset)) / Number(size)) * Number(size) + Number(offset)
      if (column === 'start') return start
      const end = start + Number(size)
      if (column === 'end') return end
      return named === null ? end - 1 : toInstant(end - 1, named)
    }
  })

export const TEMPORAL: EmitterTable = {
  $TUMBLE_START: tumble('start'),
  $TUMBLE_END: tumble('end'),
  $TUMBLE_TIME: tumble('time'),
  EXTRACT: extract,
  YEAR: part('YEAR'),
  QUARTER: part('QUARTER'),
  MONTH: part('MONTH'),
  WEEK: part('WEEK'),
  DAYOFYEAR: part('DOY'),
  DAYOFMONTH: part('DAY'),
  DAYOFWEEK: part('DOW'),
  HOUR: part('HOUR'),
  MINUTE: part('MINUTE'),
  SECOND: part('SECOND'),
  'FLOOR TO': floorMoment,
  'CEIL TO': ceilMoment,
  TIMESTAMPADD: timestampAdd,
  TIMESTAMPDIFF: timestampDiff,
  MINUS_DATE: minusDate,
  OVERLAPS: overlaps,
  DATE_FORMAT: dateFormat,
  TO_DATE: toDate,
  TO_TIMESTAMP: toTimestamp,
  TO_TIMESTAMP_LTZ: toTimestampLtz,
  FROM_UNIXTIME: fromUnixtime,
  UNIX_TIMESTAMP: (env, call) => (call.args.length === 0 ? unixTimestampNow(env, call) : unixTimestampOfText(env, call)),
  CONVERT_TZ: runtime(convertTz),
  CURRENT_TIMESTAMP: now,
  CURRENT_ROW_TIMESTAMP: now,
  NOW: now,
  PROCTIME: now,
  LOCALTIMESTAMP: localNow((ms) => ms),
  CURRENT_DATE: localNow((ms) => Math.floor(ms / DAY_MS)),
  CURRENT_TIME: localNow((ms) => Math.floor((((ms % DAY_MS) + DAY_MS) % DAY_MS) / 1000) * 1000),
  LOCALTIME: localNow((ms) => Math.floor((((ms % DAY_MS) + DAY_MS) % DAY_MS) / 1000) * 1000),
  CURRENT_WATERMARK: currentWatermark,
}
