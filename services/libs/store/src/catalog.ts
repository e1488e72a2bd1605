import { type Labels, notFound, orNameTaken, type Page, type PageRequest, pageOf, type Scope } from './scope.ts'

export type CatalogKind = 'table' | 'view' | 'function' | 'model'

export interface Database {
  readonly uid: string
  readonly name: string
  readonly comment: string | null
  readonly createdAt: Date
}

export interface CatalogObject {
  readonly uid: string
  readonly database: string
  readonly kind: CatalogKind
  readonly name: string
  /** The statement that made it, without secrets. */
  readonly ddl: string
  /** The binder's own form of it. */
  readonly definition: unknown
  readonly labels: Labels
  readonly annotations: Labels
  readonly generation: number
  readonly createdAt: Date
  readonly updatedAt: Date
}

interface Raw {
  uid: string
  database_uid: string
  kind: string
  name: string
  ddl: string
  definition: unknown
  labels: unknown
  annotations: unknown
  generation: number
  created_at: Date
  updated_at: Date
}

const toObject = (r: Raw): CatalogObject => ({
  uid: r.uid,
  database: r.database_uid,
  kind: r.kind as CatalogKind,
  name: r.name,
  ddl: r.ddl,
  definition: r.definition,
  labels: r.labels as Labels,
  annotations: r.annotations as Labels,
  generation: r.generation,
  createdAt: r.created_at,
  updatedAt: r.updated_at,
})

/** Most catalog objects that one workspace may hold, so that loading its catalog has a bound. */
export const CATALOG_OBJECTS_MAX = 10_000

export async function listDatabases(scope: Scope, workspace: string): Promise<Database[]> {
  const found = await scope.tx.databases.findMany({
    where: { org_id: scope.org, workspace_uid: workspace, deleted_at: null },
    orderBy: { uid: 'asc' },
    take: 1000,
  })
  return found.map((d) => ({ uid: d.uid, name: d.name, comment: d.comment, createdAt: d.created_at }))
}

/** Throws NOT_FOUND. */
export async function getDatabase(scope: Scope, at: { readonly workspace: string; readonly name: string }): Promise<Database> {
  const d = await scope.tx.databases.findFirst({
    where: { org_id: scope.org, workspace_uid: at.workspace, name: at.name, deleted_at: null },
  })
  if (!d) throw notFound(`database ${at.name}`)
  return { uid: d.uid, name: d.name, comment: d.comment, createdAt: d.created_at }
}

export async function createDatabase(
  scope: Scope,
  input: { readonly workspace: string; readonly name: string; readonly comment: string | null },
): Promise<Database> {
  const insert = scope.tx.databases.create({
    data: {
      org_id: scope.org,
      uid: scope.newUid(),
      workspace_uid: input.workspace,
      name: input.name,
      comment: input.comment,
      created_at: scope.now,
      updated_at: scope.now,
    },
  })
  const d = await orNameTaken('database', input.name, insert)
  return { uid: d.uid, name: d.name, comment: d.comment, createdAt: d.created_at }
}

export async function dropDatabase(scope: Scope, uid: string): Promise<void> {
  const data = { deleted_at: scope.now, updated_at: scope.now }
  await scope.tx.catalog_objects.updateMany({ where: { org_id: scope.org, database_uid: uid, deleted_at: null }, data })
  await scope.tx.databases.updateMany({ where: { org_id: scope.org, uid, deleted_at: null }, data })
}

/** Every live object of a workspace's databases, for the binder. */
export async function loadCatalogObjects(scope: Scope, databases: readonly string[]): Promise<CatalogObject[]> {
  const found = await scope.tx.catalog_objects.findMany({
    where: { org_id: scope.org, database_uid: { in: [...databases] }, deleted_at: null },
    orderBy: { uid: 'asc' },
    take: CATALOG_OBJECTS_MAX,
  })
  return found.map(toObject)
}

export async function listCatalogObjects(
  scope: Scope,
  page: PageRequest & { readonly database: string; readonly kind: CatalogKind },
): Promise<Page<CatalogObject>> {
  const found = await scope.tx.catalog_objects.findMany({
    where: {
      org_id: scope.org,
      database_uid: page.database,
      kind: page.kind,
      deleted_at: null,
      ...(page.after ? { uid: { gt: page.after } } : {}),
    },
    orderBy: { uid: 'asc' },
    take: page.limit + 1,
  })
  return pageOf(found.map(toObject), page.limit)
}

export async function findCatalogObject(
  scope: Scope,
  at: { readonly database: string; readonly kinds: readonly CatalogKind[]; readonly name: string },
): Promise<CatalogObject | null> {
  const found = await scope.tx.catalog_objects.findFirst({
    where: { org_id: scope.org, database_uid: at.database, kind: { in: [...at.kinds] }, name: at.name, deleted_at: null },
  })
  return found ? toObject(found) : null
}

export interface CatalogWrite {
  readonly database: string
  readonly kind: CatalogKind
  readonly name: string
  readonly ddl: string
  readonly definition: object
}

/** Throws NAME_TAKEN. */
export async function createCatalogObject(scope: Scope, write: CatalogWrite): Promise<CatalogObject> {
  const insert = scope.tx.catalog_objects.create({
    data: {
      org_id: scope.org,
      uid: scope.newUid(),
      database_uid: write.database,
      kind: write.kind,
      name: write.name,
      ddl: write.ddl,
      definition: write.definition,
      created_at: scope.now,
      updated_at: scope.now,
    },
  })
  return toObject(await orNameTaken(write.kind, write.name, insert))
}

/** ALTER: the object keeps its uid and gets a generation more. */
export async function replaceCatalogObject(
  scope: Scope,
  change: { readonly uid: string; readonly name: string; readonly ddl: string; readonly definition: object },
): Promise<void> {
  const update = scope.tx.catalog_objects.updateMany({
    where: { org_id: scope.org, uid: change.uid, deleted_at: null },
    data: {
      name: change.name,
      ddl: change.ddl,
      definition: change.definition,
      generation: { increment: 1 },
      updated_at: scope.now,
    },
  })
  await orNameTaken('table or view', change.name, update)
}

export async function dropCatalogObject(scope: Scope, uid: string): Promise<void> {
  await scope.tx.catalog_objects.updateMany({
    where: { org_id: scope.org, uid, deleted_at: null },
    data: { deleted_at: scope.now, updated_at: scope.now },
  })
}
