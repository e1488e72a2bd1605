/** SHOW and DESCRIBE as rows: what a session's catalog answers without running anything. */
import type { BoundStatement } from '../bound/statement.ts'
import type { Catalog, SessionContext } from './catalog.ts'
import { describeTable } from './describe.ts'
import { findTable, qualify } from './lookup.ts'
import { showCreateTable, showCreateView } from './show-create.ts'

export interface CatalogRows {
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly rows: readonly Readonly<Record<string, unknown>>[]
}

type Show = Extract<BoundStatement, { kind: 'Show' }>
type Describe = Extract<BoundStatement, { kind: 'Describe' }>

interface ShowArguments {
  readonly scope?: readonly string[]
  readonly like?: string
  readonly op?: string
  readonly negated?: boolean
  readonly name?: readonly string[]
}

const text = (name: string) => ({ name, type: 'STRING' })
const names = (column: string, values: readonly string[], filter: (value: string) => boolean): CatalogRows => ({
  columns: [text(column)],
  rows: values.filter(filter).map((value) => ({ [column]: value })),
})

/** Rows of a SHOW statement, or null when it is not offered. */
export function showRows(show: Show, session: SessionContext): CatalogRows | null {
  const args = show.arguments as ShowArguments
  const filter = likeFilter(args)
  const database = databaseOf(args.scope, session)
  switch (show.what) {
    case 'CATALOGS':
      return names('catalog name', Object.keys(session.catalogs), filter)
    case 'CURRENT CATALOG':
      return names('current catalog name', [session.currentCatalog], filter)
    case 'DATABASES':
      return names('database name', Object.keys(catalogOf(args.scope, session)?.databases ?? {}).sort(), filter)
    case 'CURRENT DATABASE':
      return names('current database name', [session.currentDatabase], filter)
    case 'TABLES':
      return names('table name', Object.keys(database?.tables ?? {}).sort(), filter)
    case 'VIEWS':
      return names('view name', viewNames(database), filter)
    case 'FUNCTIONS':
    case 'USER FUNCTIONS':
      return names('function name', Object.keys(database?.functions ?? {}).sort(), filter)
    case 'MODELS':
      return names('model name', Object.keys(database?.models ?? {}).sort(), filter)
    case 'COLUMNS':
      return args.scope ? describePath(args.scope, session, filter) : null
    case 'CREATE TABLE':
    case 'CREATE VIEW':
      return args.name ? showCreate(args.name, session) : null
    default:
      return null
  }
}

/** Rows of DESCRIBE of a table or view; null for what is not offered. */
export function describeRows(describe: Describe, session: SessionContext): CatalogRows | null {
  return describe.what === 'TABLE' ? describePath(describe.path, session, () => true) : null
}

function describePath(path: readonly string[], session: SessionContext, filter: (value: string) => boolean): CatalogRows | null {
  const full = qualify(session, path)
  const found = full && findTable(session, full)
  if (!found) return null
  const described = describeTable(found).filter((c) => filter(c.name))
  return {
    columns: [text('name'), text('type'), { name: 'null', type: 'BOOLEAN' }, text('key'), text('extras'), text('watermark')],
    rows: described.map((c) => ({
      name: c.name,
      type: c.type,
      null: c.nullable,
      key: c.key,
      extras: c.extras,
      watermark: c.watermark,
    })),
  }
}

function showCreate(path: readonly string[], session: SessionContext): CatalogRows | null {
  const full = qualify(session, path)
  const found = full && findTable(session, full)
  if (!full || !found) return null
  const result = found.kind === 'table' ? showCreateTable(full, found) : showCreateView(full, found)
  return { columns: [text('result')], rows: [{ result }] }
}

type Database = Catalog['databases'][string]

function catalogOf(scope: readonly string[] | undefined, session: SessionContext): Catalog | undefined {
  const name = scope?.[0] ?? session.currentCatalog
  return Object.hasOwn(session.catalogs, name) ? session.catalogs[name] : undefined
}

function databaseOf(scope: readonly string[] | undefined, session: SessionContext): Database | undefined {
  const [catalog, database] =
    scope === undefined || scope.length === 0
      ? [session.currentCatalog, session.currentDatabase]
      : scope.length === 1
        ? [session.currentCatalog, scope[0]!]
        : [scope[0]!, scope[1]!]
  const databases = Object.hasOwn(session.catalogs, catalog) ? session.catalogs[catalog]?.databases : undefined
  return databases && Object.hasOwn(databases, database) ? databases[database] : undefined
}

const viewNames = (database: Database | undefined): string[] =>
  Object.entries(database?.tables ?? {})
    .filter(([, t]) => t.kind === 'view')
    .map(([name]) => name)
    .sort()

/** LIKE with % and _; the match is a scan with one point to go back to, linear for patterns without repeats of %. */
function likeFilter(args: ShowArguments): (value: string) => boolean {
  if (args.like === undefined) return () => true
  const fold = (s: string): string => (args.op === 'ILIKE' ? s.toLowerCase() : s)
  const pattern = fold(args.like)
  return (value) => likeMatches(fold(value), pattern) !== (args.negated ?? false)
}

function likeMatches(value: string, pattern: string): boolean {
  let v = 0
  let p = 0
  let star = -1
  let mark = 0
  while (v < value.length) {
    if (p < pattern.length && (pattern[p] === '_' || (pattern[p] !== '%' && pattern[p] === value[v]))) {
      v++
      p++
    } else if (pattern[p] === '%') {
      star = p++
      mark = v
    } else if (star >= 0) {
      p = star + 1
      v = ++mark
    } else return false
  }
  while (pattern[p] === '%') p++
  return p === pattern.length
}
