/**
 * Upsert keys of a bound tree: column sets by which later rows replace earlier ones (Flink's FlinkRelMdUpsertKeys). The empty set
 * is a key too: one row in all. A tree without keys gives an empty list.
 */
import type { BoundExpr } from './expr.ts'
import type { AggregateRel, BoundRel, GroupWindowAggregateRel, JoinRel, ObjectPath, ProjectRel } from './rel.ts'

export type Key = ReadonlySet<number>

/** Primary keys of tables, as ordinals of their columns. */
export type PrimaryKeyOf = (path: ObjectPath) => readonly number[] | undefined

/** Keys of one tree; joins multiply them. */
const KEYS_MAX = 32

export function upsertKeys(rel: BoundRel, primaryKeyOf: PrimaryKeyOf): readonly Key[] {
  const of = (input: BoundRel): readonly Key[] => upsertKeys(input, primaryKeyOf)
  switch (rel.kind) {
    case 'Scan': {
      const key = primaryKeyOf(rel.path)
      return key === undefined ? [] : [new Set(key)]
    }
    case 'Project':
      return projected(of(rel.input), rel)
    case 'Filter': {
      const rank = rankOf(rel)
      if (rank !== undefined) return unique([...of(rel.input), ...rank])
      const constant = constantColumns(rel.predicate)
      return of(rel.input).filter((key) => !constant.some((column) => key.has(column)))
    }
    case 'Sort':
      return rel.fetch === undefined && rel.offset === undefined ? of(rel.input) : []
    case 'Aggregate':
      return aggregateKeys(rel)
    case 'GroupWindowAggregate':
      return groupWindowKeys(rel)
    case 'Distinct':
      return [new Set(rel.schema.keys())]
    case 'OverAggregate':
      return of(rel.input).filter((key) => rel.partitionKeys.every((column) => key.has(column)))
    case 'SetOp':
      return rel.all ? [] : [new Set(rel.schema.keys())]
    case 'Join':
      return joinKeys(rel, of(rel.left), of(rel.right))
    case 'TemporalJoin':
      return of(rel.left)
    default:
      return []
  }
}

export function sameKey(a: Key, b: Key): boolean {
  return a.size === b.size && containsKey(a, b)
}

/** Whether rows that agree in `whole` agree in `part` too. */
export function containsKey(whole: Key, part: Key): boolean {
  return [...part].every((column) => whole.has(column))
}

/** Columns that a condition makes constant: the planner puts the constant in their place, and keys with them are lost. */
function constantColumns(predicate: BoundExpr): readonly number[] {
  if (predicate.kind !== 'Call') return []
  if (predicate.fn === 'AND') return predicate.args.flatMap(constantColumns)
  const [a, b] = predicate.args
  if (predicate.fn !== '=' || a === undefined || b === undefined) return []
  if (a.kind === 'Column' && b.kind === 'Literal') return [a.index]
  return b.kind === 'Column' && a.kind === 'Literal' ? [b.index] : []
}

function unique(keys: readonly Key[]): readonly Key[] {
  const seen = new Map(keys.map((key) => [[...key].sort((a, b) => a - b).join(), key]))
  return [...seen.values()].slice(0, KEYS_MAX)
}

/** A key survives where each of its columns is still there, itself or under a cast that keeps values apart. */
function projected(keys: readonly Key[], { exprs }: Pick<ProjectRel, 'exprs'>): readonly Key[] {
  const places = new Map<number, number>()
  for (const [i, expr] of exprs.entries()) {
    const source = sourceColumn(expr)
    if (source !== undefined && !places.has(source)) places.set(source, i)
  }
  return keys.flatMap((key) => {
    const moved = [...key].map((column) => places.get(column))
    return moved.includes(undefined) ? [] : [new Set(moved as number[])]
  })
}

function sourceColumn(expr: BoundExpr): number | undefined {
  if (expr.kind === 'Column') return expr.index
  if (expr.kind !== 'Cast' || expr.mode === 'TRY' || expr.input.kind !== 'Column') return undefined
  return isInjective(expr.input.type.kind, expr.type.kind) ? expr.input.index : undefined
}

const WIDTHS: readonly string[] = ['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT']

