/** Sub-queries as expressions: EXISTS, IN and scalar ones. */
import type { BoundExpr, BoundSubquery } from '../bound/expr.ts'
import type { Typed } from '../bound/scope.ts'
import type { Span } from '../text/span.ts'
import { isComparable } from '../types/comparability.ts'
import { leastRestrictive } from '../types/least-restrictive.ts'
import type { LogicalType } from '../types/logical-type.ts'
import { BOOLEAN, notNull, nullable } from '../types/make-type.ts'
import { printType } from '../types/print-type.ts'
import { isCharacter } from '../types/type-family.ts'
import type { BinderState, QueryResult } from './binder-state.ts'
import { castColumns, castTo } from './coerce.ts'

export interface SubqueryParts extends QueryResult {
  readonly form: 'SCALAR' | 'EXISTS' | 'IN'
  readonly operands: readonly BoundExpr[]
  readonly span: Span
}

export function bindSubquery(parts: SubqueryParts, state: BinderState): Typed {
  const { form, rel, span } = parts
  if (form === 'EXISTS') return { kind: 'Subquery', form, operands: [], type: notNull(BOOLEAN), query: rel }
  if (parts.open || parts.broken.size > 0) return undefined
  if (form === 'SCALAR') return scalar(parts, state)
  if (parts.operands.length !== rel.schema.length) {
    state.error(
      'SQL_SUBQUERY_COLUMNS',
      span,
      `IN compares ${parts.operands.length} value(s) with a sub-query of ${rel.schema.length} column(s).`,
    )
    return undefined
  }
  return membership(parts, state)
}

function scalar({ rel, span }: SubqueryParts, state: BinderState): Typed {
  const [column, second] = rel.schema
  if (column === undefined || second !== undefined) {
    state.error('SQL_SUBQUERY_COLUMNS', span, `A sub-query used as a value has one column, this one has ${rel.schema.length}.`)
    return undefined
  }
  return { kind: 'Subquery', form: 'SCALAR', operands: [], type: nullable(column.type), query: rel }
}

function membership({ rel, operands, span }: SubqueryParts, state: BinderState): Typed<BoundSubquery> {
  const types: LogicalType[] = []
  for (const [i, operand] of operands.entries()) {
    const column = rel.schema[i]!.type
    const common = comparesWith(operand.type, column) ? (leastRestrictive([operand.type, column]) ?? column) : undefined
    if (common === undefined) {
      state.error(
        'SQL_TYPE_MISMATCH',
        span,
        `Values of type ${printType(operand.type)} cannot be compared with ${printType(column)} of the sub-query.`,
      )
      return undefined
    }
    types.push(common)
  }
  const maybeNull = operands.some((operand) => operand.type.nullable) || rel.schema.some((field) => field.type.nullable)
  return {
    kind: 'Subquery',
    form: 'IN',
    operands: operands.map((operand, i) => castTo(operand, types[i]!)),
    type: maybeNull ? BOOLEAN : notNull(BOOLEAN),
    query: castColumns(rel, types),
  }
}

/** IN becomes a join, whose keys are not converted between strings and other types. */
function comparesWith(operand: LogicalType, column: LogicalType): boolean {
  return isComparable(operand, column) && isCharacter(operand) === isCharacter(column)
}
