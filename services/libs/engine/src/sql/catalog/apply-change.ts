/** The one place where DDL changes a catalog. Pure: a new session comes back, the old one is untouched. */
import type { ObjectPath } from '../bound/rel.ts'
import type { Diagnostic } from '../diagnostic/diagnostic.ts'
import type { Catalog, CatalogObject, Database, SessionContext } from './catalog.ts'
import type { CatalogChange } from './change.ts'
import { findDatabase, ownEntry } from './lookup.ts'

export type ChangeResult =
  | { readonly kind: 'applied'; readonly session: SessionContext }
  /** The span is empty: the caller knows the statement. */
  | { readonly kind: 'refused'; readonly diagnostic: Diagnostic }

const EMPTY_DATABASE: Database = { options: {}, tables: {}, functions: {}, models: {} }

function refused(code: string, message: string, hint?: string): ChangeResult {
  const base = { code, severity: 'error' as const, message, span: { start: 0, end: 0 } }
  return { kind: 'refused', diagnostic: hint === undefined ? base : { ...base, hint } }
}

function applied(session: SessionContext): ChangeResult {
  return { kind: 'applied', session }
}

export function applyCatalogChange(session: SessionContext, change: CatalogChange): ChangeResult {
  switch (change.kind) {
    case 'CreateCatalog': {
      if (ownEntry(session.catalogs, change.name) !== undefined) {
        return change.ifNotExists ? applied(session) : refused('SQL_CATALOG_EXISTS', `Catalog '${change.name}' already exists.`)
      }
      return applied({ ...session, catalogs: { ...session.catalogs, [change.name]: { databases: { default: EMPTY_DATABASE } } } })
    }
    case 'DropCatalog':
      return dropCatalog(session, change.name, change.ifExists)
    case 'CreateDatabase':
    case 'AlterDatabase':
    case 'DropDatabase':
      return changeDatabase(session, change)
    case 'Create':
    case 'Alter':
    case 'Rename':
    case 'Drop':
      return changeObject(session, change)
  }
}

function dropCatalog(session: SessionContext, name: string, ifExists: boolean): ChangeResult {
  if (ownEntry(session.catalogs, name) === undefined) {
    return ifExists ? applied(session) : refused('SQL_UNKNOWN_CATALOG', `Catalog '${name}' does not exist.`)
  }
  if (name === session.currentCatalog) {
    return refused(
      'SQL_CATALOG_IN_USE',
      `Catalog '${name}' is the current catalog and cannot be dropped.`,
      'Switch with USE CATALOG first.',
    )
  }
  return applied({ ...session, catalogs: without(session.catalogs, name) })
}

type DatabaseChange = Extract<CatalogChange, { kind: 'CreateDatabase' | 'AlterDatabase' | 'DropDatabase' }>

function changeDatabase(session: SessionContext, change: DatabaseChange): ChangeResult {
  const catalog = ownEntry(session.catalogs, change.catalog)
  if (catalog === undefined) return refused('SQL_UNKNOWN_CATALOG', `Catalog '${change.catalog}' does not exist.`)
  const existing = ownEntry(catalog.databases, change.database)
  if (change.kind === 'CreateDatabase') {
    if (existing !== undefined) {
      return change.ifNotExists
        ? applied(session)
        : refused('SQL_DATABASE_EXISTS', `Database '${change.database}' already exists.`)
    }
    const created: Database = {
      ...EMPTY_DATABASE,
      options: change.options,
      ...(change.comment === undefined ? {} : { comment: change.comment }),
    }
    return applied(withDatabase(session, [change.catalog, change.database], created))
  }
  if (existing === undefined) {
    if (change.kind === 'DropDatabase' && change.ifExists) return applied(session)
    return refused('SQL_UNKNOWN_DATABASE', `Database '${change.database}' does not exist in catalog '${change.catalog}'.`)
  }
  if (change.kind === 'AlterDatabase') {
    return applied(
      withDatabase(session, [change.catalog, change.database], {
        ...existing,
        options: { ...existing.options, ...change.options },
      }),
    )
  }
  const filled = [existing.tables, existing.functions, existing.models].some((space) => Object.keys(space).length > 0)
  if (filled && !change.cascade) {
    return refused(
      'SQL_DATABASE_NOT_EMPTY',
      `Database '${change.database}' is not empty.`,
      'Use CASCADE to drop its tables, views, functions and models too.',
    )
  }
  if (change.catalog === session.currentCatalog && change.database === session.currentDatabase) {
    return refused(
      'SQL_DATABASE_IN_USE',
      `Database '${change.database}' is the current database and cannot be dropped.`,
      'Switch with USE first.',
    )
  }
  return applied({
    ...session,
    catalogs: { ...session.catalogs, [change.catalog]: { databases: without(catalog.databases, change.database) } },
  })
}

type ObjectChange = Extract<CatalogChange, { kind: 'Create' | 'Alter' | 'Rename' | 'Drop' }>
type Space = 'tables' | 'functions' | 'models'

function spaceOf(kind: CatalogObject['kind']): Space {
  if (kind === 'function') return 'functions'
  return kind === 'model' ? 'models' : 'tables'
}

function changeObject(session: SessionContext, change: ObjectChange): ChangeResult {
  const [catalog, database] = change.path
  if (catalog === '' && database === '') return changeSystemFunction(session, change)
  const home = findDatabase(session, catalog, database)
  if (home === undefined) {
    if (change.kind === 'Drop' && change.ifExists) return applied(session)
    return refused('SQL_UNKNOWN_DATABASE', `Database '${catalog}.${database}' does not exist.`)
  }
  switch (change.kind) {
    case 'Create':
      return create(session, change)
    case 'Alter': {
      const temporary = isTemporary(session, change.path, spaceOf(change.object.kind))
      return applied(put(session, change.path, { object: change.object, temporary }))
    }
    case 'Rename':
      return rename(session, change)
    case 'Drop':
      return drop(session, change)
  }
}

