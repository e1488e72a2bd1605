/** The parts of the API's resources that the commands show. */
import type { Column } from './output/render.ts'

export interface Resource {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly uid: string; readonly created_at: string; readonly generation: number }
  readonly spec: Readonly<Record<string, unknown>>
  readonly status: Readonly<Record<string, unknown>>
}

export interface StatementResource extends Resource {
  readonly spec: { readonly sql: string; readonly compute_pool: string; readonly desired: string } & Readonly<
    Record<string, unknown>
  >
  readonly status: {
    readonly phase: string
    readonly detail: string | null
    readonly parallelism: number
    readonly cu: number
    readonly lag: { readonly records: number | null; readonly time: string | null }
    readonly rates: { readonly records_in: number; readonly records_out: number }
    readonly traits: { readonly sql_kind: string }
  } & Readonly<Record<string, unknown>>
}

export const WORKSPACE_COLUMNS: readonly Column<Resource>[] = [
  { title: 'NAME', value: (r) => r.metadata.name },
  { title: 'REGION', value: (r) => r.spec['region'] },
  { title: 'PHASE', value: (r) => r.status['phase'] },
  { title: 'CREATED', value: (r) => r.metadata.created_at },
]

export const POOL_COLUMNS: readonly Column<Resource>[] = [
  { title: 'NAME', value: (r) => r.metadata.name },
  { title: 'MAX CU', value: (r) => r.spec['max_cu'] },
  { title: 'CURRENT CU', value: (r) => r.status['current_cu'] },
  { title: 'WORKERS', value: (r) => r.status['workers'] },
  { title: 'PHASE', value: (r) => r.status['phase'] },
]

export const STATEMENT_COLUMNS: readonly Column<StatementResource>[] = [
  { title: 'NAME', value: (s) => s.metadata.name },
  { title: 'PHASE', value: (s) => s.status.phase },
  { title: 'POOL', value: (s) => s.spec.compute_pool },
  { title: 'PAR', value: (s) => s.status.parallelism },
  { title: 'CU', value: (s) => s.status.cu },
  { title: 'IN/S', value: (s) => Math.round(s.status.rates.records_in) },
  { title: 'OUT/S', value: (s) => Math.round(s.status.rates.records_out) },
  { title: 'LAG', value: (s) => s.status.lag.time ?? s.status.lag.records },
]

export const STATEMENT_DETAIL: readonly Column<StatementResource>[] = [
  ...STATEMENT_COLUMNS,
  { title: 'DETAIL', value: (s) => s.status.detail },
  { title: 'SQL', value: (s) => s.spec.sql },
]

export interface StatementEvent {
  readonly at: string
  readonly kind: string
  readonly severity: string
  readonly reason: string
  readonly message: string
}

export const EVENT_COLUMNS: readonly Column<StatementEvent>[] = [
  { title: 'AT', value: (e) => e.at },
  { title: 'SEVERITY', value: (e) => e.severity },
  { title: 'REASON', value: (e) => e.reason },
  { title: 'MESSAGE', value: (e) => e.message },
]

export interface UsageLine {
  readonly start: string
  readonly group: Readonly<Record<string, string>>
  readonly sku: string
  readonly quantity: string
  readonly unit: string
  readonly cu_minutes?: number
  readonly amount: string
  readonly currency: string
}
type UnbilledLine = Omit<UsageLine, 'start' | 'amount' | 'currency'>
export interface Usage {
  readonly lines: readonly UsageLine[]
  /** Held and not in the ledger yet. */
  readonly unbilled?: readonly UnbilledLine[]
}
export type UsageRow = UsageLine | (UnbilledLine & { readonly estimated: true })

/** The ledger's lines, then what it does not hold yet. */
export const usageRows = (usage: Usage): UsageRow[] => [
  ...usage.lines,
  ...(usage.unbilled ?? []).map((line) => ({ ...line, estimated: true as const })),
]

export const USAGE_COLUMNS: readonly Column<UsageRow>[] = [
  { title: 'FROM', value: (u) => ('estimated' in u ? '-' : u.start) },
  { title: 'FOR', value: (u) => Object.values(u.group).join(' ') || 'all' },
  { title: 'SKU', value: (u) => u.sku },
  {
    title: 'QUANTITY',
    value: (u) => (u.cu_minutes === undefined ? `${u.quantity} ${u.unit}` : `${u.cu_minutes.toFixed(3)} CU-minutes`),
  },
  { title: 'AMOUNT', value: (u) => ('estimated' in u ? 'not billed yet' : `${u.amount} ${u.currency}`) },
]
