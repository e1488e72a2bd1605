// The checker process: reads input and output as committed, computes again what the statements should have written, and compares. It
// shares no code with the engine. Prints one JSON object.
import { KafkaClient, readTopic } from '../kafka/client.ts'
import type { Credentials } from '../kafka/wire.ts'
import { numberOf, WATERMARK_DELAY_MS, WINDOW_MS } from './bids.ts'

export interface CheckerOrders {
  readonly bootstrap: string
  readonly credentials: Credentials
  readonly input: string
  readonly filtered: string
  readonly windowed: string
  readonly totals: string
  readonly priceAbove: number
}

export interface Verdict {
  readonly input_rows: number
  readonly expected_rows: number
  readonly missing: number
  readonly duplicate: number
  readonly details: Readonly<
    Record<
      string,
      { readonly expected: number; readonly missing: number; readonly duplicate: number; readonly examples: readonly string[] }
    >
  >
}

interface Bid {
  readonly auction: number
  readonly bidder: number
  readonly price: number
  readonly dateTime: string
  readonly extra: string
}

interface Tally {
  expected: number
  missing: number
  duplicate: number
  examples: string[]
}

const orders = JSON.parse(process.argv[2] ?? '{}') as CheckerOrders
const client = await KafkaClient.open(orders.bootstrap, orders.credentials)
const tally = (): Tally => ({ expected: 0, missing: 0, duplicate: 0, examples: [] })
const note = (t: Tally, kind: 'missing' | 'duplicate', what: string) => {
  t[kind]++
  if (t.examples.length < 5) t.examples.push(`${kind}: ${what}`)
}
const millis = (text: string): number => Date.parse(`${text.replace(' ', 'T')}Z`)
/** window index and auction in one number: auctions stay below 10^7. */
const windowKey = (start: number, auction: number): number => (start / WINDOW_MS) * 1e7 + auction

const passed = new Set<number>()
const windows = new Map<number, number>()
const bidders = new Map<number, { count: number; total: number }>()
const newest: number[] = []
let inputRows = 0
let minute = ''
let minuteMs = 0

await readTopic(client, orders.input, ({ value }, partition) => {
  const bid = JSON.parse(value!.toString('latin1')) as Bid
  inputRows++
  if (bid.price > orders.priceAbove) passed.add(numberOf(bid.extra))
  if (bid.dateTime.slice(0, 16) !== minute) {
    minute = bid.dateTime.slice(0, 16)
    minuteMs = millis(`${minute}:00.000`)
  }
  const at = minuteMs + Number(bid.dateTime.slice(17, 19)) * 1000 + Number(bid.dateTime.slice(20))
  newest[partition] = at
  const key = windowKey(at - (at % WINDOW_MS), bid.auction)
  windows.set(key, (windows.get(key) ?? 0) + 1)
  const totals = bidders.get(bid.bidder)
  if (totals) {
    totals.count++
    totals.total += bid.price
  } else bidders.set(bid.bidder, { count: 1, total: bid.price })
})
// A window has fired when every partition's watermark has passed its last millisecond.
const watermark = Math.min(...newest) - WATERMARK_DELAY_MS
for (const key of [...windows.keys()]) if (Math.floor(key / 1e7) * WINDOW_MS + WINDOW_MS - 1 > watermark) windows.delete(key)

const filtered = tally()
filtered.expected = passed.size
const seen = new Set<number>()
await readTopic(client, orders.filtered, ({ value }) => {
  const row = JSON.parse(value!.toString('latin1')) as Bid
  const n = numberOf(row.extra)
  if (seen.has(n) || !passed.has(n)) note(filtered, 'duplicate', row.extra)
  seen.add(n)
})
for (const n of passed) if (!seen.has(n)) note(filtered, 'missing', `bid ${n}`)

const windowed = tally()
windowed.expected = windows.size
const fired = new Set<number>()
await readTopic(client, orders.windowed, ({ value }) => {
  const row = JSON.parse(value!.toString('latin1')) as { window_start: string; auction: number; bids: number }
  const key = windowKey(millis(row.window_start), row.auction)
  if (fired.has(key) || windows.get(key) !== row.bids)
    note(windowed, 'duplicate', `${JSON.stringify(row)}, expected ${windows.get(key)}`)
  if (windows.get(key) === row.bids) fired.add(key)
})
for (const key of windows.keys()) if (!fired.has(key)) note(windowed, 'missing', `window ${key}: ${windows.get(key)}`)

const totals = tally()
totals.expected = bidders.size
const last = new Map<number, { count: number; total: number }>()
await readTopic(client, orders.totals, ({ value, key }) => {
  if (value === null) return note(totals, 'duplicate', `deletion of ${key?.toString()}`)
  const row = JSON.parse(value.toString('latin1')) as { bidder: number; bids: number; total: number }
  const before = last.get(row.bidder)
  if (before && (row.bids <= before.count || row.total <= before.total))
    note(totals, 'duplicate', `bidder ${row.bidder}: ${before.count} then ${row.bids}`)
  last.set(row.bidder, { count: row.bids, total: row.total })
})
for (const [bidder, { count, total }] of bidders) {
  const end = last.get(bidder)
  if (end?.count !== count || end.total !== total)
    note(totals, 'missing', `bidder ${bidder}: ${JSON.stringify(end)} instead of ${count}, ${total}`)
}
client.close()

const details = { filtered, windowed, totals }
const sum = (field: 'expected' | 'missing' | 'duplicate') => filtered[field] + windowed[field] + totals[field]
const verdict: Verdict = {
  input_rows: inputRows,
  expected_rows: sum('expected'),
  missing: sum('missing'),
  duplicate: sum('duplicate'),
  details,
}
process.stdout.write(`${JSON.stringify(verdict)}\n`)
