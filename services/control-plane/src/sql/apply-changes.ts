import {
  applyCatalogChange,
  type CatalogChange,
  type CatalogObject,
  type Diagnostic,
  type SessionContext,
  showCreateTable,
  showCreateView,
} from '@millrace/engine/sql'
import {
  createCatalogObject,
  createDatabase,
  dropCatalogObject,
  dropDatabase,
  replaceCatalogObject,
  type Scope,
} from '@millrace/store'
import type { LoadedCatalog, Space } from './catalog-session.ts'
import type { SqlEnvironment } from './sql-service.ts'

export type Applied =
  | { readonly kind: 'applied'; readonly session: SessionContext }
  | { readonly kind: 'refused'; readonly diagnostic: Omit<Diagnostic, 'span'> }

interface At {
  readonly scope: Scope
  readonly catalog: LoadedCatalog
  readonly environment: SqlEnvironment
  readonly sql: string
}

/** Does in the store what DDL says, in the scope's transaction. Stops at the first refusal; the caller rolls back. */
export async function applyChanges(at: At, changes: readonly CatalogChange[]): Promise<Applied> {
  let { session } = at.catalog
  for (const change of changes) {
    const refusal = notOffered(change, at.environment)
    if (refusal !== null) return { kind: 'refused', diagnostic: { code: 'SQL_UNSUPPORTED', severity: 'error', message: refusal } }
    const result = applyCatalogChange(session, change)
    if (result.kind === 'refused') return result
    if (result.session !== session) await persist(at, change)
    session = result.session
  }
  return { kind: 'applied', session }
}

function notOffered(change: CatalogChange, environment: SqlEnvironment): string | null {
  switch (change.kind) {
    case 'CreateCatalog':
    case 'DropCatalog':
      return 'A workspace is the catalog; create or delete workspaces instead.'
    case 'AlterDatabase':
      return 'Databases have no options here.'
    case 'CreateDatabase':
    case 'DropDatabase':
      return change.catalog === environment.workspace.name ? null : otherCatalog(change.catalog)
    default: {
      if (change.path[0] !== environment.workspace.name) return otherCatalog(change.path[0])
      const temporary = change.kind === 'Create' ? change.object.temporary : change.kind === 'Drop' && change.temporary
      return temporary ? 'TEMPORARY objects end with a session, and a statement has none; leave the word out.' : null
    }
  }
}

const otherCatalog = (name: string): string => `'${name}' is not the catalog of this workspace.`

async function persist({ scope, catalog, environment, sql }: At, change: CatalogChange): Promise<void> {
  switch (change.kind) {
    case 'CreateDatabase':
      await createDatabase(scope, {
        workspace: environment.workspace.uid,
        name: change.database,
        comment: change.comment ?? null,
      })
      return
    case 'DropDatabase': {
      const uid = catalog.databases.get(change.database)
      if (uid !== undefined) await dropDatabase(scope, uid)
      return
    }
    case 'Create':
    case 'Alter':
      return await put({ scope, catalog, sql }, change)
    case 'Rename': {
      const found =
        catalog.find(change.path[1], 'tables', change.path[2]) ?? catalog.find(change.path[1], 'models', change.path[2])
      if (!found) return
      const definition = found.definition as CatalogObject
      const path = [change.path[0], change.path[1], change.newName] as const
      await replaceCatalogObject(scope, { uid: found.uid, name: change.newName, ddl: ddlOf(path, definition, sql), definition })
      return
    }
    case 'Drop': {
      const found = catalog.find(change.path[1], spaceOf(change.objectKind), change.path[2])
      if (found) await dropCatalogObject(scope, found.uid)
      return
    }
  }
}

async function put(
  at: Pick<At, 'scope' | 'catalog' | 'sql'>,
  change: Extract<CatalogChange, { kind: 'Create' | 'Alter' }>,
): Promise<void> {
  const { object, path } = change
  const ddl = ddlOf(path, object, at.sql)
  const found = at.catalog.find(path[1], spaceOf(object.kind), path[2])
  if (found) return await replaceCatalogObject(at.scope, { uid: found.uid, name: path[2], ddl, definition: object })
  const database = at.catalog.databases.get(path[1])
  if (database === undefined) return
  await createCatalogObject(at.scope, { database, kind: object.kind, name: path[2], ddl, definition: object })
}

const spaceOf = (kind: CatalogObject['kind']): Space =>
  kind === 'function' ? 'functions' : kind === 'model' ? 'models' : 'tables'

function ddlOf(path: readonly [string, string, string], object: CatalogObject, sql: string): string {
  if (object.kind === 'table') return showCreateTable(path, object)
  if (object.kind === 'view') return showCreateView(path, object)
  return sql
}
