/** DDL of catalogs, databases, functions and models, and DROP of everything. */
import type {
  AlterDatabase,
  AlterFunction,
  AlterModel,
  CreateCatalog,
  CreateDatabase,
  CreateFunction,
  CreateModel,
  Drop,
  FunctionLanguage,
  TableElement,
} from '../ast/ddl.ts'
import type { Identifier } from '../ast/identifier.ts'
import type { ObjectPath } from '../bound/rel.ts'
import type { BoundStatement } from '../bound/statement.ts'
import type { CatalogFunction, CatalogModel } from '../catalog/catalog.ts'
import type { CatalogChange } from '../catalog/change.ts'
import { findCatalogFunction, findModel, ownEntry, qualify } from '../catalog/lookup.ts'
import { typeFromAst } from '../types/ast-type.ts'
import type { Field } from '../types/logical-type.ts'
import { withoutTimeAttribute } from '../types/make-type.ts'
import { renameTarget } from './alter-table.ts'
import { type BinderState, showPath } from './binder-state.ts'
import { bindOptions, objectPath } from './create-table.ts'
import { bindTopQuery } from './query.ts'

function change(...changes: readonly CatalogChange[]): BoundStatement {
  return { kind: 'Catalog', changes }
}

export function bindCreateCatalog(ast: CreateCatalog): BoundStatement {
  return change({ kind: 'CreateCatalog', name: ast.name.value, options: bindOptions(ast.options), ifNotExists: ast.ifNotExists })
}

/** [catalog, database] of a 1–2 part name. */
export function databasePath(name: Identifier, state: BinderState): readonly [string, string] | undefined {
  const parts = name.parts.map((part) => part.value)
  if (parts.length === 1) return [state.session.currentCatalog, parts[0]!]
  if (parts.length === 2) return [parts[0]!, parts[1]!]
  state.error('SQL_NAME_TOO_LONG', name.span, `A database has at most two name parts, '${parts.join('.')}' has more.`)
  return undefined
}

export function bindCreateDatabase(ast: CreateDatabase, state: BinderState): BoundStatement | undefined {
  const path = databasePath(ast.name, state)
  if (path === undefined) return undefined
  const comment = ast.comment === undefined ? {} : { comment: ast.comment.value }
  return change({
    kind: 'CreateDatabase',
    catalog: path[0],
    database: path[1],
    options: bindOptions(ast.options),
    ifNotExists: ast.ifNotExists,
    ...comment,
  })
}

export function bindAlterDatabase(ast: AlterDatabase, state: BinderState): BoundStatement | undefined {
  const path = databasePath(ast.name, state)
  return path && change({ kind: 'AlterDatabase', catalog: path[0], database: path[1], options: bindOptions(ast.action.options) })
}

function functionPath(ast: { name: Identifier; system: boolean }, state: BinderState): ObjectPath | undefined {
  if (ast.system) return ['', '', ast.name.parts.at(-1)!.value.toLowerCase()]
  return objectPath(ast.name, state)
}

const LANGUAGES: Readonly<Record<FunctionLanguage, CatalogFunction['language'] | undefined>> = {
  JAVA: 'JAVA',
  SCALA: 'SCALA',
  PYTHON: 'PYTHON',
  SQL: undefined,
}

export function bindFunction(ast: CreateFunction | AlterFunction, state: BinderState): BoundStatement | undefined {
  const path = functionPath(ast, state)
  const language = LANGUAGES[ast.language ?? 'JAVA']
  if (language === undefined) state.error('SQL_UNSUPPORTED', ast.span, 'Functions in SQL are not supported.')
  if (path === undefined || language === undefined) return undefined
  const object: CatalogFunction = {
    kind: 'function',
    className: ast.className.value,
    language,
    temporary: ast.temporary || ast.system,
  }
  if (ast.kind === 'AlterFunction' && !ast.ifExists && !functionExists(path, state)) {
    state.error('SQL_UNKNOWN_FUNCTION', ast.name.span, `Function '${showPath(path)}' does not exist.`)
  }
  if (ast.kind === 'AlterFunction') return change({ kind: 'Alter', path, object, ifExists: ast.ifExists })
  return change({ kind: 'Create', path, object, ifNotExists: ast.ifNotExists, orReplace: false })
}

