/** Reads of a catalog by user-given names: own properties only, so that a table named "constructor" is just a name. */
import type { ObjectPath } from '../bound/rel.ts'
import type { Catalog, CatalogFunction, CatalogModel, CatalogTable, CatalogView, Database, SessionContext } from './catalog.ts'

export function ownEntry<T>(record: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined
}

export function findDatabase(session: SessionContext, catalog: string, database: string): Database | undefined {
  return ownEntry(ownEntry(session.catalogs, catalog)?.databases, database)
}

function temporaryDatabase(session: SessionContext, catalog: string, database: string): Database | undefined {
  return ownEntry(ownEntry(session.temporary, catalog)?.databases, database)
}

export interface Found<T> {
  readonly path: ObjectPath
  readonly object: T
}

/**
 * Completes a 1–3 part name with the current catalog and database. As in Flink a two-part name is database.object.
 * undefined: more than three parts.
 */
export function qualify(session: SessionContext, parts: readonly string[]): ObjectPath | undefined {
  const [first, second, third] = parts
  if (parts.length === 1) return [session.currentCatalog, session.currentDatabase, first!]
  if (parts.length === 2) return [session.currentCatalog, first!, second!]
  if (parts.length === 3) return [first!, second!, third!]
  return undefined
}

type Space = 'tables' | 'functions' | 'models'

function findIn<T>(session: SessionContext, path: ObjectPath, space: Space): T | undefined {
  const [catalog, database, name] = path
  const temporary = ownEntry(
    temporaryDatabase(session, catalog, database)?.[space] as Readonly<Record<string, T>> | undefined,
    name,
  )
  if (temporary !== undefined) return temporary
  return ownEntry(findDatabase(session, catalog, database)?.[space] as Readonly<Record<string, T>> | undefined, name)
}

export function findTable(session: SessionContext, path: ObjectPath): CatalogTable | CatalogView | undefined {
  return findIn<CatalogTable | CatalogView>(session, path, 'tables')
}

export function findModel(session: SessionContext, path: ObjectPath): CatalogModel | undefined {
  return findIn<CatalogModel>(session, path, 'models')
}

/** Function names are case-insensitive; the exact spelling wins. */
export function findCatalogFunction(session: SessionContext, path: ObjectPath): Found<CatalogFunction> | undefined {
  const exact = findIn<CatalogFunction>(session, path, 'functions')
  if (exact !== undefined) return { path, object: exact }
  const wanted = path[2].toLowerCase()
  for (const database of [temporaryDatabase(session, path[0], path[1]), findDatabase(session, path[0], path[1])]) {
    for (const [name, object] of Object.entries(database?.functions ?? {})) {
      if (name.toLowerCase() === wanted) return { path: [path[0], path[1], name], object }
    }
  }
  return undefined
}

/** A user-defined function by a 1–3 part name: temporary system functions first, then the catalog. */
export function resolveFunctionName(session: SessionContext, parts: readonly string[]): Found<CatalogFunction> | undefined {
  const [name] = parts
  if (parts.length === 1) {
    const system = ownEntry(session.systemFunctions, name!.toLowerCase())
    if (system !== undefined) return { path: ['', '', name!.toLowerCase()], object: system }
  }
  const path = qualify(session, parts)
  return path === undefined ? undefined : findCatalogFunction(session, path)
}

/** Names of tables and views that a name without qualifier can reach, for "did you mean" and completion. */
export function tableNames(
  session: SessionContext,
  catalog = session.currentCatalog,
  database = session.currentDatabase,
): readonly string[] {
  const permanent = Object.keys(findDatabase(session, catalog, database)?.tables ?? {})
  const temporary = Object.keys(temporaryDatabase(session, catalog, database)?.tables ?? {})
  return [...new Set([...permanent, ...temporary])]
}

export function databaseNames(catalog: Catalog | undefined): readonly string[] {
  return Object.keys(catalog?.databases ?? {})
}
