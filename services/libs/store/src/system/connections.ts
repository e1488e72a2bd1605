import type { SystemTx } from '../open-store.ts'
import { execute, rows } from '../rows.ts'

export interface SystemConnection {
  readonly org: string
  readonly uid: string
  readonly type: string
  /** The fields of its type that are not secret; secrets are opened by openSecrets with the connection's uid. */
  readonly spec: Readonly<Record<string, unknown>>
}

/** A workspace's live connection by name, for filling in a program's options; null when there is none. */
export async function findConnectionByName(
  tx: SystemTx,
  at: { readonly org: string; readonly workspace: string; readonly name: string },
): Promise<SystemConnection | null> {
  const found = await rows<{ org_id: string; uid: string; type: string; spec: Record<string, Record<string, unknown>> }>(
    tx,
    `SELECT org_id, uid, type, spec FROM millrace.connections
      WHERE org_id = $1::uuid AND workspace_uid = $2::uuid AND name = $3 AND deleted_at IS NULL`,
    at.org,
    at.workspace,
    at.name,
  )
  const c = found[0]
  return c ? { org: c.org_id, uid: c.uid, type: c.type, spec: c.spec[c.type] ?? {} } : null
}

/** Writes what a test of a connection found: ACTIVE, UNREACHABLE or INVALID_AUTH. */
export async function setConnectionPhase(
  tx: SystemTx,
  set: { readonly connection: string; readonly phase: string; readonly detail: string | null },
): Promise<void> {
  await execute(
    tx,
    `UPDATE millrace.connections SET phase = $2, detail = $3 WHERE uid = $1::uuid AND deleted_at IS NULL`,
    set.connection,
    set.phase,
    set.detail,
  )
}
