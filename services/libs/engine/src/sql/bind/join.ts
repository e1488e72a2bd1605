/** Joins of every form: regular, NATURAL and USING, lateral, temporal. */
import type { Name } from '../ast/identifier.ts'
import type { Join, TableRef } from '../ast/query.ts'
import type { BoundExpr } from '../bound/expr.ts'
import type { BoundRel, JoinType, Schema } from '../bound/rel.ts'
import { isComparable } from '../types/comparability.ts'
import { leastRestrictive } from '../types/least-restrictive.ts'
import { BOOLEAN, notNull, nullable } from '../types/make-type.ts'
import { printType } from '../types/print-type.ts'
import { castTo } from './coerce.ts'
import { ColumnScope, concatItems, type FromItem, shiftColumns } from './column-scope.ts'
import { bindCondition, TRUE } from './conditions.ts'
import { type QueryEnv, subqueryCallbacks } from './query-env.ts'
import { didYouMean } from './suggestion.ts'

type TableBinder = (ref: TableRef, env: QueryEnv) => FromItem

const TYPES: Readonly<Record<Join['type'], JoinType>> = {
  INNER: 'INNER',
  CROSS: 'INNER',
  COMMA: 'INNER',
  LEFT: 'LEFT',
  RIGHT: 'RIGHT',
  FULL: 'FULL',
}

export function bindJoin(join: Join, env: QueryEnv, bindTable: TableBinder): FromItem {
  const left = bindTable(join.left, env)
  const right = bindTable(join.right, { ...env, lateral: new ColumnScope(left, env.outer) })
  const joinType = TYPES[join.type]
  const schema = joinedSchema(left, right, joinType)
  const sides: Sides = { left, right, joinType, schema, join, env }
  checkAliases(sides)
  if (join.using !== undefined || join.natural) return byName(sides)
  const unconditioned = concatItems(left, right, placeJoin(sides, TRUE))
  const bound = onCondition(sides, unconditioned) ?? TRUE
  const condition = bound.kind === 'Literal' && bound.value === true ? TRUE : bound
  checkTableFunction(sides, condition)
  return { ...unconditioned, rel: placeJoin(sides, condition) }
}

interface Sides {
  readonly left: FromItem
  readonly right: FromItem
  readonly joinType: JoinType
  readonly schema: Schema
  readonly join: Join
  readonly env: QueryEnv
}

function checkAliases({ left, right, join, env }: Sides): void {
  const taken = new Set(left.spaces.map((space) => space.alias))
  for (const space of right.spaces) {
    if (space.alias !== undefined && taken.has(space.alias)) {
      env.state.error('SQL_DUPLICATE_ALIAS', join.right.span, [
        `Duplicate relation name '${space.alias}' in FROM.`,
        'Give one of them another alias.',
      ])
    }
  }
}

function joinedSchema(left: FromItem, right: FromItem, joinType: JoinType): Schema {
  const padded = (schema: Schema, pad: boolean): Schema =>
    pad ? schema.map((field) => ({ ...field, type: nullable(field.type) })) : schema
  return [
    ...padded(left.rel.schema, joinType === 'RIGHT' || joinType === 'FULL'),
    ...padded(right.rel.schema, joinType === 'LEFT' || joinType === 'FULL'),
  ]
}

function onCondition({ join, env, left, right }: Sides, item: FromItem): BoundExpr | undefined {
  if (join.on === undefined) return undefined
  // ON sees the columns before the join pads them with NULL.
  const rel: BoundRel = { kind: 'Values', rows: [], schema: [...left.rel.schema, ...right.rel.schema] }
  const scope = new ColumnScope({ ...concatItems(left, right, rel), rel, merged: item.merged }, env.outer)
  return bindCondition(join.on, scope, env.state.context('ON', subqueryCallbacks(env, scope)))
}

/** Flink's rule for LEFT JOIN with a table function. */
function checkTableFunction({ join, right, joinType, env }: Sides, condition: BoundExpr): void {
  if (joinType !== 'LEFT' || right.rel.kind !== 'TableFunction' || condition === TRUE) return
  env.state.error('SQL_JOIN_UNSUPPORTED', join.on?.span ?? join.span, 'A left join with a table function takes ON TRUE only.')
}

