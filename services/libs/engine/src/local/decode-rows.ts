/** The inverse of `runtime/result-encoding.ts`: rows written as JSON values into the columns of a batch. */
import { type Batch, ROW_KIND } from '../data/batch.ts'
import { ColumnBuilder } from '../formats/column-builder.ts'
import { parseDateText, parseInstantText, parseTimestampText, parseTimeText, storeText } from '../formats/parse-value.ts'
import type { LogicalType } from '../sql/types/logical-type.ts'

export interface EncodedInputRow {
  readonly op: '+I' | '-U' | '+U' | '-D'
  readonly values: readonly unknown[]
}

const KINDS = { '+I': ROW_KIND.INSERT, '-U': ROW_KIND.UPDATE_BEFORE, '+U': ROW_KIND.UPDATE_AFTER, '-D': ROW_KIND.DELETE } as const

export function isOp(value: unknown): value is EncodedInputRow['op'] {
  return typeof value === 'string' && value in KINDS
}

/** A batch of its own memory. `types` belong to the values in order. Throws for a value that its type cannot hold. */
export function decodeRows(rows: readonly EncodedInputRow[], types: readonly LogicalType[]): Batch {
  const columns = types.map((type, c) => {
    const column = new ColumnBuilder(type, 'ISO-8601')
    column.begin(new Uint8Array(0), rows.length)
    rows.forEach((row, r) => {
      storeValue(column, r, row.values[c])
    })
    return column.finish()
  })
  const kinds = rows.every((row) => row.op === '+I') ? null : Uint8Array.from(rows, (row) => KINDS[row.op])
  return { length: rows.length, columns, kinds, marks: [], lease: null }
}

function storeValue(column: ColumnBuilder, row: number, value: unknown): void {
  if (value === null || value === undefined) {
    column.setNull(row)
    return
  }
  if (column.repr === 'object') {
    column.objects[row] = decodeValue(value, column.type)
    return
  }
  const text = typeof value === 'object' && '$bytes' in value ? String(value.$bytes) : String(value)
  if (!storeText(column, row, text)) throw new RangeError(`${JSON.stringify(value)} is no ${column.type.kind}`)
}

/** One value as it stands inside an `object` column. */
function decodeValue(value: unknown, type: LogicalType): unknown {
  if (value === null || value === undefined) return null
  const tagged = value as Record<string, unknown>
  switch (type.kind) {
    case 'ARRAY':
      return (value as readonly unknown[]).map((item) => decodeValue(item, type.element))
    case 'ROW':
      return type.fields.map((field, i) => decodeValue((tagged['$row'] as readonly unknown[])[i], field.type))
    case 'STRUCTURED':
      return type.fields.map((field) => decodeValue((tagged['$object'] as Record<string, unknown>)[field.name], field.type))
    case 'MAP':
      return new Map(entries(tagged).map(([k, v]) => [decodeValue(k, type.key), decodeValue(v, type.value)]))
    case 'MULTISET':
      return new Map(entries(tagged).map(([k, v]) => [decodeValue(k, type.element), v]))
    case 'BINARY':
    case 'VARBINARY':
      return new Uint8Array(Buffer.from(String(tagged['$bytes']), 'base64'))
    case 'BIGINT':
      return BigInt(value as string | number)
    case 'DECIMAL':
      return decodeDecimal(String(value), type)
    case 'VARIANT':
      return JSON.parse(String(tagged['$variant']))
    default:
      return decodeScalar(value, type)
  }
}

function entries(tagged: Record<string, unknown>): readonly (readonly [unknown, unknown])[] {
  return tagged['$map'] as readonly (readonly [unknown, unknown])[]
}

function decodeDecimal(text: string, type: Extract<LogicalType, { kind: 'DECIMAL' }>): bigint | number {
  const [whole = '0', fraction = ''] = text.split('.')
  const unscaled = BigInt(whole + fraction.padEnd(type.scale, '0'))
  return type.precision <= 15 ? Number(unscaled) : unscaled
}

function decodeScalar(value: unknown, type: LogicalType): unknown {
  switch (type.kind) {
    case 'DATE':
      return parseDateText(String(value))
    case 'TIME':
      return parseTimeText(String(value))?.[0]
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ': {
      const parse = type.kind === 'TIMESTAMP' ? parseTimestampText : parseInstantText
      const instant = parse(String(value), 'ISO-8601')
      return type.precision <= 3 ? instant?.[0] : instant
    }
    case 'FLOAT':
    case 'DOUBLE':
      return Number(value)
    default:
      return value
  }
}
