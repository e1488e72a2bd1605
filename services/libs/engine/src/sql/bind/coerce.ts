/** Casts that the binder adds by itself. */
import type { BoundExpr } from '../bound/expr.ts'
import type { BoundField, BoundRel, Schema } from '../bound/rel.ts'
import { equalIgnoringNullability } from '../types/equal-types.ts'
import type { LogicalType } from '../types/logical-type.ts'
import { withNullability, withoutTimeAttribute } from '../types/make-type.ts'

/** The expression as `type`; its own nullability stays. */
export function castTo(expr: BoundExpr, type: LogicalType): BoundExpr {
  if (equalIgnoringNullability(expr.type, type)) return expr
  return {
    kind: 'Cast',
    type: withNullability(withoutTimeAttribute(type), expr.type.nullable),
    input: expr,
    mode: 'CAST',
    implicit: true,
  }
}

export function columnsOf(schema: Schema): readonly BoundExpr[] {
  return schema.map(({ name, type }, index) => ({ kind: 'Column', type, index, name }))
}

/** A Project, or the input itself where it would change nothing. */
export function project(input: BoundRel, exprs: readonly BoundExpr[], names: readonly string[]): BoundRel {
  const same =
    exprs.length === input.schema.length &&
    exprs.every((expr, i) => expr.kind === 'Column' && expr.index === i && input.schema[i]!.name === names[i])
  if (same) return input
  const schema = exprs.map((expr, i): BoundField => ({ name: names[i]!, type: expr.type }))
  return { kind: 'Project', input, exprs, schema }
}

/** The same rows under other names. A scan keeps its table's names below a Project; other nodes take new ones as they are. */
export function renameColumns(rel: BoundRel, names: readonly string[]): BoundRel {
  if (rel.kind === 'Scan') return project(rel, columnsOf(rel.schema), names)
  return { ...rel, schema: rel.schema.map((field, i): BoundField => ({ ...field, name: names[i]! })) }
}

/** The rows of `input` with each column cast to the wanted type. */
export function castColumns(input: BoundRel, types: readonly LogicalType[]): BoundRel {
  const exprs = columnsOf(input.schema).map((column, i) => castTo(column, types[i] ?? column.type))
  return project(
    input,
    exprs,
    input.schema.map((field) => field.name),
  )
}
