/** Expressions over literals alone become literals. What fails, or differs from time to time, is left for each record. */
import { generateCalc } from '../../codegen/calc-code.ts'
import { decimalText } from '../../codegen/decimal-math.ts'
import { type Boxed, boxedAt } from '../../data/boxed.ts'
import { ByteArena } from '../../data/byte-buffer.ts'
import { columnVector, createColumn } from '../../data/column-builder.ts'
import { representationOf } from '../../data/vector.ts'
import type { BoundExpr, LiteralValue } from '../../sql/bound/expr.ts'
import { mapExpr } from '../../sql/bound/walk.ts'
import type { LogicalType } from '../../sql/types/logical-type.ts'

const NOT_CONSTANT = new Set([
  'RAND',
  'RAND_INTEGER',
  'UUID',
  'NOW',
  'PROCTIME',
  'CURRENT_DATE',
  'CURRENT_TIME',
  'CURRENT_TIMESTAMP',
  'CURRENT_ROW_TIMESTAMP',
  'CURRENT_WATERMARK',
  'LOCALTIME',
  'LOCALTIMESTAMP',
  'SOURCE_WATERMARK',
  'UNIX_TIMESTAMP',
])

function isConstant(expr: BoundExpr): boolean {
  switch (expr.kind) {
    case 'Literal':
      return true
    case 'Call':
      return !NOT_CONSTANT.has(expr.fn) && expr.args.every(isConstant)
    case 'Cast':
      return isConstant(expr.input)
    default:
      return false
  }
}

export function foldConstants(expr: BoundExpr, config: Readonly<Record<string, string>>): BoundExpr {
  return mapExpr(expr, (inner) => {
    if (inner.kind === 'Literal' || !isConstant(inner)) return undefined
    return folded(inner, config) ?? inner
  })
}

function folded(expr: BoundExpr, config: Readonly<Record<string, string>>): BoundExpr | undefined {
  const { type } = expr
  try {
    const { run } = generateCalc({ inputTypes: [], projection: [expr], outputTypes: [type], config })
    const column = createColumn(representationOf(type), 1)
    const arena = new ByteArena()
    const hasNulls = new Uint8Array(1)
    const context = { nowMs: 0, watermarkMs: null, random: () => 0 }
    run({ columns: [], length: 1, out: [column], hasNulls, selection: new Int32Array(1), arena, context })
    const value = literalOf(boxedAt(columnVector(column, hasNulls[0] === 1, arena), type, 0), type)
    return value === undefined ? undefined : { kind: 'Literal', type, value }
  } catch {
    return undefined
  }
}

/** Undefined for types whose values are no literals. */
function literalOf(value: Boxed, type: LogicalType): LiteralValue | undefined {
  if (value === null) return null
  switch (type.kind) {
    case 'BOOLEAN':
    case 'TINYINT':
    case 'SMALLINT':
    case 'INTEGER':
    case 'DATE':
    case 'TIME':
    case 'INTERVAL_YEAR_MONTH':
    case 'INTERVAL_DAY_TIME':
    case 'CHAR':
    case 'VARCHAR':
      return value as LiteralValue
    case 'FLOAT':
    case 'DOUBLE':
      return Number.isFinite(value) ? (value as number) : String(value)
    case 'BIGINT':
      return String(value)
    case 'DECIMAL':
      return decimalText(value as bigint | number, type.scale)
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return typeof value === 'number' ? [value, 0] : (value as readonly [number, number])
    case 'BINARY':
    case 'VARBINARY':
      return Buffer.from(value as Uint8Array).toString('hex')
    default:
      return undefined
  }
}
