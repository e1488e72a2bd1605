/** Three-valued logic. The right side of AND and OR is evaluated only where the left one leaves the result open. */
import type { BoundExpr } from '../../sql/bound/expr.ts'
import type { ExpressionEnv } from '../expression-env.ts'
import type { Value } from '../value.ts'
import type { Emitter, EmitterTable } from './emitter.ts'

function boolean(isNull: string | null, code: string): Value {
  return { form: 'bool', isNull, code: [code] }
}

/** JS expression: the value is known and equals `wanted`. */
function knownAs(value: Value, wanted: boolean): string {
  if (value.isNull === 'true') return 'false'
  const code = wanted ? value.code[0]! : `!(${value.code[0]!})`
  return value.isNull === null ? code : `!(${value.isNull}) && ${code}`
}

/** AND (`decisive` false) or OR (`decisive` true): the decisive value wins over NULL. */
function junction(decisive: boolean): Emitter {
  return (env, call) => {
    const { code } = env
    const value = code.name('r')
    const unknown = code.name('z')
    code.line(`let ${value} = ${!decisive}, ${unknown} = false`)
    const label = code.name('logic')
    code.block(`${label}:`, () => {
      for (const arg of flattened(call.fn, call.args)) foldOperand(env, arg, { value, unknown, decisive, label })
    })
    return boolean(unknown, value)
  }
}

function flattened(fn: string, args: readonly BoundExpr[]): readonly BoundExpr[] {
  return args.flatMap((arg) => (arg.kind === 'Call' && arg.fn === fn ? flattened(fn, arg.args) : [arg]))
}

interface JunctionNames {
  readonly value: string
  readonly unknown: string
  readonly decisive: boolean
  readonly label: string
}

function foldOperand(env: ExpressionEnv, arg: BoundExpr, names: JunctionNames): void {
  const operand = env.emit(arg)
  const { value, unknown, decisive, label } = names
  if (operand.isNull !== 'true') {
    env.code.line(`if (${knownAs(operand, decisive)}) { ${value} = ${decisive}; ${unknown} = false; break ${label} }`)
  }
  if (operand.isNull !== null) env.code.line(`if (${operand.isNull}) ${unknown} = true`)
}

const not: Emitter = (env, call) => {
  const operand = env.emit(call.args[0]!)
  return boolean(operand.isNull, `!${operand.code[0]!}`)
}

function truthTest(wanted: boolean | null, negated: boolean): Emitter {
  return (env, call) => {
    const operand = env.emit(call.args[0]!)
    const test = wanted === null ? (operand.isNull ?? 'false') : knownAs(operand, wanted)
    return boolean(null, env.code.assign(negated ? `!(${test})` : test))
  }
}

export const LOGIC: EmitterTable = {
  AND: junction(false),
  OR: junction(true),
  NOT: not,
  'IS TRUE': truthTest(true, false),
  'IS NOT TRUE': truthTest(true, true),
  'IS FALSE': truthTest(false, false),
  'IS NOT FALSE': truthTest(false, true),
  'IS UNKNOWN': truthTest(null, false),
  'IS NOT UNKNOWN': truthTest(null, true),
}
