/** MIN, MAX, FIRST_VALUE and LAST_VALUE over rows that are never taken back: state is one value. NULLs are skipped. */
import { comparisonCode } from '../compare.ts'
import { UnsupportedError } from '../unsupported-error.ts'
import type { Value } from '../value.ts'
import {
  type AggregateCode,
  type AggregateSpec,
  type Cells,
  pinned,
  type ValueCells,
  valueCells,
  whereKnown,
} from './aggregate-code.ts'

/** Whether a new value replaces the held one. */
type Replaces = (spec: AggregateSpec, candidate: Value, held: Value) => string

const better =
  (operator: '<' | '>'): Replaces =>
  ({ env, argTypes }, candidate, held) => {
    const type = argTypes[0]!
    return comparisonCode(env, operator, [
      { value: candidate, type },
      { value: held, type },
    ])
  }

function singleValue(spec: AggregateSpec, replaces: Replaces): AggregateCode {
  const { env } = spec
  const held = valueCells(env, spec.argTypes[0]!, 1)
  const offer = (value: Value, cells: Cells, write: () => void): void => {
    const before = { ...held.load(cells, null) }
    const test = replaces(spec, value, before)
    const guard = test === 'true' ? null : test === 'false' ? `${cells(0)} === 0` : `${cells(0)} === 0 || ${test}`
    const take = (): void => {
      env.code.line(`${cells(0)} = 1`)
      write()
    }
    if (guard === null) take()
    else env.code.block(`if (${guard})`, take)
  }
  return {
    columns: [{ kind: 'i32' }, ...held.columns],
    accumulate: (args, cells) =>
      whereKnown(env, args.slice(0, 1), () => offer({ ...args[0]!, isNull: null }, cells, () => held.store(args[0]!, cells))),
    retract: () => {
      throw new UnsupportedError(`${spec.fn} over retractions here`)
    },
    merge: (cells, other) => mergeHeld({ env, held, offer }, cells, other),
    result: (cells) => pinned(env, held.load(cells, `${cells(0)} === 0`)),
  }
}

function mergeHeld(
  own: {
    readonly env: AggregateSpec['env']
    readonly held: ValueCells
    readonly offer: (value: Value, cells: Cells, write: () => void) => void
  },
  cells: Cells,
  other: Cells,
): void {
  own.env.code.block(`if (${other(0)} !== 0)`, () => {
    own.offer(own.held.load(other, null), cells, () => own.held.copy(cells, other))
  })
}

export const minimum = (spec: AggregateSpec): AggregateCode => singleValue(spec, better('<'))
export const maximum = (spec: AggregateSpec): AggregateCode => singleValue(spec, better('>'))
export const firstValue = (spec: AggregateSpec): AggregateCode => singleValue(spec, () => 'false')
export const lastValue = (spec: AggregateSpec): AggregateCode => singleValue(spec, () => 'true')
