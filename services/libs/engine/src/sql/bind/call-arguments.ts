/** Arguments of built-in table functions by position or by name. */
import type { Call, Expression } from '../ast/expression.ts'
import type { BinderState } from './binder-state.ts'
import { didYouMean } from './suggestion.ts'

export interface Parameter {
  readonly name: string
  readonly optional?: boolean
}

/** The call's arguments by parameter name (upper case); undefined after an error. DEFAULT counts as absent. */
export function argumentsByName(
  call: Call,
  parameters: readonly Parameter[],
  state: BinderState,
): ReadonlyMap<string, Expression> | undefined {
  const values = new Map<string, Expression>()
  const names = parameters.map((parameter) => parameter.name)
  for (const [i, argument] of call.args.entries()) {
    const name = argument.name === undefined ? names[i] : argument.name.value.toUpperCase()
    if (name === undefined || !names.includes(name)) {
      const written = argument.name?.value ?? ''
      const message =
        name === undefined
          ? `${functionName(call)} takes at most ${names.length} arguments.`
          : `${functionName(call)} has no argument '${written}'.`
      state.error('SQL_UNKNOWN_ARGUMENT', argument.span, [message, didYouMean(written, names)])
      return undefined
    }
    if (values.has(name)) {
      state.error('SQL_ARGUMENT_TWICE', argument.span, `Argument ${name} is given twice.`)
      return undefined
    }
    if (argument.value.kind !== 'DefaultValue') values.set(name, argument.value)
  }
  const missing = parameters.filter((parameter) => parameter.optional !== true && !values.has(parameter.name))
  if (missing.length === 0) return values
  state.error(
    'SQL_ARGUMENT_MISSING',
    call.span,
    `${functionName(call)} needs ${missing.map((parameter) => parameter.name).join(', ')}.`,
  )
  return undefined
}

export function functionName(call: Call): string {
  return call.name.parts
    .map((part) => part.value)
    .join('.')
    .toUpperCase()
}
