import type { CodeBuilder } from './code-builder.ts'
import { defaultOf, type Form, type Value } from './value.ts'

/** The variables of a result that branches assign: [the code parts, the NULL flag]. */
export function declareResult(code: CodeBuilder, form: Form): { readonly value: Value; readonly assign: (from: Value) => void } {
  const names = defaultOf(form).map((initial) => {
    const name = code.name('r')
    code.line(`let ${name} = ${initial}`)
    return name
  })
  const flag = code.name('z')
  code.line(`let ${flag} = true`)
  const assign = (from: Value): void => {
    if (from.isNull === 'true') return
    const set = names.map((name, i) => `${name} = ${from.code[i]!}`).join('; ')
    code.line(from.isNull === null ? `${set}; ${flag} = false` : `if (!(${from.isNull})) { ${set}; ${flag} = false }`)
  }
  return { value: { form, isNull: flag, code: names }, assign }
}