function functionExists(path: ObjectPath, { session }: BinderState): boolean {
  if (path[0] === '') return ownEntry(session.systemFunctions, path[2]) !== undefined
  return findCatalogFunction(session, path) !== undefined
}

export function bindCreateModel(ast: CreateModel, state: BinderState): BoundStatement | undefined {
  const path = objectPath(ast.name, state)
  const input = modelColumns(ast.input, state)
  const output = modelColumns(ast.output, state)
  const trained = ast.query && bindTopQuery(ast.query, state)
  if (path === undefined || state.failed || trained?.open) return undefined
  const object: CatalogModel = {
    kind: 'model',
    input:
      trained === undefined ? input : trained.rel.schema.map(({ name, type }) => ({ name, type: withoutTimeAttribute(type) })),
    output,
    options: bindOptions(ast.options),
    temporary: ast.temporary,
    ...(ast.comment === undefined ? {} : { comment: ast.comment.value }),
  }
  return change({ kind: 'Create', path, object, ifNotExists: ast.ifNotExists, orReplace: false })
}

function modelColumns(elements: readonly TableElement[], state: BinderState): readonly Field[] {
  return elements.flatMap((element) => {
    if (element.kind !== 'PhysicalColumn') {
      state.error('SQL_MODEL_COLUMN', element.span, 'INPUT and OUTPUT of a model take plain columns.')
      return []
    }
    const type = typeFromAst(element.type, state.report, 'column')
    return type === undefined ? [] : [{ name: element.name.parts[0]!.value, type }]
  })
}

export function bindAlterModel(ast: AlterModel, state: BinderState): BoundStatement | undefined {
  const parts = ast.name.parts.map((part) => part.value)
  const path = qualify(state.session, parts)
  const model = path && findModel(state.session, path)
  if (path === undefined || model === undefined) {
    if (ast.ifExists) return change()
    state.error('SQL_UNKNOWN_MODEL', ast.name.span, `Model '${parts.join('.')}' does not exist.`)
    return undefined
  }
  if (ast.action.kind === 'RenameTo') {
    const newName = renameTarget(ast.action.name, path, state)
    return newName === undefined ? undefined : change({ kind: 'Rename', path, newName, ifExists: ast.ifExists })
  }
  const dropped = ast.action.kind === 'ResetOptions' ? ast.action.keys.map((key) => key.value) : []
  const added = ast.action.kind === 'SetOptions' ? bindOptions(ast.action.options) : {}
  const kept = Object.entries(model.options).filter(([key]) => !dropped.includes(key))
  return change({
    kind: 'Alter',
    path,
    object: { ...model, options: { ...Object.fromEntries(kept), ...added } },
    ifExists: ast.ifExists,
  })
}

const OBJECT_KINDS = { TABLE: 'table', VIEW: 'view', FUNCTION: 'function', MODEL: 'model' } as const

export function bindDrop(ast: Drop, state: BinderState): BoundStatement | undefined {
  switch (ast.object) {
    case 'CATALOG':
      return change({ kind: 'DropCatalog', name: ast.name.parts.at(-1)!.value, ifExists: ast.ifExists })
    case 'DATABASE': {
      const path = databasePath(ast.name, state)
      return (
        path &&
        change({
          kind: 'DropDatabase',
          catalog: path[0],
          database: path[1],
          ifExists: ast.ifExists,
          cascade: ast.behavior === 'CASCADE',
        })
      )
    }
    case 'CONNECTION':
    case 'MATERIALIZED TABLE':
      return { kind: 'Unsupported', what: `DROP ${ast.object}` }
    default: {
      const parts = ast.name.parts.map((part) => part.value)
      const path = ast.system ? functionPath(ast, state) : qualify(state.session, parts)
      if (path === undefined) return undefined
      const objectKind = OBJECT_KINDS[ast.object]
      return change({ kind: 'Drop', path, objectKind, temporary: ast.temporary || ast.system, ifExists: ast.ifExists })
    }
  }
}
