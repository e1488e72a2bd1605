/** SET, RESET, USE, SHOW, DESCRIBE and their like: what they name is checked, what they do is the caller's. */
import type { Identifier } from '../ast/identifier.ts'
import type { Describe, ResetOption, SetOption, Show, ShowCreate, Use } from '../ast/session.ts'
import type { BoundStatement } from '../bound/statement.ts'
import { findDatabase, findModel, findTable, ownEntry, qualify, tableNames } from '../catalog/lookup.ts'
import type { BinderState } from './binder-state.ts'
import { databasePath } from './other-ddl.ts'
import { didYouMean } from './suggestion.ts'

export function bindSet(ast: SetOption): BoundStatement {
  return {
    kind: 'Set',
    ...(ast.key === undefined ? {} : { key: ast.key.value }),
    ...(ast.value === undefined ? {} : { value: ast.value.value }),
  }
}

export function bindReset(ast: ResetOption): BoundStatement {
  return { kind: 'Reset', ...(ast.key === undefined ? {} : { key: ast.key.value }) }
}

export function bindUse(ast: Use, state: BinderState): BoundStatement | undefined {
  const { session } = state
  const [name] = ast.names
  if (ast.what === 'MODULES' || name === undefined) return { kind: 'Unsupported', what: 'USE MODULES' }
  if (ast.what === 'CATALOG') {
    const catalog = name.parts.at(-1)!.value
    if (ownEntry(session.catalogs, catalog) !== undefined) return { kind: 'Use', catalog }
    state.error('SQL_UNKNOWN_CATALOG', name.span, [
      `Catalog '${catalog}' does not exist.`,
      didYouMean(catalog, Object.keys(session.catalogs)),
    ])
    return undefined
  }
  const path = databasePath(name, state)
  if (path === undefined) return undefined
  if (findDatabase(session, ...path) !== undefined) return { kind: 'Use', catalog: path[0], database: path[1] }
  const known = Object.keys(ownEntry(session.catalogs, path[0])?.databases ?? {})
  state.error('SQL_UNKNOWN_DATABASE', name.span, [`Database '${path.join('.')}' does not exist.`, didYouMean(path[1], known)])
  return undefined
}

/** What stands behind FROM: a table for columns and partitions, a catalog for databases, a database for the rest. */
function scopeExists({ what, scope }: Show, state: BinderState): boolean {
  if (scope === undefined) return true
  if (what === 'COLUMNS' || what === 'PARTITIONS') return exists('TABLE', scope, state)
  if (what === 'DATABASES') return exists('CATALOG', scope, state)
  const path = databasePath(scope, state)
  if (path === undefined || findDatabase(state.session, ...path) !== undefined) return path !== undefined
  state.error('SQL_UNKNOWN_DATABASE', scope.span, `Database '${path.join('.')}' does not exist.`)
  return false
}

export function bindShow(ast: Show, state: BinderState): BoundStatement | undefined {
  const { like, scope } = ast
  if (!scopeExists(ast, state)) return undefined
  return {
    kind: 'Show',
    what: ast.what,
    arguments: {
      ...(scope === undefined ? {} : { scope: namesOf(scope), preposition: ast.preposition }),
      ...(like === undefined ? {} : { like: like.pattern.value, op: like.op, negated: like.negated }),
    },
  }
}

export function bindShowCreate(ast: ShowCreate, state: BinderState): BoundStatement | undefined {
  if (ast.object === 'CONNECTION' || ast.object === 'MATERIALIZED TABLE')
    return { kind: 'Unsupported', what: `SHOW CREATE ${ast.object}` }
  if (!exists(ast.object, ast.name, state) || !isOf(ast.object, ast.name, state)) return undefined
  return { kind: 'Show', what: `CREATE ${ast.object}`, arguments: { name: namesOf(ast.name) } }
}

export function bindDescribe(ast: Describe, state: BinderState): BoundStatement | undefined {
  const { object, name } = ast
  if (object === 'JOB' || object === 'CONNECTION' || name === undefined)
    return { kind: 'Unsupported', what: `DESCRIBE ${object}` }
  if (object === 'TABLE' || object === 'MODEL' || object === 'CATALOG') {
    if (!exists(object, name, state)) return undefined
  }
  return { kind: 'Describe', what: object, path: namesOf(name), extended: ast.extended }
}

/** SHOW CREATE TABLE shows tables only, SHOW CREATE VIEW views only. */
function isOf(object: ShowCreate['object'], name: Identifier, state: BinderState): boolean {
  const path = qualify(state.session, namesOf(name))
  const kind = path && findTable(state.session, path)?.kind
  if ((object !== 'TABLE' && object !== 'VIEW') || kind === object.toLowerCase()) return true
  const other = object === 'TABLE' ? 'VIEW' : 'TABLE'
  state.error('SQL_NOT_A_TABLE', name.span, [
    `'${namesOf(name).join('.')}' is a ${other.toLowerCase()}.`,
    `Use SHOW CREATE ${other}.`,
  ])
  return false
}

function namesOf(name: Identifier): readonly string[] {
  return name.parts.map((part) => part.value)
}

function exists(object: 'TABLE' | 'VIEW' | 'MODEL' | 'CATALOG', name: Identifier, state: BinderState): boolean {
  const parts = namesOf(name)
  const shown = parts.join('.')
  if (object === 'CATALOG') {
    if (ownEntry(state.session.catalogs, shown) !== undefined) return true
    state.error('SQL_UNKNOWN_CATALOG', name.span, [
      `Catalog '${shown}' does not exist.`,
      didYouMean(shown, Object.keys(state.session.catalogs)),
    ])
    return false
  }
  const path = qualify(state.session, parts)
  const found = path && (object === 'MODEL' ? findModel(state.session, path) : findTable(state.session, path))
  if (found !== undefined) return true
  const names = path === undefined || object === 'MODEL' ? [] : tableNames(state.session, path[0], path[1])
  state.error(`SQL_UNKNOWN_${object}`, name.span, [
    `${object === 'MODEL' ? 'Model' : 'Table or view'} '${shown}' does not exist.`,
    didYouMean(parts.at(-1)!, names),
  ])
  return false
}