function create(session: SessionContext, change: Extract<CatalogChange, { kind: 'Create' }>): ChangeResult {
  const { object, path } = change
  const existing = read(session, path, { space: spaceOf(object.kind), temporary: object.temporary })
  if (existing !== undefined && !change.orReplace) {
    if (change.ifNotExists) return applied(session)
    return refused(
      'SQL_OBJECT_EXISTS',
      `${describeKind(existing)} '${path.join('.')}' already exists.`,
      'Use IF NOT EXISTS to keep the existing one.',
    )
  }
  return applied(put(session, path, { object, temporary: object.temporary }))
}

function rename(session: SessionContext, change: Extract<CatalogChange, { kind: 'Rename' }>): ChangeResult {
  const { path, newName } = change
  for (const space of ['tables', 'models'] as const) {
    for (const temporary of [true, false]) {
      const object = read(session, path, { space, temporary })
      if (object === undefined) continue
      const target: ObjectPath = [path[0], path[1], newName]
      if (read(session, target, { space, temporary }) !== undefined) {
        return refused('SQL_OBJECT_EXISTS', `'${target.join('.')}' already exists.`)
      }
      return applied(put(removeObject(session, path, { space, temporary }), target, { object, temporary }))
    }
  }
  return change.ifExists ? applied(session) : notFound('table', path)
}

function drop(session: SessionContext, change: Extract<CatalogChange, { kind: 'Drop' }>): ChangeResult {
  const space = spaceOf(change.objectKind)
  const found = read(session, change.path, { space, temporary: change.temporary })
  if (found === undefined || found.kind !== change.objectKind) {
    if (change.ifExists) return applied(session)
    return notFound(change.objectKind, change.path)
  }
  return applied(removeObject(session, change.path, { space, temporary: change.temporary }))
}

function changeSystemFunction(session: SessionContext, change: ObjectChange): ChangeResult {
  const name = change.path[2]
  const functions = session.systemFunctions ?? {}
  if (change.kind === 'Create' && change.object.kind === 'function') {
    if (ownEntry(functions, name) !== undefined && !change.ifNotExists && !change.orReplace) {
      return refused('SQL_OBJECT_EXISTS', `System function '${name}' already exists.`)
    }
    return applied({ ...session, systemFunctions: { ...functions, [name]: change.object } })
  }
  if (change.kind === 'Drop') {
    if (ownEntry(functions, name) === undefined && !change.ifExists) return notFound('function', change.path)
    return applied({ ...session, systemFunctions: without(functions, name) })
  }
  return refused('SQL_UNSUPPORTED', 'System functions cannot be altered.')
}

function notFound(kind: string, path: ObjectPath): ChangeResult {
  const title = kind.charAt(0).toUpperCase() + kind.slice(1)
  return refused(
    `SQL_UNKNOWN_${kind.toUpperCase()}`,
    `${title} '${path.filter((part) => part !== '').join('.')}' does not exist.`,
  )
}

function describeKind(object: CatalogObject): string {
  return object.kind.charAt(0).toUpperCase() + object.kind.slice(1)
}

/** Where an object lies besides its path. */
interface Shelf {
  readonly space: Space
  readonly temporary: boolean
}

function isTemporary(session: SessionContext, path: ObjectPath, space: Space): boolean {
  return read(session, path, { space, temporary: true }) !== undefined
}

function read(session: SessionContext, path: ObjectPath, { space, temporary }: Shelf): CatalogObject | undefined {
  const catalogs = temporary ? session.temporary : session.catalogs
  const database = ownEntry(ownEntry(catalogs, path[0])?.databases, path[1])
  return ownEntry(database?.[space] as Readonly<Record<string, CatalogObject>> | undefined, path[2])
}

function put(
  session: SessionContext,
  path: ObjectPath,
  { object, temporary }: { object: CatalogObject; temporary: boolean },
): SessionContext {
  return editSpace(session, path, {
    space: spaceOf(object.kind),
    temporary,
    edit: (objects) => ({ ...objects, [path[2]]: object }),
  })
}

function removeObject(session: SessionContext, path: ObjectPath, shelf: Shelf): SessionContext {
  return editSpace(session, path, { ...shelf, edit: (objects) => without(objects, path[2]) })
}

interface SpaceEdit extends Shelf {
  edit(objects: Readonly<Record<string, CatalogObject>>): Readonly<Record<string, CatalogObject>>
}

function editSpace(session: SessionContext, path: ObjectPath, change: SpaceEdit): SessionContext {
  const catalogs: Readonly<Record<string, Catalog>> = (change.temporary ? session.temporary : session.catalogs) ?? {}
  const databases = ownEntry(catalogs, path[0])?.databases ?? {}
  const database = ownEntry(databases, path[1]) ?? EMPTY_DATABASE
  const objects = change.edit(database[change.space] as Readonly<Record<string, CatalogObject>>)
  const edited = { ...catalogs, [path[0]]: { databases: { ...databases, [path[1]]: { ...database, [change.space]: objects } } } }
  return change.temporary ? { ...session, temporary: edited } : { ...session, catalogs: edited }
}

function withDatabase(
  session: SessionContext,
  [catalog, database]: readonly [string, string],
  content: Database,
): SessionContext {
  const databases = ownEntry(session.catalogs, catalog)?.databases ?? {}
  return { ...session, catalogs: { ...session.catalogs, [catalog]: { databases: { ...databases, [database]: content } } } }
}

function without<T>(record: Readonly<Record<string, T>>, key: string): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== key))
}
