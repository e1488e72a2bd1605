/** Queries: WITH, set operations, VALUES, TABLE and ORDER BY around a SELECT. */
import type { Ordered, Query, SetOp, Values, With } from '../ast/query.ts'
import type { BoundExpr } from '../bound/expr.ts'
import type { BoundField, BoundRel } from '../bound/rel.ts'
import { bindExpression } from '../expressions/bind-expression.ts'
import { leastRestrictive } from '../types/least-restrictive.ts'
import type { LogicalType } from '../types/logical-type.ts'
import { NULL } from '../types/make-type.ts'
import { printType } from '../types/print-type.ts'
import type { BinderState, QueryResult } from './binder-state.ts'
import { castColumns, castTo, columnsOf, project, renameColumns } from './coerce.ts'
import { ColumnScope, fromRel, NO_TABLE } from './column-scope.ts'
import { InputColumns } from './input-columns.ts'
import { type CommonTable, levelOf, type QueryEnv, subqueryCallbacks } from './query-env.ts'
import { bindSelect } from './select.ts'
import { ordinalOf, placeSort, type SortRequest, sortKey, sortRequest } from './sort.ts'
import { bindNamedTable } from './table-ref.ts'

const NOTHING_BROKEN: ReadonlySet<number> = new Set()
const FAILED: QueryResult = { rel: NO_TABLE.rel, broken: NOTHING_BROKEN, open: true }

/** Binds the query of a statement. */
export function bindTopQuery(query: Query, state: BinderState): QueryResult {
  const env: QueryEnv = {
    state,
    outer: undefined,
    lateral: undefined,
    commonTables: new Map(),
    bindQuery: (nested, at) => bindLevel(nested, at, false),
  }
  return bindLevel(query, env, true)
}

/** `top`: the query's rows are the statement's, so that its order means something. */
function bindLevel(query: Query, env: QueryEnv, top: boolean): QueryResult {
  return env.state.nested(query.span, () => bindForm(query, env, top)) ?? FAILED
}

function bindForm(query: Query, env: QueryEnv, top: boolean): QueryResult {
  switch (query.kind) {
    case 'Select':
      return bindSelect(query, env, undefined)
    case 'With':
      return bindWith(query, env, top)
    case 'SetOp':
      return bindSetOp(query, env)
    case 'Values':
      return bindValues(query, env)
    case 'TableQuery':
      return resultOf(bindNamedTable({ name: query.name, hints: [], span: query.span }, env))
    case 'Ordered':
      return bindOrdered(query, env, top)
  }
}

function resultOf({ rel, spaces }: ReturnType<typeof bindNamedTable>): QueryResult {
  const broken = new Set(spaces.flatMap((space) => space.columns.flatMap((column) => (column.broken ? [column.index] : []))))
  return { rel, broken, open: spaces.some((space) => space.open) }
}

function bindWith(query: With, env: QueryEnv, top: boolean): QueryResult {
  const { state } = env
  if (query.recursive) state.error('SQL_UNSUPPORTED', query.span, 'WITH RECURSIVE is not supported.')
  const tables = new Map<string, CommonTable>(env.commonTables)
  for (const table of query.tables) {
    const before = state.nodes
    const bound = bindLevel(table.query, { ...env, commonTables: new Map(tables) }, false)
    tables.set(table.name.value, { result: renamed(bound, table, state), level: levelOf(env.outer), size: state.nodes - before })
  }
  return bindLevel(query.body, { ...env, commonTables: tables }, top)
}

function renamed(result: QueryResult, table: With['tables'][number], state: BinderState): QueryResult {
  const { columns } = table
  if (columns === undefined || result.open) return result
  if (columns.length !== result.rel.schema.length) {
    state.error(
      'SQL_ALIAS_COLUMNS',
      table.span,
      `'${table.name.value}' names ${columns.length} column(s), its query has ${result.rel.schema.length}.`,
    )
    return { ...result, open: true }
  }
  return {
    ...result,
    rel: renameColumns(
      result.rel,
      columns.map((name) => name.value),
    ),
  }
}

function bindOrdered(query: Ordered, env: QueryEnv, top: boolean): QueryResult {
  const { state } = env
  const request = sortRequest(query, top, state)
  if (query.query.kind === 'Select') return bindSelect(query.query, env, request)
  const result = bindLevel(query.query, env, top)
  if (result.open) return result
  return { ...result, rel: sortOutput(result, request, env) }
}

