/** CREATE TABLE … LIKE: what is taken from the base table, by Flink's merging options. */
import type { CreateTable, LikeClause, LikeOption, TableElement } from '../ast/ddl.ts'
import type { CatalogTable, TableColumn } from '../catalog/catalog.ts'
import type { BinderState } from './binder-state.ts'
import { findCatalogTable } from './insert.ts'
import { TableDefinition } from './table-definition.ts'

type Feature = Exclude<LikeOption['feature'], 'ALL'>
type Strategies = Readonly<Record<Feature, LikeOption['strategy']>>

const DEFAULTS: Strategies = {
  CONSTRAINTS: 'INCLUDING',
  DISTRIBUTION: 'INCLUDING',
  GENERATED: 'INCLUDING',
  METADATA: 'INCLUDING',
  OPTIONS: 'OVERWRITING',
  PARTITIONS: 'INCLUDING',
  WATERMARKS: 'INCLUDING',
}

/** What can only be had or left, never overwritten. */
const NOT_OVERWRITTEN: readonly Feature[] = ['CONSTRAINTS', 'DISTRIBUTION', 'PARTITIONS']

export interface LikePlace {
  readonly state: BinderState
  readonly text: string
  readonly written: Pick<CatalogTable, 'options' | 'partitionKeys' | 'temporary' | 'comment' | 'distribution'>
}

export function mergeLike(ast: CreateTable, place: LikePlace): CatalogTable | undefined {
  const like = ast.like!
  const base = findCatalogTable(like.table, place.state, 'LIKE takes a table')?.table
  if (base === undefined) return undefined
  const strategies = strategiesOf(like, place.state)
  const kept = base.columns.filter((column) => takes(column, strategies))
  const inherited = {
    columns: kept,
    ...(base.watermark !== undefined && keepsWatermark(ast, strategies) ? { watermark: base.watermark } : {}),
    ...(base.primaryKey !== undefined && strategies.CONSTRAINTS === 'INCLUDING' ? { primaryKey: base.primaryKey } : {}),
  }
  const definition = new TableDefinition(place.state, place.text, inherited)
  checkKey(ast, kept, place.state)
  definition.add(ast.elements, overwritable(kept, ast.elements, strategies))
  return { kind: 'table', ...definition.shape, ...mergeParts({ ast, base, strategies }, place) }
}

/** A key over columns of the base table does not change them: they have to be NOT NULL already. */
function checkKey(ast: CreateTable, kept: readonly TableColumn[], state: BinderState): void {
  for (const element of ast.elements) {
    if (element.kind !== 'TableConstraint' || element.type !== 'PRIMARY KEY') continue
    const nullable = element.columns.find(({ value }) => kept.some((column) => column.name === value && column.type.nullable))
    if (nullable !== undefined)
      state.error(
        'SQL_KEY_NULLABLE',
        nullable.span,
        `Column '${nullable.value}' of the base table can be NULL and is no part of a primary key.`,
      )
  }
}

function strategiesOf(like: LikeClause, state: BinderState): Strategies {
  const chosen: Record<Feature, LikeOption['strategy']> = { ...DEFAULTS }
  const all = like.options.find((option) => option.feature === 'ALL')
  if (all !== undefined) {
    for (const feature of Object.keys(chosen) as Feature[]) {
      if (feature !== 'OPTIONS' || all.strategy === 'EXCLUDING') chosen[feature] = all.strategy
    }
  }
  for (const { feature, strategy, span } of like.options) {
    if (feature === 'ALL') {
      if (strategy === 'OVERWRITING') state.error('SQL_LIKE_OPTION', span, 'OVERWRITING ALL is not allowed.')
      continue
    }
    if (strategy === 'OVERWRITING' && NOT_OVERWRITTEN.includes(feature))
      state.error('SQL_LIKE_OPTION', span, `${feature} cannot be overwritten.`)
    chosen[feature] = strategy
  }
  return chosen
}

function takes(column: TableColumn, strategies: Strategies): boolean {
  if (column.kind === 'computed') return strategies.GENERATED !== 'EXCLUDING'
  return column.kind === 'physical' || strategies.METADATA !== 'EXCLUDING'
}

function keepsWatermark(ast: CreateTable, strategies: Strategies): boolean {
  if (strategies.WATERMARKS === 'EXCLUDING') return false
  return strategies.WATERMARKS === 'INCLUDING' || !ast.elements.some((element) => element.kind === 'WatermarkClause')
}

function overwritable(
  kept: readonly TableColumn[],
  elements: readonly TableElement[],
  strategies: Strategies,
): ReadonlySet<string> {
  const written = new Map(
    elements.flatMap((element) =>
      'name' in element && element.kind !== 'TableConstraint' ? [[element.name.parts[0]!.value, element.kind] as const] : [],
    ),
  )
  const names = kept.filter((column) => {
    const kind = written.get(column.name)
    if (column.kind === 'computed') return kind === 'ComputedColumn' && strategies.GENERATED === 'OVERWRITING'
    return column.kind === 'metadata' && kind === 'MetadataColumn' && strategies.METADATA === 'OVERWRITING'
  })
  return new Set(names.map((column) => column.name))
}

function mergeParts(
  { ast, base, strategies }: { readonly ast: CreateTable; readonly base: CatalogTable; readonly strategies: Strategies },
  { state, written }: LikePlace,
): LikePlace['written'] {
  const clash =
    strategies.OPTIONS === 'INCLUDING' ? Object.keys(written.options).find((key) => Object.hasOwn(base.options, key)) : undefined
  if (clash !== undefined)
    state.error('SQL_LIKE_OPTION', ast.like!.span, [
      `Option '${clash}' is in the base table already.`,
      'Use OVERWRITING OPTIONS.',
    ])
  if (ast.partitionedBy.length > 0 && base.partitionKeys.length > 0 && strategies.PARTITIONS === 'INCLUDING') {
    state.error('SQL_LIKE_OPTION', ast.like!.span, ['The base table is partitioned already.', 'Use EXCLUDING PARTITIONS.'])
  }
  if (ast.distribution !== undefined && base.distribution !== undefined && strategies.DISTRIBUTION === 'INCLUDING') {
    state.error('SQL_LIKE_OPTION', ast.like!.span, ['The base table is distributed already.', 'Use EXCLUDING DISTRIBUTION.'])
  }
  const distribution = written.distribution ?? (strategies.DISTRIBUTION === 'EXCLUDING' ? undefined : base.distribution)
  const comment = written.comment ?? base.comment
  return {
    options: strategies.OPTIONS === 'EXCLUDING' ? written.options : { ...base.options, ...written.options },
    partitionKeys:
      written.partitionKeys.length > 0 || strategies.PARTITIONS === 'EXCLUDING' ? written.partitionKeys : base.partitionKeys,
    temporary: written.temporary,
    ...(distribution === undefined ? {} : { distribution }),
    ...(comment === undefined ? {} : { comment }),
  }
}
