/** Which bids a Nexmark stream of a known rate must hold, told by event time alone: event n is at base + n / rate seconds. */

export interface BidRow {
  readonly auction: number
  readonly bidder: number
  readonly price: number
  readonly dateTime: string
  readonly extra: string
}

const PERIOD = 50
/** Of 50 events in a row the first four are a person and three auctions. */
const FIRST_BID = 4

export interface StreamVerdict {
  readonly bids: number
  readonly duplicates: readonly number[]
  readonly missing: readonly number[]
}

/** Sets of event numbers that are there twice or not at all, from the first event to the last one seen. Every 1000/rate must be whole. */
export function judgeBids(rows: readonly BidRow[], rate: number): StreamVerdict {
  const step = 1000 / rate
  const times = rows.map((row) => Date.parse(`${row.dateTime.replace(' ', 'T')}Z`))
  const first = times.reduce((least, t) => Math.min(least, t), Number.POSITIVE_INFINITY)
  const base = first - FIRST_BID * step
  const seen = new Map<number, number>()
  let last = 0
  for (const time of times) {
    const n = (time - base) / step
    if (!Number.isInteger(n) || n % PERIOD < FIRST_BID) throw new Error(`a bid at ${time} is no event of this stream`)
    seen.set(n, (seen.get(n) ?? 0) + 1)
    last = Math.max(last, n)
  }
  const duplicates = [...seen].flatMap(([n, count]) => (count > 1 ? [n] : []))
  const missing: number[] = []
  for (let n = FIRST_BID; n <= last; n++) if (n % PERIOD >= FIRST_BID && !seen.has(n)) missing.push(n)
  return { bids: rows.length, duplicates, missing }
}

/** What is in `wanted` more often than in `found`, and the other way round. */
export function compareMultisets(
  wanted: readonly string[],
  found: readonly string[],
): { readonly missing: string[]; readonly extra: string[] } {
  const open = new Map<string, number>()
  for (const item of wanted) open.set(item, (open.get(item) ?? 0) + 1)
  const extra: string[] = []
  for (const item of found) {
    const left = open.get(item) ?? 0
    if (left > 0) open.set(item, left - 1)
    else extra.push(item)
  }
  return { missing: [...open].flatMap(([item, left]) => Array<string>(left).fill(item)), extra }
}
