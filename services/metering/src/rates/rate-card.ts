/** Prices that ledger rows name. A published card never changes: a new price is a new card. Money is whole micro-units of the currency. */
export interface RateCard {
  readonly name: string
  readonly currency: string
  /** Micro-units for one CU held for one minute, by plan; `standard` where the plan has no price of its own. */
  readonly microsPerCuMinute: Readonly<Record<string, number>> & { readonly standard: number }
}

/** List prices. The free plan pays them too, from the credit that comes with it, so that its usage can be seen in money. */
export const RATE_CARD_2026_01: RateCard = {
  name: '2026-01',
  currency: 'USD',
  microsPerCuMinute: { standard: 3000 },
}

/** One CU for one minute, in thousandths of a CU times milliseconds. */
export const CU_MINUTE = 1000 * 60_000

/** What `milliCuMs` of held capacity costs on `plan`: rounded half up, once, in the row that keeps it. */
export function priceOfHeld(milliCuMs: number, plan: string, card: RateCard): number {
  const micros = card.microsPerCuMinute[plan] ?? card.microsPerCuMinute.standard
  const product = BigInt(milliCuMs) * BigInt(micros)
  return Number((product + BigInt(CU_MINUTE / 2)) / BigInt(CU_MINUTE))
}
