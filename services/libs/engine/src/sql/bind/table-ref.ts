/** What stands in FROM: each form becomes rows with names. */
import type { Identifier } from '../ast/identifier.ts'
import type { AliasedTable, NamedTable, Query, TableRef, TemporalTable } from '../ast/query.ts'
import type { ScanRel } from '../bound/rel.ts'
import type { CatalogTable } from '../catalog/catalog.ts'
import { findTable, ownEntry, qualify, tableNames } from '../catalog/lookup.ts'
import { tableSchema } from '../catalog/table-schema.ts'
import { bindExpression } from '../expressions/bind-expression.ts'
import type { Span } from '../text/span.ts'
import type { LogicalType } from '../types/logical-type.ts'
import { printType } from '../types/print-type.ts'
import { type QueryResult, quote } from './binder-state.ts'
import { renameColumns } from './coerce.ts'
import { ColumnScope, type FromItem, fromRel, NO_TABLE } from './column-scope.ts'
import { literalOf } from './conditions.ts'
import { bindTableHints } from './hints.ts'
import { bindJoin } from './join.ts'
import { bindMatch } from './match.ts'
import { deepen, levelOf, type QueryEnv } from './query-env.ts'
import { didYouMean } from './suggestion.ts'
import { bindTableFunction } from './table-function.ts'
import { bindUnnest } from './unnest.ts'
import { bindView } from './view-expansion.ts'

/** Rows whose columns are unknown, after an error. */
const UNKNOWN_ROWS: FromItem = fromRel(NO_TABLE.rel, { open: true })

export function bindTableRef(ref: TableRef, env: QueryEnv): FromItem {
  switch (ref.kind) {
    case 'NamedTable':
      return bindNamedTable(ref, env)
    case 'AliasedTable':
      return alias(ref, bindTableRef(ref.input, env), env)
    case 'DerivedTable':
      return derived(ref.query, { ...env, lateral: undefined })
    case 'LateralTable':
      return lateral(ref.input, env)
    case 'Join':
      return bindJoin(ref, env, bindTableRef)
    case 'TableFunction':
      return bindTableFunction(ref, env)
    case 'Unnest':
      return bindUnnest(ref, env)
    case 'TemporalTable':
      return bindTemporal(ref, env)
    case 'MatchRecognize':
      return bindMatch(ref, bindTableRef(ref.input, env), env)
    default:
      env.state.error('SQL_UNSUPPORTED', ref.span, `${FORMS[ref.kind]} is not supported.`)
      return UNKNOWN_ROWS
  }
}

const FORMS = { SampledTable: 'TABLESAMPLE', Pivot: 'PIVOT', Unpivot: 'UNPIVOT' } as const

function derived(query: Query, env: QueryEnv): FromItem {
  const { rel, broken, open } = env.bindQuery(query, env)
  return fromRel(rel, { broken, open })
}

function lateral(input: TableRef, env: QueryEnv): FromItem {
  if (input.kind !== 'DerivedTable' || env.lateral === undefined) return bindTableRef(input, env)
  return { ...derived(input.query, { ...env, outer: env.lateral, lateral: undefined }), lateral: true }
}

function alias(ref: AliasedTable, item: FromItem, env: QueryEnv): FromItem {
  const { state } = env
  const open = item.spaces.some((space) => space.open)
  const broken = new Set(
    item.spaces.flatMap((space) => space.columns.filter((column) => column.broken).map((column) => column.index)),
  )
  let { rel } = item
  if (ref.columns !== undefined && !open) {
    if (ref.columns.length !== rel.schema.length) {
      state.error(
        'SQL_ALIAS_COLUMNS',
        ref.span,
        `'${ref.alias.value}' names ${ref.columns.length} column(s), the table has ${rel.schema.length}.`,
      )
      return { ...fromRel(rel, { alias: ref.alias.value, open: true }), lateral: item.lateral }
    }
    rel = renameColumns(
      rel,
      ref.columns.map((name) => name.value),
    )
  }
  const path = item.spaces.length === 1 ? item.spaces[0]!.path : undefined
  return {
    ...fromRel(rel, { alias: ref.alias.value, path, broken, open }),
    lateral: item.lateral,
    temporalColumn: item.temporalColumn,
  }
}

export function bindNamedTable(ref: Pick<NamedTable, 'name' | 'hints' | 'span' | 'extend'>, env: QueryEnv): FromItem {
  const common = ref.name.parts.length === 1 ? env.commonTables.get(ref.name.parts[0]!.value) : undefined
  if (common !== undefined) {
    const rel = deepen(common.result.rel, levelOf(env.outer) - common.level)
    if (!env.state.grow(1 + common.size, ref.span)) return UNKNOWN_ROWS
    return fromRel(rel, { alias: ref.name.parts[0]!.value, broken: common.result.broken, open: common.result.open })
  }
  if (ref.extend !== undefined) env.state.error('SQL_UNSUPPORTED', ref.span, 'EXTEND is not supported.')
  return bindCatalogTable(ref.name, bindTableHints(ref.hints, env.state), env)
}

