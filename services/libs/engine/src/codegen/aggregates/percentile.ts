/** PERCENTILE(value, share[, frequency]): linear interpolation between the two nearest values. The share may be an array. */
import type { Boxed } from '../../data/boxed.ts'
import { ValueError } from '../../data/value-error.ts'
import type { AggregateCode, AggregateSpec } from './aggregate-code.ts'
import { tupleList } from './value-lists.ts'

interface Weighted {
  readonly value: number
  readonly weight: number
}

export function percentile(spec: AggregateSpec): AggregateCode {
  const weighted = spec.argTypes.length > 2
  const [from, share] = [spec.argTypes[0]!, spec.argTypes[1]!]
  const divisor = from.kind === 'DECIMAL' ? 10 ** from.scale : 1
  const element = share.kind === 'ARRAY' ? share.element : share
  const shareDivisor = element.kind === 'DECIMAL' ? 10 ** element.scale : 1
  return tupleList(spec, {
    parts: weighted ? [0, 2] : [0],
    extra: 1,
    needed: weighted ? [0, 2] : [0],
    result(tuples, asked) {
      const values = tuples
        .map(([value, weight]): Weighted => ({ value: Number(value) / divisor, weight: weighted ? Number(weight) : 1 }))
        .filter(({ weight }) => weight > 0)
        .sort((a, b) => a.value - b.value)
      if (values.length === 0 || asked === null) return null
      const at = (wanted: Boxed): number => interpolated(values, Number(wanted) / shareDivisor)
      if (!Array.isArray(asked)) return at(asked)
      return asked.length === 0 ? null : (asked as readonly Boxed[]).map(at)
    },
  })
}

function interpolated(values: readonly Weighted[], share: number): number {
  if (share < 0 || share > 1) throw new ValueError('The share of PERCENTILE must lie between 0 and 1.')
  const total = values.reduce((sum, { weight }) => sum + weight, 0)
  const position = share * (total - 1)
  const lower = Math.floor(position)
  const upper = Math.ceil(position)
  if (upper === lower) return valueAt(values, lower)
  return (upper - position) * valueAt(values, lower) + (position - lower) * valueAt(values, upper)
}

/** The value at a position where each stands as often as its weight says. */
function valueAt(values: readonly Weighted[], position: number): number {
  let passed = 0
  for (const { value, weight } of values) {
    passed += weight
    if (position < passed) return value
  }
  return values.at(-1)!.value
}
