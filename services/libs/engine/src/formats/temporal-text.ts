/** Dates and times as Flink's formats print them. */

const two = (n: number): string => (n < 10 ? `0${n}` : String(n))

export function dateText(days: number): string {
  const date = new Date(days * 86_400_000)
  const year = date.getUTCFullYear()
  const text = year > 9999 ? `+${year}` : year < 0 ? `-${String(-year).padStart(4, '0')}` : String(year).padStart(4, '0')
  return `${text}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`
}

/** `HH:mm:ss[.f]`, trailing zeros of the fraction removed, no dot when it is zero. */
export function timeText(milliseconds: number, nanosOfMs = 0): string {
  const seconds = Math.floor(milliseconds / 1000)
  const nanos = (milliseconds - seconds * 1000) * 1e6 + nanosOfMs
  const fraction = nanos === 0 ? '' : `.${String(nanos).padStart(9, '0').replace(/0+$/, '')}`
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}${fraction}`
}

/** Epoch milliseconds and nanoseconds of the millisecond, `separator` between date and time. */
export function timestampText(ms: number, nanosOfMs: number, separator: ' ' | 'T'): string {
  const days = Math.floor(ms / 86_400_000)
  return `${dateText(days)}${separator}${timeText(ms - days * 86_400_000, nanosOfMs)}`
}
