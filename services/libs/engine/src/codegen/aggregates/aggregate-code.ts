/** How an aggregate stands in generated code: its state as columns over group rows, and the statements that change and read them. */
import type { Boxed } from '../../data/boxed.ts'
import type { LogicalType } from '../../sql/types/logical-type.ts'
import { boxed, formOf, toForm } from '../conversion.ts'
import type { ExpressionEnv } from '../expression-env.ts'
import { defaultOf, type Form, type Value } from '../value.ts'

export type StateKind = 'i32' | 'f64' | 'i64' | 'object'

/** State of one group in a column of objects, for snapshots and charging. */
export interface ObjectState {
  create(): unknown
  save(state: unknown): Boxed
  load(saved: Boxed): unknown
}

export interface StateColumn {
  readonly kind: StateKind
  /** Only for objects; without it the column holds plain boxed values, null at first. */
  readonly object?: ObjectState
}

/** JS expression (assignable) of the aggregate's state column `index` in the current group. */
export type Cells = (index: number) => string

export interface AggregateCode {
  readonly columns: readonly StateColumn[]
  accumulate(args: readonly Value[], cells: Cells): void
  /** Takes one earlier accumulation back. */
  retract(args: readonly Value[], cells: Cells): void
  /** Adds the state of another group. */
  merge(cells: Cells, other: Cells): void
  /** The result now; its code does not change when the state does. */
  result(cells: Cells): Value
}

export interface AggregateSpec {
  readonly env: ExpressionEnv
  readonly fn: string
  readonly type: LogicalType
  readonly argTypes: readonly LogicalType[]
  /** Values of arguments that are symbols. */
  readonly symbols: readonly (string | undefined)[]
  readonly retracting: boolean
}

/** Fixes a value that is read from state in constants. */
export function pinned(env: ExpressionEnv, value: Value): Value {
  return {
    ...value,
    isNull: value.isNull === null || value.isNull === 'true' ? value.isNull : env.code.assign(value.isNull, 'z'),
    code: value.code.map((code) => env.code.assign(code)),
  }
}

/** Runs `body` where none of the arguments is NULL. */
export function whereKnown(env: ExpressionEnv, args: readonly Value[], body: () => void): void {
  const nulls = args.flatMap((arg) => (arg.isNull === null ? [] : [arg.isNull]))
  if (nulls.includes('true')) return
  if (nulls.length === 0) body()
  else env.code.block(`if (!(${nulls.join(' || ')}))`, body)
}

const KIND_OF_FORM: Readonly<Record<Form, readonly StateKind[]>> = {
  bool: ['i32'],
  i32: ['i32'],
  int: ['i64'],
  i64: ['i64'],
  f64: ['f64'],
  ts: ['f64', 'i32'],
  slice: ['object'],
  str: ['object'],
  u8: ['object'],
  obj: ['object'],
}

/** State that holds one value of a type (not NULL). */
export interface ValueCells {
  readonly columns: readonly StateColumn[]
  store(value: Value, cells: Cells): void
  copy(cells: Cells, other: Cells): void
  load(cells: Cells, isNull: string | null): Value
}

/** `first` is the ordinal of the value's first state column. */
export function valueCells(env: ExpressionEnv, type: LogicalType, first: number): ValueCells {
  const form = formOf(type)
  const columns = KIND_OF_FORM[form].map((kind): StateColumn => ({ kind }))
  return {
    columns,
    store(value, cells) {
      const parts = columns[0]!.kind === 'object' ? [boxed(env.code, value, type)] : toForm(env.code, value, form).code
      parts.forEach((part, i) => {
        env.code.line(`${cells(first + i)} = ${form === 'bool' ? `${part} ? 1 : 0` : part}`)
      })
    },
    copy(cells, other) {
      columns.forEach((_, i) => {
        env.code.line(`${cells(first + i)} = ${other(first + i)}`)
      })
    },
    load(cells, isNull) {
      const code = columns.map((_, i) => cells(first + i))
      if (form === 'bool') return { form, isNull, code: [`${code[0]!} === 1`] }
      if (isNull !== null && (form === 'str' || form === 'u8'))
        return { form, isNull, code: [`(${code[0]!} ?? ${defaultOf(form)[0]!})`] }
      return { form, isNull, code }
    },
  }
}
