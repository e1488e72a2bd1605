import type { JobReport } from '@millrace/engine/runtime'
import { ERRORS, type ErrorCode, type RunError, type StatementReport, type UsageCounters } from '@millrace/protocol'
import type { HostedJob } from '../jobs/hosted-job.ts'

/** Counters of the report before, for rates over the interval. */
export interface Reading {
  readonly atMs: number
  readonly counters: UsageCounters
}

const ZERO: UsageCounters = {
  cpu_us: 0,
  records_in: 0,
  records_out: 0,
  bytes_in: 0,
  bytes_out: 0,
  late_records_dropped: 0,
  errors_ignored: 0,
}

/** What the scheduler hears of one run. `before` is this run's reading of the last report, undefined in its first. */
export function statementReport(job: HostedJob, before: Reading | undefined, nowMs: number): StatementReport {
  const { assignment } = job
  const seen = job.report()
  const counters = seen ? countersOf(seen) : (before?.counters ?? ZERO)
  return {
    statement_version: assignment.statement_version,
    epoch: assignment.epoch,
    state: job.state,
    error: runError(job, nowMs),
    lag: lagOf(seen),
    freshness_ms: seen?.oldestUnreadMs == null ? null : Math.max(0, nowMs - seen.oldestUnreadMs),
    rates: ratesOf(counters, before ?? { atMs: job.startedAtMs, counters: ZERO }, nowMs),
    busy: seen?.busy ?? 0,
    true_rate: seen?.trueRate ?? null,
    watermark_ms: seen?.watermarkMs ?? null,
    state_bytes: seen?.stateBytes ?? 0,
    state_limit_state: seen?.stateLimitState ?? 'OK',
    checkpoint: checkpointOf(seen),
    counters,
    offsets: seen?.positions ?? {},
    source_splits: seen?.sourceSplits ?? 0,
    parallelism: assignment.parallelism,
  }
}

function countersOf({ counters: c }: JobReport): UsageCounters {
  return {
    cpu_us: Math.round(c.cpuUs),
    records_in: c.recordsIn,
    records_out: c.recordsOut,
    bytes_in: c.bytesIn,
    bytes_out: c.bytesOut,
    late_records_dropped: c.lateRecordsDropped,
    errors_ignored: c.errorsIgnored,
  }
}

function ratesOf(now: UsageCounters, before: Reading, nowMs: number): StatementReport['rates'] {
  const seconds = Math.max(0.05, (nowMs - before.atMs) / 1000)
  const rate = (key: 'records_in' | 'records_out' | 'bytes_in') => Math.max(0, (now[key] - before.counters[key]) / seconds)
  return { records_in: rate('records_in'), records_out: rate('records_out'), bytes_in: rate('bytes_in') }
}

function lagOf(seen: JobReport | null): StatementReport['lag'] {
  const records = seen?.lagRecords ?? null
  if (records === null) return { records: null, time_ms: null }
  if (records === 0) return { records, time_ms: 0 }
  return { records, time_ms: seen?.trueRate ? Math.round((records / seen.trueRate) * 1000) : null }
}

function checkpointOf(seen: JobReport | null): StatementReport['checkpoint'] {
  const c = seen?.checkpoint
  if (!c) return null
  return {
    number: c.number,
    epoch: c.epoch,
    manifest: c.manifest,
    committed_at_ms: c.committedAtMs,
    duration_ms: c.durationMs,
    bytes: c.bytes,
    savepoint: c.savepoint,
  }
}

function runError(job: HostedJob, nowMs: number): RunError | null {
  const failure = job.failure
  if (!failure) return null
  const known = failure.code in ERRORS
  return {
    code: known ? (failure.code as ErrorCode) : 'INTERNAL',
    message: known ? failure.message : `${failure.code}: ${failure.message}`,
    at_ms: nowMs,
  }
}
