/** Aggregate functions by name. */
import type { AggregateCall } from '../../sql/bound/expr.ts'
import type { ExpressionEnv } from '../expression-env.ts'
import { UnsupportedError } from '../unsupported-error.ts'
import type { AggregateCode, AggregateSpec } from './aggregate-code.ts'
import { average, count, sum, variance } from './counting.ts'
import { distinct } from './distinct.ts'
import { jsonArrayAgg, jsonObjectAgg } from './json-aggregates.ts'
import { percentile } from './percentile.ts'
import { firstValue, lastValue, maximum, minimum } from './single-value.ts'
import { arrayAgg, collect, firstOfList, lastOfList, listAgg, retractableExtreme, singleValueOf } from './value-lists.ts'

type MakeAggregate = (spec: AggregateSpec) => AggregateCode

const AGGREGATES: Readonly<Record<string, MakeAggregate>> = {
  COUNT: count,
  SUM: (spec) => sum(spec, false),
  SUM0: (spec) => sum(spec, true),
  $SUM0: (spec) => sum(spec, true),
  AVG: average,
  MIN: (spec) => (spec.retracting ? retractableExtreme(spec, -1) : minimum(spec)),
  MAX: (spec) => (spec.retracting ? retractableExtreme(spec, 1) : maximum(spec)),
  FIRST_VALUE: (spec) => (spec.retracting ? firstOfList(spec) : firstValue(spec)),
  LAST_VALUE: (spec) => (spec.retracting ? lastOfList(spec) : lastValue(spec)),
  VAR_POP: (spec) => variance(spec, { sample: false, root: false }),
  VAR_SAMP: (spec) => variance(spec, { sample: true, root: false }),
  VARIANCE: (spec) => variance(spec, { sample: true, root: false }),
  STDDEV_POP: (spec) => variance(spec, { sample: false, root: true }),
  STDDEV_SAMP: (spec) => variance(spec, { sample: true, root: true }),
  STDDEV: (spec) => variance(spec, { sample: true, root: true }),
  LISTAGG: listAgg,
  ARRAY_AGG: arrayAgg,
  COLLECT: collect,
  SINGLE_VALUE: singleValueOf,
  JSON_OBJECTAGG: jsonObjectAgg,
  JSON_ARRAYAGG: jsonArrayAgg,
  PERCENTILE: percentile,
}

/** DISTINCT changes nothing for these. */
const INDIFFERENT_TO_COPIES = new Set(['MIN', 'MAX'])

/** Throws UnsupportedError for an aggregate without an implementation. */
export function makeAggregate(env: ExpressionEnv, call: AggregateCall, retracting: boolean): AggregateCode {
  const make = AGGREGATES[call.fn]
  if (make === undefined) throw new UnsupportedError(`the aggregate function ${call.fn}`)
  if (call.orderBy !== undefined && call.orderBy.length > 0) throw new UnsupportedError(`${call.fn} with ORDER BY`)
  const spec: AggregateSpec = {
    env,
    fn: call.fn,
    type: call.type,
    argTypes: call.args.map((arg) => arg.type),
    symbols: call.args.map((arg) => (arg.kind === 'Literal' && arg.type.kind === 'SYMBOL' ? String(arg.value) : undefined)),
    retracting,
  }
  return call.distinct && !INDIFFERENT_TO_COPIES.has(call.fn) ? distinct(spec, make) : make(spec)
}
