/** Legacy group windows: TUMBLE, HOP and SESSION as items of GROUP BY, and their auxiliary functions. */
import type { Expression } from '../ast/expression.ts'
import type { GroupWindow } from '../ast/query.ts'
import type { BoundExpr } from '../bound/expr.ts'
import type { WindowSpec } from '../bound/rel.ts'
import { bindExpression } from '../expressions/bind-expression.ts'
import type { LogicalType } from '../types/logical-type.ts'
import { notNull, timestamp } from '../types/make-type.ts'
import { printType } from '../types/print-type.ts'
import type { BinderState } from './binder-state.ts'
import type { ColumnScope } from './column-scope.ts'
import { bindDuration, literalOf } from './conditions.ts'

export type WindowProperty = 'START' | 'END' | 'ROWTIME' | 'PROCTIME'

export interface GroupWindowBinding {
  readonly op: 'TUMBLE' | 'HOP' | 'SESSION'
  readonly timeColumn: number
  readonly timeType: LogicalType
  readonly window: WindowSpec
  /** Properties that the SELECT asks for; grows while it is bound. */
  readonly properties: WindowProperty[]
}

const INTERVALS: Readonly<Record<GroupWindow['op'], number>> = { TUMBLE: 1, HOP: 2, SESSION: 1 }

export function bindGroupWindow(item: GroupWindow, scope: ColumnScope, state: BinderState): GroupWindowBinding | undefined {
  const [time, ...rest] = item.args.map((argument) => argument.value)
  if (time === undefined || rest.length < INTERVALS[item.op]) {
    state.error(
      'SQL_WINDOW_ARGUMENTS',
      item.span,
      `${item.op} in GROUP BY takes a time attribute and ${INTERVALS[item.op]} interval(s).`,
    )
    return undefined
  }
  if (rest.length > INTERVALS[item.op]) {
    state.error('SQL_UNSUPPORTED', item.span, [
      `${item.op} in GROUP BY with an alignment argument is not supported.`,
      'Use the window table-valued function with an offset.',
    ])
    return undefined
  }
  const column = timeAttribute(time, scope, state)
  const durations = rest.map((argument) => bindDuration(argument, state, `${item.op} in GROUP BY`))
  if (column === undefined || durations.includes(undefined)) return undefined
  const window = windowOf(item.op, durations as number[])
  return { op: item.op, timeColumn: column.index, timeType: column.type, window, properties: [] }
}

function windowOf(op: GroupWindow['op'], [first, second]: readonly number[]): WindowSpec {
  if (op === 'TUMBLE') return { kind: 'TUMBLE', size: first!, offset: 0 }
  if (op === 'HOP') return { kind: 'HOP', slide: first!, size: second!, offset: 0 }
  return { kind: 'SESSION', gap: first!, partitionKeys: [] }
}

function timeAttribute(ast: Expression, scope: ColumnScope, state: BinderState): (BoundExpr & { kind: 'Column' }) | undefined {
  const bound = bindExpression(ast, scope, state.context('a group window'))
  if (bound === undefined) return undefined
  const isTime = bound.type.kind === 'TIMESTAMP' || bound.type.kind === 'TIMESTAMP_LTZ'
  if (
    bound.kind === 'Column' &&
    isTime &&
    (!state.streaming || ('timeAttribute' in bound.type && bound.type.timeAttribute !== undefined))
  )
    return bound
  state.error('SQL_TIME_ATTRIBUTE_EXPECTED', ast.span, [
    `A group window can only be defined over a time attribute column, this is ${printType(bound.type)}.`,
    'Declare a WATERMARK on the column, or use a PROCTIME() column.',
  ])
  return undefined
}

/** The property that an auxiliary function names: HOP_START, TUMBLE_ROWTIME, … */
export function auxiliaryOf(name: string): { readonly op: string; readonly property: WindowProperty } | undefined {
  const match = /^(TUMBLE|HOP|SESSION)_(START|END|ROWTIME|PROCTIME)$/.exec(name)
  return match === null ? undefined : { op: match[1]!, property: match[2] as WindowProperty }
}

export function propertyType(property: WindowProperty, timeType: LogicalType): LogicalType {
  if (property === 'START' || property === 'END') return notNull(timestamp(3))
  return timeType.kind === 'TIMESTAMP' || timeType.kind === 'TIMESTAMP_LTZ' ? { ...timeType, timeAttribute: property } : timeType
}

/** Whether an auxiliary call has the arguments of the window itself. */
export function sameArguments({ timeColumn, window }: GroupWindowBinding, args: readonly BoundExpr[]): boolean {
  const [time, ...rest] = args
  const durations =
    window.kind === 'TUMBLE'
      ? [window.size]
      : window.kind === 'HOP'
        ? [window.slide, window.size]
        : window.kind === 'SESSION'
          ? [window.gap]
          : []
  if (time?.kind !== 'Column' || time.index !== timeColumn || rest.length !== durations.length) return false
  return rest.every((arg, i) => literalOf(arg)?.value === durations[i])
}
