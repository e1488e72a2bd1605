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
}

/** A duration as Flink's options write it (`2s`, `500 ms`, `1 min`; a bare number is milliseconds) in milliseconds; undefined when it is none. */
export function parseDurationMs(text: string): number | undefined {
  const match = /^\s*(\d{1,15})\s*([a-zA-Z]*)\s*$/.exec(text)
  const unit = match && UNITS[match[2]!.toLowerCase()]
  return match && unit !== undefined && unit !== null ? Number(match[1]) * unit : undefined
}
