/** What a failure means for a job. Pure. */
import { CommitUnknownError } from '../../checkpoint/checkpoint-coordinator.ts'
import { ObjectStoreError } from '../../objectstore/object-store.ts'
import type { JobFailure } from '../job.ts'
import { FENCED, failureOf } from '../job-failure.ts'
import { storeFailure } from '../thread/task-thread.ts'

export type Verdict =
  /** A newer run owns the statement: everything is dropped, nothing is initialised again. */
  | { readonly kind: 'FENCED' }
  | { readonly kind: 'FAILED'; readonly failure: JobFailure }
  /** Degraded, then again from the last committed checkpoint; `recover` = what is committed must be asked of the truth first. */
  | { readonly kind: 'RESTART'; readonly failure: JobFailure; readonly recover: boolean }

/** Failures of ours in a row, without a checkpoint between them, before the job gives up. */
export const INTERNAL_FAILURES_MAX = 3

const OUTSIDE = new Set([
  'CHECKPOINT_STORE_FULL',
  'CHECKPOINT_STORE_UNREACHABLE',
  'CHECKPOINT_TIMEOUT',
  'BROKER_UNREACHABLE',
  'KAFKA_REQUEST_FAILED',
])
const OURS = new Set(['INTERNAL', 'WORKER_OUT_OF_MEMORY'])

export function judgeFailure(error: unknown, internalFailures: number): Verdict {
  if (failureOf(error).code === FENCED) return { kind: 'FENCED' }
  if (error instanceof CommitUnknownError) {
    return { kind: 'RESTART', failure: describeFailure(error.cause), recover: true }
  }
  const failure = describeFailure(error)
  if (OUTSIDE.has(failure.code)) return { kind: 'RESTART', failure, recover: false }
  if (OURS.has(failure.code) && internalFailures < INTERNAL_FAILURES_MAX) return { kind: 'RESTART', failure, recover: false }
  return { kind: 'FAILED', failure }
}

export function describeFailure(error: unknown): JobFailure {
  return error instanceof ObjectStoreError ? storeFailure(error) : failureOf(error)
}
