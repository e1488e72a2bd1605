/** Calls of functions that are written in plain TypeScript over boxed values. */

import type { Boxed } from '../data/boxed.ts'
import type { BoundCall } from '../sql/bound/expr.ts'
import type { LogicalType } from '../sql/types/logical-type.ts'
import { boxed, boxedOrNull, formOf, unboxed } from './conversion.ts'
import type { ExpressionEnv } from './expression-env.ts'
import { anyNull, nullValue, type Value } from './value.ts'

/** Argument types follow from the SQL signature, which the binder has checked. */
export type RuntimeFunction = (...args: never[]) => Boxed

export interface CallFacts {
  readonly argTypes: readonly LogicalType[]
  readonly type: LogicalType
  readonly config: Readonly<Record<string, string>>
  readonly zone: string
  /** The SYMBOL or literal arguments' values, undefined for others: known before any row. */
  readonly literals: readonly (Boxed | undefined)[]
}

/** Makes the function for one call: what depends on types alone is decided once. */
export type MakeRuntimeFunction = (facts: CallFacts) => RuntimeFunction

export interface RuntimeOptions {
  /** NULL arguments reach the function (as null); otherwise any NULL argument makes a NULL result. */
  readonly nullAware?: boolean
  /** The function gets the EvaluationContext first. */
  readonly contextual?: boolean
}

export function emitRuntimeCall(
  env: ExpressionEnv,
  call: BoundCall,
  spec: { make: MakeRuntimeFunction } & RuntimeOptions,
): Value {
  const args = call.args.map((arg) => (arg.type.kind === 'SYMBOL' ? symbolValue() : env.emit(arg)))
  const fn = spec.make({
    argTypes: call.args.map((arg) => arg.type),
    type: call.type,
    config: env.config,
    zone: env.zone,
    literals: call.args.map(literalOf),
  })
  const isNull = spec.nullAware === true ? null : anyNull(args)
  if (isNull === 'true') return nullValue(formOf(call.type))
  const texts = args.map((value, i) =>
    spec.nullAware === true ? boxedOrNull(env.code, value, call.args[i]!.type) : boxed(env.code, value, call.args[i]!.type),
  )
  if (spec.contextual === true) texts.unshift(env.context)
  const invoke = `${env.code.constant(fn)}(${texts.join(', ')})`
  return unboxed(env.code, isNull === null ? invoke : `${isNull} ? null : ${invoke}`, call.type)
}

function symbolValue(): Value {
  return { form: 'obj', isNull: null, code: ['null'] }
}

function literalOf(arg: BoundCall['args'][number]): Boxed | undefined {
  if (arg.kind === 'Cast' && arg.implicit) return literalOf(arg.input)
  return arg.kind === 'Literal' ? (arg.value as Boxed) : undefined
}
