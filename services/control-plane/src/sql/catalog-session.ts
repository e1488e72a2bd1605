import type { CatalogFunction, CatalogModel, CatalogTable, CatalogView, Database, SessionContext } from '@millrace/engine/sql'
import { type CatalogObject, listDatabases, loadCatalogObjects, type Scope } from '@millrace/store'
import type { SqlEnvironment } from './sql-service.ts'

/** A workspace's catalog as the binder reads it, and where its parts are in the store. */
export interface LoadedCatalog {
  readonly session: SessionContext
  /** uid of a database by name. */
  readonly databases: ReadonlyMap<string, string>
  readonly find: (database: string, space: Space, name: string) => CatalogObject | undefined
}

export type Space = 'tables' | 'functions' | 'models'

const SPACE_OF: Readonly<Record<CatalogObject['kind'], Space>> = {
  table: 'tables',
  view: 'tables',
  function: 'functions',
  model: 'models',
}

interface Filling {
  readonly tables: Record<string, CatalogTable | CatalogView>
  readonly functions: Record<string, CatalogFunction>
  readonly models: Record<string, CatalogModel>
}

/** Reads the whole catalog of a workspace: the workspace is the catalog, its databases are the databases. */
export async function loadCatalog(scope: Scope, environment: SqlEnvironment): Promise<LoadedCatalog> {
  const databases = await listDatabases(scope, environment.workspace.uid)
  const objects = await loadCatalogObjects(
    scope,
    databases.map((d) => d.uid),
  )
  const byKey = new Map(objects.map((o) => [keyOf(o.database, SPACE_OF[o.kind], o.name), o]))
  const filled = new Map<string, Filling>(databases.map((d) => [d.uid, { tables: {}, functions: {}, models: {} }]))
  for (const object of objects) {
    const into = filled.get(object.database)?.[SPACE_OF[object.kind]] as Record<string, unknown> | undefined
    if (into) into[object.name] = object.definition
  }
  const uids = new Map(databases.map((d) => [d.name, d.uid]))
  const content: Record<string, Database> = {}
  for (const d of databases)
    content[d.name] = { options: {}, ...filled.get(d.uid)!, ...(d.comment === null ? {} : { comment: d.comment }) }
  return {
    session: {
      catalogs: { [environment.workspace.name]: { databases: content } },
      currentCatalog: environment.workspace.name,
      currentDatabase: environment.database,
      config: environment.properties,
    },
    databases: uids,
    find: (database, space, name) => byKey.get(keyOf(uids.get(database) ?? '', space, name)),
  }
}

const keyOf = (database: string, space: Space, name: string): string => JSON.stringify([database, space, name])
