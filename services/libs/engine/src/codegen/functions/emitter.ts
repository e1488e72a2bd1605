import type { BoundCall } from '../../sql/bound/expr.ts'
import type { ExpressionEnv } from '../expression-env.ts'
import { emitRuntimeCall, type MakeRuntimeFunction, type RuntimeFunction, type RuntimeOptions } from '../runtime-call.ts'
import type { Value } from '../value.ts'

/** Writes the code of one call. Arguments are emitted by the emitter itself, so that it decides what is evaluated when. */
export type Emitter = (env: ExpressionEnv, call: BoundCall) => Value

export type EmitterTable = Readonly<Record<string, Emitter>>

/** A function in plain TypeScript, made for each call from its types. */
export function made(make: MakeRuntimeFunction, options: RuntimeOptions = {}): Emitter {
  return (env, call) => emitRuntimeCall(env, call, { make, ...options })
}

/** A function in plain TypeScript over boxed values; NULL in, NULL out unless `nullAware`. */
export function runtime(fn: RuntimeFunction, options: RuntimeOptions = {}): Emitter {
  return made(() => fn, options)
}
