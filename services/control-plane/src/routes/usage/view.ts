import type { Usage, UsageQuery } from '@millrace/store'

/** Thousandths of a CU times milliseconds in one CU-minute. */
const MILLI_CU_MS_PER_CU_MINUTE = 1000 * 60_000

/** Micro-units as a decimal with six places; exact. */
export function money(micros: bigint): string {
  const sign = micros < 0n ? '-' : ''
  const abs = micros < 0n ? -micros : micros
  return `${sign}${abs / 1_000_000n}.${String(abs % 1_000_000n).padStart(6, '0')}`
}

const cuMinutes = (line: { readonly unit: string; readonly quantity: string }): number | undefined =>
  line.unit === 'milli_cu_ms' ? Number(line.quantity) / MILLI_CU_MS_PER_CU_MINUTE : undefined

export function usageView(query: UsageQuery, { lines, unbilled }: Usage) {
  const totals = new Map<string, { micros: bigint; cu_minutes: number }>()
  for (const line of lines) {
    const total = totals.get(line.currency) ?? { micros: 0n, cu_minutes: 0 }
    total.micros += BigInt(line.amountMicros)
    total.cu_minutes += cuMinutes(line) ?? 0
    totals.set(line.currency, total)
  }
  return {
    from: query.from.toISOString(),
    to: query.to.toISOString(),
    granularity: query.granularity,
    lines: lines.map((line) => {
      const cu = cuMinutes(line)
      return {
        start: line.start.toISOString(),
        group: line.group,
        sku: line.sku,
        quantity: line.quantity,
        unit: line.unit,
        ...(cu === undefined ? {} : { cu_minutes: cu }),
        amount: money(BigInt(line.amountMicros)),
        currency: line.currency,
      }
    }),
    totals: [...totals].map(([currency, t]) => ({ currency, amount: money(t.micros), cu_minutes: t.cu_minutes })),
    unbilled: unbilled.map((line) => ({ ...line, cu_minutes: cuMinutes(line) ?? 0 })),
  }
}
