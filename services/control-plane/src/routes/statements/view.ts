import type { Statement, StatementEvent, StatementVersion, Workspace } from '@millrace/store'
import { envelope } from '../../http/envelope.ts'

const millis = (ms: number | null | undefined): string | null => (ms === null || ms === undefined ? null : `${Math.round(ms)}ms`)

export function statementView(at: { readonly org: string; readonly workspace: Workspace }, s: Statement) {
  const self = `/v1/workspaces/${at.workspace.name}/statements/${s.name}`
  const place = { kind: 'Statement', region: at.workspace.region, org: at.org, workspace: at.workspace.uid, self }
  const source = { ...s, createdAt: s.createdAt, updatedAt: s.updatedAt }
  return envelope(place, source, { spec: s.spec, status: statusOf(s) })
}

function statusOf(s: Statement) {
  const report = s.report?.report
  const live = s.assignment !== null
  return {
    phase: s.phase,
    phase_since: s.phaseSince.toISOString(),
    observed_generation: s.observedGeneration,
    scaling_state: s.scalingState,
    holds: s.holds,
    version: s.version.number,
    version_uid: s.version.uid,
    runtime: 'embedded',
    parallelism: s.assignment?.parallelism ?? 0,
    cu: s.assignment?.cu ?? 0,
    epoch: s.assignment?.epoch ?? null,
    worker: s.assignment?.worker ?? null,
    lag: { records: live ? (report?.lag.records ?? null) : null, time: live ? millis(report?.lag.time_ms) : null },
    freshness: live ? millis(report?.freshness_ms) : null,
    watermark:
      report?.watermark_ms === null || report?.watermark_ms === undefined ? null : new Date(report.watermark_ms).toISOString(),
    rates: live && report ? report.rates : { records_in: 0, records_out: 0, bytes_in: 0 },
    state_bytes: String(report?.state_bytes ?? 0),
    state_limit_state: report?.state_limit_state ?? 'OK',
    errors_ignored: report?.counters.errors_ignored ?? 0,
    late_records_dropped: report?.counters.late_records_dropped ?? 0,
    latest_checkpoint: s.checkpoint
      ? {
          number: s.checkpoint.number,
          committed_at: s.checkpoint.committedAt.toISOString(),
          state_bytes: String(s.checkpoint.stateBytes),
        }
      : null,
    latest_offsets: report?.offsets ?? {},
    reported_at: s.report?.reportedAt.toISOString() ?? null,
    warnings: s.holds.map((h) => `Held: ${h.reason}. The hold is lifted by ${h.released_by}, not by :resume.`),
    detail: s.detail,
    detail_code: s.detailCode,
    traits: s.version.traits,
  }
}

export function statementEventView(e: StatementEvent) {
  return {
    uid: e.uid,
    kind: e.kind,
    severity: e.severity,
    reason: e.reason,
    message: e.message,
    data: e.data,
    at: e.at.toISOString(),
  }
}

export function statementVersionView(v: StatementVersion) {
  return { uid: v.uid, number: v.number, sql: v.sql, created_at: v.createdAt.toISOString(), traits: v.traits }
}
