import type { ComputePool, PoolUse, ScalingDecision, Workspace } from '@millrace/store'
import { envelope } from '../../http/envelope.ts'

export function computePoolView(
  at: { readonly org: string; readonly workspace: Workspace; readonly use: PoolUse | undefined },
  pool: ComputePool,
) {
  const self = `/v1/workspaces/${at.workspace.name}/compute-pools/${pool.name}`
  const place = { kind: 'ComputePool', region: at.workspace.region, org: at.org, workspace: at.workspace.uid, self }
  return envelope(place, pool, {
    spec: pool.spec,
    status: {
      phase: pool.phase,
      observed_generation: pool.generation,
      current_cu: at.use?.currentCu ?? 0,
      workers: at.use?.workers ?? 0,
      statements: at.use?.statements ?? 0,
    },
  })
}

export function scalingDecisionView(d: ScalingDecision) {
  return {
    uid: d.uid,
    statement_uid: d.statement,
    action: d.action,
    applied: d.applied,
    from: d.from,
    to: d.to,
    reasons: d.reasons,
    facts: d.facts,
    first_at: d.firstAt.toISOString(),
    last_at: d.lastAt.toISOString(),
    times: d.times,
  }
}
