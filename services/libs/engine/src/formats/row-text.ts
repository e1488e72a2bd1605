/** Rows as Flink's print sink and Row.toString show them: `[1, a, null, 2026-01-01T00:00:00]`. */
import type { Batch } from '../data/batch.ts'
import type { Vector } from '../data/vector.ts'
import type { LogicalType } from '../sql/types/logical-type.ts'
import { javaDoubleText, javaFloatText, plainDecimalText } from './java-number.ts'
import { dateText, timestampText, timeText } from './temporal-text.ts'

const decoder = new TextDecoder('utf-8')

export function rowText(batch: Batch, row: number, types: readonly LogicalType[]): string {
  return `[${batch.columns.map((v, i) => cellText(v, row, types[i]!)).join(', ')}]`
}

function cellText(vector: Vector, row: number, type: LogicalType): string {
  if (vector.nulls !== null && vector.nulls[row] === 1) return 'null'
  if (vector.repr === 'bytes') {
    const bytes = vector.data.subarray(vector.offsets[row]!, vector.offsets[row]! + vector.lengths[row]!)
    return valueText(type.kind === 'CHAR' || type.kind === 'VARCHAR' ? decoder.decode(bytes) : bytes, type)
  }
  if (vector.repr === 'ts') return valueText([vector.values[row]!, vector.nanos[row]!], type)
  return valueText(vector.values[row], type)
}

function valueText(value: unknown, type: LogicalType): string {
  if (value === null || value === undefined) return 'null'
  switch (type.kind) {
    case 'BOOLEAN':
      return value === 1 || value === true ? 'true' : 'false'
    case 'DOUBLE':
      return javaDoubleText(value as number)
    case 'FLOAT':
      return javaFloatText(value as number)
    case 'DECIMAL':
      return plainDecimalText(typeof value === 'bigint' ? value : BigInt(value as number), type.scale)
    case 'DATE':
      return dateText(value as number)
    case 'TIME':
      return timeText(value as number)
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ': {
      const [ms, nanos] = typeof value === 'number' ? [value, 0] : (value as readonly [number, number])
      return `${timestampText(ms, nanos, 'T').replace(/T(\d\d:\d\d):00$/, 'T$1')}${type.kind === 'TIMESTAMP_LTZ' ? 'Z' : ''}`
    }
    case 'BINARY':
    case 'VARBINARY':
      return `[${[...(value as Uint8Array)].map((b) => (b << 24) >> 24).join(', ')}]`
    case 'ARRAY':
      return `[${(value as readonly unknown[]).map((v) => valueText(v, type.element)).join(', ')}]`
    case 'ROW':
    case 'STRUCTURED':
      return `+I[${type.fields.map((f, i) => valueText((value as readonly unknown[])[i], f.type)).join(', ')}]`
    case 'MAP':
      return `{${[...(value as ReadonlyMap<unknown, unknown>)].map(([k, v]) => `${valueText(k, type.key)}=${valueText(v, type.value)}`).join(', ')}}`
    default:
      return String(value)
  }
}
