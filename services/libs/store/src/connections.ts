import { MillraceError } from '@millrace/protocol'
import { announce } from './announcements.ts'
import { type Labels, notFound, orNameTaken, type Page, type PageRequest, pageOf, type Scope } from './scope.ts'

export interface Connection {
  readonly uid: string
  readonly name: string
  readonly type: string
  /** What is not secret. */
  readonly spec: Readonly<Record<string, unknown>>
  readonly labels: Labels
  readonly annotations: Labels
  readonly generation: number
  readonly phase: string
  readonly detail: string | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

interface Raw {
  uid: string
  name: string
  type: string
  spec: unknown
  labels: unknown
  annotations: unknown
  generation: number
  phase: string
  detail: string | null
  created_at: Date
  updated_at: Date
}

const toConnection = (r: Raw): Connection => ({
  uid: r.uid,
  name: r.name,
  type: r.type,
  spec: r.spec as Record<string, unknown>,
  labels: r.labels as Labels,
  annotations: r.annotations as Labels,
  generation: r.generation,
  phase: r.phase,
  detail: r.detail,
  createdAt: r.created_at,
  updatedAt: r.updated_at,
})

export async function createConnection(
  scope: Scope,
  input: {
    readonly workspace: string
    readonly name: string
    readonly type: string
    readonly spec: object
    readonly labels?: Labels
    readonly annotations?: Labels
  },
): Promise<Connection> {
  const insert = scope.tx.connections.create({
    data: {
      org_id: scope.org,
      uid: scope.newUid(),
      workspace_uid: input.workspace,
      name: input.name,
      type: input.type,
      spec: input.spec,
      labels: { ...input.labels },
      annotations: { ...input.annotations },
      created_at: scope.now,
      updated_at: scope.now,
    },
  })
  const made = await orNameTaken('connection', input.name, insert)
  await announce(scope, 'connection.changed', made.uid)
  return toConnection(made)
}

export async function findConnection(
  scope: Scope,
  at: { readonly workspace: string; readonly name: string },
): Promise<Connection | null> {
  const found = await scope.tx.connections.findFirst({
    where: { org_id: scope.org, workspace_uid: at.workspace, name: at.name, deleted_at: null },
  })
  return found ? toConnection(found) : null
}

/** Throws NOT_FOUND. */
export async function getConnection(
  scope: Scope,
  at: { readonly workspace: string; readonly name: string },
): Promise<Connection> {
  const found = await findConnection(scope, at)
  if (!found) throw notFound(`connection ${at.name}`)
  return found
}

export async function listConnections(
  scope: Scope,
  page: PageRequest & { readonly workspace: string },
): Promise<Page<Connection>> {
  const found = await scope.tx.connections.findMany({
    where: {
      org_id: scope.org,
      workspace_uid: page.workspace,
      deleted_at: null,
      ...(page.after ? { uid: { gt: page.after } } : {}),
    },
    orderBy: { uid: 'asc' },
    take: page.limit + 1,
  })
  return pageOf(found.map(toConnection), page.limit)
}

export async function updateConnection(
  scope: Scope,
  change: {
    readonly uid: string
    readonly generation: number
    readonly spec: object
    readonly labels: Labels
    readonly annotations: Labels
  },
): Promise<Connection> {
  const { count } = await scope.tx.connections.updateMany({
    where: { org_id: scope.org, uid: change.uid, generation: change.generation, deleted_at: null },
    data: {
      spec: change.spec,
      labels: { ...change.labels },
      annotations: { ...change.annotations },
      generation: { increment: 1 },
      phase: 'PENDING',
      detail: null,
      updated_at: scope.now,
    },
  })
  if (count === 0) throw new MillraceError('PRECONDITION_FAILED')
  await announce(scope, 'connection.changed', change.uid)
  return toConnection(await scope.tx.connections.findFirstOrThrow({ where: { org_id: scope.org, uid: change.uid } }))
}

export async function deleteConnection(scope: Scope, uid: string): Promise<void> {
  await scope.tx.connections.updateMany({
    where: { org_id: scope.org, uid },
    data: { deleted_at: scope.now, updated_at: scope.now },
  })
  await announce(scope, 'connection.changed', uid)
}

export async function countConnections(scope: Scope): Promise<number> {
  return await scope.tx.connections.count({ where: { org_id: scope.org, deleted_at: null } })
}

/** Which of these names are live connections of the workspace. */
export async function findConnectionNames(
  scope: Scope,
  at: { readonly workspace: string; readonly names: readonly string[] },
): Promise<string[]> {
  const found = await scope.tx.connections.findMany({
    where: { org_id: scope.org, workspace_uid: at.workspace, name: { in: [...at.names] }, deleted_at: null },
    select: { name: true },
  })
  return found.map((c) => c.name)
}
