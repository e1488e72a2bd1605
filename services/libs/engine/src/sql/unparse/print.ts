import type { Expression, StringLiteral } from '../ast/expression.ts'
import type { Identifier, Name } from '../ast/identifier.ts'
import type { Query, WindowSpec } from '../ast/query.ts'

/** The printers that recur, so that the modules need not import each other in a circle. */
export type Printers = Readonly<{
  expression: (node: Expression) => string
  query: (node: Query) => string
  window: (node: Identifier | WindowSpec) => string
}>

export function quoteName(value: string): string {
  return `\`${value.replaceAll('`', '``')}\``
}

export function printName(name: Name): string {
  return quoteName(name.value)
}

export function printIdentifier(identifier: Identifier): string {
  return identifier.parts.map(printName).join('.')
}

export function printNames(names: readonly Name[]): string {
  return `(${names.map(printName).join(', ')})`
}

export function printString(literal: StringLiteral): string {
  const text = `'${literal.value.replaceAll("'", "''")}'`
  return literal.charset === undefined ? text : `_${literal.charset}${text}`
}

/** The parts that are there, with blanks between. */
export function words(...parts: readonly (string | undefined | false)[]): string {
  return parts.filter((part) => part !== undefined && part !== false && part !== '').join(' ')
}

/** Items on lines of their own, in parentheses. */
export function block(items: readonly string[]): string {
  return items.length === 0 ? '(\n)' : `(\n  ${items.join(',\n  ')}\n)`
}
