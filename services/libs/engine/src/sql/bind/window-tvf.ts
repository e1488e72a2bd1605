/** Window table-valued functions: TUMBLE, HOP, CUMULATE and SESSION over a table. */
import type { Call, Expression } from '../ast/expression.ts'
import type { BoundField, BoundRel, WindowSpec } from '../bound/rel.ts'
import { isTimeAttribute } from '../bound/time-attributes.ts'
import { notNull, timestamp } from '../types/make-type.ts'
import { printType } from '../types/print-type.ts'
import { argumentsByName, type Parameter } from './call-arguments.ts'
import { type FromItem, fromRel } from './column-scope.ts'
import { bindDuration } from './conditions.ts'
import type { QueryEnv } from './query-env.ts'
import { didYouMean } from './suggestion.ts'
import { type BoundTableArgument, bindTableArgument, tableArgumentOf } from './table-argument.ts'

type WindowName = 'TUMBLE' | 'HOP' | 'CUMULATE' | 'SESSION'

const DATA: Parameter = { name: 'DATA' }
const TIMECOL: Parameter = { name: 'TIMECOL' }
const OFFSET: Parameter = { name: 'OFFSET', optional: true }

const PARAMETERS: Readonly<Record<WindowName, readonly Parameter[]>> = {
  TUMBLE: [DATA, TIMECOL, { name: 'SIZE' }, OFFSET],
  HOP: [DATA, TIMECOL, { name: 'SLIDE' }, { name: 'SIZE' }, OFFSET],
  CUMULATE: [DATA, TIMECOL, { name: 'STEP' }, { name: 'SIZE' }, OFFSET],
  SESSION: [DATA, TIMECOL, { name: 'GAP' }],
}

export function isWindowTvf(name: string): name is WindowName {
  return Object.hasOwn(PARAMETERS, name)
}

export function bindWindowTvf(name: WindowName, call: Call, env: QueryEnv): FromItem | undefined {
  const { state } = env
  const first = call.args[0]
  if (first !== undefined && tableArgumentOf(first.value) === undefined) {
    state.error('SQL_WINDOW_ARGUMENTS', first.span, [
      `The first argument of ${name} is the table.`,
      `Write ${name}(TABLE t, DESCRIPTOR(time), …).`,
    ])
    return undefined
  }
  const args = argumentsByName(call, PARAMETERS[name], state)
  const data = args && tableArgumentOf(args.get('DATA')!)
  if (args === undefined || data === undefined) return undefined
  const table = bindTableArgument(data, env)
  if (table === undefined) return undefined
  const timeColumn = bindTimeColumn(args.get('TIMECOL')!, { name, table }, env)
  const window = windowSpec(args, { name, table }, env)
  if (data.partitionBy !== undefined && name !== 'SESSION') {
    state.error('SQL_WINDOW_ARGUMENTS', data.span, `${name} takes no PARTITION BY; only SESSION does.`)
    return undefined
  }
  if (timeColumn === undefined || window === undefined) return undefined
  return fromRel(windowed(table.item.rel, timeColumn, window), { broken: new Set() })
}

interface WindowCall {
  readonly name: WindowName
  readonly table: BoundTableArgument
}

/** The input's columns and the three of the window; the window's time is of the time column's type. */
function windowed(input: BoundRel, timeColumn: number, window: WindowSpec): BoundRel {
  const time = input.schema[timeColumn]!.type
  const schema: BoundField[] = [
    ...input.schema,
    { name: 'window_start', type: notNull(timestamp(3)) },
    { name: 'window_end', type: notNull(timestamp(3)) },
    { name: 'window_time', type: notNull(time) },
  ]
  return { kind: 'WindowTvf', input, timeColumn, window, schema }
}

function bindTimeColumn(ast: Expression, { name, table }: WindowCall, env: QueryEnv): number | undefined {
  const { state } = env
  if (ast.kind !== 'Descriptor' || ast.columns.length !== 1) {
    state.error('SQL_WINDOW_ARGUMENTS', ast.span, `The time column of ${name} is written DESCRIPTOR(column).`)
    return undefined
  }
  const column = ast.columns[0]!
  const wanted = column.parts.at(-1)!.value
  const index = table.item.rel.schema.findIndex((field) => field.name === wanted)
  if (index < 0) {
    const names = table.item.rel.schema.map((field) => field.name)
    state.error('SQL_UNKNOWN_COLUMN', column.span, [
      `Column '${wanted}' is not in the table of ${name}.`,
      didYouMean(wanted, names),
    ])
    return undefined
  }
  const { type } = table.item.rel.schema[index]!
  const isTime = type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ'
  if (isTime && (!state.streaming || isTimeAttribute(table.item.rel, index))) return index
  state.error('SQL_TIME_ATTRIBUTE_EXPECTED', column.span, [
    `${name} needs a time attribute column of type TIMESTAMP(3) or TIMESTAMP_LTZ(3), '${wanted}' is ${printType(type)}.`,
    'Declare a WATERMARK on the column, or use a PROCTIME() column.',
  ])
  return undefined
}

function windowSpec(args: ReadonlyMap<string, Expression>, { name, table }: WindowCall, env: QueryEnv): WindowSpec | undefined {
  const { state } = env
  let complete = true
  const duration = (key: string, fallback?: number): number => {
    const ast = args.get(key)
    if (ast === undefined) return fallback ?? 0
    const value = bindDuration(ast, state, `${key} of ${name}`)
    if (value !== undefined && value <= 0 && key !== 'OFFSET') {
      state.error('SQL_WINDOW_SIZE', ast.span, `${key} of ${name} has to be positive.`)
      complete = false
    }
    if (value === undefined) complete = false
    return value ?? 0
  }
  const offset = duration('OFFSET', 0)
  const spec = shape(name, duration, { offset, partitionKeys: table.argument.partitionBy })
  if (!complete) return undefined
  const problem = sizeProblem(spec)
  if (problem === undefined) return spec
  state.error('SQL_WINDOW_SIZE', args.get('SIZE')?.span ?? table.span, problem)
  return undefined
}

function shape(
  name: WindowName,
  duration: (key: string) => number,
  rest: { readonly offset: number; readonly partitionKeys: readonly number[] },
): WindowSpec {
  switch (name) {
    case 'TUMBLE':
      return { kind: 'TUMBLE', size: duration('SIZE'), offset: rest.offset }
    case 'HOP':
      return { kind: 'HOP', slide: duration('SLIDE'), size: duration('SIZE'), offset: rest.offset }
    case 'CUMULATE':
      return { kind: 'CUMULATE', step: duration('STEP'), size: duration('SIZE'), offset: rest.offset }
    case 'SESSION':
      return { kind: 'SESSION', gap: duration('GAP'), partitionKeys: rest.partitionKeys }
  }
}

function sizeProblem(spec: WindowSpec): string | undefined {
  if (spec.kind === 'TUMBLE' && Math.abs(spec.offset) >= spec.size) return 'The offset of TUMBLE has to be smaller than its size.'
  if (spec.kind === 'CUMULATE' && spec.size % spec.step !== 0)
    return 'The size of CUMULATE has to be a whole multiple of its step.'
  return undefined
}
