/** Precision and scale of DECIMAL results, as Flink's LogicalTypeMerging derives them. */
import type { LogicalType } from './logical-type.ts'
import { decimal, MAX_DECIMAL_PRECISION, withNullability } from './make-type.ts'
import { isExactNumeric, precisionOf, scaleOf } from './type-family.ts'

const MIN_ADJUSTED_SCALE = 6

export type DecimalOperation = 'PLUS' | 'TIMES' | 'DIVIDE' | 'MOD'

/** Whether an operation on these two is done in DECIMAL: both exact and at least one a DECIMAL. */
export function isDecimalComputation(left: LogicalType, right: LogicalType): boolean {
  return isExactNumeric(left) && isExactNumeric(right) && (left.kind === 'DECIMAL' || right.kind === 'DECIMAL')
}

/** Result of an operation on two exact numbers, integers taken as DECIMAL(digits, 0). Nullable if an operand is. */
export function decimalResult(operation: DecimalOperation, left: LogicalType, right: LogicalType): LogicalType {
  const a = { p: precisionOf(left), s: scaleOf(left) }
  const b = { p: precisionOf(right), s: scaleOf(right) }
  return withNullability(decimalOf(operation, a, b), left.nullable || right.nullable)
}

type Digits = { readonly p: number; readonly s: number }

function decimalOf(operation: DecimalOperation, a: Digits, b: Digits): LogicalType {
  const scale = Math.max(a.s, b.s)
  switch (operation) {
    case 'PLUS':
      return adjusted(Math.max(a.p - a.s, b.p - b.s) + scale + 1, scale)
    case 'TIMES':
      return adjusted(a.p + b.p + 1, a.s + b.s)
    case 'DIVIDE': {
      const quotientScale = Math.max(6, a.s + b.p + 1)
      return adjusted(a.p - a.s + b.s + quotientScale, quotientScale)
    }
    case 'MOD':
      return adjusted(Math.min(a.p - a.s, b.p - b.s) + scale, scale)
  }
}

function adjusted(precision: number, scale: number): LogicalType {
  if (precision <= MAX_DECIMAL_PRECISION) return decimal(precision, scale)
  const digits = precision - scale
  return decimal(MAX_DECIMAL_PRECISION, Math.max(MAX_DECIMAL_PRECISION - digits, Math.min(scale, MIN_ADJUSTED_SCALE)))
}

/** Type of ROUND and TRUNCATE of a DECIMAL to `digits` places (negative: left of the point). Not null. */
export function roundedDecimal(precision: number, scale: number, digits: number): LogicalType {
  if (digits >= scale) return withNullability(decimal(precision, scale), false)
  const type =
    digits < 0
      ? decimal(Math.min(MAX_DECIMAL_PRECISION, 1 + precision - scale), 0)
      : decimal(1 + precision - scale + digits, digits)
  return withNullability(type, false)
}

/** Type of SUM: DECIMAL widens to 38 digits, other types stay. */
export function sumType(argument: LogicalType): LogicalType {
  return argument.kind === 'DECIMAL'
    ? withNullability(decimal(MAX_DECIMAL_PRECISION, argument.scale), argument.nullable)
    : argument
}

/** Type of AVG and of the variances: as a DECIMAL(38, s) divided by a DECIMAL(20, 0); other types stay. */
export function averageType(argument: LogicalType): LogicalType {
  if (argument.kind !== 'DECIMAL') return argument
  return withNullability(decimalOf('DIVIDE', { p: MAX_DECIMAL_PRECISION, s: argument.scale }, { p: 20, s: 0 }), argument.nullable)
}
