import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CU_MINUTE, priceOfHeld, RATE_CARD_2026_01 } from '../rates/rate-card.ts'
import { type Interval, ledgerRows, MINUTE_MS, type Quantity, type Reading, settledMinutes } from './ledger-rows.ts'

const counters = (n: number) => ({
  cpu_us: n,
  records_in: 2 * n,
  records_out: n,
  bytes_in: 3 * n,
  bytes_out: 0,
  late_records_dropped: 0,
  errors_ignored: 0,
})

/** A ledger as the store keeps it: one row a key, a repeat changes nothing. */
class Ledger {
  readonly rows = new Map<string, Quantity>()
  insert(rows: readonly Quantity[]): void {
    for (const r of rows) {
      const key = `${r.incarnation}/${r.minuteMs}/${r.sku}`
      if (!this.rows.has(key)) this.rows.set(key, r)
    }
  }
  sum(sku: string): number {
    return [...this.rows.values()].filter((r) => r.sku === sku).reduce((total, r) => total + r.quantity, 0)
  }
  get billedMinuteMs(): number | null {
    const minutes = [...this.rows.values()].filter((r) => r.sku === 'cu').map((r) => r.minuteMs)
    return minutes.length > 0 ? Math.max(...minutes) : null
  }
  get billed(): Map<string, number> {
    const out = new Map<string, number>()
    for (const r of this.rows.values())
      out.set(`${r.incarnation}/${r.sku}`, (out.get(`${r.incarnation}/${r.sku}`) ?? 0) + r.quantity)
    return out
  }
}

interface Life {
  readonly grantedAtMs: number
  readonly milliCu: number
  /** Times of reports with the counter's value then. */
  readonly reports: readonly { readonly atMs: number; readonly value: number }[]
  readonly releasedAtMs: number
}

const life: fc.Arbitrary<Life> = fc
  .record({
    grantedAtMs: fc.integer({ min: 0, max: 5 * MINUTE_MS }),
    milliCu: fc.integer({ min: 1, max: 80 }).map((n) => n * 50),
    steps: fc.array(fc.record({ gap: fc.integer({ min: 1, max: 40_000 }), add: fc.nat(10_000) }), { maxLength: 40 }),
    dead: fc.boolean(),
    tail: fc.nat(200_000),
  })
  .map(({ grantedAtMs, milliCu, steps, dead, tail }) => {
    let atMs = grantedAtMs
    let value = 0
    const reports = steps.map((s) => {
      atMs += s.gap
      value += s.add
      return { atMs, value }
    })
    const last = reports.at(-1)?.atMs ?? grantedAtMs
    return { grantedAtMs, milliCu, reports, releasedAtMs: dead ? last : last + tail }
  })

/** What a metering pass sees of the life at `now`. */
const seenAt = (l: Life, now: number, ledger: Ledger): { slot: Interval; readings: Reading[] } => ({
  slot: {
    worker: 'w',
    milliCu: l.milliCu,
    grantedAtMs: l.grantedAtMs,
    releasedAtMs: now >= l.releasedAtMs ? l.releasedAtMs : null,
    lastHeartbeatMs: l.reports.findLast((r) => r.atMs <= now)?.atMs ?? null,
    billedMinuteMs: ledger.billedMinuteMs,
  },
  readings: l.reports.filter((r) => r.atMs <= now).map((r) => ({ incarnation: 'i', atMs: r.atMs, counters: counters(r.value) })),
})

function pass(l: Life, now: number, ledger: Ledger, limit: number): Quantity[] {
  const { slot, readings } = seenAt(l, now, ledger)
  return ledgerRows(slot, { readings, billed: ledger.billed }, settledMinutes(slot, now, limit))
}

describe('ledger rows', () => {
  test('any schedule of passes, crashes and repeats gives the same rows, and they sum to what was held and counted', () => {
    const schedule = fc.array(
      fc.record({ at: fc.nat(40 * MINUTE_MS), crash: fc.boolean(), twice: fc.boolean(), limit: fc.integer({ min: 1, max: 4 }) }),
      { maxLength: 30 },
    )
    fc.assert(
      fc.property(life, schedule, (l, passes) => {
        const troubled = new Ledger()
        for (const p of passes.toSorted((a, b) => a.at - b.at)) {
          const rows = pass(l, p.at, troubled, p.limit)
          const again = p.twice ? pass(l, p.at, troubled, p.limit) : []
          if (p.crash) continue
          troubled.insert(rows)
          troubled.insert(again)
        }
        const calm = new Ledger()
        const end = Math.max(l.releasedAtMs, 40 * MINUTE_MS) + MINUTE_MS
        for (const ledger of [troubled, calm]) ledger.insert(pass(l, end, ledger, 10_000))
        const final = l.reports.at(-1)?.value ?? 0
        const counted = l.releasedAtMs > l.grantedAtMs ? final : 0
        for (const ledger of [troubled, calm]) {
          expect(ledger.sum('cu')).toBe((l.releasedAtMs - l.grantedAtMs) * l.milliCu)
          expect(ledger.sum('cpu')).toBe(counted)
          expect(ledger.sum('records_in')).toBe(2 * counted)
          expect(ledger.sum('bytes_in')).toBe(3 * counted)
        }
        const sorted = (x: Ledger) => [...x.rows.entries()].sort(([a], [b]) => (a < b ? -1 : 1))
        expect(sorted(troubled)).toEqual(sorted(calm))
      }),
      { numRuns: 500 },
    )
  })

  test('no minute is written before it is settled: a worker found dead later is never over-charged', () => {
    fc.assert(
      fc.property(life, fc.nat(40 * MINUTE_MS), (l, now) => {
        const rows = pass(l, now, new Ledger(), 10_000)
        const charged = rows.filter((r) => r.sku === 'cu').reduce((total, r) => total + r.quantity, 0)
        expect(charged).toBeLessThanOrEqual(Math.max(0, Math.min(l.releasedAtMs, now) - l.grantedAtMs) * l.milliCu)
      }),
    )
  })

  test('a slot of 0.25 CU held from 12:00:30 to 12:02:00 is two rows', () => {
    const slot: Interval = {
      worker: 'w',
      milliCu: 250,
      grantedAtMs: 30_000,
      releasedAtMs: 120_000,
      lastHeartbeatMs: 119_000,
      billedMinuteMs: null,
    }
    expect(ledgerRows(slot, { readings: [], billed: new Map() }, settledMinutes(slot, 200_000, 10))).toEqual([
      { minuteMs: 0, incarnation: 'w', sku: 'cu', unit: 'milli_cu_ms', quantity: 250 * 30_000 },
      { minuteMs: 60_000, incarnation: 'w', sku: 'cu', unit: 'milli_cu_ms', quantity: 250 * 60_000 },
    ])
  })
})

describe('prices', () => {
  test('one CU for an hour costs sixty CU-minutes', () => {
    expect(priceOfHeld(60 * CU_MINUTE, 'standard', RATE_CARD_2026_01)).toBe(60 * 3000)
  })
  test('rounding is half up, in whole micro-units', () => {
    const half = CU_MINUTE / 3000 / 2
    expect(priceOfHeld(half, 'free', RATE_CARD_2026_01)).toBe(1)
    expect(priceOfHeld(half - 1, 'free', RATE_CARD_2026_01)).toBe(0)
  })
})
