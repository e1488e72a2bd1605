/** Generated loops over the groups of an aggregate: update, update with changelog, merge, results. */
import type { ByteArena } from '../data/byte-buffer.ts'
import type { MutableColumn } from '../data/column-builder.ts'
import type { Vector } from '../data/vector.ts'
import { type GroupState, layoutOf, type StateLayout } from '../operators/group-state.ts'
import { hashWords, type KeyScratch } from '../operators/key-words.ts'
import type { AggregateCall } from '../sql/bound/expr.ts'
import type { LogicalType } from '../sql/types/logical-type.ts'
import type { AggregateCode, StateColumn } from './aggregates/aggregate-code.ts'
import { makeAggregate } from './aggregates/make-aggregate.ts'
import { CodeBuilder } from './code-builder.ts'
import { ColumnLoads, ColumnStores } from './column-access.ts'
import { comparisonCode } from './compare.ts'
import { compile } from './compile.ts'
import { createExpressionEnv } from './expression.ts'
import type { EvaluationContext, ExpressionEnv } from './expression-env.ts'
import { emitKeyPack } from './key-code.ts'
import type { Value } from './value.ts'

export interface GroupSpec {
  readonly inputTypes: readonly LogicalType[]
  readonly keys: readonly number[]
  readonly aggregates: readonly AggregateCall[]
  /** Input rows may take earlier ones back. */
  readonly retracting: boolean
  readonly config: Readonly<Record<string, string>>
}

/** Input rows `from` up to `to` go into `state`. */
export interface UpdateFrame {
  readonly columns: readonly Vector[]
  readonly length: number
  readonly kinds: Uint8Array | null
  readonly from: number
  readonly to: number
  readonly state: GroupState
  readonly scratch: KeyScratch
  readonly context: EvaluationContext
}

/** Output rows: aggregates into `out`, kinds, and the input row whose key they carry. */
export interface ChangelogFrame extends UpdateFrame {
  readonly out: readonly MutableColumn[]
  readonly hasNulls: Uint8Array
  readonly arena: ByteArena
  readonly outKinds: Uint8Array
  readonly source: Int32Array
}

export interface ResultFrame {
  readonly state: GroupState
  readonly from: number
  readonly capacity: number
  readonly out: readonly MutableColumn[]
  readonly hasNulls: Uint8Array
  readonly arena: ByteArena
  /** Gets the group row of each output row. */
  readonly rows: Int32Array
  readonly context: EvaluationContext
}

/** State columns that every group has before those of its aggregates; both are the row's first cells. */
export const RECORDS_COLUMN = 0
export const TOUCHED_COLUMN = 1
const OWN_COLUMNS: readonly StateColumn[] = [{ kind: 'f64' }, { kind: 'f64' }]

interface Generator {
  readonly code: CodeBuilder
  readonly env: ExpressionEnv
  readonly loads: ColumnLoads
  readonly aggregates: readonly AggregateCode[]
  readonly layout: StateLayout
  /** Cells of aggregate `index` in the state with the given prefix, at its current row. */
  cells(index: number, prefix: StatePrefix): (column: number) => string
}

/** Names of a state in generated code: `sF sL sI` its cells, `sO0 sO1 …` its objects, `g` (or `o`) the row, `sb` the row's first cell. */
type StatePrefix = 's' | 'o'
const ROW_OF = { s: 'g', o: 'o' } as const

function cellOf(layout: StateLayout, column: number, prefix: StatePrefix): string {
  const place = layout.places[column]!
  switch (layout.columns[column]!.kind) {
    case 'f64':
      return `${prefix}F[${prefix}b + ${place}]`
    case 'i64':
      return `${prefix}L[${prefix}b + ${place}]`
    case 'i32':
      return `${prefix}I[(${prefix}b + ${place}) * 2]`
    case 'object':
      return `${prefix}O${place}[${ROW_OF[prefix]}]`
  }
}

function createGenerator(spec: GroupSpec): Generator {
  const code = new CodeBuilder()
  const loads = new ColumnLoads(code, spec.inputTypes)
  const env = createExpressionEnv(code, spec.config, loads.read)
  const aggregates = spec.aggregates.map((call) => makeAggregate(env, call, spec.retracting))
  const columns = [...OWN_COLUMNS]
  const firsts = aggregates.map((aggregate) => columns.push(...aggregate.columns) - aggregate.columns.length)
  const layout = layoutOf(columns)
  return {
    code,
    env,
    loads,
    aggregates,
    layout,
    cells: (index, prefix) => (column) => cellOf(layout, firsts[index]! + column, prefix),
  }
}

/** The state columns of the groups. Throws UnsupportedError for an aggregate without an implementation. */
export function groupLayout(spec: GroupSpec): StateLayout {
  return createGenerator(spec).layout
}

