import { ConnectorFailure } from '@millrace/engine/connector'
import type { ColumnBuilder } from '@millrace/engine/formats'
import { parseDuration } from '@millrace/kit/duration'
import { Noise } from '../generated/noise.ts'

export interface FieldOptions {
  readonly name: string
  /** The options under fields.<name>. */
  readonly options: Readonly<Record<string, string>>
  readonly lane: number
}

/** Writes the value of row n. */
export type FieldGenerator = (n: number, row: number, given: { readonly seed: number; readonly nowMs: number }) => void

const noise = new Noise()
const encoder = new TextEncoder()
const HEX = '0123456789abcdef'

/** The largest n + 1 that the sequence of this field allows; undefined when it is not a sequence. */
export function sequenceRows({ options, name }: FieldOptions): number | undefined {
  if (options['kind'] !== 'sequence') return undefined
  if (options['start'] === undefined || options['end'] === undefined) {
    throw new ConnectorFailure(
      'SQL_INVALID',
      `fields.${name} is a sequence and needs fields.${name}.start and fields.${name}.end`,
    )
  }
  return Number(options['end']) - Number(options['start']) + 1
}

export function fieldGenerator(column: ColumnBuilder, field: FieldOptions): FieldGenerator {
  const nullRate = Number(field.options['null-rate'] ?? 0)
  const write = field.options['kind'] === 'sequence' ? sequence(column, field) : random(column, field)
  if (nullRate <= 0) return write
  return (n, row, given) => {
    if (noise.at(given.seed, n, field.lane + 1000).unit() < nullRate) column.setNull(row)
    else write(n, row, given)
  }
}

function sequence(column: ColumnBuilder, { options, name }: FieldOptions): FieldGenerator {
  const start = Number(options['start'])
  const store = storeNumber(column, name)
  if (column.repr === 'bytes') return (n, row) => column.setBytes(row, encoder.encode(String(start + n)))
  return (n, row) => store(row, start + n)
}

function storeNumber(column: ColumnBuilder, name: string): (row: number, value: number) => void {
  const scale = column.type.kind === 'DECIMAL' ? 10 ** column.type.scale : 1
  switch (column.repr) {
    case 'i64':
      return (row, value) => column.setInt64(row, BigInt(Math.trunc(value * scale)))
    case 'i32':
      return (row, value) => {
        column.i32[row] = Math.trunc(value)
      }
    case 'f64':
      return (row, value) => {
        column.f64[row] =
          column.type.kind === 'DECIMAL' ? Math.trunc(value * scale) : column.type.kind === 'FLOAT' ? Math.fround(value) : value
      }
    case 'bytes':
      return () => {}
    case 'object':
      if (column.type.kind === 'DECIMAL') {
        return (row, value) => {
          column.objects[row] = BigInt(Math.trunc(value)) * BigInt(scale)
        }
      }
      break
    default:
  }
  throw new ConnectorFailure('SQL_UNSUPPORTED', `datagen cannot make values for column ${name} of type ${column.type.kind}`)
}

const DEFAULT_RANGE: Readonly<Record<string, readonly [number, number]>> = {
  TINYINT: [-128, 127],
  SMALLINT: [-32_768, 32_767],
  INTEGER: [-2_147_483_648, 2_147_483_647],
  BIGINT: [-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  DATE: [0, 30_000],
  TIME: [0, 86_399_999],
}

function random(column: ColumnBuilder, field: FieldOptions): FieldGenerator {
  const { options, lane, name } = field
  const kind = column.type.kind
  if (kind === 'BOOLEAN') {
    return (n, row, { seed }) => {
      column.u8[row] = noise.at(seed, n, lane).bits() & 1
    }
  }
  if (column.repr === 'bytes') return randomText(column, field)
  if (kind === 'TIMESTAMP' || kind === 'TIMESTAMP_LTZ') {
    const past = durationMs(options['max-past'] ?? '0')
    return (n, row, { seed, nowMs }) => {
      column.f64[row] = Math.floor(nowMs - noise.at(seed, n, lane).unit() * past)
      if (column.repr === 'ts') column.nanos[row] = 0
    }
  }
  const range = DEFAULT_RANGE[kind] ?? [
    0,
    kind === 'DECIMAL' ? 10 ** Math.min(15, column.type.kind === 'DECIMAL' ? column.type.precision - column.type.scale : 1) : 1,
  ]
  const min = Number(options['min'] ?? range[0])
  const max = Number(options['max'] ?? range[1])
  const whole = kind in DEFAULT_RANGE
  const store = storeNumber(column, name)
  return (n, row, { seed }) => {
    const unit = noise.at(seed, n, lane).unit()
    store(row, whole ? min + Math.floor(unit * (max - min + 1)) : min + unit * (max - min))
  }
}

function randomText(column: ColumnBuilder, { options, lane }: FieldOptions): FieldGenerator {
  const declared = column.type.kind === 'CHAR' || column.type.kind === 'BINARY' ? column.type.length : undefined
  const length = Number(options['length'] ?? declared ?? 100)
  const bytes = new Uint8Array(length)
  return (n, row, { seed }) => {
    noise.at(seed, n, lane)
    for (let i = 0; i < length; ) {
      let bits = noise.bits()
      for (let k = 0; k < 8 && i < length; k++, i++) {
        bytes[i] = HEX.charCodeAt(bits & 15)
        bits >>>= 4
      }
    }
    column.setBytes(row, bytes)
  }
}

function durationMs(text: string): number {
  const ms = parseDuration(text)
  if (ms === undefined) throw new ConnectorFailure('SQL_INVALID', `'${text}' is not a duration`)
  return ms
}
