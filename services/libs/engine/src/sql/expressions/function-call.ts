/** A call of a built-in function or operator: argument count, types, implicit casts and the result. */
import type { BoundCall, BoundExpr } from '../bound/expr.ts'
import type { Typed } from '../bound/scope.ts'
import type { CallSite, FunctionDefinition } from '../functions/function-definition.ts'
import { builtIn } from '../functions/function-table.ts'
import type { Span } from '../text/span.ts'
import { needsNoCast } from '../types/cast-support.ts'
import type { LogicalType } from '../types/logical-type.ts'
import { withoutTimeAttributes } from '../types/type-family.ts'
import { type ExpressionBinder, fail, isNullLiteral, literalValue, showTypes } from './expression-binder.ts'
import { castTo } from './implicit-cast.ts'

export interface CheckedCall {
  readonly args: readonly BoundExpr[]
  readonly type: LogicalType
}

/** Where an aggregate is called: see `CallSite`. */
export type CallPlace = Pick<CallSite, 'groupCount' | 'filtered'>

/** Checks a call against a definition and adds the implicit casts; undefined after an error was reported. */
export function checkCall(
  binder: ExpressionBinder,
  definition: FunctionDefinition,
  call: { readonly args: readonly BoundExpr[]; readonly span: Span; readonly place?: CallPlace },
): CheckedCall | undefined {
  const { args, span, place } = call
  const { min, max } = definition.args
  if (args.length < min || args.length > max) {
    const message = `${definition.name} takes ${countOf(min, max)}, not ${args.length}`
    return fail(binder, { code: 'SQL_ARGUMENT_COUNT', span, message, hint: signatureHint(definition) })
  }
  const site: CallSite = { types: args.map((arg) => arg.type), literals: args.map(literalValue), ...place }
  const inferred = definition.args.infer(site)
  if ('problem' in inferred) return wrongArguments(binder, definition, { args, span, problem: inferred.problem })
  // Where no cast is needed the argument stays what it is, and so the result sees it.
  const types = inferred.map((type, i) => (needsNoCast(site.types[i]!, type) ? site.types[i]! : type))
  const result = definition.result({ ...site, types })
  // What is computed of a time attribute is none; MATCH_ROWTIME and its like make one.
  const type = result && definition.kind !== 'pattern' && args.length > 0 ? withoutTimeAttributes(result) : result
  if (type === undefined || type.kind === 'NULL') return wrongArguments(binder, definition, { args, span, problem: '' })
  return {
    args: args.map((arg, i) => (isNullLiteral(arg) && inferred[i]!.kind === 'NULL' ? arg : castTo(arg, inferred[i]!))),
    type,
  }
}

function wrongArguments(
  binder: ExpressionBinder,
  definition: FunctionDefinition,
  wrong: { readonly args: readonly BoundExpr[]; readonly span: Span; readonly problem: string },
): undefined {
  const shown = `${definition.name} does not take (${showTypes(wrong.args.map((arg) => arg.type))})`
  const message = wrong.problem === '' ? shown : `${shown}: ${wrong.problem}`
  return fail(binder, { code: 'SQL_ARGUMENT_TYPES', span: wrong.span, message, hint: signatureHint(definition) })
}

function countOf(min: number, max: number): string {
  const plural = (n: number) => `${n} argument${n === 1 ? '' : 's'}`
  if (min === max) return min === 0 ? 'no arguments' : plural(min)
  return max === Number.POSITIVE_INFINITY ? `at least ${plural(min)}` : `${min} to ${plural(max)}`
}

/** `Takes UPPER(<CHARACTER>)`. */
function signatureHint({ name, args }: FunctionDefinition): string {
  const shown = args.signatures.slice(0, 4).map((signature) => `${name}(${signature})`)
  return `Takes ${shown.join(', or ')}.`
}

/** A call of the built-in `name`, which must exist in the table. */
export function callBuiltIn(
  binder: ExpressionBinder,
  name: string,
  call: { readonly args: readonly BoundExpr[]; readonly span: Span },
): Typed<BoundCall> {
  const definition = builtIn(name)!
  const checked = checkCall(binder, definition, call)
  return checked && { kind: 'Call', fn: definition.name, type: checked.type, args: checked.args }
}
