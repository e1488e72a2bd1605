import type { BoundLiteral } from '../sql/bound/expr.ts'
import { encodeText } from './byte-strings.ts'
import type { CodeBuilder } from './code-builder.ts'
import { formOf } from './conversion.ts'
import { UnsupportedError } from './unsupported-error.ts'
import { nullValue, type Value } from './value.ts'

const scalar = (form: Value['form'], code: string): Value => ({ form, isNull: null, code: [code] })

/** A negative number stands in parentheses, so that it can follow any operator. */
function numberCode(value: number): string {
  if (Object.is(value, -0)) return '(-0)'
  return value < 0 ? `(${value})` : String(value)
}

export function emitLiteral(code: CodeBuilder, { type, value }: BoundLiteral): Value {
  if (value === null) return nullValue(formOf(type))
  switch (type.kind) {
    case 'BOOLEAN':
      return scalar('bool', String(value === true))
    case 'BIGINT':
      return integerLiteral(BigInt(value as string | number))
    case 'DECIMAL':
      return decimalLiteral(unscaledOf(String(value), type.scale), type.precision)
    case 'CHAR':
    case 'VARCHAR':
      return stringLiteral(code, String(value).toWellFormed())
    case 'BINARY':
    case 'VARBINARY':
      return bytesLiteral(code, fromHex(String(value)))
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return timestampLiteral(value as readonly [number, number], type.precision)
    case 'FLOAT':
    case 'DOUBLE':
      return scalar('f64', numberCode(Number(value)))
    case 'INTERVAL_DAY_TIME':
      return scalar('f64', numberCode(value as number))
    case 'SYMBOL':
      return scalar('obj', code.constant(value))
    case 'TINYINT':
    case 'SMALLINT':
    case 'INTEGER':
    case 'DATE':
    case 'TIME':
    case 'INTERVAL_YEAR_MONTH': {
      const number = value as number
      return { form: 'i32', isNull: null, code: [numberCode(number)], range: [number, number] }
    }
    default:
      throw new UnsupportedError(`a literal of type ${type.kind}`)
  }
}

function integerLiteral(value: bigint): Value {
  const number = Number(value)
  if (!Number.isSafeInteger(number)) return scalar('i64', value < 0n ? `(${value}n)` : `${value}n`)
  return { form: 'int', isNull: null, code: [numberCode(number)], range: [number, number] }
}

function decimalLiteral(unscaled: bigint, precision: number): Value {
  const text = unscaled < 0n ? `(${unscaled}n)` : `${unscaled}n`
  if (precision <= 15) return scalar('f64', numberCode(Number(unscaled)))
  return scalar(precision <= 18 ? 'i64' : 'obj', text)
}

/** Digits of a plain decimal text, brought to `scale` digits after the point (further ones are cut: the binder has rounded). */
export function unscaledOf(text: string, scale: number): bigint {
  const negative = text.startsWith('-')
  const [whole = '0', fraction = ''] = text.replace(/^[+-]/, '').split('.')
  const digits = BigInt(`${whole}${fraction.padEnd(scale, '0').slice(0, scale)}`)
  return negative ? -digits : digits
}

function stringLiteral(code: CodeBuilder, text: string): Value {
  const value = bytesLiteral(code, encodeText(text))
  code.rememberAlways(`text ${value.code.join()}`, { form: 'str', isNull: null, code: [code.constant(text)] })
  return value
}

function bytesLiteral(code: CodeBuilder, bytes: Uint8Array): Value {
  return { form: 'slice', isNull: null, code: [code.constant(bytes), '0', String(bytes.length)] }
}

function timestampLiteral([ms, nanos]: readonly [number, number], precision: number): Value {
  if (precision <= 3) return scalar('f64', numberCode(ms))
  return { form: 'ts', isNull: null, code: [numberCode(ms), String(nanos)] }
}

function fromHex(text: string): Uint8Array {
  return Uint8Array.from({ length: text.length >> 1 }, (_, i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16))
}
