import type { Condition } from '@millrace/protocol'
import { MillraceError } from '@millrace/protocol'
import { announce } from './announcements.ts'
import { type Labels, notFound, orNameTaken, type Page, type PageRequest, pageOf, type Scope } from './scope.ts'

export interface Workspace {
  readonly uid: string
  readonly name: string
  readonly region: string
  readonly labels: Labels
  readonly annotations: Labels
  readonly generation: number
  readonly conditions: readonly Condition[]
  readonly createdAt: Date
  readonly updatedAt: Date
}

interface Raw {
  uid: string
  name: string
  region: string
  labels: unknown
  annotations: unknown
  generation: number
  conditions: unknown
  created_at: Date
  updated_at: Date
}

const toWorkspace = (r: Raw): Workspace => ({
  uid: r.uid,
  name: r.name,
  region: r.region,
  labels: r.labels as Labels,
  annotations: r.annotations as Labels,
  generation: r.generation,
  conditions: r.conditions as Condition[],
  createdAt: r.created_at,
  updatedAt: r.updated_at,
})

/** Makes a workspace with its database `default`; conditions start Unknown and are set by provisioning after the transaction. */
export async function createWorkspace(
  scope: Scope,
  input: {
    readonly name: string
    readonly region: string
    readonly labels?: Labels
    readonly annotations?: Labels
    readonly conditions: readonly Condition[]
  },
): Promise<Workspace> {
  const uid = scope.newUid()
  const insert = scope.tx.workspaces.create({
    data: {
      org_id: scope.org,
      uid,
      name: input.name,
      region: input.region,
      labels: { ...input.labels },
      annotations: { ...input.annotations },
      conditions: input.conditions.map((c) => ({ ...c })),
      created_at: scope.now,
      updated_at: scope.now,
    },
  })
  const made = await orNameTaken('workspace', input.name, insert)
  await scope.tx.databases.create({
    data: {
      org_id: scope.org,
      uid: scope.newUid(),
      workspace_uid: uid,
      name: 'default',
      created_at: scope.now,
      updated_at: scope.now,
    },
  })
  await announce(scope, 'workspace.created', uid)
  return toWorkspace(made)
}

export async function findWorkspace(scope: Scope, name: string): Promise<Workspace | null> {
  const found = await scope.tx.workspaces.findFirst({ where: { org_id: scope.org, name, deleted_at: null } })
  return found ? toWorkspace(found) : null
}

/** Throws NOT_FOUND. */
export async function getWorkspace(scope: Scope, name: string): Promise<Workspace> {
  const found = await findWorkspace(scope, name)
  if (!found) throw notFound(`workspace ${name}`)
  return found
}

export async function listWorkspaces(scope: Scope, page: PageRequest): Promise<Page<Workspace>> {
  const found = await scope.tx.workspaces.findMany({
    where: { org_id: scope.org, deleted_at: null, ...(page.after ? { uid: { gt: page.after } } : {}) },
    orderBy: { uid: 'asc' },
    take: page.limit + 1,
  })
  return pageOf(found.map(toWorkspace), page.limit)
}

export async function updateWorkspace(
  scope: Scope,
  change: { readonly uid: string; readonly generation: number; readonly labels: Labels; readonly annotations: Labels },
): Promise<Workspace> {
  const { count } = await scope.tx.workspaces.updateMany({
    where: { org_id: scope.org, uid: change.uid, generation: change.generation, deleted_at: null },
    data: {
      labels: { ...change.labels },
      annotations: { ...change.annotations },
      generation: { increment: 1 },
      updated_at: scope.now,
    },
  })
  if (count === 0) throw new MillraceError('PRECONDITION_FAILED')
  await announce(scope, 'workspace.changed', change.uid)
  const found = await scope.tx.workspaces.findFirstOrThrow({ where: { org_id: scope.org, uid: change.uid } })
  return toWorkspace(found)
}

/** What still lives in a workspace, by kind. */
export async function countWorkspaceContents(scope: Scope, workspace: string): Promise<Record<string, number>> {
  const where = { org_id: scope.org, workspace_uid: workspace, deleted_at: null }
  const [statements, connections] = [await scope.tx.statements.count({ where }), await scope.tx.connections.count({ where })]
  return { statements, connections }
}

/** Frees the name at once; pools, databases and catalog objects go with it. */
export async function deleteWorkspace(scope: Scope, uid: string): Promise<void> {
  const data = { deleted_at: scope.now, updated_at: scope.now }
  const inside = { org_id: scope.org, workspace_uid: uid, deleted_at: null }
  const databases = await scope.tx.databases.findMany({ where: inside, select: { uid: true }, take: 1000 })
  await scope.tx.catalog_objects.updateMany({
    where: { org_id: scope.org, database_uid: { in: databases.map((d) => d.uid) }, deleted_at: null },
    data,
  })
  await scope.tx.databases.updateMany({ where: inside, data })
  await scope.tx.connections.updateMany({ where: inside, data })
  await scope.tx.compute_pools.updateMany({ where: inside, data })
  await scope.tx.workspaces.updateMany({ where: { org_id: scope.org, uid }, data })
  await announce(scope, 'workspace.changed', uid)
}

export async function countWorkspaces(scope: Scope): Promise<number> {
  return await scope.tx.workspaces.count({ where: { org_id: scope.org, deleted_at: null } })
}
