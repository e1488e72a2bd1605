/** Durations in options, as Flink reads them: a number with a unit (default milliseconds), or ISO 8601 without calendar units. */
const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  ms: 1,
  milli: 1,
  millis: 1,
  millisecond: 1,
  milliseconds: 1,
  s: 1000,
  sec: 1000,
  secs: 1000,
  second: 1000,
  seconds: 1000,
  m: 60_000,
  min: 60_000,
  minute: 60_000,
  minutes: 60_000,
  h: 3_600_000,
  hour: 3_600_000,
  hours: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
  days: 86_400_000,
  us: 0.001,
  µs: 0.001,
  micro: 0.001,
  micros: 0.001,
  ns: 0.000001,
  nano: 0.000001,
  nanos: 0.000001,
}

const ISO = /^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?$/i

/** Milliseconds; undefined where the text is not a duration. */
export function parseDuration(text: string): number | undefined {
  const trimmed = text.trim()
  const iso = ISO.exec(trimmed)
  if (iso !== null) return Number(iso[1] ?? 0) * 3_600_000 + Number(iso[2] ?? 0) * 60_000 + Number(iso[3] ?? 0) * 1000
  const match = /^(\d+)\s*([a-zµ]*)$/i.exec(trimmed)
  const unit = match === null ? undefined : UNITS[match[2]!.toLowerCase()]
  return match === null || unit === undefined ? undefined : Number(match[1]) * unit
}
