/** The demo's input: Nexmark bids, each a pure function of its number, with the number in `extra` so that every row is told apart. */

/** Event time of bid 0. */
export const BASE_TIME = Date.UTC(2026, 0, 1)
/** Bids a second of event time. */
export const EVENT_RATE = 10_000
export const WINDOW_MS = 10_000
/** Delay of the watermark in the table's definition. */
export const WATERMARK_DELAY_MS = 1_000

const CHANNELS = ['Google', 'Facebook', 'Baidu', 'Apple']
const PADDING = 'abcdefghijklmnopqrstuvwxyz'

function mix(x: number): number {
  let h = Math.imul(x ^ (x >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

const pad = (value: number, width: number): string => String(value).padStart(width, '0')

let minuteOf = -1
let minuteText = ''

/** yyyy-MM-dd HH:mm:ss.SSS */
export function timeText(ms: number): string {
  const minute = Math.floor(ms / 60_000)
  if (minute !== minuteOf) {
    minuteOf = minute
    minuteText = new Date(minute * 60_000).toISOString().slice(0, 16).replace('T', ' ')
  }
  const rest = ms - minute * 60_000
  return `${minuteText}:${pad(Math.floor(rest / 1000), 2)}.${pad(rest % 1000, 3)}`
}

/** Half of the bids go to a hot auction and three quarters come from a hot bidder, as in the benchmark. */
export function bidText(n: number, dateTime: number): string {
  const a = mix(n)
  const b = mix(a ^ 0x9e3779b9)
  const auctions = Math.floor((n * 3) / 46)
  const people = Math.floor(n / 46)
  const auction = 1000 + ((a & 1) === 0 ? Math.floor(auctions / 100) * 100 : Math.max(0, auctions - (a % 100)))
  const bidder = 1000 + ((b & 3) !== 0 ? Math.floor(people / 100) * 100 : Math.max(0, people - (b % 1000)))
  const price = Math.round(10 ** ((mix(b) / 4294967296) * 6) * 100)
  const channel = (a & 2) === 0 ? CHANNELS[(a >>> 2) & 3]! : `channel-${a % 10_000}`
  const url = `https://www.nexmark.com/${PADDING.slice(a % 20, (a % 20) + 5)}/${PADDING.slice(b % 20, (b % 20) + 5)}/item.htm?query=1&channel_id=${a}`
  return `{"auction":${auction},"bidder":${bidder},"price":${price},"channel":"${channel}","url":"${url}","dateTime":"${timeText(dateTime)}","extra":"bid-${pad(n, 10)}-${PADDING}"}`
}

export const eventTime = (n: number): number => BASE_TIME + Math.floor((n * 1000) / EVENT_RATE)

export const numberOf = (extra: string): number => Number(extra.slice(4, 14))
