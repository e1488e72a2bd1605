import { MillraceError } from '@millrace/protocol'
import {
  countWorkspaceContents,
  countWorkspaces,
  createWorkspace,
  deleteStatement,
  deleteWorkspace,
  getWorkspace,
  type Labels,
  listStatements,
  type Scope,
  updateWorkspace,
  type Workspace,
} from '@millrace/store'
import type { Context } from '../../context.ts'
import { unknownCondition } from '../../http/conditions.ts'
import { type MetadataPatch, mergeLabels } from '../merge.ts'
import { requireQuota } from '../quota.ts'

export async function addWorkspace(
  ctx: Context,
  scope: Scope,
  input: { readonly name: string; readonly region?: string; readonly labels?: Labels; readonly annotations?: Labels },
): Promise<Workspace> {
  const region = input.region ?? ctx.settings.region
  if (region !== ctx.settings.region)
    throw new MillraceError('REQUEST_INVALID', { detail: `There is no region ${region}; GET /v1/regions lists them.` })
  await requireQuota(scope, 'workspaces', () => countWorkspaces(scope))
  return await createWorkspace(scope, { ...input, region, conditions: [unknownCondition('KafkaReady', scope.now)] })
}

export async function patchWorkspace(
  scope: Scope,
  workspace: Workspace,
  patch: { readonly metadata?: MetadataPatch; readonly spec?: { readonly region?: string } },
): Promise<Workspace> {
  if (patch.spec?.region !== undefined && patch.spec.region !== workspace.region)
    throw new MillraceError('REQUEST_INVALID', { detail: 'A workspace stays in its region.' })
  return await updateWorkspace(scope, {
    uid: workspace.uid,
    generation: workspace.generation,
    labels: mergeLabels(workspace.labels, patch.metadata?.labels),
    annotations: mergeLabels(workspace.annotations, patch.metadata?.annotations),
  })
}

/** Refused while something lives in it, unless `cascade`. */
export async function removeWorkspace(scope: Scope, workspace: Workspace, cascade: boolean): Promise<void> {
  const contents = await countWorkspaceContents(scope, workspace.uid)
  const left = Object.entries(contents).filter(([, n]) => n > 0)
  if (left.length > 0 && !cascade)
    throw new MillraceError('WORKSPACE_NOT_EMPTY', {
      name: workspace.name,
      what: left.map(([what, n]) => `${n} ${what}`).join(' and '),
    })
  for (;;) {
    const page = await listStatements(scope, { workspace: workspace.uid, limit: 100 })
    for (const statement of page.items) await deleteStatement(scope, statement)
    if (page.next === null) break
  }
  await deleteWorkspace(scope, workspace.uid)
}

/** The workspace named in the path. Throws NOT_FOUND. */
export const workspaceOf = (scope: Scope, params: { readonly ws: string }): Promise<Workspace> => getWorkspace(scope, params.ws)
