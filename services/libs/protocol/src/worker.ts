/**
 * Worker protocol. Each second a worker POSTs its report to the scheduler and the answer is its whole desired set, so a lost
 * message never matters: there are no commands and no acknowledgements. JSON over HTTP, bearer token of the worker.
 *
 *   POST {scheduler}/internal/workers/{uid}/report   WorkerReport -> DesiredSet
 *   GET  {scheduler}/internal/assignments/{statement_version}/{epoch}   200 {current: true} | 409   (asked once before the first read or write)
 *
 * A worker's read port (loopback or pod network), short tokens bound to (worker, version, epoch):
 *   GET /status                                        slots with CU and last report, for harnesses and probes
 *   GET /results/{statement_version}?after=<epoch>-<seq>&limit=   pages; Accept: text/event-stream for SSE
 */
import type { ErrorCode } from './errors.ts'

/** Cumulative since the assignment's start in this worker incarnation; never decreasing. */
export interface UsageCounters {
  readonly cpu_us: number
  readonly records_in: number
  readonly records_out: number
  readonly bytes_in: number
  readonly bytes_out: number
  readonly late_records_dropped: number
  readonly errors_ignored: number
}

export interface CommittedCheckpoint {
  readonly number: number
  readonly epoch: number
  /** Object-store name of the manifest; only this one is real. */
  readonly manifest: string
  readonly committed_at_ms: number
  readonly duration_ms: number
  readonly bytes: number
  readonly savepoint: boolean
}

export interface RunError {
  readonly code: ErrorCode
  readonly message: string
  readonly at_ms: number
}

export const RUN_STATES = ['STARTING', 'RUNNING', 'DEGRADED', 'STOPPING', 'STOPPED', 'FINISHED', 'FAILED', 'FENCED'] as const
export type RunState = (typeof RUN_STATES)[number]

export interface StatementReport {
  readonly statement_version: string
  readonly epoch: number
  readonly state: RunState
  readonly error: RunError | null
  /** `records` is null where the source has no end offsets; `time_ms` = records / true rate. */
  readonly lag: { readonly records: number | null; readonly time_ms: number | null }
  /** Age of the oldest unread record. */
  readonly freshness_ms: number | null
  /** Over the last report interval. */
  readonly rates: { readonly records_in: number; readonly records_out: number; readonly bytes_in: number }
  /** Share of the slot's time that was useful work, 0–1, and the rate that full use would give. */
  readonly busy: number
  readonly true_rate: number | null
  readonly watermark_ms: number | null
  readonly state_bytes: number
  readonly state_limit_state: 'OK' | 'SOFT' | 'HARD'
  readonly checkpoint: CommittedCheckpoint | null
  readonly counters: UsageCounters
  /** Source positions by split, for `latest_offsets`; int64 as strings. */
  readonly offsets: Readonly<Record<string, string>>
  /** Splits of the sources, a cap on useful parallelism. */
  readonly source_splits: number
  readonly parallelism: number
}

export interface WorkerReport {
  readonly worker: {
    readonly uid: string
    /** A new one each time the process starts. */
    readonly incarnation: string
    readonly started_at_ms: number
    readonly read_url: string
    readonly pid: number
    readonly rss_bytes: number
    readonly cpu_us: number
    /** Set when the process is draining and must get nothing new. */
    readonly draining: boolean
  }
  readonly sent_at_ms: number
  readonly statements: readonly StatementReport[]
}

export interface Assignment {
  readonly statement_version: string
  readonly statement: string
  readonly organization: string
  readonly workspace: string
  readonly name: string
  readonly epoch: number
  readonly granted_at_ms: number
  readonly desired: 'RUN' | 'STOP'
  /** With STOP: take a last checkpoint before releasing. */
  readonly savepoint: boolean
  readonly parallelism: number
  readonly cu: number
  /** The physical plan (engine's format), JSON. */
  readonly program: unknown
  /** Values of ${secret:name} and of connections, by option path; kept in memory only. */
  readonly secrets: Readonly<Record<string, string>>
  readonly checkpoint: { readonly number: number; readonly epoch: number; readonly manifest: string } | null
  readonly properties: Readonly<Record<string, string>>
  /** Object-store prefix of this version's checkpoints. */
  readonly checkpoint_prefix: string
  /** Root of the tenant's files. */
  readonly files_prefix: string
  /** Token that readers of this statement's results must show. */
  readonly read_token: string
  readonly state_limit_bytes: number
}

export interface DesiredSet {
  /** The worker may go on with its last set as long as it likes: leases expire only by a live scheduler's decision. */
  readonly statements: readonly Assignment[]
  readonly report_interval_ms: number
  /** The process should stop all, checkpointing, and exit. */
  readonly shutdown: boolean
}

/** GET /status on the worker's read port. */
export interface WorkerStatus {
  readonly worker: string
  readonly incarnation: string
  readonly pid: number
  readonly last_report_at_ms: number | null
  readonly slots: readonly {
    readonly statement_version: string
    readonly epoch: number
    readonly cu: number
    readonly parallelism: number
    readonly state: RunState
    readonly granted_at_ms: number
  }[]
}

/** One row of a foreground query; `id` is `<epoch>-<seq>`, values by column in the result's schema. */
export interface ResultsRow {
  readonly id: string
  readonly op: '+I' | '-U' | '+U' | '-D'
  readonly row: readonly unknown[]
}

/**
 * GET /results/{statement_version} on the worker's read port. 410 when `after` is of another epoch or older than what is held; then
 * read again without `after`. As a stream: events `row` (data: ResultsRow), `reset` (data: {next}) and `end`.
 */
export interface ResultsPage {
  readonly epoch: number
  readonly rows: readonly ResultsRow[]
  /** Pass as `after` to go on. */
  readonly next: string
  /** No more rows will come. */
  readonly ended: boolean
}
