/** Names in FROM: which relations are visible at a query level, and how a dotted name finds its column. */
import type { BoundExpr } from '../bound/expr.ts'
import type { BoundRel, ObjectPath, Schema } from '../bound/rel.ts'
import type { NameResolution, Scope } from '../bound/scope.ts'
import { mapExpr } from '../bound/walk.ts'
import type { Span } from '../text/span.ts'
import type { LogicalType } from '../types/logical-type.ts'
import { INTEGER, notNull, nullable } from '../types/make-type.ts'
import { showPath } from './binder-state.ts'

export interface ScopeColumn {
  readonly name: string
  readonly type: LogicalType
  /** Ordinal in the row of the FROM item. */
  readonly index: number
  /** Its expression failed: uses are silent. */
  readonly broken: boolean
}

/** One relation in FROM. */
export interface Namespace {
  readonly alias: string | undefined
  readonly path: ObjectPath | undefined
  readonly columns: readonly ScopeColumn[]
  /** Its columns are unknown because it failed. */
  readonly open: boolean
}

/** A table reference bound: its rows, and the names that reach them. */
export interface FromItem {
  readonly rel: BoundRel
  readonly spaces: readonly Namespace[]
  /** Columns merged by USING or NATURAL, by name: unqualified uses mean these. */
  readonly merged: ReadonlyMap<string, BoundExpr>
  /** Bound under the rows at its left, one level deeper: a join makes a Correlate of it. */
  readonly lateral: boolean
  /** FOR SYSTEM_TIME AS OF a column at the left: its ordinal there. */
  readonly temporalColumn: number | undefined
}

export interface StarColumn {
  readonly name: string
  readonly expr: BoundExpr
  readonly broken: boolean
  /** How the column is written where `*` is spelled out. */
  readonly qualifier: string | undefined
}

type Parts = readonly { readonly value: string; readonly span: Span }[]

/** Rows in rows are searched this deep for a field's name. */
const PEEK_DEPTH_MAX = 8

const NO_MERGED: ReadonlyMap<string, BoundExpr> = new Map()
const ONE_ROW: BoundRel = { kind: 'Values', schema: [], rows: [[]] }

/** One row without columns: a query without FROM. */
export const NO_TABLE: FromItem = { rel: ONE_ROW, spaces: [], merged: NO_MERGED, lateral: false, temporalColumn: undefined }

export interface NamespaceNames {
  readonly alias?: string | undefined
  readonly path?: ObjectPath | undefined
  readonly broken?: ReadonlySet<number>
  readonly open?: boolean
}

export function fromRel(rel: BoundRel, names: NamespaceNames): FromItem {
  const columns = rel.schema.map(({ name, type }, index) => ({ name, type, index, broken: names.broken?.has(index) ?? false }))
  const space: Namespace = { alias: names.alias, path: names.path, columns, open: names.open ?? false }
  return { rel, spaces: [space], merged: NO_MERGED, lateral: false, temporalColumn: undefined }
}

/** Both sides of a join side by side; the right one's ordinals move behind the left one's. */
export function concatItems(left: FromItem, right: FromItem, rel: BoundRel): FromItem {
  const offset = left.rel.schema.length
  const placed = (column: ScopeColumn, by: number): ScopeColumn => {
    const index = column.index + by
    return { ...column, index, type: rel.schema[index]?.type ?? column.type }
  }
  const move = (spaces: readonly Namespace[], by: number): readonly Namespace[] =>
    spaces.map((space) => ({ ...space, columns: space.columns.map((column) => placed(column, by)) }))
  const merged = new Map(left.merged)
  for (const [name, expr] of right.merged) if (!merged.has(name)) merged.set(name, shiftColumns(expr, offset))
  return {
    rel,
    spaces: [...move(left.spaces, 0), ...move(right.spaces, offset)],
    merged,
    lateral: left.lateral,
    temporalColumn: undefined,
  }
}

/** Moves the ordinals of an expression over the right side of a join. */
export function shiftColumns(expr: BoundExpr, by: number): BoundExpr {
  return mapExpr(expr, (node, depth) => {
    if (depth === 0 && node.kind === 'Column') return { ...node, index: node.index + by }
    if (node.kind === 'OuterColumn' && node.depth === depth && depth > 0) return { ...node, index: node.index + by }
    return undefined
  })
}

/** The same expression seen from one query level further in. */
function oneLevelIn(expr: BoundExpr): BoundExpr {
  return mapExpr(expr, (node) => {
    if (node.kind === 'Column') return { kind: 'OuterColumn', type: node.type, depth: 1, index: node.index, name: node.name }
    if (node.kind === 'OuterColumn') return { ...node, depth: node.depth + 1 }
    return undefined
  })
}

export class ColumnScope implements Scope {
  readonly item: FromItem
  readonly parent: ColumnScope | undefined

  constructor(item: FromItem, parent: ColumnScope | undefined) {
    this.item = item
    this.parent = parent
  }

  resolveColumn(parts: Parts): NameResolution {
    const local = this.#resolveLocal(parts)
    if (local.kind !== 'unknown' || this.parent === undefined) return local
    const outer = this.parent.resolveColumn(parts)
    if (outer.kind === 'expr') return { ...outer, expr: oneLevelIn(outer.expr) }
    if (outer.kind === 'unknown') return { kind: 'unknown', candidates: [...local.candidates, ...outer.candidates] }
    return outer
  }

