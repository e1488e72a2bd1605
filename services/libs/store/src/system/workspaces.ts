import type { Condition } from '@millrace/protocol'
import type { SystemTx } from '../open-store.ts'
import { execute, rows } from '../rows.ts'

export interface WorkspaceToProvision {
  readonly org: string
  readonly uid: string
  readonly region: string
  readonly dataKeyVersion: number
}

/** A live workspace's facts for provisioning; null when it is gone. */
export async function findWorkspaceToProvision(tx: SystemTx, uid: string): Promise<WorkspaceToProvision | null> {
  const found = await rows<{ org_id: string; uid: string; region: string; version: number }>(
    tx,
    `SELECT w.org_id, w.uid, w.region, (SELECT max(k.version) FROM millrace.organization_data_keys k WHERE k.org_id = w.org_id) AS version
       FROM millrace.workspaces w WHERE w.uid = $1::uuid AND w.deleted_at IS NULL`,
    uid,
  )
  const w = found[0]
  return w ? { org: w.org_id, uid: w.uid, region: w.region, dataKeyVersion: w.version } : null
}

/** Live workspaces in which condition `type` is not True, for the sweep. */
export async function listWorkspacesWithout(tx: SystemTx, type: string, limit: number): Promise<string[]> {
  const found = await rows<{ uid: string }>(
    tx,
    `SELECT uid FROM millrace.workspaces
      WHERE deleted_at IS NULL AND NOT conditions @> jsonb_build_array(jsonb_build_object('type', $1::text, 'status', 'True'))
      ORDER BY created_at LIMIT $2`,
    type,
    limit,
  )
  return found.map((r) => r.uid)
}

/** Sets one condition of a workspace; the transition time changes only when the status does. */
export async function setWorkspaceCondition(
  tx: SystemTx,
  set: { readonly workspace: string; readonly condition: Omit<Condition, 'last_transition_time'>; readonly now: Date },
): Promise<void> {
  const found = await rows<{ conditions: Condition[] }>(
    tx,
    `SELECT conditions FROM millrace.workspaces WHERE uid = $1::uuid FOR UPDATE`,
    set.workspace,
  )
  const before = found[0]?.conditions
  if (!before) return
  const old = before.find((c) => c.type === set.condition.type)
  const time = old?.status === set.condition.status ? old.last_transition_time : set.now.toISOString()
  const next = [...before.filter((c) => c.type !== set.condition.type), { ...set.condition, last_transition_time: time }]
  await execute(
    tx,
    `UPDATE millrace.workspaces SET conditions = $2::jsonb WHERE uid = $1::uuid`,
    set.workspace,
    JSON.stringify(next),
  )
}