function bindCatalogTable(name: Identifier, hints: Readonly<Record<string, string>>, env: QueryEnv): FromItem {
  const { state } = env
  const path = qualify(
    state.session,
    name.parts.map((part) => part.value),
  )
  const object = path && findTable(state.session, path)
  if (path === undefined || object === undefined) {
    reportMissingTable(name, env)
    return fromRel(NO_TABLE.rel, { alias: name.parts.at(-1)!.value, open: true })
  }
  state.expansions.push({ span: name.span, text: path.map(quote).join('.') })
  if (!state.grow(1, name.span)) return UNKNOWN_ROWS
  if (object.kind === 'view' && Object.keys(hints).length > 0) {
    state.error('SQL_HINT_OPTION', name.span, `'${path[2]}' is a view; OPTIONS can be given to tables only.`)
  }
  if (object.kind === 'view') return fromView(bindView({ path, view: object, span: name.span }, env), path)
  if (Object.keys(hints).length > 0 && state.session.config['table.dynamic-table-options.enabled'] === 'false') {
    state.error('SQL_HINTS_DISABLED', name.span, "OPTIONS hints need 'table.dynamic-table-options.enabled'.")
  }
  const rel: ScanRel = { kind: 'Scan', path, hints, schema: tableSchema(object) }
  return fromRel(rel, { alias: path[2], path })
}

function fromView(result: QueryResult, path: readonly [string, string, string]): FromItem {
  return fromRel(result.rel, { alias: path[2], path, broken: result.broken, open: result.open })
}

function reportMissingTable(name: Identifier, { state, commonTables }: QueryEnv): void {
  const parts = name.parts.map((part) => part.value)
  const path = qualify(state.session, parts)
  const shown = parts.join('.')
  if (path !== undefined && ownEntry(state.session.catalogs, path[0]) === undefined) {
    state.error('SQL_UNKNOWN_CATALOG', name.span, [
      `Catalog '${path[0]}' of '${shown}' does not exist.`,
      didYouMean(path[0], Object.keys(state.session.catalogs)),
    ])
    return
  }
  const names = path === undefined ? [] : [...tableNames(state.session, path[0], path[1]), ...commonTables.keys()]
  state.error('SQL_UNKNOWN_TABLE', name.span, [`Table or view '${shown}' does not exist.`, didYouMean(parts.at(-1)!, names)])
}

/** FOR SYSTEM_TIME AS OF: a column at the left makes a temporal join, a constant reads the table as it was. */
function bindTemporal(ref: TemporalTable, env: QueryEnv): FromItem {
  const item = bindTableRef(ref.input, env)
  const scope = env.lateral ?? new ColumnScope(NO_TABLE, undefined)
  const period = bindExpression(ref.period, scope, env.state.context('FOR SYSTEM_TIME AS OF'))
  if (period === undefined) return item
  if (period.kind === 'Column') return temporalJoinSide(item, { ...period, span: ref.period.span }, env)
  const literal = literalOf(period)
  if (literal === undefined || !Array.isArray(literal.value) || item.rel.kind !== 'Scan') {
    env.state.error(
      'SQL_TIME_TRAVEL',
      ref.period.span,
      'FOR SYSTEM_TIME AS OF takes a time attribute of the left table, or a timestamp constant on a table.',
    )
    return item
  }
  const rel: ScanRel = { ...item.rel, asOf: literal.value[0] as number }
  return { ...item, rel }
}

function temporalJoinSide(
  item: FromItem,
  { index, type, span }: { readonly index: number; readonly type: LogicalType; readonly span: Span },
  env: QueryEnv,
): FromItem {
  if (!('timeAttribute' in type) || type.timeAttribute === undefined) {
    env.state.error('SQL_TIME_ATTRIBUTE_EXPECTED', span, [
      `A temporal join needs a time attribute of the left table, this column is ${printType(type)}.`,
      'Declare a WATERMARK on the column, or use a PROCTIME() column.',
    ])
    return item
  }
  if (type.timeAttribute === 'ROWTIME') checkVersioned(item, span, env)
  return { ...item, temporalColumn: index }
}

/** An event-time temporal join needs a versioned table: a primary key and a watermark. Views are judged by the planner. */
function checkVersioned(item: FromItem, span: Span, env: QueryEnv): void {
  if (item.rel.kind !== 'Scan') return
  const table = findTable(env.state.session, item.rel.path) as CatalogTable | undefined
  const missing = [
    table?.primaryKey === undefined ? 'a primary key' : '',
    table?.watermark === undefined ? 'a watermark' : '',
  ].filter(Boolean)
  if (missing.length === 0) return
  env.state.error(
    'SQL_NOT_VERSIONED',
    span,
    `An event-time temporal join needs a versioned table; '${item.rel.path[2]}' lacks ${missing.join(' and ')}.`,
  )
}
