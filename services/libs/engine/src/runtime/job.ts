/**
 * The engine's face to its host (a worker process, or the CLI's local mode): one Job runs one statement version at one epoch and one
 * parallelism. Rescaling is a stop with a checkpoint and a new Job.
 */
import type { CommittedPointer } from '../connector/sink.ts'
import type { ObjectStoreConfig } from '../objectstore/object-store.ts'
import type { PhysicalPlan } from '../plan/physical.ts'

export interface JobOptions {
  readonly plan: PhysicalPlan
  readonly parallelism: number
  /** CPU share in CU over all threads; the duty cycle keeps to it. undefined = unlimited. */
  readonly cu?: number
  readonly installation: string
  readonly statementVersion: string
  readonly epoch: number
  /** What the control plane believes to be the last checkpoint: when the truth knows none, that is an error, never a fresh start. */
  readonly knownCheckpoint: CommittedPointer | null
  readonly store: ObjectStoreConfig
  /** Prefix of this version's objects in the store. */
  readonly checkpointPrefix: string
  readonly checkpointIntervalMs: number
  /** URL of a module with `createRegistry(): ConnectorRegistry`, imported by each thread. */
  readonly connectorModule: string
  /** URL of an OperatorModule, for tests of the runtime; the engine's own otherwise. */
  readonly operatorModule?: string
  readonly secrets: Readonly<Record<string, string>>
  readonly filesRoot?: string
  /** host:port addresses that the dialler may reach although they are private. */
  readonly allowedAddresses: readonly string[]
  readonly stateLimitBytes: number
  /** Asked after fencing and before the first read or write; false = this epoch is no longer current. */
  readonly confirm: () => Promise<boolean>
  readonly now: () => number
  readonly log: (level: 'info' | 'warn' | 'error', message: string) => void
}

export type JobState = 'STARTING' | 'RUNNING' | 'DEGRADED' | 'STOPPING' | 'STOPPED' | 'FINISHED' | 'FAILED' | 'FENCED'

export interface JobFailure {
  readonly code: string
  readonly message: string
}

/** Cumulative since the job started. */
export interface JobCounters {
  readonly cpuUs: number
  readonly recordsIn: number
  readonly recordsOut: number
  readonly bytesIn: number
  readonly bytesOut: number
  readonly lateRecordsDropped: number
  readonly errorsIgnored: number
}

export interface JobReport {
  readonly state: JobState
  readonly failure: JobFailure | null
  readonly counters: JobCounters
  /** Useful time of the busiest thread / its allowed time, since the last report. */
  readonly busy: number
  /** Records a second if the busiest thread were fully used; null before anything was read. */
  readonly trueRate: number | null
  readonly lagRecords: number | null
  readonly oldestUnreadMs: number | null
  readonly watermarkMs: number | null
  readonly stateBytes: number
  readonly stateLimitState: 'OK' | 'SOFT' | 'HARD'
  readonly checkpoint:
    | (CommittedPointer & {
        readonly committedAtMs: number
        readonly durationMs: number
        readonly bytes: number
        readonly savepoint: boolean
      })
    | null
  readonly positions: Readonly<Record<string, string>>
  readonly sourceSplits: number
  /** Per operator, for the plan view. */
  readonly operators: readonly {
    readonly id: string
    readonly recordsIn: number
    readonly recordsOut: number
    readonly stateBytes: number
  }[]
}

export interface ResultRow {
  readonly seq: number
  readonly op: '+I' | '-U' | '+U' | '-D'
  /** Values by column, encoded as the API does (BIGINT beyond 2^53-1 and DECIMAL as strings, ISO times). */
  readonly row: readonly unknown[]
}
export interface ResultPage {
  readonly rows: readonly ResultRow[]
  /** Rows before this sequence number have been overwritten. */
  readonly oldest: number
  readonly ended: boolean
}

export interface Job {
  report(): JobReport
  /** Takes a last checkpoint (unless `drain` is false) and ends; resolves when threads are gone. Idempotent. */
  stop(options: { readonly checkpoint: boolean; readonly savepoint?: boolean }): Promise<void>
  /** Rows of a foreground SELECT after `after` (0 = from the oldest). Waits up to `waitMs` for the first row. */
  results(after: number, limit: number, waitMs: number): Promise<ResultPage>
  /** Resolves once, with the last report, when the job has ended for whatever reason. Never rejects. */
  readonly done: Promise<JobReport>
}
