import type { ExtendColumn, Hint, HintOption } from '../ast/query.ts'
import { printIdentifier, printName, printString } from './print.ts'
import { unparseType } from './type-name.ts'

export function hints(list: readonly Hint[]): string {
  return list.length === 0 ? '' : `/*+ ${list.map(hint).join(', ')} */`
}

function hint({ name, options }: Hint): string {
  return options.length === 0 ? printName(name) : `${printName(name)}(${options.map(hintOption).join(', ')})`
}

function hintOption({ key, value }: HintOption): string {
  const text = hintValue(value)
  return key === undefined ? text : `${hintValue(key)} = ${text}`
}

function hintValue(value: HintOption['value']): string {
  if (!('kind' in value)) return printName(value)
  return value.kind === 'StringLiteral' ? printString(value) : value.text
}

export function extendList(columns: readonly ExtendColumn[]): string {
  return `EXTEND (${columns.map(({ name, type }) => `${printIdentifier(name)} ${unparseType(type)}`).join(', ')})`
}