/** Assignments that bind the views of a state. */
function bindState(layout: StateLayout, prefix: StatePrefix, state: string): readonly string[] {
  const views = ['F = f64', 'L = i64', 'I = i32'].map((pair) => pair.split(' = ') as [string, string])
  return [
    ...views.map(([name, view]) => `${prefix}${name} = ${state}.${view}`),
    ...layout.objects.map((_, i) => `${prefix}O${i} = ${state}.objects[${i}]`),
  ]
}

/** Finds the group of the current row, or makes it; leaves `g` and `fresh`. A retraction without a group is dropped. */
function emitFindGroup(generator: Generator, spec: GroupSpec, ttlMs: number | null): void {
  const { code, loads, layout } = generator
  emitKeyPack(
    code,
    spec.keys.map((index) => ({ value: loads.at(index, 'i'), type: spec.inputTypes[index]! })),
  )
  code.line(`const hash = ${code.constant(hashWords)}(w, wn)`)
  code.line('let g = state.table.find(w, wn, hash)')
  code.line('let fresh = g < 0')
  if (ttlMs !== null)
    code.line(
      `if (!fresh && now - sF[g * ${layout.stride} + ${TOUCHED_COLUMN}] >= ${ttlMs}) { state.reset(g); fresh = true${spec.retracting ? '; if (retract) { state.remove(g); continue }' : ''} }`,
    )
  code.block('if (g < 0)', () => {
    if (spec.retracting) code.line('if (retract) continue')
    code.line('g = state.insert(w, wn, hash)')
    code.line(bindState(layout, 's', 'state').join('; '))
  })
  code.line(`const sb = g * ${layout.stride}`)
  if (ttlMs !== null) code.line(`sF[sb + ${TOUCHED_COLUMN}] = now`)
}

/** Accumulates (or retracts) the current row in group `g`. */
function emitUpdate(generator: Generator, spec: GroupSpec): void {
  const { code } = generator
  if (!spec.retracting) {
    emitChange(generator, spec, 'accumulate')
    return
  }
  code.block('if (retract)', () => emitChange(generator, spec, 'retract'))
  code.block('else', () => emitChange(generator, spec, 'accumulate'))
}

function emitChange(generator: Generator, spec: GroupSpec, change: 'accumulate' | 'retract'): void {
  const { code, env, aggregates } = generator
  code.line(`sF[sb + ${RECORDS_COLUMN}] ${change === 'accumulate' ? '+' : '-'}= 1`)
  spec.aggregates.forEach((call, index) => {
    const apply = (): void => {
      const args = call.args.map((arg) => env.emit(arg))
      aggregates[index]![change](args, generator.cells(index, 's'))
    }
    if (call.filter === undefined) {
      apply()
      return
    }
    const filter = env.emit(call.filter)
    if (filter.isNull === 'true') return
    code.block(`if (${filter.isNull === null ? '' : `!(${filter.isNull}) && `}${filter.code[0]!})`, apply)
  })
}

function updateHeader({ layout, loads }: Generator, spec: GroupSpec): readonly string[] {
  return [
    loads.prologue(),
    'const { from, to, state, scratch, context } = frame, now = context.nowMs',
    `let ${bindState(layout, 's', 'state').join(', ')}, grown = 0`,
    'for (let i = from; i < to; i++) {',
    spec.retracting ? 'const retract = kinds !== null && (kinds[i] & 1) === 1' : '',
  ]
}

/** Only updates the groups. */
export function generateUpdate(spec: GroupSpec): (frame: UpdateFrame) => void {
  const generator = createGenerator(spec)
  emitFindGroup(generator, spec, null)
  emitUpdate(generator, spec)
  const generated = generator.code.finish((body) =>
    [
      'return function update(frame) {',
      'const { columns, length, kinds } = frame',
      ...updateHeader(generator, spec),
      body,
      '}',
      'state.grew(grown)',
      '}',
    ].join('\n'),
  )
  return compile(generated)
}

/**
 * Updates the groups and writes what changed, record by record, as Flink's GroupAggFunction does with mini-batch off: a first result is
 * +I, an equal one nothing (unless state expires), another one -U (if asked for) and +U, and the last record's leaving -D with the
 * previous result. Returns the number of output rows.
 */
