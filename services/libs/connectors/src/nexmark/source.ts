import { ConnectorFailure, type SourceFactory } from '@millrace/engine/connector'
import { ColumnBuilder } from '@millrace/engine/formats'
import type { ResolvedTable } from '@millrace/engine/runtime'
import { GeneratedReader, type GeneratedTable, generatedEnumerator } from '../generated/generated-source.ts'
import { NexmarkGenerator, type NexmarkKind, nexmarkKind } from './event.ts'

const KINDS: readonly NexmarkKind[] = ['person', 'auction', 'bid']

interface Settings {
  readonly entity: NexmarkKind | 'all'
  readonly rate: number
  readonly events: number
  readonly paced: boolean
  readonly seed: number
  readonly baseTime: number | undefined
  readonly splits: number
}

function settingsOf({ options }: ResolvedTable): Settings {
  const base = options['base-time']
  const baseTime = base === undefined ? undefined : Date.parse(`${base.replace(' ', 'T').replace(/Z$/, '')}Z`)
  if (Number.isNaN(baseTime)) throw new ConnectorFailure('SQL_INVALID', `base-time '${base}' is not a timestamp`)
  return {
    entity: (options['entity'] ?? 'all') as Settings['entity'],
    rate: Number(options['next-event.rate'] ?? 10000),
    events: Number(options['events.num'] ?? 0),
    paced: options['max-emit-speed'] !== 'true',
    seed: Number(options['seed'] ?? 42),
    baseTime,
    splits: Number(options['splits'] ?? 4),
  }
}

const encoder = new TextEncoder()

function put(column: ColumnBuilder, row: number, value: number | string | readonly unknown[] | null): void {
  if (value === null) column.setNull(row)
  else if (column.repr === 'bytes') column.setBytes(row, encoder.encode(String(value)))
  else if (column.repr === 'i64') column.setInt64(row, BigInt(value as number))
  else if (column.repr === 'i32') column.i32[row] = value as number
  else if (column.repr === 'object') column.objects[row] = value
  else {
    column.f64[row] = value as number
    if (column.repr === 'ts') column.nanos[row] = 0
  }
}

/** A nested entity in the boxed form of its declared row type: by field name, BIGINT as bigint, fields that Nexmark lacks NULL. */
function boxedRow(entity: object, column: ColumnBuilder): readonly unknown[] | null {
  if (column.type.kind !== 'ROW') return null
  const values = entity as Record<string, number | string>
  return column.type.fields.map((f) => {
    const value = values[f.name]
    if (value === undefined) return null
    if (f.type.kind === 'BIGINT') return BigInt(value)
    return f.type.kind === 'TIMESTAMP' && f.type.precision > 3 ? [value, 0] : value
  })
}

function tableOf(table: ResolvedTable, produced: readonly number[], settings: Settings): GeneratedTable {
  const names = produced.map((i) => table.columns[i]!.name)
  const columns = produced.map((i) => new ColumnBuilder(table.columns[i]!.type))
  let generator: NexmarkGenerator | undefined
  return {
    splits: settings.splits,
    rows: settings.events > 0 ? settings.events : null,
    rate: settings.paced ? settings.rate : null,
    columns,
    generate: (n, row, fixed) => {
      const kind = nexmarkKind(n)
      if (settings.entity !== 'all' && settings.entity !== kind) return false
      generator ??= new NexmarkGenerator({ seed: settings.seed, rate: settings.rate, baseTime: fixed['baseTime']! })
      const entity = kind === 'person' ? generator.person(n) : kind === 'auction' ? generator.auction(n) : generator.bid(n)
      const cells = settings.entity === 'all' ? nestedCells(entity, kind) : flatCells(entity)
      for (let c = 0; c < columns.length; c++) put(columns[c]!, row, cells(names[c]!, columns[c]!))
      return true
    },
  }
}

type Cells = (name: string, column: ColumnBuilder) => number | string | readonly unknown[] | null

const flatCells =
  (entity: object): Cells =>
  (name) =>
    (entity as Record<string, number | string>)[name] ?? null

const nestedCells =
  (entity: object, kind: NexmarkKind): Cells =>
  (name, column) =>
    name === 'event_type' ? KINDS.indexOf(kind) : name === kind ? boxedRow(entity, column) : null

export const nexmarkSource: SourceFactory = {
  identifier: 'nexmark',
  eagerWatermarks: true,
  createEnumerator: (table, context) => {
    const settings = settingsOf(table)
    return generatedEnumerator(settings.splits, { baseTime: settings.baseTime ?? context.now() })
  },
  createReader: (table, produced, context) => new GeneratedReader(tableOf(table, produced, settingsOf(table)), context),
}
