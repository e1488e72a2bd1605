import type { ScalingState, StatementPhase } from './phase.ts'

export type Runtime = 'auto' | 'embedded' | 'flink'

export interface StatementSpec {
  readonly sql: string
  readonly properties: Readonly<Record<string, string>>
  readonly compute_pool: string
  readonly principal?: string
  readonly desired: 'RUNNING' | 'STOPPED'
  readonly runtime: Runtime
  readonly parallelism: { readonly min: number; readonly max: number }
  readonly priority: number
  readonly objective?: { readonly freshness: string; readonly target?: number }
  readonly start: {
    readonly from: 'earliest' | 'latest' | 'timestamp' | 'savepoint' | 'statement' | 'default'
    readonly value?: string
  }
}

export interface Hold {
  readonly reason: string
  readonly since: string
  readonly released_by: string
}

export interface Condition {
  readonly type: string
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason: string
  readonly message: string
  readonly last_transition_time: string
}

export interface StatementStatus {
  readonly phase: StatementPhase
  readonly scaling_state: ScalingState
  readonly runtime: 'embedded' | 'flink'
  readonly parallelism: number
  readonly cu: number
  readonly lag: { readonly records: number | null; readonly time: string | null }
  readonly freshness: string | null
  readonly watermark: string | null
  readonly rates: { readonly records_in: number; readonly records_out: number; readonly bytes_in: number }
  readonly state_bytes: string
  readonly state_limit_state: 'OK' | 'SOFT' | 'HARD'
  readonly detail: string | null
}

/** A compute unit is 1 vCPU + 4 GiB. Slots are multiples of this, and it is the smallest. */
export const SLOT_CU_MIN = 0.05
/** Longest SQL text, characters. */
export const SQL_LENGTH_MAX = 131_072
/** Key groups of a statement: fixed at creation, the bound of its parallelism. */
export const KEY_GROUPS = 128
