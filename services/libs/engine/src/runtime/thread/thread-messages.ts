/** What coordinator and threads say to each other. JSON-able, apart from shared memory and bytes. */
import type { Manifest, StateObject } from '../../checkpoint/manifest.ts'
import type { TransactionHandle } from '../../connector/sink.ts'
import type { ObjectStoreConfig } from '../../objectstore/object-store.ts'
import type { PhysicalPlan } from '../../plan/physical.ts'
import type { JobFailure } from '../job.ts'
import type { SplitSnapshot } from './fragment-io.ts'
import type { CheckpointTrigger } from './fragment-runner.ts'

/** Everything a thread is made of; its `workerData`. */
export interface ThreadInit {
  readonly thread: number
  readonly parallelism: number
  /** Secrets filled in. */
  readonly plan: PhysicalPlan
  readonly writers: Readonly<Record<string, number>>
  readonly connectorModule: string
  readonly operatorModule: string
  readonly store: ObjectStoreConfig
  readonly allowedAddresses: readonly string[]
  readonly place: JobPlace
  /** Cores that this thread may use, or null. */
  readonly share: number | null
  readonly stateLimitBytes: number
  readonly memory: ThreadMemory
  readonly restore: Manifest | null
  readonly splits: Readonly<Record<string, readonly SplitSnapshot[]>>
  readonly transaction: TransactionHandle | null
}

/** What connectors may know of the job. */
export interface JobPlace {
  readonly installation: string
  readonly statementVersion: string
  readonly epoch: number
  readonly filesRoot: string | null
  readonly checkpointIntervalMs: number
}

export interface ThreadMemory {
  readonly stats: SharedArrayBuffer
  readonly stateBytes: SharedArrayBuffer
  /** One word a thread: raised to wake it. */
  readonly signals: SharedArrayBuffer
  /** By `ringKey`: those that this thread reads or writes. */
  readonly rings: Readonly<Record<string, SharedArrayBuffer>>
}

export function ringKey(edge: number, from: number, to: number): string {
  return `${edge}:${from}:${to}`
}

export type ToThread =
  | { readonly kind: 'checkpoint'; readonly trigger: CheckpointTrigger; readonly objectKey: string }
  | { readonly kind: 'committed'; readonly checkpoint: number }
  | { readonly kind: 'splits'; readonly operator: string; readonly splits: readonly SplitSnapshot[] }
  /** So many result rows were taken out of the ring. */
  | { readonly kind: 'resultCredit'; readonly rows: number }
  | { readonly kind: 'close' }

/** A thread's part of a checkpoint, uploaded. */
export interface ThreadSnapshot {
  readonly thread: number
  readonly checkpoint: number
  readonly object: StateObject | null
  readonly sources: Readonly<Record<string, readonly SplitSnapshot[]>>
  readonly written: number
}

export interface ThreadStatus {
  readonly positions: Readonly<Record<string, string>>
  readonly trouble: JobFailure | null
}

export type FromThread =
  | { readonly kind: 'ready' }
  | { readonly kind: 'snapshot'; readonly snapshot: ThreadSnapshot }
  | { readonly kind: 'snapshotFailed'; readonly checkpoint: number; readonly storeError: JobFailure }
  | { readonly kind: 'failed'; readonly failure: JobFailure }
  /** All bounded inputs are read and delivered. */
  | { readonly kind: 'ended' }
  | { readonly kind: 'status'; readonly status: ThreadStatus }
  | { readonly kind: 'results'; readonly rows: readonly EncodedResult[] }
  | { readonly kind: 'log'; readonly level: 'info' | 'warn' | 'error'; readonly message: string }
  | { readonly kind: 'print'; readonly line: string }
  | { readonly kind: 'closed' }

export interface EncodedResult {
  readonly op: '+I' | '-U' | '+U' | '-D'
  readonly row: readonly unknown[]
}
