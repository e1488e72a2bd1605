/** Casts that nobody wrote. */
import type { BoundExpr } from '../bound/expr.ts'
import { needsNoCast } from '../types/cast-support.ts'
import { commonDecimal } from '../types/common-type.ts'
import { leastRestrictive } from '../types/least-restrictive.ts'
import type { LogicalType } from '../types/logical-type.ts'
import { BIGINT, DOUBLE, decimal, nullable, timestampLtz, withNullability, withoutTimeAttribute } from '../types/make-type.ts'
import { inFamily, isCharacter, isNumeric, isTimestamp, precisionOf, scaleOf } from '../types/type-family.ts'

/** The expression as `type` with its own nullability; itself where the values need no conversion. A bare NULL gets the type. */
export function castTo(expr: BoundExpr, type: LogicalType): BoundExpr {
  if (expr.type.kind === 'NULL') return { kind: 'Literal', type: nullable(type), value: null }
  const target = withNullability(withoutTimeAttribute(type), expr.type.nullable)
  if (needsNoCast(expr.type, target)) return expr
  return { kind: 'Cast', type: target, input: expr, mode: 'CAST', implicit: true }
}

/** Operands of an arithmetic operator as the types that its result is computed in. */
export function castOperands(operands: readonly BoundExpr[], result: LogicalType): readonly BoundExpr[] {
  if (!isNumeric(result) || !operands.every((operand) => isNumeric(operand.type))) return operands
  if (result.kind !== 'DECIMAL') return operands.map((operand) => castTo(operand, result))
  return operands.map((operand) => castTo(operand, asDecimal(operand.type)))
}

function asDecimal(type: LogicalType): LogicalType {
  return type.kind === 'DECIMAL' ? type : decimal(precisionOf(type), scaleOf(type))
}

/** Both sides of a comparison as values that can be compared as they are. */
export function castComparands(left: BoundExpr, right: BoundExpr, test: 'equality' | 'order'): readonly [BoundExpr, BoundExpr] {
  const shared = comparedAs(left.type, right.type, test)
  return shared === undefined ? [left, right] : [castTo(left, shared), castTo(right, shared)]
}

/** The type that two different types are compared in; undefined where they are compared as they are. */
function comparedAs(a: LogicalType, b: LogicalType, test: 'equality' | 'order'): LogicalType | undefined {
  if (a.kind === 'NULL' || b.kind === 'NULL') return a.kind === 'NULL' ? b : a
  if (isCharacter(a) !== isCharacter(b)) {
    const other = isCharacter(a) ? b : a
    // The string may hold more digits than the number's type.
    return test === 'order' && isNumeric(other) ? leastRestrictive([other, BIGINT]) : other
  }
  if (isNumeric(a) && isNumeric(b)) return numbersComparedAs(a, b)
  if (isTimestamp(a) && isTimestamp(b) && a.kind !== b.kind) return timestampLtz(Math.max(precisionOf(a), precisionOf(b)))
  return a.kind === b.kind && inFamily(a, 'CONSTRUCTED') ? leastRestrictive([a, b]) : undefined
}

function numbersComparedAs(a: LogicalType, b: LogicalType): LogicalType | undefined {
  if (a.kind === b.kind && a.kind !== 'DECIMAL') return undefined
  if (a.kind === 'DOUBLE' || b.kind === 'DOUBLE') return DOUBLE
  if (a.kind !== 'DECIMAL' && b.kind !== 'DECIMAL') return leastRestrictive([a, b])
  if (a.kind === 'FLOAT' || b.kind === 'FLOAT') return DOUBLE
  const common = commonDecimal(a, b)
  // Cut to 38 digits it would not hold both: such decimals are compared as they are.
  return scaleOf(common) < Math.max(scaleOf(a), scaleOf(b)) ? undefined : common
}
