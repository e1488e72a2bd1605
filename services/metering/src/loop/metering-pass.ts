import type { Clock, NewUid } from '@millrace/kit'
import {
  type HeldInterval,
  insertLedgerRows,
  type LedgerRow,
  listMeteredVersions,
  listMinuteReadings,
  listUnbilled,
  type MeteredVersion,
  type Store,
  type SystemTx,
  sumBilled,
} from '@millrace/store'
import { type Interval, ledgerRows, MINUTE_MS, settledMinutes } from '../ledger/ledger-rows.ts'
import { priceOfHeld, type RateCard } from '../rates/rate-card.ts'

export interface MeteringParts {
  readonly store: Store
  readonly clock: Clock
  readonly newUid: NewUid
  readonly card: RateCard
}

/** Slots looked at in one pass, and minutes of a slot written in one transaction: a long outage is caught up in several. */
const SLOTS_MAX = 1000
const MINUTES_MAX = 240
/** Slots that ended longer ago are not looked for: longer than any outage that a ledger has to be completed after. */
const LOOK_BACK_MS = 35 * 86_400_000

/** Writes every settled minute that the ledger lacks. Idempotent and without memory of its own. Returns how many rows were new. */
export async function meteringPass(parts: MeteringParts): Promise<number> {
  const now = parts.clock.now()
  const ask = { since: new Date(now - LOOK_BACK_MS), limit: SLOTS_MAX }
  const slots = await parts.store.withSystem((tx) => listUnbilled(tx, ask))
  let written = 0
  for (const slot of slots) {
    const interval = intervalOf(slot)
    const minutes = settledMinutes(interval, now, MINUTES_MAX)
    if (minutes.length === 0) continue
    written += await parts.store.withSystem((tx) => writeMinutes(tx, parts, { slot, interval, minutes }))
  }
  return written
}

const intervalOf = (s: HeldInterval): Interval => ({
  worker: s.worker,
  milliCu: s.milliCu,
  grantedAtMs: s.grantedAt.getTime(),
  releasedAtMs: s.releasedAt?.getTime() ?? null,
  lastHeartbeatMs: s.lastHeartbeat?.getTime() ?? null,
  billedMinuteMs: s.billedMinute?.getTime() ?? null,
})

async function writeMinutes(
  tx: SystemTx,
  parts: MeteringParts,
  of: { readonly slot: HeldInterval; readonly interval: Interval; readonly minutes: readonly number[] },
): Promise<number> {
  const { slot, interval, minutes } = of
  const [facts] = await listMeteredVersions(tx, [slot.version])
  if (!facts) return 0
  const to = new Date(minutes.at(-1)! + MINUTE_MS)
  const key = { org: slot.org, version: slot.version, epoch: slot.epoch }
  const readings = await listMinuteReadings(tx, { ...key, from: slot.grantedAt, to })
  const billed = await sumBilled(tx, { ...key, since: slot.grantedAt })
  const quantities = ledgerRows(
    interval,
    {
      readings: readings.map((r) => ({ incarnation: r.incarnation, atMs: r.at.getTime(), counters: r.counters })),
      billed: new Map(billed.map((b) => [`${b.incarnation}/${b.sku}`, b.quantity])),
    },
    minutes,
  )
  const rows = quantities.map(
    (q): LedgerRow => ({ ...rowFacts(facts, slot.epoch, parts), ...priced(q, facts, parts.card), uid: parts.newUid() }),
  )
  return await insertLedgerRows(tx, rows, new Date(parts.clock.now()))
}

function rowFacts(facts: MeteredVersion, epoch: number, { card }: MeteringParts) {
  const { org, workspace, pool, statement, version, labels, principal } = facts
  return {
    org,
    workspace,
    pool,
    statement,
    version,
    epoch,
    labels,
    principal,
    revision: 0,
    currency: card.currency,
    rateCard: card.name,
  }
}

function priced(q: ReturnType<typeof ledgerRows>[number], facts: MeteredVersion, card: RateCard) {
  return {
    incarnation: q.incarnation,
    minute: new Date(q.minuteMs),
    sku: q.sku,
    unit: q.unit,
    quantity: q.quantity,
    amountMicros: q.sku === 'cu' ? priceOfHeld(q.quantity, facts.plan, card) : 0,
  }
}