/** Above a set operation the keys are expressions over its output; those that are no columns ride along and are dropped. */
function sortOutput({ rel, broken }: QueryResult, request: SortRequest, env: QueryEnv): BoundRel {
  const scope = new ColumnScope(fromRel(rel, { broken }), undefined)
  const columns = new InputColumns(rel, true)
  const positions = request.items.flatMap((item) => {
    const ordinal = ordinalOf(item.expr, rel.schema.length, env.state)
    if (ordinal === 'refused') return []
    if (ordinal !== undefined) return [{ item, index: ordinal }]
    const expr = bindExpression(item.expr, scope, env.state.context('ORDER BY'))
    return expr === undefined ? [] : [{ item, index: columns.column(expr).index }]
  })
  const input = columns.rel()
  const keys = positions.map(({ item, index }) => sortKey(item, { index, rel: input }))
  const sorted = placeSort(input, { keys, request, state: env.state })
  const names = rel.schema.map((field) => field.name)
  return project(sorted, columnsOf(sorted.schema).slice(0, names.length), names)
}

function bindSetOp(query: SetOp, env: QueryEnv): QueryResult {
  const { state } = env
  const chain = flatten(query)
  const inputs = chain.map((input) => bindLevel(input, env, false))
  const [first] = inputs
  if (first === undefined || inputs.some((input) => input.open)) return FAILED
  const width = first.rel.schema.length
  const other = inputs.findIndex((input) => input.rel.schema.length !== width)
  if (other >= 0) {
    const found = inputs[other]!.rel.schema.length
    state.error(
      'SQL_SET_OPERATION_COLUMNS',
      chain[other]!.span,
      `Both sides of ${query.op} need the same number of columns: ${width} and ${found}.`,
    )
    return FAILED
  }
  const broken = new Set(inputs.flatMap((input) => [...input.broken]))
  const types = first.rel.schema.map((field, i): LogicalType => {
    const column = inputs.map((input) => input.rel.schema[i]!.type)
    const common = unifiedType(column)
    if (common === undefined && !broken.has(i)) {
      state.error(
        'SQL_TYPE_MISMATCH',
        query.span,
        `Column '${field.name}' of ${query.op} has no common type: ${column.map((type) => printType(type)).join(', ')}.`,
      )
      broken.add(i)
    }
    return common ?? field.type
  })
  const cast = inputs.map((input) => castColumns(input.rel, types))
  const schema = first.rel.schema.map((field, i): BoundField => ({ name: field.name, type: types[i]! }))
  return { rel: { kind: 'SetOp', op: query.op, all: query.all, inputs: cast, schema }, broken, open: false }
}

/** `a UNION ALL b UNION ALL c` is one node: long chains stay flat. */
function flatten(query: SetOp): readonly Query[] {
  const parts: Query[] = [query.right]
  let left: Query = query.left
  while (left.kind === 'SetOp' && left.op === query.op && left.all === query.all && query.op !== 'EXCEPT') {
    parts.push(left.right)
    left = left.left
  }
  parts.push(left)
  return parts.reverse()
}

/** Equal time attributes stay one; anything else becomes a plain type. */
function unifiedType(types: readonly LogicalType[]): LogicalType | undefined {
  if (types.every((type) => type.kind === 'NULL')) return NULL
  const common = leastRestrictive(types)
  const attributes = new Set(types.map((type) => ('timeAttribute' in type ? type.timeAttribute : undefined)))
  const [attribute] = attributes
  if (common === undefined || attribute === undefined || attributes.size > 1) return common
  return common.kind === 'TIMESTAMP' || common.kind === 'TIMESTAMP_LTZ' ? { ...common, timeAttribute: attribute } : common
}

function bindValues(query: Values, env: QueryEnv): QueryResult {
  const { state } = env
  const scope = new ColumnScope(NO_TABLE, env.outer)
  const context = state.context('VALUES', subqueryCallbacks(env, scope))
  const width = query.rows[0]?.items.length ?? 0
  const wrong = query.rows.find((row) => row.items.length !== width)
  if (wrong !== undefined) {
    state.error(
      'SQL_VALUES_COLUMNS',
      wrong.span,
      `Every row of VALUES needs ${width} value(s), this one has ${wrong.items.length}.`,
    )
    return FAILED
  }
  const rows = query.rows.map((row) => row.items.map((item) => bindExpression(item, scope, context)))
  const broken = new Set<number>()
  const types = Array.from({ length: width }, (_, i): LogicalType => {
    const column = rows.map((row) => row[i])
    if (column.includes(undefined)) {
      broken.add(i)
      return NULL
    }
    const common = unifiedType((column as BoundExpr[]).map((expr) => expr.type))
    if (common === undefined) {
      broken.add(i)
      state.error('SQL_TYPE_MISMATCH', query.span, `The values of column ${i + 1} have no common type.`)
    }
    return common ?? NULL
  })
  const schema = types.map((type, i): BoundField => ({ name: `EXPR$${i}`, type }))
  const bound = rows.map((row) => row.map((expr, i) => castTo(expr ?? { kind: 'Literal', type: NULL, value: null }, types[i]!)))
  return { rel: { kind: 'Values', rows: bound, schema }, broken, open: false }
}