export function generateChangelog(
  spec: GroupSpec,
  options: { readonly emitUpdateBefore: boolean; readonly ttlMs: number | null },
): (frame: ChangelogFrame) => number {
  const generator = createGenerator(spec)
  const { code, aggregates } = generator
  const stores = new ColumnStores(code)
  emitFindGroup(generator, spec, options.ttlMs)
  const results = (): Value[] => aggregates.map((aggregate, index) => aggregate.result(generator.cells(index, 's')))
  const previous = results()
  emitUpdate(generator, spec)
  const write = (values: readonly Value[], kind: string): void => {
    values.forEach((value, j) => {
      stores.store(j, { value, type: spec.aggregates[j]!.type, row: 'm' })
    })
    code.line(`outKinds[m] = ${kind}; source[m] = i; m++`)
  }
  const emitChanged = (): void => {
    const current = results()
    const changed = options.ttlMs !== null ? 'true' : `fresh || ${unequal(generator, spec, [previous, current])}`
    code.block(`if (${changed})`, () => {
      if (options.emitUpdateBefore) code.block('if (!fresh)', () => write(previous, '1'))
      write(current, 'fresh ? 0 : 2')
    })
  }
  if (spec.retracting) {
    code.block(`if (sF[sb + ${RECORDS_COLUMN}] === 0)`, () => {
      code.block('if (!fresh)', () => write(previous, '3'))
      code.line('state.remove(g)')
      code.line('continue')
    })
  }
  emitChanged()
  const generated = code.finish((body) =>
    [
      'return function changelog(frame) {',
      'const { columns, length, kinds, out, hasNulls, arena, outKinds, source } = frame',
      'let m = 0',
      stores.prologue(),
      ...updateHeader(generator, spec),
      body,
      '}',
      'state.grew(grown)',
      stores.epilogue(),
      'return m',
      '}',
    ].join('\n'),
  )
  return compile(generated)
}

/** JS expression: some result differs. NULL equals NULL. */
function unequal(generator: Generator, spec: GroupSpec, [before, after]: readonly [readonly Value[], readonly Value[]]): string {
  const tests = before.map((old, j) => {
    const [a, b] = [old, after[j]!]
    const type = spec.aggregates[j]!.type
    const differs = `!(${comparisonCode(generator.env, '=', [
      { value: a, type },
      { value: b, type },
    ])})`
    if (a.isNull === null && b.isNull === null) return differs
    const [nullA, nullB] = [a.isNull ?? 'false', b.isNull ?? 'false']
    return `(${nullA} || ${nullB} ? ${nullA} !== ${nullB} : ${differs})`
  })
  return tests.length === 0 ? 'false' : tests.join(' || ')
}

export interface MergeFrame {
  readonly target: GroupState
  readonly other: GroupState
  readonly context: EvaluationContext
}

/** Adds the groups of one state to another. */
export function generateMerge(spec: GroupSpec): (frame: MergeFrame) => void {
  const generator = createGenerator(spec)
  const { code, layout, aggregates } = generator
  code.line('if (!other.table.isUsed(o)) continue')
  code.line('const key = other.table.keyOf(o), hash = other.table.hashOf(o)')
  code.line('let g = target.table.find(key, key.length, hash)')
  code.block('if (g < 0)', () => {
    code.line('g = target.insert(key, key.length, hash)')
    code.line(bindState(layout, 's', 'target').join('; '))
  })
  code.line(`const sb = g * ${layout.stride}, ob = o * ${layout.stride}`)
  code.line(`sF[sb + ${RECORDS_COLUMN}] += oF[ob + ${RECORDS_COLUMN}]`)
  aggregates.forEach((aggregate, index) => {
    aggregate.merge(generator.cells(index, 's'), generator.cells(index, 'o'))
  })
  const generated = code.finish((body) =>
    [
      'return function merge({ target, other, context }) {',
      `let ${bindState(layout, 's', 'target').join(', ')}, grown = 0`,
      `const ${bindState(layout, 'o', 'other').join(', ')}, rows = other.table.rows`,
      'for (let o = 0; o < rows; o++) {',
      body,
      '}',
      'target.grew(grown)',
      '}',
    ].join('\n'),
  )
  return compile(generated)
}

export interface ResultCount {
  /** Output rows written. */
  readonly written: number
  /** Group row to go on from. */
  readonly next: number
}

/** Writes the results of groups that hold records, up to the capacity. */
export function generateResults(spec: GroupSpec): (frame: ResultFrame) => ResultCount {
  const generator = createGenerator(spec)
  const { code, layout, aggregates } = generator
  const stores = new ColumnStores(code)
  code.line(`const sb = g * ${layout.stride}`)
  code.line(`if (!state.table.isUsed(g) || sF[sb + ${RECORDS_COLUMN}] === 0) continue`)
  aggregates.forEach((aggregate, j) => {
    const value = aggregate.result(generator.cells(j, 's'))
    stores.store(j, { value, type: spec.aggregates[j]!.type, row: 'm' })
  })
  code.line('rows[m++] = g')
  const generated = code.finish((body) =>
    [
      'return function results({ state, from, capacity, out, hasNulls, arena, rows, context }) {',
      `const ${bindState(layout, 's', 'state').join(', ')}, end = state.table.rows`,
      stores.prologue(),
      'let m = 0, g = from',
      'for (; g < end && m < capacity; g++) {',
      body,
      '}',
      stores.epilogue(),
      'return { written: m, next: g }',
      '}',
    ].join('\n'),
  )
  return compile(generated)
}
