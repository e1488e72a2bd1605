/** Changes of form: the same SQL value held in another way. Casts between SQL types are in casts/. */

import { isCharacterType } from '../data/boxed.ts'
import { representationOf } from '../data/vector.ts'
import type { LogicalType } from '../sql/types/logical-type.ts'
import { compareSlices, compareText, copySlice, decodeSlice, encodeText, sliceEquals } from './byte-strings.ts'
import type { CodeBuilder } from './code-builder.ts'
import { defaultOf, type Form, type Value } from './value.ts'

/** The form in which a computed value of the type is held. */
export function formOf(type: LogicalType): Form {
  const repr = representationOf(type)
  if (repr === 'bytes') return isCharacterType(type) ? 'str' : 'u8'
  return repr === 'object' ? 'obj' : repr
}

/** JS expression of the value as text. */
export function asText(code: CodeBuilder, value: Value): string {
  if (value.form !== 'slice') return value.code[0]!
  return cached(
    code,
    { key: `text ${value.code.join()}`, form: 'str' },
    () => `${code.constant(decodeSlice)}(${value.code.join(', ')})`,
  )
}

/** JS expression of the value as bytes of its own. */
export function asByteArray(code: CodeBuilder, value: Value): string {
  if (value.form === 'u8') return value.code[0]!
  if (value.form === 'str') return `${code.constant(encodeText)}(${value.code[0]!})`
  return cached(
    code,
    { key: `u8 ${value.code.join()}`, form: 'u8' },
    () => `${code.constant(copySlice)}(${value.code.join(', ')})`,
  )
}

/** A conversion that is done once for each value in scope; `make` writes it. */
function cached(code: CodeBuilder, conversion: { readonly key: string; readonly form: Form }, make: () => string): string {
  const { key, form } = conversion
  const known = code.known(key)
  if (known !== undefined) return known.code[0]!
  return code.remember(key, { form, isNull: null, code: [code.assign(make())] }).code[0]!
}

/** The value in another form of the same SQL type. */
export function toForm(code: CodeBuilder, value: Value, form: Form): Value {
  if (value.form === form) return value
  const one = (text: string): Value => ({ form, isNull: value.isNull, code: [text] })
  switch (form) {
    case 'str':
      return one(asText(code, value))
    case 'u8':
      return one(asByteArray(code, value))
    case 'slice': {
      const bytes = code.assign(asByteArray(code, value))
      return { form, isNull: value.isNull, code: [bytes, '0', `${bytes}.length`] }
    }
    case 'i64':
      return one(isNumberLiteral(value.code[0]!) ? `${value.code[0]!}n` : `BigInt(${value.code[0]!})`)
    case 'f64':
      return one(value.form === 'i64' ? `Number(${value.code[0]!})` : value.code[0]!)
    case 'ts':
      return { form, isNull: value.isNull, code: [value.code[0]!, '0'] }
    case 'int':
    case 'i32':
      return value.form === 'i64' ? one(`Number(${value.code[0]!})`) : one(value.code[0]!)
    default:
      return one(value.code[0]!)
  }
}

function isNumberLiteral(code: string): boolean {
  return /^-?\d+$/.test(code)
}

/** JS expression of the boxed form (not NULL: the caller asks before). */
export function boxed(code: CodeBuilder, value: Value, type: LogicalType): string {
  switch (formOf(type)) {
    case 'str':
      return asText(code, value)
    case 'u8':
      return asByteArray(code, value)
    case 'i64':
      return toForm(code, value, 'i64').code[0]!
    case 'ts':
      return `[${toForm(code, value, 'ts').code.join(', ')}]`
    default:
      return value.code[0]!
  }
}

/** JS expression of the boxed form, null for NULL. */
export function boxedOrNull(code: CodeBuilder, value: Value, type: LogicalType): string {
  if (value.isNull === 'true') return 'null'
  const text = boxed(code, value, type)
  return value.isNull === null ? text : `(${value.isNull} ? null : ${text})`
}

/** A value from a JS expression that yields the boxed form or null. */
export function unboxed(code: CodeBuilder, text: string, type: LogicalType): Value {
  const name = code.assign(text, 'b')
  const isNull = `${name} === null`
  const form = formOf(type)
  if (form === 'ts') return { form, isNull, code: [`(${isNull} ? 0 : ${name}[0])`, `(${isNull} ? 0 : ${name}[1])`] }
  if (form === 'obj' || form === 'f64' || form === 'i32') return { form, isNull, code: [name] }
  return { form, isNull, code: [`(${isNull} ? ${defaultOf(form)[0]!} : ${name})`] }
}

/** Equality of two texts or two byte strings. */
export function stringsEqual(code: CodeBuilder, a: Value, b: Value): string {
  if (a.form === 'slice' && b.form === 'slice') {
    const other = `{ data: ${b.code[0]!}, offset: ${b.code[1]!}, length: ${b.code[2]!} }`
    return `(${a.code[2]!} === ${b.code[2]!} && ${code.constant(sliceEquals)}(${a.code[0]!}, ${a.code[1]!}, ${other}))`
  }
  if (a.form === 'u8' || b.form === 'u8') return `${stringsOrder(code, a, b)} === 0`
  return `(${asText(code, a)} === ${asText(code, b)})`
}

/** A number below, equal to or above 0. */
export function stringsOrder(code: CodeBuilder, a: Value, b: Value): string {
  if (a.form === 'str' || b.form === 'str') return `${code.constant(compareText)}(${asText(code, a)}, ${asText(code, b)})`
  const slice = (value: Value): string => {
    const [data, offset, length] = value.form === 'slice' ? value.code : [value.code[0]!, '0', `${value.code[0]!}.length`]
    return `{ data: ${data}, offset: ${offset}, length: ${length} }`
  }
  return `${code.constant(compareSlices)}(${slice(a)}, ${slice(b)})`
}
