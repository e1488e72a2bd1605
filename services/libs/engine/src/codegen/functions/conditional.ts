import type { BoundCall, BoundCase, BoundExpr } from '../../sql/bound/expr.ts'
import { declareResult } from '../branch-result.ts'
import { formOf, toForm } from '../conversion.ts'
import { coerce } from '../numeric.ts'
import { type Emitter, type EmitterTable, runtime } from './emitter.ts'

/** The first argument that is not NULL; later ones are not evaluated. */
const coalesce: Emitter = (env, call) => {
  const { code } = env
  const form = formOf(call.type)
  const result = declareResult(code, form)
  const label = code.name('first')
  code.block(`${label}:`, () => {
    for (const arg of call.args) {
      const value = toForm(code, coerce(env, env.emit(arg), { from: arg.type, to: call.type }), form)
      result.assign(value)
      if (value.isNull === null) break
      code.line(`if (!${result.value.isNull!}) break ${label}`)
    }
  })
  return result.value
}

function caseOf(call: BoundCall, branch: { when: BoundExpr; result: BoundExpr; otherwise: BoundExpr }): BoundCase {
  return {
    kind: 'Case',
    type: call.type,
    // biome-ignore lint/suspicious/noThenProperty: the branch's THEN, plain data that nothing awaits
    branches: [{ when: branch.when, then: branch.result }],
    otherwise: branch.otherwise,
  }
}

const ifFunction: Emitter = (env, call) => {
  const [when, result, otherwise] = call.args
  return env.emit(caseOf(call, { when: when!, result: result!, otherwise: otherwise! }))
}

const nullIf: Emitter = (env, call) => {
  const [left, right] = call.args
  const equal: BoundExpr = { kind: 'Call', type: { kind: 'BOOLEAN', nullable: true }, fn: '=', args: [left!, right!] }
  const none: BoundExpr = { kind: 'Literal', type: call.type, value: null }
  return env.emit(caseOf(call, { when: equal, result: none, otherwise: left! }))
}

const matches = (pattern: RegExp): Emitter =>
  runtime((text: string | null) => text !== null && pattern.test(text), { nullAware: true })

export const CONDITIONAL: EmitterTable = {
  COALESCE: coalesce,
  IFNULL: coalesce,
  IF: ifFunction,
  NULLIF: nullIf,
  IS_ALPHA: matches(/^\p{L}+$/u),
  IS_DIGIT: matches(/^\p{Nd}+$/u),
  IS_DECIMAL: matches(/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/),
}