  /** A qualifier binds tighter than a nested field: `a.b` is column b of table a before it is field b of column a. */
  #resolveLocal(parts: Parts): NameResolution {
    for (let length = Math.min(parts.length - 1, 3); length >= 1; length--) {
      const prefix = parts.slice(0, length).map((part) => part.value)
      const spaces = this.item.spaces.filter((space) => matches(space, prefix))
      if (spaces.length === 0) continue
      const found = columnsNamed(spaces, parts[length]!.value)
      if (found.length > 0) return pick(found, length + 1)
      if (spaces.some((space) => space.open)) return { kind: 'reported' }
      return { kind: 'unknown', candidates: spaces.flatMap((space) => space.columns.map((column) => column.name)) }
    }
    return this.#resolveUnqualified(parts[0]!.value)
  }

  #resolveUnqualified(name: string): NameResolution {
    const merged = this.item.merged.get(name)
    if (merged !== undefined) return { kind: 'expr', expr: merged, used: 1 }
    const found = columnsNamed(this.item.spaces, name)
    if (found.length > 0) return pick(found, 1)
    if (this.item.spaces.some((space) => space.open)) return { kind: 'reported' }
    const nested = this.#peek(name)
    if (nested !== undefined) return nested
    const columns = this.item.spaces.flatMap((space) => space.columns.map((column) => column.name))
    return { kind: 'unknown', candidates: [...columns, ...this.item.spaces.flatMap((space) => space.alias ?? [])] }
  }

  /** A field of a row column can be named alone where no column has its name, as in Calcite's PEEK_FIELDS. */
  #peek(name: string): NameResolution | undefined {
    let rows = this.item.spaces.flatMap((space) => space.columns.filter((column) => !column.broken).map(columnExpr))
    for (let depth = 0; depth < PEEK_DEPTH_MAX && rows.length > 0; depth++) {
      const fields = rows.flatMap(fieldsOf)
      const found = fields.filter((field) => field.name === name)
      if (found.length > 1) return { kind: 'ambiguous', candidates: found.map((field) => field.name) }
      if (found[0] !== undefined) return { kind: 'expr', expr: found[0].expr, used: 1 }
      rows = fields.map((field) => field.expr)
    }
    return undefined
  }

  expandStar(qualifier: readonly string[] | undefined): Schema | undefined {
    const columns = this.star(qualifier)
    return columns?.map(({ name, expr }) => ({ name, type: expr.type }))
  }

  /** Columns of `*` or `t.*`; merged columns come first, once. undefined: no such relation here. */
  star(qualifier: readonly string[] | undefined): readonly StarColumn[] | undefined {
    if (qualifier === undefined) {
      const merged = [...this.item.merged].map(
        ([name, expr]): StarColumn => ({ name, expr, broken: false, qualifier: undefined }),
      )
      const rest = this.item.spaces.flatMap((space) => starOf(space).filter((column) => !this.item.merged.has(column.name)))
      return [...merged, ...rest]
    }
    const spaces = this.item.spaces.filter((space) => matches(space, qualifier))
    return spaces.length === 0 ? undefined : spaces.flatMap((space) => starOf(space))
  }

  /** True where the columns of `*` cannot be known. */
  get open(): boolean {
    return this.item.spaces.some((space) => space.open)
  }
}

function fieldsOf(row: BoundExpr): readonly { readonly name: string; readonly expr: BoundExpr }[] {
  const { type } = row
  if (type.kind !== 'ROW') return []
  return type.fields.map((field, ordinal) => ({
    name: field.name,
    expr: {
      kind: 'Call',
      fn: 'FIELD',
      type: type.nullable ? nullable(field.type) : field.type,
      args: [row, { kind: 'Literal', type: notNull(INTEGER), value: ordinal }],
    },
  }))
}

function matches(space: Namespace, prefix: readonly string[]): boolean {
  if (prefix.length === 1) return space.alias === prefix[0]
  if (space.path === undefined || space.alias !== space.path[2]) return false
  const tail = space.path.slice(3 - prefix.length)
  return prefix.length <= 3 && tail.every((part, i) => part === prefix[i])
}

interface FoundColumn {
  readonly space: Namespace
  readonly column: ScopeColumn
}

function columnsNamed(spaces: readonly Namespace[], name: string): readonly FoundColumn[] {
  return spaces.flatMap((space) => space.columns.filter((column) => column.name === name).map((column) => ({ space, column })))
}

function pick(found: readonly FoundColumn[], used: number): NameResolution {
  if (found.length > 1) {
    return { kind: 'ambiguous', candidates: found.map(({ space, column }) => `${spaceName(space)}${column.name}`) }
  }
  const { column } = found[0]!
  return column.broken ? { kind: 'reported' } : { kind: 'expr', expr: columnExpr(column), used }
}

function spaceName(space: Namespace): string {
  if (space.alias !== undefined) return `${space.alias}.`
  return space.path === undefined ? '' : `${showPath(space.path)}.`
}

function columnExpr(column: { readonly name: string; readonly type: LogicalType; readonly index: number }): BoundExpr {
  return { kind: 'Column', type: column.type, index: column.index, name: column.name }
}

function starOf(space: Namespace): readonly StarColumn[] {
  return space.columns.map((column) => ({
    name: column.name,
    expr: columnExpr(column),
    broken: column.broken,
    qualifier: space.alias,
  }))
}
