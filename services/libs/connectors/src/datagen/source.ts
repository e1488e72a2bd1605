import type { SourceFactory } from '@millrace/engine/connector'
import { ColumnBuilder } from '@millrace/engine/formats'
import type { ResolvedTable } from '@millrace/engine/runtime'
import { GeneratedReader, type GeneratedTable, generatedEnumerator } from '../generated/generated-source.ts'
import { type FieldOptions, fieldGenerator, sequenceRows } from './field-generator.ts'

function fieldOptions(table: ResolvedTable, index: number): FieldOptions {
  const { name } = table.columns[index]!
  const start = `fields.${name}.`
  const own = Object.entries(table.options).filter(([key]) => key.startsWith(start))
  return { name, lane: index, options: Object.fromEntries(own.map(([key, value]) => [key.slice(start.length), value])) }
}

function splitsOf({ options }: ResolvedTable): number {
  return Number(options['splits'] ?? 4)
}

function rowsOf(table: ResolvedTable): number | null {
  const limits = table.columns.flatMap((_, i) => sequenceRows(fieldOptions(table, i)) ?? [])
  if (table.options['number-of-rows'] !== undefined) limits.push(Number(table.options['number-of-rows']))
  return limits.length === 0 ? null : Math.max(0, Math.min(...limits))
}

function tableOf(table: ResolvedTable, produced: readonly number[], now: () => number): GeneratedTable {
  const columns = produced.map((i) => new ColumnBuilder(table.columns[i]!.type))
  const generators = produced.map((i, c) => fieldGenerator(columns[c]!, fieldOptions(table, i)))
  return {
    splits: splitsOf(table),
    rows: rowsOf(table),
    rate: Number(table.options['rows-per-second'] ?? 10_000),
    columns,
    generate: (n, row, fixed) => {
      const given = { seed: fixed['seed']!, nowMs: now() }
      for (const generate of generators) generate(n, row, given)
      return true
    },
  }
}

export const datagenSource: SourceFactory = {
  identifier: 'datagen',
  eagerWatermarks: true,
  createEnumerator: (table, context) => {
    const seed = table.options['seed'] === undefined ? Math.floor(context.random() * 2 ** 31) : Number(table.options['seed'])
    return generatedEnumerator(splitsOf(table), { seed })
  },
  createReader: (table, produced, context) => new GeneratedReader(tableOf(table, produced, context.now), context),
}