function placeJoin({ left, right, joinType, schema, join, env }: Sides, condition: BoundExpr): BoundRel {
  if (right.temporalColumn === undefined && !right.lateral)
    return { kind: 'Join', left: left.rel, right: right.rel, joinType, condition, schema }
  const what = right.lateral ? 'A lateral join' : 'A temporal join'
  if (joinType !== 'INNER' && joinType !== 'LEFT') {
    env.state.error('SQL_JOIN_UNSUPPORTED', join.span, `${what} is an inner or a left join.`)
    return { kind: 'Join', left: left.rel, right: right.rel, joinType, condition, schema }
  }
  if (right.temporalColumn !== undefined) {
    return {
      kind: 'TemporalJoin',
      left: left.rel,
      right: right.rel,
      joinType,
      condition,
      timeColumn: right.temporalColumn,
      schema,
    }
  }
  const base = { kind: 'Correlate' as const, left: left.rel, right: right.rel, joinType, schema }
  return condition === TRUE ? base : { ...base, condition }
}

/** USING and NATURAL: equal names are compared and then are one column. */
function byName(sides: Sides): FromItem {
  const { left, right, env, join } = sides
  const leftScope = new ColumnScope(left, undefined)
  const rightScope = new ColumnScope(right, undefined)
  const names = join.using ?? naturalNames(leftScope, rightScope, join)
  const offset = left.rel.schema.length
  const conditions: BoundExpr[] = []
  const merged = new Map<string, BoundExpr>()
  for (const name of names) {
    const l = sideColumn(name, leftScope, env)
    const r = sideColumn(name, rightScope, env)
    if (l === undefined || r === undefined) continue
    const moved = shiftColumns(r, offset)
    const condition = equality(l, moved)
    if (condition === undefined) {
      const message = `Column '${name.value}' is ${printType(l.type)} at the left and ${printType(r.type)} at the right.`
      env.state.error('SQL_TYPE_MISMATCH', name.span, message)
      continue
    }
    conditions.push(condition)
    merged.set(name.value, mergedColumn(l, moved, sides.joinType))
  }
  const condition =
    conditions.reduce<BoundExpr | undefined>((all, one) => (all === undefined ? one : and(all, one)), undefined) ?? TRUE
  const item = concatItems(left, right, placeJoin(sides, condition))
  return { ...item, merged: new Map([...item.merged, ...merged]) }
}

function naturalNames(left: ColumnScope, right: ColumnScope, join: Join): readonly Name[] {
  const rightNames = new Set(right.star(undefined)?.map((column) => column.name))
  const common = new Set(left.star(undefined)?.flatMap((column) => (rightNames.has(column.name) ? [column.name] : [])))
  return [...common].map((value) => ({ value, quoted: true, span: join.span }))
}

function sideColumn(name: Name, scope: ColumnScope, env: QueryEnv): BoundExpr | undefined {
  const resolved = scope.resolveColumn([name])
  if (resolved.kind === 'expr') return resolved.expr
  if (resolved.kind === 'ambiguous') env.state.error('SQL_AMBIGUOUS_COLUMN', name.span, `Column '${name.value}' is ambiguous.`)
  if (resolved.kind === 'unknown') {
    env.state.error('SQL_UNKNOWN_COLUMN', name.span, [
      `Column '${name.value}' is not on both sides of the join.`,
      didYouMean(name.value, resolved.candidates),
    ])
  }
  return undefined
}

function equality(left: BoundExpr, right: BoundExpr): BoundExpr | undefined {
  if (!isComparable(left.type, right.type)) return undefined
  const common = leastRestrictive([left.type, right.type])
  if (common === undefined) return undefined
  const type = left.type.nullable || right.type.nullable ? BOOLEAN : notNull(BOOLEAN)
  return { kind: 'Call', fn: '=', type, args: [castTo(left, common), castTo(right, common)] }
}

function and(left: BoundExpr, right: BoundExpr): BoundExpr {
  const type = left.type.nullable || right.type.nullable ? BOOLEAN : notNull(BOOLEAN)
  return { kind: 'Call', fn: 'AND', type, args: [left, right] }
}

function mergedColumn(left: BoundExpr, right: BoundExpr, joinType: JoinType): BoundExpr {
  if (joinType === 'RIGHT') return right
  if (joinType !== 'FULL') return left
  const common = leastRestrictive([left.type, right.type]) ?? left.type
  const type = nullable(common)
  return { kind: 'Call', fn: 'COALESCE', type, args: [castTo(withType(left), type), castTo(withType(right), type)] }
}

function withType(expr: BoundExpr): BoundExpr {
  return { ...expr, type: nullable(expr.type) }
}