/** Casts after which different values stay different: integers to wider ones or to text. */
function isInjective(from: string, to: string): boolean {
  const width = WIDTHS.indexOf(from)
  if (from === to) return true
  return width >= 0 && (to === 'VARCHAR' || WIDTHS.indexOf(to) > width)
}

function aggregateKeys({ groupKeys, groupingSets }: AggregateRel): readonly Key[] {
  return groupingSets === undefined ? [new Set(groupKeys.keys())] : []
}

function groupWindowKeys({ groupKeys, aggregates, properties }: GroupWindowAggregateRel): readonly Key[] {
  const first = groupKeys.length + aggregates.length
  const bounds = properties.flatMap((property, i) => (property === 'START' || property === 'END' ? [first + i] : []))
  return bounds.map((bound) => new Set([...groupKeys.keys(), bound]))
}

/** `rn <= n` over ROW_NUMBER: the partition and the rank; with n = 1 the partition alone. Ordinals are those of the filter's input. */
function rankOf({ input, predicate }: Extract<BoundRel, { kind: 'Filter' }>): readonly Key[] | undefined {
  const over = input.kind === 'Project' ? input.input : input
  if (over.kind !== 'OverAggregate' || predicate.kind !== 'Call') return undefined
  const limit = rankLimit(predicate)
  if (limit === undefined) return undefined
  const position = input.kind === 'Project' ? sourceOf(input, limit.column) : limit.column
  const call = position === undefined ? undefined : over.calls[position - over.input.schema.length]
  if (position === undefined || call?.fn !== 'ROW_NUMBER') return undefined
  const key: Key = new Set(limit.first ? over.partitionKeys : [...over.partitionKeys, position])
  return input.kind === 'Project' ? projected([key], input) : [key]
}

function sourceOf({ exprs }: ProjectRel, column: number): number | undefined {
  const expr = exprs[column]
  return expr?.kind === 'Column' ? expr.index : undefined
}

/** The rank's column in a bound of a predicate: `rn = 1`, `rn <= n`, `rn < n`. */
function rankLimit(
  predicate: Extract<BoundExpr, { kind: 'Call' }>,
): { readonly column: number; readonly first: boolean } | undefined {
  const [left, right] = predicate.args
  const limit = right?.kind === 'Cast' ? right.input : right
  if (left?.kind !== 'Column' || limit?.kind !== 'Literal') return undefined
  const count = Number(limit.value)
  if (predicate.fn === '=') return count === 1 ? { column: left.index, first: true } : undefined
  if (predicate.fn === '<=') return { column: left.index, first: count === 1 }
  return predicate.fn === '<' ? { column: left.index, first: count === 2 } : undefined
}

/** A side that is unique on the join's columns does not multiply the other one, whose keys then stay. */
function joinKeys(rel: JoinRel, left: readonly Key[], right: readonly Key[]): readonly Key[] {
  const offset = rel.left.schema.length
  if (rel.joinType === 'SEMI' || rel.joinType === 'ANTI') return left
  const pairs = equalColumns(rel.condition, offset)
  const leftColumns = new Set(pairs.map((pair) => pair[0]))
  const rightColumns = new Set(pairs.map((pair) => pair[1]))
  const covered = (keys: readonly Key[], columns: ReadonlySet<number>): boolean =>
    keys.some((key) => [...key].every((column) => columns.has(column)))
  const moved = right.map((key): Key => new Set([...key].map((column) => column + offset)))
  const keys: Key[] = []
  if (covered(right, rightColumns) && (rel.joinType === 'INNER' || rel.joinType === 'LEFT')) keys.push(...left)
  if (covered(left, leftColumns) && (rel.joinType === 'INNER' || rel.joinType === 'RIGHT')) keys.push(...moved)
  if (rel.joinType === 'INNER') for (const a of left) keys.push(...moved.map((b): Key => new Set([...a, ...b])))
  return unique(keys)
}

function equalColumns(condition: BoundExpr, offset: number): readonly (readonly [number, number])[] {
  if (condition.kind !== 'Call') return []
  if (condition.fn === 'AND') return condition.args.flatMap((arg) => equalColumns(arg, offset))
  const [a, b] = condition.args
  if (condition.fn !== '=' || a?.kind !== 'Column' || b?.kind !== 'Column') return []
  if (a.index < offset && b.index >= offset) return [[a.index, b.index - offset]]
  return b.index < offset && a.index >= offset ? [[b.index, a.index - offset]] : []
}
